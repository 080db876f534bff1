//! How calls are carried: time limits, flood waits, repetitions, budgets, and what is told of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use heliogram::{
    Budget, CallOptions, Client, ClientBuilder, Error, FloodKind, FloodWait,
    api::{enums, functions as f},
    storage::{File, Memory, Storage},
};
use heliogram_server::{Account, Fault, Refusal, TestServer};

const METHOD: &str = "messages.getHistory";

fn history() -> f::messages::GetHistory {
    f::messages::GetHistory::new(enums::InputPeer::InputPeerSelf, 0, 0, 0, 10, 0, 0, 0)
}

/// How often a method was called, the calls that were refused included.
fn asked(server: &TestServer, method: &str) -> u64 {
    server.calls(method)
}

/// A client that is signed in, with settings of choice.
async fn client(
    server: &TestServer,
    account: &Account,
    storage: Arc<dyn Storage>,
    set: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Client {
    room::enter_with(server, account, Arc::clone(&storage))
        .await
        .stop()
        .await
        .unwrap();
    let builder = room::builder(server).shared_storage(storage);
    set(builder).connect().await.unwrap()
}

fn memory() -> Arc<dyn Storage> {
    Arc::new(Memory::new())
}

#[tokio::test]
async fn a_known_wait_is_told_and_not_asked_for_again() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let told = Arc::new(Mutex::new(Vec::<FloodWait>::new()));
    let hook = Arc::clone(&told);
    let client = client(&server, &alice, memory(), |builder| {
        builder
            .flood_sleep(Duration::ZERO)
            .on_flood(move |flood| hook.lock().unwrap().push(*flood))
    })
    .await;
    server.faults().flood_wait(METHOD, 30);
    for known in [false, true, true] {
        let error = client.invoke(history()).await.unwrap_err();
        let wait = error.flood_wait().unwrap();
        assert!(wait > Duration::from_secs(25) && wait <= Duration::from_secs(30));
        assert_eq!(error.method(), Some(METHOD));
        let last = *told.lock().unwrap().last().unwrap();
        assert_eq!(
            (last.known, last.slept, last.method),
            (known, false, METHOD)
        );
        assert_eq!(last.kind, FloodKind::Flood);
    }
    assert_eq!(asked(&server, METHOD), 1);
    assert_eq!(client.stats().flood_waits, 3);
    // Other methods have nothing to do with it.
    client
        .invoke(f::messages::GetDialogFilters {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wait_outlives_the_client() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alice.session");
    let first = client(&server, &alice, Arc::new(File::open(&path)), |b| {
        b.flood_sleep(Duration::ZERO)
    })
    .await;
    server.faults().flood_wait(METHOD, 300);
    first.invoke(history()).await.unwrap_err();
    first.stop().await.unwrap();
    let second = room::builder(&server).storage(File::open(&path));
    let second = second.connect().await.unwrap();
    let error = second.invoke(history()).await.unwrap_err();
    assert!(
        error.flood_wait().unwrap() > Duration::from_secs(250),
        "{error}"
    );
    assert_eq!(asked(&server, METHOD), 1);
    // The wait is that of the account, which leaves with it.
    second.log_out().await.unwrap();
    second.stop().await.unwrap();
    let third = room::enter_with(&server, &alice, Arc::new(File::open(&path))).await;
    third.invoke(history()).await.unwrap();
}

#[tokio::test]
async fn calls_behind_a_short_wait_sit_it_out_without_asking() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    server.faults().flood_wait(METHOD, 1);
    let start = Instant::now();
    let first = client.invoke(history());
    let behind = async {
        room::until(|| client.stats().flood_waits == 1).await;
        client.invoke(history()).await
    };
    let (first, behind) = tokio::join!(first, behind);
    first.and(behind).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(
        asked(&server, METHOD),
        3,
        "one is refused, two are answered"
    );
}

#[tokio::test]
async fn slow_mode_of_a_chat_is_remembered_and_does_not_concern_others() {
    let server = TestServer::start().await;
    let (alice, _bob) = (server.user("alice").await, server.user("bob").await);
    let client = client(&server, &alice, memory(), |b| b.flood_sleep(Duration::ZERO)).await;
    let refusal = Refusal::new(420, "SLOWMODE_WAIT_30");
    server.faults().refuse("messages.sendMessage", refusal);
    let error = client.send_message("me", "one").await.unwrap_err();
    assert_eq!(error.flood_wait(), Some(Duration::from_secs(30)));
    let known = client.send_message("me", "again").await.unwrap_err();
    assert!(known.flood_wait().is_some());
    assert_eq!(server.calls("messages.sendMessage"), 1);
    client.send_message("@bob", "two").await.unwrap();
}

#[tokio::test]
async fn stopping_a_client_ends_its_waits() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    server.faults().flood_wait(METHOD, 30);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(history()).await }
    });
    room::until(|| client.stats().flood_waits == 1).await;
    let start = Instant::now();
    client.stop().await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Closed)));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn one_call_may_have_less_time_than_the_others() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    let hasty = client.with(CallOptions::new().timeout(Duration::from_millis(100)));
    let slow = Fault::delay_call(Duration::from_millis(800)).always();
    server
        .faults()
        .add(slow.method("messages.sendMessage"))
        .unwrap();
    let (late, patient) = tokio::join!(async { hasty.send_message("me", "late").await }, async {
        client.send_message("me", "patient").await
    },);
    let late = late.unwrap_err();
    let what = "messages.sendMessage";
    assert!(
        matches!(late, Error::Timeout { what: w } if w == what),
        "{late:?}"
    );
    patient.unwrap();
}

