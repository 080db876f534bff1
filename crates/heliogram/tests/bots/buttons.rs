use heliogram::{
    Button, Error, Keyboard, UsageError,
    api::{enums, functions as f},
    md,
    types::KeyboardError,
};

use super::{Scene, next, pick, room};

/// Presses a button of a message, as an app does.
pub(super) fn press(
    client: &heliogram::Client,
    message: &heliogram::Message,
    data: &'static [u8],
) -> tokio::task::JoinHandle<heliogram::Result<heliogram::api::types::messages::BotCallbackAnswer>>
{
    let (client, message) = (client.clone(), message.clone());
    tokio::spawn(async move {
        let peer = client.input_peer(&message).await?;
        let call = f::messages::GetBotCallbackAnswer {
            data: Some(bytes::Bytes::from_static(data)),
            ..f::messages::GetBotCallbackAnswer::new(peer, message.id())
        };
        client.invoke(call).await
    })
}

fn choice() -> Keyboard {
    Keyboard::new()
        .row([
            Button::callback("Yes", "vote:yes"),
            Button::callback("No", "vote:no"),
        ])
        .row([Button::url("Help", "https://t.me")])
}

/// The texts of the buttons below a message.
fn buttons(message: &heliogram::Message) -> Vec<String> {
    let enums::Message::Message(raw) = message.raw() else {
        panic!("no plain message");
    };
    let Some(enums::ReplyMarkup::ReplyInlineMarkup(markup)) = raw.reply_markup.as_deref() else {
        return vec![];
    };
    let buttons = markup.rows.iter().flat_map(|row| &row.buttons);
    buttons.map(|button| button.text.clone()).collect()
}

#[tokio::test]
async fn a_pressed_button_is_told_answered_and_its_message_changed() {
    let mut s = Scene::new().await;
    let sent = s
        .of_bot
        .send_message(s.alice.id(), "Choose")
        .keyboard(choice());
    assert_eq!(buttons(&sent.await.unwrap()), ["Yes", "No", "Help"]);
    let shown = room::next_message(&mut s.heard).await;
    assert_eq!(buttons(&shown), ["Yes", "No", "Help"]);

    let pressed = press(&s.of_alice, &shown, b"vote:yes");
    let query = next(&mut s.told, pick!(CallbackQuery)).await;
    assert_eq!(
        (query.data(), query.data_str()),
        (&b"vote:yes"[..], Some("vote:yes"))
    );
    assert_eq!(query.sender_id(), s.alice.id());
    assert_eq!(query.chat_id(), Some(s.alice.id()));
    assert_eq!(query.sender().username(), Some("alice"));
    assert!(query.is_private() && !query.via_inline());
    assert!(query.chat_instance() != 0 && query.inline_message_id().is_none());
    let message = query.message().await.unwrap().unwrap();
    assert_eq!(message.text(), "Choose");
    assert_eq!(Some(message.id()), query.message_id());

    query.answer().text("Thank you!").alert().await.unwrap();
    let answer = pressed.await.unwrap().unwrap();
    assert!(answer.alert && answer.message.as_deref() == Some("Thank you!"));
    assert!(query.answer().await.is_err(), "only one answer is taken");

    query
        .edit(md("**Recorded**"))
        .keyboard(Button::callback("Undo", "undo"))
        .await
        .unwrap();
    let edited = next(&mut s.heard, pick!(MessageEdited)).await;
    assert_eq!(
        (edited.text(), buttons(&edited)),
        ("Recorded", vec!["Undo".to_owned()])
    );
    query.edit_keyboard(Keyboard::new()).await.unwrap();
    let edited = next(&mut s.heard, pick!(MessageEdited)).await;
    assert_eq!((edited.text(), buttons(&edited)), ("Recorded", vec![]));

    query.respond("aside").await.unwrap();
    assert_eq!(room::next_message(&mut s.heard).await.reply_to(), None);
    query.reply("below").await.unwrap();
    assert_eq!(
        room::next_message(&mut s.heard).await.reply_to(),
        Some(shown.id())
    );
    assert_eq!(query.delete().await.unwrap(), 1);
    assert!(query.message().await.unwrap().is_none());
}

