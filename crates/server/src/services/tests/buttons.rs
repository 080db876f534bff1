//! Buttons: kept as sent, pressed, and answered.

use std::sync::Arc;

use heliogram_api::functions::messages as m;
use heliogram_api::{enums, types};
use heliogram_tl::Bytes;

use super::{Program, server};
use crate::shared::Shared;

fn there() -> (Arc<Shared>, Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bot = Program::bot(&shared, "press_bot");
    alice
        .call(m::SendMessage::new(alice.peer(&bot), "/start".into(), 1))
        .unwrap();
    (shared, alice, bot)
}

fn keys(kind: impl Into<enums::InlineButtonType>) -> enums::ReplyMarkup {
    let button = types::KeyboardInlineButton::new("Press".into(), kind.into());
    let row = types::KeyboardInlineButtonRow::new(vec![button]);
    types::ReplyInlineMarkup::new(vec![row]).into()
}

fn call_with(data: &'static [u8]) -> types::InlineButtonTypeCallback {
    types::InlineButtonTypeCallback::new(Bytes::from_static(data))
}

fn say(to: enums::InputPeer, markup: enums::ReplyMarkup, n: i64) -> m::SendMessage {
    m::SendMessage {
        reply_markup: Some(Box::new(markup)),
        ..m::SendMessage::new(to, "press me".into(), n)
    }
}

fn press(alice: &Program, bot: &Program, id: i32, data: &'static [u8]) -> m::GetBotCallbackAnswer {
    m::GetBotCallbackAnswer {
        data: Some(Bytes::from_static(data)),
        ..m::GetBotCallbackAnswer::new(alice.peer(bot), id)
    }
}

fn top(shared: &Shared, owner: i64) -> i32 {
    shared.world().boxes[&owner].last_id
}

fn answer(shared: &Shared) -> m::SetBotCallbackAnswer {
    m::SetBotCallbackAnswer::new(shared.world().questions.last().unwrap(), 30)
}

#[test]
fn a_button_waits_for_its_bot() {
    let (shared, alice, bot) = there();
    let send = say(bot.peer(&alice), keys(call_with(b"yes")), 1);
    bot.call(send).unwrap();
    let id = top(&shared, alice.me);
    assert_eq!(
        alice.refusal(press(&alice, &bot, id, b"no")),
        "DATA_INVALID"
    );
    assert_eq!(
        alice.refusal(press(&alice, &bot, 1, b"yes")),
        "MESSAGE_ID_INVALID"
    );
    let asking = alice.ask(press(&alice, &bot, id, b"yes"));
    let said = m::SetBotCallbackAnswer {
        message: Some("pressed".into()),
        alert: true,
        url: Some("https://t.me/press_bot?start=x".into()),
        ..answer(&shared)
    };
    let elsewhere = m::SetBotCallbackAnswer {
        url: Some("https://example.org/press_bot".into()),
        ..said.clone()
    };
    assert_eq!(bot.refusal(elsewhere), "URL_INVALID");
    assert_eq!(alice.refusal(said.clone()), "USER_BOT_REQUIRED");
    bot.call(said.clone()).unwrap();
    assert_eq!(bot.refusal(said), "QUERY_ID_INVALID", "answered already");
    let heard = asking.answer().unwrap();
    assert_eq!(heard.message.as_deref(), Some("pressed"));
    assert_eq!(
        (heard.alert, heard.has_url, heard.cache_time),
        (true, true, 30)
    );

    let asking = alice.ask(press(&alice, &bot, id, b"yes"));
    assert_eq!(asking.answer().unwrap_err().name, "BOT_RESPONSE_TIMEOUT");
    assert_eq!(bot.refusal(answer(&shared)), "QUERY_ID_INVALID");
    assert_eq!(
        bot.refusal(press(&bot, &alice, 1, b"yes")),
        "BOT_METHOD_INVALID"
    );
}

#[test]
fn a_button_can_ask_for_the_password() {
    let (shared, alice, bot) = there();
    let asks = types::InlineButtonTypeCallback {
        requires_password: true,
        ..call_with(b"own")
    };
    bot.call(say(bot.peer(&alice), keys(asks), 1)).unwrap();
    let id = top(&shared, alice.me);
    let call = press(&alice, &bot, id, b"own");
    assert_eq!(alice.refusal(call.clone()), "PASSWORD_MISSING");
    shared.world().protect(alice.me, "secret", "").unwrap();
    assert_eq!(alice.refusal(call.clone()), "PASSWORD_HASH_INVALID");
    let with = |password: &str| m::GetBotCallbackAnswer {
        password: Some(super::auth::proof(&alice, password)),
        ..call.clone()
    };
    assert_eq!(alice.refusal(with("wrong")), "PASSWORD_HASH_INVALID");
    let asking = alice.ask(with("secret"));
    bot.call(answer(&shared)).unwrap();
    asking.answer().unwrap();
}

