//! How sessions begin, end and survive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;
mod script;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::FutureExt;
use heliogram::{
    Authorization, Error, SessionEnd,
    api::{enums, functions as f},
    storage::{File, Memory, Records, Storage},
};
use heliogram_server::{Fault, Refusal, TestServer};
use script::Answer;

const METHOD: &str = "messages.getHistory";

fn history() -> f::messages::GetHistory {
    f::messages::GetHistory::new(enums::InputPeer::InputPeerSelf, 0, 0, 0, 10, 0, 0, 0)
}

/// The reason in an error that says the session is over.
fn end(error: &Error) -> SessionEnd {
    match error {
        Error::SessionEnded(e) => e.why,
        other => panic!("{other:?}"),
    }
}

/// All that was ever asked of a server.
fn asked(server: &TestServer) -> Vec<(String, u64)> {
    server.all_calls()
}

#[tokio::test]
async fn a_session_that_is_over_says_so_and_asks_no_more() {
    for (code, name, why) in [
        (401, "AUTH_KEY_UNREGISTERED", SessionEnd::SignedOut),
        (401, "SESSION_REVOKED", SessionEnd::Revoked),
        (401, "USER_DEACTIVATED", SessionEnd::Deactivated),
        (401, "USER_DEACTIVATED_BAN", SessionEnd::Banned),
        (406, "AUTH_KEY_DUPLICATED", SessionEnd::Duplicated),
    ] {
        let server = TestServer::start().await;
        let (alice, bob) = (server.user("alice").await, server.user("bob").await);
        let client = room::enter(&server, &alice).await;
        let mut updates = client.updates();
        // Once a message came through, nothing else is under way.
        let bob = room::enter(&server, &bob).await;
        bob.send_message("@alice", "hi").await.unwrap();
        room::next_message(&mut updates).await;
        server
            .faults()
            .add(Fault::refuse(Refusal::new(code, name)).always())
            .unwrap();
        let error = client.invoke(history()).await.unwrap_err();
        assert_eq!(end(&error), why);
        assert!(error.is_unauthorized() && error.rpc().is_some_and(|e| &*e.name == name));
        assert_eq!(client.authorization(), Authorization::None);

        let before = asked(&server);
        drop(bob);
        for _ in 0..20 {
            let error = client.invoke(history()).await.unwrap_err();
            assert_eq!(
                (end(&error), error.method()),
                (why, Some(METHOD)),
                "{error}"
            );
            assert_eq!(end(&client.send_message("me", "x").await.unwrap_err()), why);
        }
        // Whoever reads updates is told as well, once.
        let told = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                if let Err(e) = updates.next().await.expect("the stream goes on") {
                    return e;
                }
            }
        });
        assert_eq!(end(&told.await.unwrap()), why);
        let more = tokio::time::timeout(Duration::from_millis(300), updates.next()).await;
        assert!(more.is_err(), "{more:?}");
        assert_eq!(asked(&server), before, "{name}");
    }
}

#[tokio::test]
async fn a_revoked_session_can_sign_in_again() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    server
        .faults()
        .refuse(METHOD, Refusal::unauthorized("SESSION_REVOKED"));
    assert_eq!(
        end(&client.invoke(history()).await.unwrap_err()),
        SessionEnd::Revoked
    );
    let code = alice.phone()[5..6].repeat(5);
    client
        .sign_in(alice.phone())
        .code(move || std::future::ready(Ok(code.clone())))
        .await
        .unwrap();
    client.invoke(history()).await.unwrap();
}

#[tokio::test]
async fn a_key_used_twice_is_dead_for_everything() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    server
        .faults()
        .add(Fault::auth_key_duplicated().method(METHOD))
        .unwrap();
    let error = client.invoke(history()).await.unwrap_err();
    assert_eq!(end(&error), SessionEnd::Duplicated);
    assert!(error.to_string().contains("session of its own"), "{error}");
    let before = asked(&server);
    let error = client.send_code(alice.phone()).await.map(drop).unwrap_err();
    assert_eq!(end(&error), SessionEnd::Duplicated);
    assert_eq!(asked(&server), before);
}

