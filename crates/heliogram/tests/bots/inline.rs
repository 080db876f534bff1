use std::time::Duration;

use heliogram::{
    Button, Client, Error, InputFile, Result,
    api::{enums, functions as f, types},
    md,
    types::{InlineChatKind, InlineMessageId, InlineQueryResult},
};
use tokio::task::JoinHandle;

use super::{Scene, next, pick};

/// Asks a bot something, as an app does.
fn ask(
    client: &Client,
    query: &str,
    offset: &str,
) -> JoinHandle<Result<types::messages::BotResults>> {
    let (client, query, offset) = (client.clone(), query.to_owned(), offset.to_owned());
    tokio::spawn(async move {
        let bot = client.resolve("@helper_bot").await?;
        let user = bot.as_user().unwrap().raw();
        let bot = types::InputUser::new(user.id, user.access_hash.unwrap());
        let to_self = enums::InputPeer::InputPeerSelf;
        client
            .invoke(f::messages::GetInlineBotResults {
                geo_point: Some(Box::new(types::InputGeoPoint::new(48.5, 2.25).into())),
                ..f::messages::GetInlineBotResults::new(bot.into(), to_self, query, offset)
            })
            .await
    })
}

/// Sends what was chosen to the person's own notes.
async fn choose(client: &Client, results: &types::messages::BotResults, id: &str) {
    let to = enums::InputPeer::InputPeerSelf;
    let random = id.bytes().fold(1, |n, b| n * 7 + i64::from(b));
    let call = f::messages::SendInlineBotResult::new(to, random, results.query_id, id.into());
    client.invoke(call).await.unwrap();
}

#[tokio::test]
async fn an_inline_query_is_answered_chosen_and_changed() {
    let mut s = Scene::new().await;
    s.bot.set_inline("Search").unwrap();
    let asked = ask(&s.of_alice, "cats", "");
    let query = next(&mut s.told, pick!(InlineQuery)).await;
    assert_eq!((query.text(), query.offset()), ("cats", ""));
    assert_eq!(query.sender_id(), s.alice.id());
    assert_eq!(query.chat_kind(), Some(InlineChatKind::Private));
    assert_eq!(query.location(), Some((48.5, 2.25)));

    let hello = InlineQueryResult::article("Greeting", md("**Hello**"))
        .id("hello")
        .description("Says hello")
        .url("https://example.org")
        .keyboard(Button::callback("Wave", "wave"));
    let plain = InlineQueryResult::article("Plain", "plain").id("plain");
    let place = InlineQueryResult::location("Tower", 48.8584, 2.2945);
    let venue = InlineQueryResult::venue("Tower", "Paris", 48.8584, 2.2945);
    let contact = InlineQueryResult::contact("15550100", "Ann", "Lee");
    let answer = query
        .answer()
        .results([hello, plain, place, venue, contact]);
    let answer = answer.next_offset("5").private().gallery();
    answer
        .cache_time(Duration::from_secs(60))
        .switch_pm("Sign in", "go")
        .await
        .unwrap();

    let results = asked.await.unwrap().unwrap();
    assert_eq!(
        (results.next_offset.as_deref(), results.cache_time),
        (Some("5"), 60)
    );
    assert!(results.gallery && results.switch_pm.as_ref().unwrap().start_param == "go");
    let ids = results.results.iter().map(|r| match r {
        enums::BotInlineResult::BotInlineResult(r) => r.id.as_str(),
        _ => "",
    });
    assert_eq!(ids.collect::<Vec<_>>(), ["hello", "plain", "2", "3", "4"]);

    choose(&s.of_alice, &results, "hello").await;
    let chosen = next(&mut s.told, pick!(ChosenInlineResult)).await;
    assert_eq!((chosen.id(), chosen.text()), ("hello", "cats"));
    assert_eq!(chosen.sender_id(), s.alice.id());
    let id = chosen.inline_message_id().unwrap().clone();
    chosen
        .edit("Changed")
        .keyboard(Button::callback("Wave", "wave"))
        .await
        .unwrap();
    let stored = InlineMessageId::unpack(&id.pack()).unwrap();
    s.of_bot
        .edit_inline_message(stored)
        .text(md("**twice**"))
        .no_preview()
        .await
        .unwrap();
    let notes = s.of_alice.history("me").limit(1).collect().await.unwrap();
    assert_eq!(notes[0].text(), "twice");
}

#[tokio::test]
async fn a_message_of_another_data_centre_is_changed_there() {
    let mut s = Scene::new().await;
    s.bot.set_inline("Search").unwrap();
    let carol = room::builder(&s.server).connect().await.unwrap();
    let code = || std::future::ready(Ok("11111".to_owned()));
    let sign_in = carol.sign_in("9996611111").code(code);
    sign_in.sign_up("Carol", "").await.unwrap();
    assert_ne!(carol.home_dc(), s.of_bot.home_dc());

    let asked = ask(&carol, "x", "");
    let query = next(&mut s.told, pick!(InlineQuery)).await;
    let result = InlineQueryResult::article("A", "a").keyboard(Button::callback("B", "b"));
    query.answer().result(result).await.unwrap();
    choose(&carol, &asked.await.unwrap().unwrap(), "0").await;
    let chosen = next(&mut s.told, pick!(ChosenInlineResult)).await;
    let id = chosen.inline_message_id().unwrap();
    assert_eq!(id.dc_id(), carol.home_dc());
    chosen.edit("changed").await.unwrap();
    assert_eq!(
        s.of_bot.stats().transfers,
        1,
        "the account was carried there"
    );
    let notes = carol.history("me").limit(1).collect().await.unwrap();
    assert_eq!(notes[0].text(), "changed");
}

