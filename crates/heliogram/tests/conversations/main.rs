//! Conversations against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;

#[path = "../room/forum.rs"]
mod forum;

mod alone;
mod asking;
mod ending;
mod leftovers;
mod own;
mod short;
mod topics;
mod waiting;

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use heliogram::{
    Button, Client, Conversation, ConversationError, Error, Event, Flow, InputFile, Message,
    Result, Router, Updates, conversation::Awaited, events::Kinds, filter, filter::filter_fn,
};
use heliogram_server::{Account, Refusal, Said, Server, TestServer};

const SHORT: Duration = Duration::from_millis(300);

/// A server, bob, and alice with her client.
async fn scene() -> (TestServer, Account, Account, Client) {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &alice).await;
    (server, alice, bob, client)
}

/// Lets the account answer each message from `other` with the next of these texts.
fn answering(account: &Account, other: &Account, texts: &'static [&'static str]) {
    let (account, other) = (account.clone(), other.clone());
    tokio::spawn(async move {
        for text in texts {
            account.hears_from(&other).await.unwrap();
            account.says(&other, text).await.unwrap();
        }
    });
}

/// The newest message as this account sees it.
fn newest(account: &Account, with: &Account) -> Said {
    account.messages_with(with).pop().unwrap()
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(Message::text).collect()
}

fn error(outcome: Result<impl Sized>) -> ConversationError {
    match outcome.map(drop) {
        Err(Error::Conversation(e)) => *e,
        Err(other) => panic!("another error: {other}"),
        Ok(()) => panic!("no error"),
    }
}

/// The text of the next message that somebody wrote.
async fn said(updates: &mut Updates) -> String {
    loop {
        let message = room::next_message(updates).await;
        if !message.is_service() {
            return message.text().to_owned();
        }
    }
}

/// Waits until the client follows updates.
async fn listening(server: &Server, conversation: Conversation) -> Conversation {
    let before = server.calls("updates.getDifference");
    let conversation = conversation.begin().await.unwrap();
    room::until(|| server.calls("updates.getDifference") > before).await;
    conversation
}

#[test]
fn every_call_can_be_spawned() {
    fn sent<T: Send>(_: &T) {}
    fn checks(conversation: &Conversation) {
        sent(conversation);
        sent(&conversation.ask("a").into_future());
        sent(&conversation.ask_parse::<u8>("a", "b").into_future());
        sent(&conversation.next().into_future());
        sent(&conversation.wait_click().into_future());
        sent(&conversation.mark_read().into_future());
    }
    let _ = checks;
}
