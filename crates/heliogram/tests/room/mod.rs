//! A server and people in it, for the tests of this folder.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{sync::Arc, time::Duration};

use heliogram::{
    Client, ClientBuilder, Event, Message, Servers, Updates,
    storage::{Memory, Storage},
};
use heliogram_server::{Account, TestServer};

/// How long something may take that is bound to happen.
const SOON: Duration = Duration::from_secs(20);
/// How long to watch for something that must not happen.
const A_WHILE: Duration = Duration::from_millis(400);

/// Settings for a client of this server.
pub(crate) fn builder(server: &TestServer) -> ClientBuilder {
    let custom = Servers::custom().public_key(server.public_key_pem());
    let servers = server.dcs().iter().fold(custom, |servers, dc| {
        servers.dc(dc.id, dc.address.ip().to_string(), dc.address.port())
    });
    Client::builder(1, "abc").server(servers)
}

/// A client with a session of its own, signed in as this account.
pub(crate) async fn enter(server: &TestServer, account: &Account) -> Client {
    enter_with(server, account, Arc::new(Memory::default())).await
}

/// A client over this storage, signed in as this account.
pub(crate) async fn enter_with(
    server: &TestServer,
    account: &Account,
    storage: Arc<dyn Storage>,
) -> Client {
    enter_by(builder(server).shared_storage(storage), account).await
}

/// A client with these settings, signed in as this account.
pub(crate) async fn enter_by(builder: ClientBuilder, account: &Account) -> Client {
    let client = builder.connect().await.unwrap();
    if client.self_id().is_some() {
        return client;
    }
    match account.token() {
        Some(token) => {
            client.sign_in_bot(token).await.unwrap();
        }
        None => {
            let code = account.phone()[5..6].repeat(5);
            let ask = move || {
                let code = code.clone();
                async move { Ok(code) }
            };
            client.sign_in(account.phone()).code(ask).await.unwrap();
        }
    }
    client
}

/// The next event, which must come.
pub(crate) async fn next(updates: &mut Updates) -> Event {
    let event = tokio::time::timeout(SOON, updates.next())
        .await
        .expect("an event");
    event.expect("the stream goes on").unwrap()
}

/// Whom login codes and notes about new logins come from.
const TELEGRAM: i64 = 777_000;

/// The next new message of a person or bot, other events and Telegram's own notes left out.
pub(crate) async fn next_message(updates: &mut Updates) -> Message {
    loop {
        match next(updates).await {
            Event::NewMessage(message) if message.chat_id() != TELEGRAM => return message,
            _ => {}
        }
    }
}

/// Makes sure that no message comes.
pub(crate) async fn no_message(updates: &mut Updates) {
    let watch = async {
        loop {
            match updates.next().await {
                Some(Ok(Event::NewMessage(message))) => return Some(message.text().to_owned()),
                Some(_) => {}
                None => return None,
            }
        }
    };
    if let Ok(Some(text)) = tokio::time::timeout(A_WHILE, watch).await {
        panic!("unexpected message {text:?}");
    }
}

/// Waits until the condition holds.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, wait)
        .await
        .expect("it happens soon");
}
