//! Inline queries: asked, answered, chosen and sent.

use std::sync::Arc;

use heliogram_api::functions::messages as m;
use heliogram_api::{enums, types};

use super::{Program, server};
use crate::shared::Shared;

fn there() -> (Arc<Shared>, Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bot = Program::bot(&shared, "offer_bot");
    shared.world().set_inline(bot.me, "Search...").unwrap();
    (shared, alice, bot)
}

fn ask(alice: &Program, bot: &Program, query: &str) -> m::GetInlineBotResults {
    let me = enums::InputPeer::InputPeerSelf;
    m::GetInlineBotResults::new(alice.user(bot), me, query.into(), String::new())
}

fn article(id: &str, markup: Option<enums::ReplyMarkup>) -> enums::InputBotInlineResult {
    let text = types::InputBotInlineMessageText {
        reply_markup: markup.map(Box::new),
        ..types::InputBotInlineMessageText::new(format!("chosen {id}"))
    };
    types::InputBotInlineResult {
        title: Some(format!("Title {id}")),
        ..types::InputBotInlineResult::new(id.into(), "article".into(), text.into())
    }
    .into()
}

fn last(shared: &Shared) -> i64 {
    shared.world().questions.last().unwrap()
}

fn offer(bot: &Program, results: Vec<enums::InputBotInlineResult>) -> m::SetInlineBotResults {
    m::SetInlineBotResults::new(last(&bot.shared), results, 0)
}

#[test]
fn a_query_waits_for_the_bot_and_the_choice_is_sent_through_it() {
    let (shared, alice, bot) = there();
    let asking = alice.ask(ask(&alice, &bot, "cats"));
    let results = vec![article("1", None), article("2", None)];
    let answer = m::SetInlineBotResults {
        next_offset: Some("2".into()),
        gallery: true,
        ..offer(&bot, results)
    };
    assert!(bot.call(answer.clone()).unwrap());
    let found = asking.answer().unwrap();
    assert_eq!((found.results.len(), found.gallery), (2, true));
    assert_eq!(found.next_offset.as_deref(), Some("2"));
    assert_eq!(
        bot.refusal(answer),
        "QUERY_ID_INVALID",
        "one answer to a query"
    );

    let me = || enums::InputPeer::InputPeerSelf;
    let send = |id: &str, n| m::SendInlineBotResult::new(me(), n, found.query_id, id.into());
    assert_eq!(alice.refusal(send("9", 1)), "RESULT_ID_INVALID");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    assert_eq!(bob.refusal(send("2", 1)), "QUERY_ID_INVALID", "not Bob's");
    let enums::Updates::Updates(sent) = alice.call(send("2", 1)).unwrap() else {
        panic!()
    };
    let message = sent.updates.iter().find_map(|update| match update {
        enums::Update::NewMessage(new) => match &new.message {
            enums::Message::Message(message) => Some(message.clone()),
            _ => None,
        },
        _ => None,
    });
    let message = message.unwrap();
    assert_eq!(message.message, "chosen 2");
    assert_eq!(message.via_bot_id, Some(bot.me));
    assert_eq!(alice.refusal(send("2", 1)), "RANDOM_ID_DUPLICATE");
    // Only those the configuration names can stay unnamed.
    let hidden = m::SendInlineBotResult {
        hide_via: true,
        ..send("1", 2)
    };
    alice.call(hidden).unwrap();
    let last = shared.world().next_letter - 1;
    assert_eq!(shared.world().letters[&last].via_bot, Some(bot.me));
}

#[test]
fn a_bot_that_says_nothing_times_out_and_cannot_answer_later() {
    let (_, alice, bot) = there();
    let asking = alice.ask(ask(&alice, &bot, ""));
    let late = offer(&bot, Vec::new());
    assert_eq!(asking.answer().unwrap_err().name, "BOT_RESPONSE_TIMEOUT");
    assert_eq!(bot.refusal(late), "QUERY_ID_INVALID");
}

#[test]
fn who_cannot_be_asked_is_named() {
    let (shared, alice, bot) = there();
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    assert_eq!(alice.refusal(ask(&alice, &bob, "")), "BOT_INVALID");
    shared.world().set_inline(bot.me, "").unwrap();
    assert_eq!(alice.refusal(ask(&alice, &bot, "")), "BOT_INLINE_DISABLED");
}

#[test]
fn a_query_nobody_answers_does_not_pile_up() {
    let (_, alice, bot) = there();
    let mut waiting = Vec::new();
    for n in 0..32 {
        waiting.push(alice.ask(ask(&alice, &bot, &n.to_string())));
    }
    assert_eq!(alice.refusal(ask(&alice, &bot, "x")), "FLOOD_WAIT_1");
    drop(waiting.pop().unwrap().answer());
    waiting.push(alice.ask(ask(&alice, &bot, "y")));
}