#[tokio::test]
async fn editing_the_text_of_a_message_leaves_its_buttons() {
    let s = Scene::new().await;
    let sent = s
        .of_bot
        .send_message(s.alice.id(), "Choose")
        .keyboard(choice())
        .await
        .unwrap();
    let edited = sent.edit("Choose!").await.unwrap();
    assert_eq!((edited.text(), buttons(&edited).len()), ("Choose!", 3));
    let bare = edited.edit("Over").keyboard(Keyboard::new()).await.unwrap();
    assert!(buttons(&bare).is_empty());
}

#[tokio::test]
async fn keyboards_that_cannot_be_are_refused_before_anything_is_sent() {
    let s = Scene::new().await;
    let why = async |keyboard: Keyboard| {
        let sent = s
            .of_bot
            .send_message(s.alice.id(), "x")
            .keyboard(keyboard)
            .await;
        match sent.unwrap_err() {
            Error::Usage(e) => match e {
                UsageError::Keyboard(why) => why,
                other => panic!("{other}"),
            },
            other => panic!("{other}"),
        }
    };
    let long = vec![b'x'; 65];
    assert_eq!(
        why(Button::callback("x", long).into()).await,
        KeyboardError::Data { len: 65 }
    );
    assert_eq!(
        why(Button::callback("x", "").into()).await,
        KeyboardError::Data { len: 0 }
    );
    assert_eq!(why(Keyboard::new()).await, KeyboardError::Empty);
    assert_eq!(why(Button::text("").into()).await, KeyboardError::NoText);
    let mixed = [Button::text("a"), Button::callback("b", "b")];
    assert_eq!(why(mixed.into()).await, KeyboardError::Mixed);
    assert_eq!(
        why(Button::web_app("a", "http://a").into()).await,
        KeyboardError::Url
    );
    let behaving = Keyboard::from(Button::callback("b", "b")).resize();
    assert_eq!(why(behaving).await, KeyboardError::Behaviour);
    let hint = Keyboard::force_reply().placeholder("x".repeat(65));
    assert_eq!(why(hint).await, KeyboardError::Placeholder { len: 65 });
    assert_eq!(s.bot.calls("messages.sendMessage"), 0);
}

#[tokio::test]
async fn keyboards_of_every_kind_arrive() {
    let mut s = Scene::new().await;
    let all = Keyboard::new()
        .row([
            Button::switch_inline("Share", "q"),
            Button::switch_inline_here("Here", "q"),
            Button::switch_inline_to("To", "q", [heliogram::types::InlineChatKind::Group]),
        ])
        .row([
            Button::user_profile("Me", "@alice"),
            Button::login("Log in", "https://example.org"),
            Button::copy("Copy", "copied"),
            Button::web_app("App", "https://example.org"),
            Button::callback_with_password("Own", "own"),
        ]);
    let keys = Keyboard::new()
        .row([Button::text("Small"), Button::request_phone("Phone")])
        .row([
            Button::request_location("Where"),
            Button::request_poll("Poll"),
        ])
        .resize()
        .single_use()
        .selective()
        .persistent()
        .placeholder("Which?");
    let to = s.alice.id();
    for keyboard in [all, keys, Keyboard::clear(), Keyboard::force_reply()] {
        s.of_bot
            .send_message(to, "x")
            .keyboard(keyboard)
            .await
            .unwrap();
    }
    let mut markups = Vec::new();
    for _ in 0..4 {
        let message = room::next_message(&mut s.heard).await;
        let enums::Message::Message(raw) = message.raw() else {
            panic!("no plain message");
        };
        markups.push(*raw.reply_markup.clone().unwrap());
    }
    use enums::ReplyMarkup as M;
    assert!(matches!(&markups[0], M::ReplyInlineMarkup(m) if m.rows.len() == 2));
    let M::ReplyKeyboardMarkup(keys) = &markups[1] else {
        panic!("{:?}", markups[1]);
    };
    assert!(keys.resize && keys.single_use && keys.selective && keys.persistent);
    assert_eq!(keys.placeholder.as_deref(), Some("Which?"));
    assert!(matches!(&markups[2], M::ReplyKeyboardHide(_)));
    assert!(matches!(&markups[3], M::ReplyKeyboardForceReply(_)));
}

#[tokio::test]
async fn a_file_can_have_buttons() {
    let s = Scene::new().await;
    let file = heliogram::InputFile::bytes("a.txt", b"text".to_vec());
    let sent = s.of_bot.send_file(s.alice.id(), file).keyboard(choice());
    assert_eq!(buttons(&sent.await.unwrap()), ["Yes", "No", "Help"]);
}
