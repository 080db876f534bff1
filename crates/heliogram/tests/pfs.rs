//! Perfect forward secrecy: temporary keys carry all traffic, are renewed and replaced.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;
mod script;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use heliogram::{
    Error, NetworkError, ProtocolError,
    api::functions as f,
    storage::{Memory, Records, Storage},
};
use heliogram_server::{Fault, TestServer};
use heliogram_tl::{Call, to_bytes};
use script::{Answer, Server, usual};

const BIND: &str = "auth.bindTempAuthKey";

#[tokio::test]
async fn an_account_signs_in_writes_and_hears_through_temporary_keys() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter_by(room::builder(&server).pfs(true), &bob).await;
    let mut updates = client.updates();
    alice.says(&bob, "hello").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "hello");
    client.send_message(alice.id(), "and to you").await.unwrap();
    assert_eq!(bob.messages_with(&alice).len(), 2);
    assert!(server.calls(BIND) > 0);
}

#[tokio::test]
async fn sec_34_the_permanent_key_carries_nothing() {
    let keys = Arc::new(Mutex::new(HashSet::new()));
    let seen_keys = Arc::clone(&keys);
    let server = Server::start(move |seen| {
        seen_keys.lock().unwrap().insert((seen.id, seen.key));
        usual(seen).unwrap_or_else(|| match seen.id {
            f::auth::BindTempAuthKey::ID => Answer::Result(to_bytes(&true)),
            _ => Answer::Error(400, "INPUT_METHOD_INVALID"),
        })
    })
    .await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let builder = server.client().shared_storage(Arc::clone(&storage));
    let client = builder.pfs(true).connect().await.unwrap();
    client
        .invoke(f::help::GetNearestDc::new())
        .await
        .unwrap_err();
    let permanent = Records::new(storage).dc_key(1).await.unwrap().unwrap();
    let keys = keys.lock().unwrap();
    assert!(
        keys.iter()
            .any(|(id, _)| *id == f::auth::BindTempAuthKey::ID)
    );
    assert!(keys.iter().all(|(_, key)| *key != permanent.key.id()));
    let used: HashSet<_> = keys.iter().map(|(_, key)| key).collect();
    assert_eq!(used.len(), 1, "one temporary key for all of it");
}

#[tokio::test]
async fn sec_34_keys_are_renewed_before_they_expire_and_no_call_notices() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let builder = room::builder(&server).temporary_key_life(Duration::from_secs(2));
    let client = room::enter_by(builder, &alice).await;
    let before = server.calls(BIND);
    let began = Instant::now();
    let mut sent = 0;
    while began.elapsed() < Duration::from_secs(5) {
        client.send_message("me", "still here").await.unwrap();
        sent += 1;
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
    assert!(server.calls(BIND) >= before + 2, "{}", server.calls(BIND));
    assert_eq!(alice.messages_with(&alice).len(), sent, "each ran once");
}

#[tokio::test]
async fn sec_34_a_lost_temporary_key_is_replaced_and_the_account_kept() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter_by(room::builder(&server).pfs(true), &alice).await;
    let before = server.calls(BIND);
    server.faults().add(Fault::forget_key()).unwrap();
    match client.send_message("me", "one").await {
        // The server may have run it before it forgot; that is the caller's to find out.
        Ok(_) => {}
        Err(Error::Network(e)) => assert!(matches!(*e, NetworkError::MayHaveRun { .. })),
        Err(other) => panic!("{other:?}"),
    }
    client.send_message("me", "two").await.unwrap();
    assert_eq!(client.me().await.unwrap().id(), alice.id());
    assert!(server.calls(BIND) > before);
}

#[tokio::test]
async fn sec_34_one_refused_binding_does_not_cost_the_permanent_key() {
    let server = Server::start(|seen| {
        usual(seen).unwrap_or(Answer::Error(400, "ENCRYPTED_MESSAGE_INVALID"))
    })
    .await;
    let refused = server.client().pfs(true).connect_attempts(1).connect();
    let refused = tokio::time::timeout(Duration::from_secs(20), refused).await;
    let error = refused.expect("it is not tried for ever").unwrap_err();
    let Error::Protocol(e) = &error else {
        panic!("{error:?}");
    };
    assert!(matches!(**e, ProtocolError::AuthKeyUnknown { dc: 1 }));
    // Nobody is signed in with these keys: each was replaced, after three refusals and not one.
    let permanent = server.keys() - server.count::<f::auth::BindTempAuthKey>();
    assert_eq!(server.count::<f::auth::BindTempAuthKey>() / permanent, 3);
}