#[test]
fn an_answer_is_given_again_as_long_as_the_bot_allows() {
    let (shared, alice, bot) = there();
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let give = |private, query: &str| {
        let asking = alice.ask(ask(&alice, &bot, query));
        let answer = m::SetInlineBotResults {
            cache_time: 60,
            private,
            ..offer(&bot, vec![article("1", None)])
        };
        bot.call(answer).unwrap();
        asking.answer().unwrap();
    };
    give(false, "shared");
    let again = bob.call(ask(&bob, &bot, "shared")).unwrap();
    assert_eq!(again.results.len(), 1);
    let me = enums::InputPeer::InputPeerSelf;
    let send = m::SendInlineBotResult::new(me, 5, again.query_id, "1".into());
    bob.call(send).unwrap();
    give(true, "private");
    alice.call(ask(&alice, &bot, "private")).unwrap();
    drop(bob.ask(ask(&bob, &bot, "private")));
    shared.clock.advance(std::time::Duration::from_secs(61));
    drop(bob.ask(ask(&bob, &bot, "shared")));
}

#[test]
fn results_have_rules() {
    let (_, alice, bot) = there();
    let _asking = alice.ask(ask(&alice, &bot, ""));
    let refused = |results| bot.refusal(offer(&bot, results));
    let same = vec![article("1", None), article("1", None)];
    assert_eq!(refused(same), "RESULT_ID_DUPLICATE");
    assert_eq!(refused(vec![article("", None)]), "RESULT_ID_EMPTY");
    assert_eq!(
        refused(vec![article(&"x".repeat(65), None)]),
        "RESULT_ID_INVALID"
    );
    let many = (0..51).map(|n| article(&n.to_string(), None)).collect();
    assert_eq!(refused(many), "RESULTS_TOO_MUCH");
    let hide = types::ReplyKeyboardHide::new().into();
    assert_eq!(
        refused(vec![article("1", Some(hide))]),
        "REPLY_MARKUP_INVALID"
    );
    let auto = || types::InputBotInlineMessageMediaAuto::new(String::new());
    let bare = |kind: &str, title: Option<&str>, message: enums::InputBotInlineMessage| {
        types::InputBotInlineResult {
            title: title.map(str::to_owned),
            ..types::InputBotInlineResult::new("1".into(), kind.into(), message)
        }
    };
    let one = |result: types::InputBotInlineResult| refused(vec![result.into()]);
    assert_eq!(
        one(bare("article", None, auto().into())),
        "ARTICLE_TITLE_EMPTY"
    );
    assert_eq!(
        one(bare("article", Some("t"), auto().into())),
        "SEND_MESSAGE_TYPE_INVALID"
    );
    assert_eq!(
        one(bare("novel", None, auto().into())),
        "RESULT_TYPE_INVALID"
    );
    assert_eq!(
        one(bare("photo", None, auto().into())),
        "PHOTO_CONTENT_URL_EMPTY"
    );
    let game = types::InputBotInlineMessageGame::new();
    assert_eq!(
        one(bare("article", Some("t"), game.into())),
        "SEND_MESSAGE_TYPE_INVALID"
    );
}

#[test]
fn what_lies_elsewhere_is_shown_but_not_fetched() {
    let (_, alice, bot) = there();
    let asking = alice.ask(ask(&alice, &bot, ""));
    let file = |url: &str| types::InputWebDocument::new(url.into(), 0, "image/jpeg".into(), vec![]);
    let photo = |url: &str| {
        let auto = types::InputBotInlineMessageMediaAuto::new("caption".into());
        types::InputBotInlineResult {
            content: Some(Box::new(file(url))),
            thumb: Some(Box::new(file("https://example.org/t.jpg"))),
            ..types::InputBotInlineResult::new("p".into(), "photo".into(), auto.into())
        }
    };
    let bad = offer(&bot, vec![photo("file:///etc/passwd").into()]);
    assert_eq!(bot.refusal(bad), "WEBDOCUMENT_URL_INVALID");
    let good = offer(&bot, vec![photo("https://example.org/p.jpg").into()]);
    bot.call(good).unwrap();
    let found = asking.answer().unwrap();
    let enums::BotInlineResult::BotInlineResult(shown) = &found.results[0] else {
        panic!()
    };
    assert!(matches!(
        shown.content,
        Some(enums::WebDocument::NoProxy(_))
    ));
    let me = enums::InputPeer::InputPeerSelf;
    let send = m::SendInlineBotResult::new(me, 1, found.query_id, "p".into());
    assert_eq!(alice.refusal(send), "WEBPAGE_CURL_FAILED");
}