#[tokio::test]
async fn faults_of_the_server_are_repeated_and_counted() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    for name in ["RPC_MCGET_FAIL", "INTERDC_2_CALL_ERROR"] {
        server.faults().refuse(METHOD, Refusal::new(500, name));
    }
    let before = client.stats();
    client.invoke(history()).await.unwrap();
    let after = client.stats();
    assert_eq!(
        (after.retries, after.calls),
        (before.retries + 2, before.calls + 1)
    );
    assert_eq!(after.failed, before.failed);

    server
        .faults()
        .refuse(METHOD, Refusal::new(500, "RPC_CALL_FAIL"));
    let strict = client.with(CallOptions::new().retries(0));
    let error = strict.invoke(history()).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(client.stats().failed, before.failed + 1);
}

#[tokio::test]
async fn repetitions_take_their_turn_in_a_budget() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let second = Duration::from_secs(2);
    let client = client(&server, &alice, memory(), |b| {
        b.throttle_methods(METHOD, Budget::new(1, second))
    })
    .await;
    let refused = Refusal::new(500, "RPC_MCGET_FAIL");
    server.faults().refuse(METHOD, refused);
    let begun = Instant::now();
    client.invoke(history()).await.unwrap();
    assert!(begun.elapsed() >= second - Duration::from_millis(50));
}

#[tokio::test]
async fn options_keep_what_those_over_them_leave_out() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    let strict = client.with(CallOptions::new().retries(0));
    let strict = strict.with(CallOptions::new().timeout(Duration::from_secs(9)));
    server
        .faults()
        .refuse(METHOD, Refusal::new(500, "RPC_CALL_FAIL"));
    let error = strict.invoke(history()).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
}

#[tokio::test]
async fn reconnects_are_counted() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| {
        b.max_backoff(Duration::from_millis(50))
    })
    .await;
    let before = client.stats().reconnects;
    server.faults().cut_connections();
    client.invoke(history()).await.unwrap();
    assert!(client.stats().reconnects > before);
}

#[tokio::test]
async fn a_budget_spreads_the_calls_of_its_methods_and_no_others() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let budget = Budget::new(10, Duration::from_secs(1)).burst(2);
    let client = client(&server, &alice, memory(), |b| {
        b.throttle_methods("messages.get", budget)
    })
    .await;
    // Who goes away before its turn takes nothing from the others.
    for _ in 0..500 {
        assert!(client.invoke(history()).now_or_never().is_none());
    }
    let start = Instant::now();
    let calls = async {
        for _ in 0..8 {
            client.invoke(history()).await.unwrap();
        }
        start.elapsed()
    };
    let others = async {
        for _ in 0..8 {
            client.send_message("me", "x").await.unwrap();
        }
        start.elapsed()
    };
    let (calls, _others) = tokio::join!(calls, others);
    assert!(calls >= Duration::from_millis(550), "{calls:?}");
    assert!(calls < Duration::from_secs(20), "{calls:?}");
    assert!(client.stats().throttled >= 5, "{:?}", client.stats());
}

#[tokio::test]
async fn each_chat_has_a_budget_of_its_own() {
    let server = TestServer::start().await;
    let (alice, _bob) = (server.user("alice").await, server.user("bob").await);
    let budget = Budget::new(1, Duration::from_secs(30));
    let client = client(&server, &alice, memory(), |b| {
        b.throttle_chats("messages.send", budget)
    })
    .await;
    client.send_message("me", "one").await.unwrap();
    client.send_message("@bob", "one").await.unwrap();
    let second = client.send_message("me", "two").into_future();
    let waits = tokio::time::timeout(Duration::from_millis(300), second).await;
    assert!(waits.is_err(), "{waits:?}");
    client.invoke(history()).await.unwrap();
    assert_eq!(server.calls("messages.sendMessage"), 2);
}

#[tokio::test]
async fn the_server_confirms_at_once_what_it_is_asked_to_before_it_answers() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, memory(), |b| b).await;
    client.invoke(history()).await.unwrap();
    assert_eq!(client.stats().quick_acks, 0);
    let careful = client.with(CallOptions::new().quick_ack());
    let slow = Fault::delay_call(Duration::from_secs(2)).method(METHOD);
    server.faults().add(slow).unwrap();
    let began = Instant::now();
    let call = careful.invoke(history());
    let confirmed = async {
        room::until(|| client.stats().quick_acks == 1).await;
        began.elapsed()
    };
    let (answer, confirmed) = tokio::join!(call, confirmed);
    answer.unwrap();
    assert!(confirmed < Duration::from_secs(2), "{confirmed:?}");
    assert!(began.elapsed() >= Duration::from_secs(2));
}