#[tokio::test]
async fn a_session_that_ended_while_nobody_looked_still_connects_and_tells() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let client = room::enter_with(&server, &alice, Arc::clone(&storage)).await;
    let other = room::enter(&server, &alice).await;
    client.stop().await.unwrap();
    other.invoke(f::auth::ResetAuthorizations {}).await.unwrap();
    let client = room::builder(&server).shared_storage(storage);
    let client = client.connect().await.unwrap();
    assert_eq!(
        end(&client.invoke(history()).await.unwrap_err()),
        SessionEnd::Revoked
    );
    assert!(!client.is_authorized().await.unwrap());
}

#[tokio::test]
async fn a_key_used_twice_is_told_when_connecting() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let client = room::enter_with(&server, &alice, Arc::clone(&storage)).await;
    client.stop().await.unwrap();
    let refused = Refusal::new(406, "AUTH_KEY_DUPLICATED");
    server
        .faults()
        .add(Fault::refuse(refused).always())
        .unwrap();
    let connecting = room::builder(&server).shared_storage(storage).connect();
    assert_eq!(
        end(&connecting.await.map(drop).unwrap_err()),
        SessionEnd::Duplicated
    );
}

#[tokio::test]
async fn a_storage_is_not_shared_by_two_clients() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let connect = || {
        room::builder(&server)
            .shared_storage(Arc::clone(&storage))
            .connect()
    };
    let first = room::enter_with(&server, &alice, Arc::clone(&storage)).await;
    let error = connect().await.map(drop).unwrap_err();
    assert!(error.to_string().contains("session of its own"), "{error}");
    first.invoke(history()).await.unwrap();
    first.stop().await.unwrap();
    let second = connect().await.unwrap();
    second.invoke(history()).await.unwrap();
    drop(second);
    connect().await.unwrap();
}

/// A server that gets as far as the first call under a new key, and then nobody answers.
async fn mute(look: impl Fn(i64) + Send + Sync + 'static) -> Arc<script::Server> {
    script::Server::start(move |seen| {
        look(seen.key);
        Answer::Nothing
    })
    .await
}

/// Starts a client, and ends it as soon as its first call has arrived.
async fn crash(server: &script::Server, storage: Arc<dyn Storage>) {
    let before = server.count::<f::help::GetConfig>();
    let connecting = tokio::spawn(server.client().shared_storage(storage).connect());
    script::until("the first call arrives", || {
        server.count::<f::help::GetConfig>() > before
    })
    .await;
    connecting.abort();
    assert!(connecting.await.is_err_and(|e| e.is_cancelled()));
}

#[tokio::test]
async fn a_new_key_is_stored_before_anything_is_sent_with_it() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let records = Records::new(Arc::clone(&storage));
    let stored = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&stored);
    let server = mute(move |key| {
        let keys = records.dc_keys().now_or_never().unwrap().unwrap();
        let there = keys.iter().any(|stored| stored.key.id() == key);
        seen.lock().unwrap().push(there);
    })
    .await;
    crash(&server, storage).await;
    let stored = stored.lock().unwrap();
    assert!(
        !stored.is_empty() && stored.iter().all(|there| *there),
        "{stored:?}"
    );
}

#[tokio::test]
async fn a_crash_right_after_the_key_exchange_keeps_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("me.session"),
        folder.path().join("copy.session"),
    );
    let from_to = (path.clone(), copy.clone());
    let server = mute(move |_| {
        // What a machine that loses power now would find when it is back.
        std::fs::copy(&from_to.0, &from_to.1).unwrap();
    })
    .await;
    crash(&server, Arc::new(File::open(&path))).await;
    crash(&server, Arc::new(File::open(&copy))).await;
    assert_eq!(server.keys(), 1, "no second key was made");
}
