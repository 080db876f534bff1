//! Pressing the buttons of messages, and what comes of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod room;

use heliogram::{
    Client, Message, Result, Router,
    api::{enums, functions as f, types as raw},
    errors,
    events::CallbackQuery,
    filter,
    methods::messages::{Clicked, Pick},
    testing::TestServer,
};
use room::next_message;

/// A person, and a bot that has written to them.
struct Scene {
    client: Client,
    bot: Client,
    /// The person's id.
    person: i64,
    _server: TestServer,
}

impl Scene {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let (alice, account) = (server.user("alice").await, server.bot("button_bot").await);
        let bot = server.client(&account).await.unwrap();
        let client = server.client(&alice).await.unwrap();
        client.send_message("@button_bot", "/start").await.unwrap();
        Self {
            person: alice.id(),
            client,
            bot,
            _server: server,
        }
    }

    /// What the bot writes, as the person gets it.
    async fn written(&self, markup: enums::ReplyMarkup) -> Message {
        let mut updates = self.client.updates();
        let peer = self.bot.input_peer(self.person).await.unwrap();
        let call = f::messages::SendMessage {
            reply_markup: Some(Box::new(markup)),
            ..f::messages::SendMessage::new(peer, "choose".into(), 1)
        };
        self.bot.invoke(call).await.unwrap();
        loop {
            let message = next_message(&mut updates).await;
            if message.text() == "choose" {
                return message;
            }
        }
    }
}

fn inline(buttons: Vec<(&str, enums::InlineButtonType)>) -> enums::ReplyMarkup {
    let button = |(text, kind): (&str, _)| raw::KeyboardInlineButton::new(text.into(), kind);
    let row = raw::KeyboardInlineButtonRow::new(buttons.into_iter().map(button).collect());
    raw::ReplyInlineMarkup::new(vec![row]).into()
}

fn keyboard(buttons: Vec<(&str, enums::ButtonType)>) -> enums::ReplyMarkup {
    let button = |(text, kind): (&str, _)| raw::KeyboardButton::new(text.into(), kind);
    let row = raw::KeyboardButtonRow::new(buttons.into_iter().map(button).collect());
    raw::ReplyKeyboardMarkup::new(vec![row]).into()
}

#[tokio::test]
async fn a_button_in_place_of_the_keyboard_sends_its_text_or_what_it_asks_for() {
    let scene = Scene::new().await;
    let message = scene
        .written(keyboard(vec![
            ("Yes", enums::ButtonType::Default),
            ("My number", enums::ButtonType::RequestPhone),
            ("My place", enums::ButtonType::RequestGeoLocation),
        ]))
        .await;
    assert_eq!(message.button_count(), 3);
    let Clicked::Sent(sent) = message.click("Yes").await.unwrap() else {
        panic!("a message");
    };
    assert_eq!(sent.text(), "Yes");

    let refused = message.click(1).await.unwrap_err();
    assert!(refused.to_string().contains("share_phone"), "{refused}");
    let Clicked::Sent(sent) = message.click(1).share_phone().await.unwrap() else {
        panic!("a message");
    };
    let own = scene.client.me().await.unwrap();
    let contact = sent.contact().unwrap();
    assert!(
        own.phone()
            .is_some_and(|p| contact.phone_number.contains(p))
    );

    let refused = message.click((0, 2)).await.unwrap_err();
    assert!(refused.to_string().contains("share_location"), "{refused}");
    let place = message.click((0, 2)).share_location(52.5, 13.4);
    let Clicked::Sent(sent) = place.await.unwrap() else {
        panic!("a message");
    };
    assert_eq!(sent.geo().map(|g| (g.lat, g.long)), Some((52.5, 13.4)));
}

#[tokio::test]
async fn buttons_that_only_say_something_say_it_without_a_call() {
    let scene = Scene::new().await;
    let url = raw::InlineButtonTypeUrl::new("https://t.me/telegram".into());
    let copy = raw::InlineButtonTypeCopy::new("42".into());
    let query = raw::InlineButtonTypeSwitchInline {
        same_peer: true,
        ..raw::InlineButtonTypeSwitchInline::new("find".into())
    };
    let message = scene
        .written(inline(vec![
            ("Open", url.into()),
            ("Copy", copy.into()),
            ("Find", query.into()),
        ]))
        .await;
    let open = message
        .click(Pick::by(|b| b.url().is_some()))
        .await
        .unwrap();
    assert_eq!(open, Clicked::Url("https://t.me/telegram".into()));
    let copied = message.buttons()[0][1].click().await.unwrap();
    assert_eq!(copied, Clicked::Copy("42".into()));
    let query = "find".into();
    let same_chat = true;
    let find = message.click("Find").await.unwrap();
    assert_eq!(find, Clicked::InlineQuery { query, same_chat });
    for pick in [Pick::from(3), "Nothing".into(), Pick::data("x")] {
        let e = message.click(pick).await.unwrap_err();
        assert!(e.to_string().contains("no such button"), "{e}");
    }
}

