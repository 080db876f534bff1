//! A server that has lost what a temporary key is bound to: `AUTH_KEY_PERM_EMPTY`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use heliogram::{
    Authorization, Client,
    api::functions as f,
    storage::{Records, Storage},
};
use heliogram_tl::{Call, to_bytes};
use script::{
    Answer, Seen, Server, account,
    once::{Once, unread},
};
use tokio::task::JoinSet;

/// Longer than anything here takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(30);

/// The temporary keys of which the server has lost the binding, and those it has run calls with.
#[derive(Default)]
struct Bindings {
    lost: Mutex<HashSet<i64>>,
    used: Mutex<Vec<i64>>,
}

impl Bindings {
    /// Answers as a server does that knows all keys that are not lost.
    fn answer(&self, seen: &Seen) -> Answer {
        if seen.id == f::auth::BindTempAuthKey::ID {
            return Answer::Result(to_bytes(&true));
        }
        if self.lost.lock().unwrap().contains(&seen.key) {
            return Answer::Error(401, "AUTH_KEY_PERM_EMPTY");
        }
        if seen.id == Once::ID {
            self.used.lock().unwrap().push(seen.key);
            return Answer::Result(to_bytes(&true));
        }
        account::answer(seen)
    }

    /// Loses the binding of the key that the last call came with.
    fn lose(&self) -> i64 {
        let key = *self.used.lock().unwrap().last().unwrap();
        self.lost.lock().unwrap().insert(key);
        key
    }

    fn ran(&self) -> usize {
        self.used.lock().unwrap().len()
    }
}

/// A signed-in client with temporary keys, and its server.
async fn start() -> (Arc<Bindings>, Arc<Server>, Client, Arc<dyn Storage>) {
    let bindings = Arc::new(Bindings::default());
    let script = Arc::clone(&bindings);
    let server = Server::start(move |seen| script.answer(seen)).await;
    let storage = account::signed_in().await;
    let builder = server.client().shared_storage(Arc::clone(&storage));
    let client = builder.pfs(true).connect().await.unwrap();
    (bindings, server, client, storage)
}

async fn soon<T>(what: impl IntoFuture<Output = T>) -> T {
    let what = tokio::time::timeout(SOON, what.into_future()).await;
    what.expect("it hangs")
}

#[tokio::test]
async fn sec_34_a_lost_binding_is_made_anew_and_the_call_is_answered() {
    let (bindings, server, client, storage) = start().await;
    assert!(client.invoke(unread()).await.unwrap());
    let permanent = || async {
        let key = Records::new(Arc::clone(&storage)).dc_key(1).await.unwrap();
        key.unwrap().key.id()
    };
    let (before, bound) = (
        permanent().await,
        server.count::<f::auth::BindTempAuthKey>(),
    );
    for round in 1..=3 {
        let lost = bindings.lose();
        // A write as well: the server has not run what it refused.
        assert!(soon(client.invoke(unread())).await.unwrap());
        assert_eq!(bindings.ran(), 1 + round, "it ran once");
        assert_ne!(bindings.used.lock().unwrap().last(), Some(&lost));
        assert_eq!(server.count::<f::auth::BindTempAuthKey>(), bound + round);
    }
    assert_eq!(permanent().await, before, "the account's own key is kept");
    assert_eq!(client.authorization(), Authorization::User);
}

#[tokio::test]
async fn sec_34_many_calls_that_meet_a_lost_binding_at_once_run_once_each() {
    let (bindings, server, client, _) = start().await;
    assert!(client.invoke(unread()).await.unwrap());
    let bound = server.count::<f::auth::BindTempAuthKey>();
    bindings.lose();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        calls.spawn(async move { client.invoke(unread()).await });
    }
    while let Some(answer) = soon(calls.join_next()).await {
        assert!(answer.unwrap().unwrap());
    }
    assert_eq!(bindings.ran(), 101);
    assert_eq!(server.count::<f::auth::BindTempAuthKey>(), bound + 1);
}
