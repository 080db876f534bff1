//! Topics of a forum.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use heliogram::{
    Client,
    api::{enums, functions::messages},
};
use heliogram_server::Chat;

/// Makes a topic; gives its id.
pub(crate) async fn topic(by: &Client, forum: &Chat, title: &str) -> i32 {
    let peer = by.input_peer(forum.id()).await.unwrap();
    let random_id = i64::try_from(title.len()).unwrap();
    let call = messages::CreateForumTopic::new(peer, title.into(), random_id);
    let made = by.invoke(call).await.unwrap();
    let enums::Updates::Updates(made) = made else {
        panic!("{made:?}")
    };
    let id = made.updates.iter().find_map(|update| match update {
        enums::Update::MessageID(update) => Some(update.id),
        _ => None,
    });
    id.unwrap()
}

/// Writes in a topic; 1 is the general one.
pub(crate) async fn say(by: &Client, forum: &Chat, topic: i32, text: &str) {
    let message = by.send_message(forum.id(), text);
    match topic {
        1 => message.await.unwrap(),
        _ => message.reply_to(topic).await.unwrap(),
    };
}