#[tokio::test]
async fn a_button_that_asks_its_bot_brings_the_answer() {
    let scene = Scene::new().await;
    let callback = |data: &'static [u8]| {
        enums::InlineButtonType::from(raw::InlineButtonTypeCallback::new(
            bytes::Bytes::from_static(data),
        ))
    };
    let message = scene
        .written(inline(vec![
            ("Yes", callback(b"vote:yes")),
            ("No", callback(b"vote:no")),
        ]))
        .await;
    async fn vote(query: CallbackQuery) -> Result<()> {
        let text = format!("you said {}", query.data_str().unwrap_or("?"));
        query.answer().text(text).alert().await
    }
    let running = tokio::spawn({
        let bot = scene.bot.clone();
        let router: Router = Router::new().on(filter::callback("vote:"), vote);
        async move { bot.run(router).await }
    });
    for (click, said) in [
        (message.click("Yes"), "you said vote:yes"),
        (message.click(1), "you said vote:no"),
        (message.click(Pick::data("vote:no")), "you said vote:no"),
        (message.buttons()[0][0].click(), "you said vote:yes"),
    ] {
        let Clicked::Answer(answer) = click.await.unwrap() else {
            panic!("an answer");
        };
        assert_eq!((answer.text(), answer.is_alert()), (Some(said), true));
    }
    scene.bot.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_button_that_needs_the_password_is_pressed_with_it() {
    let scene = Scene::new().await;
    scene
        .client
        .set_password(None, Some("secret"), "")
        .await
        .unwrap();
    let callback = raw::InlineButtonTypeCallback {
        requires_password: true,
        ..raw::InlineButtonTypeCallback::new(bytes::Bytes::from_static(b"give"))
    };
    let message = scene.written(inline(vec![("Give", callback.into())])).await;
    async fn given(query: CallbackQuery) -> Result<()> {
        query.answer().text("it is yours").await
    }
    let running = tokio::spawn({
        let bot = scene.bot.clone();
        let router: Router = Router::new().on(filter::callback_is("give"), given);
        async move { bot.run(router).await }
    });
    let refused = message.click(0).await.unwrap_err();
    assert!(refused.to_string().contains("password"), "{refused}");
    let wrong = message.click(0).password("guess").await.unwrap_err();
    assert!(wrong.is(errors::PASSWORD_HASH_INVALID), "{wrong}");
    let click = message.click(0).password("secret");
    assert!(!format!("{click:?}").contains("secret"));
    let Clicked::Answer(answer) = click.await.unwrap() else {
        panic!("an answer");
    };
    assert_eq!(answer.text(), Some("it is yours"));
    scene.bot.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_of_a_poll_is_picked_like_a_button() {
    let scene = Scene::new().await;
    let text = |text: &str| raw::TextWithEntities::new(text.into(), vec![]);
    let answer = |name: &str, option: &'static [u8]| {
        enums::PollAnswer::from(raw::PollAnswer::new(
            text(name),
            bytes::Bytes::from_static(option),
        ))
    };
    let answers = vec![answer("Tea", b"t"), answer("Coffee", b"c")];
    let poll = raw::Poll::new(0, text("What?"), answers, 0);
    let media = raw::InputMediaPoll::new(Box::new(poll));
    let call = f::messages::SendMedia::new(
        enums::InputPeer::InputPeerSelf,
        media.into(),
        String::new(),
        5,
    );
    scene.client.invoke(call).await.unwrap();
    let mut history = scene.client.history("me").limit(1);
    let message = history.try_next().await.unwrap().unwrap();
    assert_eq!(message.poll().unwrap().poll.answers.len(), 2);
    assert_eq!(message.click("Coffee").await.unwrap(), Clicked::Voted);
    let voted = scene.client.get_messages("me", message.id()).await.unwrap();
    let voted = voted[0].as_ref().unwrap();
    let results = voted.poll().unwrap().results.results.clone().unwrap();
    let chosen: Vec<_> = results
        .iter()
        .filter(|r| r.chosen)
        .map(|r| r.option.clone())
        .collect();
    assert_eq!(chosen, [&b"c"[..]]);
}