#[tokio::test]
async fn a_message_without_buttons_cannot_be_changed() {
    let mut s = Scene::new().await;
    s.bot.set_inline("Search").unwrap();
    let asked = ask(&s.of_alice, "x", "");
    let query = next(&mut s.told, pick!(InlineQuery)).await;
    query
        .answer()
        .result(InlineQueryResult::article("A", "a"))
        .await
        .unwrap();
    choose(&s.of_alice, &asked.await.unwrap().unwrap(), "0").await;
    let chosen = next(&mut s.told, pick!(ChosenInlineResult)).await;
    let e = chosen.edit("b").await.unwrap_err();
    assert!(
        matches!(&e, Error::Usage(_)) && e.to_string().contains("keyboard"),
        "{e}"
    );
}

#[tokio::test]
async fn a_button_of_a_message_sent_through_the_bot_changes_it_and_nothing_else() {
    let mut s = Scene::new().await;
    s.bot.set_inline("Search").unwrap();
    let asked = ask(&s.of_alice, "x", "");
    let query = next(&mut s.told, pick!(InlineQuery)).await;
    let result = InlineQueryResult::article("A", "a").keyboard(Button::callback("B", "b"));
    query.answer().result(result).await.unwrap();
    choose(&s.of_alice, &asked.await.unwrap().unwrap(), "0").await;
    let notes = s.of_alice.history("me").limit(1).collect().await.unwrap();
    let pressed = super::buttons::press(&s.of_alice, &notes[0], b"b");

    let query = next(&mut s.told, pick!(CallbackQuery)).await;
    assert!(query.via_inline() && query.inline_message_id().is_some());
    assert_eq!((query.chat_id(), query.message_id()), (None, None));
    assert!(query.message().await.unwrap().is_none());
    query
        .edit("b!")
        .keyboard(Button::callback("B", "b"))
        .await
        .unwrap();
    query.answer().await.unwrap();
    pressed.await.unwrap().unwrap();
    let notes = s.of_alice.history("me").limit(1).collect().await.unwrap();
    assert_eq!(notes[0].text(), "b!");
    for refused in [query.respond("x").await.err(), query.delete().await.err()] {
        let Some(Error::Peer(e)) = refused else {
            panic!("{refused:?}");
        };
        assert!(e.to_string().contains("through the bot"), "{e}");
    }
}

#[tokio::test]
async fn files_are_brought_to_the_server_for_an_answer() {
    let mut s = Scene::new().await;
    s.bot.set_inline("Search").unwrap();
    let known = InputFile::bytes("known.txt", b"known".to_vec());
    let known = s.of_bot.send_file("@alice", known).await.unwrap();
    let known = known.media().unwrap();
    let asked = ask(&s.of_alice, "x", "");
    let query = next(&mut s.told, pick!(InlineQuery)).await;
    let new = InputFile::bytes("new.txt", b"new".to_vec());
    let results = [
        InlineQueryResult::document("Known", known.document().unwrap()).caption("below"),
        InlineQueryResult::document("New", new).description("Fresh"),
        InlineQueryResult::photo(heliogram::types::InlineFile::url(
            "https://example.org/a.jpg",
        )),
    ];
    query.answer().results(results).await.unwrap();
    let results = asked.await.unwrap().unwrap();
    for (id, name, text) in [("0", "known.txt", "below"), ("1", "new.txt", "")] {
        choose(&s.of_alice, &results, id).await;
        let notes = s.of_alice.history("me").limit(1).collect().await.unwrap();
        let media = notes[0].media().unwrap();
        assert_eq!((media.file_name(), notes[0].text()), (Some(name), text));
    }
}

#[tokio::test]
async fn answers_that_cannot_be_are_refused_before_anything_is_sent() {
    let s = Scene::new().await;
    let many = (0..51).map(|n| InlineQueryResult::article(n.to_string(), "x"));
    let e = s.of_bot.answer_inline(1).results(many).await.unwrap_err();
    assert!(
        matches!(&e, Error::Usage(_)) && e.to_string().contains("51"),
        "{e}"
    );
    let keys = InlineQueryResult::article("x", "x").keyboard(Button::text("x"));
    let e = s.of_bot.answer_inline(1).result(keys).await.unwrap_err();
    assert!(matches!(&e, Error::Usage(_)), "{e}");
    assert_eq!(s.bot.calls("messages.setInlineBotResults"), 0);
}