#[test]
fn markup_is_a_bots_alone_and_is_kept_as_sent() {
    let (shared, alice, bot) = there();
    let person = say(alice.peer(&bot), keys(call_with(b"x")), 7);
    alice.call(person).unwrap();
    let letter = shared.world().next_letter - 1;
    assert!(shared.world().letters[&letter].markup.is_none());

    let request = |kind: enums::ButtonType| types::KeyboardButton::new("b".into(), kind);
    let row = types::KeyboardButtonRow::new(vec![
        request(enums::ButtonType::Default),
        request(enums::ButtonType::RequestPhone),
        request(enums::ButtonType::RequestGeoLocation),
        request(types::ButtonTypeRequestPoll::new().into()),
    ]);
    let keyboard = types::ReplyKeyboardMarkup {
        resize: true,
        single_use: true,
        selective: true,
        placeholder: Some("choose".into()),
        ..types::ReplyKeyboardMarkup::new(vec![row])
    };
    let force = types::ReplyKeyboardForceReply {
        selective: true,
        ..types::ReplyKeyboardForceReply::new()
    };
    let kinds: [enums::ReplyMarkup; 3] = [
        keyboard.into(),
        force.into(),
        types::ReplyKeyboardHide::new().into(),
    ];
    for (n, markup) in (10..).zip(kinds) {
        bot.call(say(bot.peer(&alice), markup.clone(), n)).unwrap();
        let letter = shared.world().next_letter - 1;
        assert!(shared.world().letters[&letter].markup.as_ref() == Some(&markup));
    }
}

#[test]
fn buttons_have_rules() {
    let (_, alice, bot) = there();
    let mut n = 100;
    let mut refused = |markup: enums::ReplyMarkup| {
        n += 1;
        bot.refusal(say(bot.peer(&alice), markup, n))
    };
    assert_eq!(refused(keys(call_with(b""))), "BUTTON_DATA_INVALID");
    assert_eq!(refused(keys(call_with(&[0; 65]))), "BUTTON_DATA_INVALID");
    let link = |url: &str| types::InlineButtonTypeUrl::new(url.into());
    assert_eq!(refused(keys(link("ftp://x"))), "BUTTON_URL_INVALID");
    assert_eq!(refused(keys(link("https://x y"))), "BUTTON_URL_INVALID");
    assert_eq!(refused(keys(link("https://example.org"))), "");
    assert_eq!(
        refused(keys(enums::InlineButtonType::Game)),
        "REPLY_MARKUP_GAME_EMPTY"
    );
    assert_eq!(
        refused(keys(enums::InlineButtonType::Buy)),
        "REPLY_MARKUP_BUY_EMPTY"
    );
    let row = |count| {
        let button = types::KeyboardInlineButton::new("b".into(), call_with(b"x").into());
        types::ReplyInlineMarkup::new(vec![types::KeyboardInlineButtonRow::new(vec![
            button;
            count
        ])])
    };
    assert_eq!(refused(row(301).into()), "REPLY_MARKUP_TOO_LONG");
    let profile = types::InputInlineButtonTypeUserProfile::new(bot.user(&alice));
    assert_eq!(refused(keys(profile)), "");
    let letter = alice.shared.world().next_letter - 1;
    let w = alice.shared.world();
    let shown = keys(types::InlineButtonTypeUserProfile::new(alice.me));
    assert!(w.letters[&letter].markup.as_ref() == Some(&shown));
}

#[test]
fn a_message_sent_through_a_bot_is_edited_by_it() {
    let (shared, alice, bot) = there();
    shared.world().set_inline(bot.me, "x").unwrap();
    let me = enums::InputPeer::InputPeerSelf;
    let call = m::GetInlineBotResults::new(alice.user(&bot), me, String::new(), String::new());
    let asking = alice.ask(call);
    let text = types::InputBotInlineMessageText {
        reply_markup: Some(Box::new(keys(call_with(b"go")))),
        ..types::InputBotInlineMessageText::new("through".into())
    };
    let result = types::InputBotInlineResult {
        title: Some("t".into()),
        ..types::InputBotInlineResult::new("1".into(), "article".into(), text.into())
    };
    let query = shared.world().questions.last().unwrap();
    bot.call(m::SetInlineBotResults::new(query, vec![result.into()], 0))
        .unwrap();
    asking.answer().unwrap();
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let send = m::SendInlineBotResult::new(alice.peer(&bob), 5, query, "1".into());
    alice.call(send).unwrap();

    // Who received it presses.
    let id = top(&shared, bob.me);
    let asking = bob.ask(press(&bob, &alice, id, b"go"));
    bot.call(answer(&shared)).unwrap();
    asking.answer().unwrap();

    let letter = shared.world().next_letter - 1;
    let msg = shared.world().inline_id(bot.me, letter).unwrap();
    let edit = |msg: types::InputBotInlineMessageID64| m::EditInlineBotMessage {
        message: Some("edited".into()),
        ..m::EditInlineBotMessage::new(msg.into())
    };
    let other = Program::bot(&shared, "other_bot");
    assert_eq!(other.refusal(edit(msg.clone())), "MESSAGE_ID_INVALID");
    assert!(bot.call(edit(msg.clone())).unwrap());
    assert_eq!(bot.refusal(edit(msg)), "MESSAGE_NOT_MODIFIED");
    let w = shared.world();
    assert_eq!(w.letters[&letter].text, "edited");
    assert!(
        w.letters[&letter].markup.is_none(),
        "edited without buttons"
    );
}
