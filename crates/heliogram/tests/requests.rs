//! Programs about how calls are carried, written from the documentation alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use heliogram::{
    BoxFuture, Budget, CallOptions, Error, FloodKind, FloodWait, Layer, Next, RawCall, Result,
    api::functions as f,
    errors,
    storage::{Memory, Storage},
};
use heliogram_tl::{Call, to_bytes};
use script::{
    Answer, Seen, Server, account,
    once::{Once, calls, unread},
    usual,
};

const METHOD: &str = "messages.markDialogUnread";

fn nearest() -> f::help::GetNearestDc {
    f::help::GetNearestDc::new()
}

/// A server that answers one method as told, and the rest as usual.
async fn server(once: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Arc<Server> {
    Server::start(move |seen| match seen.id {
        Once::ID => once(seen),
        _ => usual(seen).unwrap_or_else(|| account::answer(seen)),
    })
    .await
}

fn yes() -> Answer {
    Answer::Result(to_bytes(&true))
}

/// Answers what was asked before by itself.
#[derive(Default)]
struct Cache(Mutex<HashMap<Bytes, Bytes>>);

impl Layer for Cache {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            let (method, asked) = (call.method, call.body.clone());
            if let Some(answer) = self.0.lock().unwrap().get(&asked) {
                return Ok(answer.clone());
            }
            let answer = next.run(call).await?;
            if method == "help.getNearestDc" {
                self.0.lock().unwrap().insert(asked, answer.clone());
            }
            Ok(answer)
        })
    }
}

/// Notes how often a call was sent by the end of it, and makes it once more if it failed.
#[derive(Clone, Default)]
struct Insist(Arc<Mutex<Vec<(&'static str, u32)>>>);

impl Layer for Insist {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            let mut answer = next.run(call.clone()).await;
            if answer.is_err() {
                answer = next.run(call.clone()).await;
            }
            self.0.lock().unwrap().push((call.method, call.attempts()));
            answer
        })
    }
}

#[tokio::test]
async fn layers_answer_by_themselves_or_go_on_as_often_as_they_like() {
    let server = server(|seen| match seen.before {
        0 => Answer::Error(400, "PEER_ID_INVALID"),
        _ => yes(),
    })
    .await;
    let insist = Insist::default();
    let builder = server
        .client()
        .layer(Cache::default())
        .layer(insist.clone());
    let client = builder.connect().await.unwrap();
    let noted = |method| {
        let noted = insist.0.lock().unwrap().clone();
        noted
            .into_iter()
            .filter(|(m, _)| *m == method)
            .collect::<Vec<_>>()
    };
    for _ in 0..3 {
        assert_eq!(client.invoke(nearest()).await.unwrap().country, "DE");
    }
    // The cache is the outer one: what it answers comes to no other layer, and to no server.
    assert_eq!(noted("help.getNearestDc"), [("help.getNearestDc", 1)]);
    assert_eq!(server.count::<f::help::GetNearestDc>(), 1);
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(noted(METHOD), [(METHOD, 2)]);
    let stats = client.stats();
    assert_eq!(
        (stats.failed, stats.retries),
        (0, 0),
        "a layer's repetitions are its own"
    );
}

#[tokio::test]
async fn options_are_those_of_the_handle_and_friendly_methods_have_them_too() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = server.client().request_timeout(Duration::from_secs(600));
    let client = client.connect().await.unwrap();
    let begun = Instant::now();
    let hasty = client.with(CallOptions::new().timeout(Duration::from_millis(200)));
    let late = hasty.me().await.unwrap_err();
    assert!(
        matches!(
            late,
            Error::Timeout {
                what: "users.getUsers"
            }
        ),
        "{late:?}"
    );
    assert!(late.to_string().contains("users.getUsers"), "{late}");
    // Clones carry on with the options, and each call has the whole time for itself.
    let late = hasty.clone().invoke(unread()).await.unwrap_err();
    assert!(matches!(late, Error::Timeout { what: METHOD }), "{late:?}");
    assert!((400..10_000).contains(&begun.elapsed().as_millis()));
    assert_eq!(client.stats().failed, 2);
}

#[tokio::test]
async fn flood_waits_are_told_slept_or_reported_and_remembered_by_the_next_program() {
    let server = server(|seen| match seen.before {
        0 => Answer::Error(420, "FLOOD_WAIT_1"),
        1 => yes(),
        _ => Answer::Error(420, "FLOOD_WAIT_2147483647"),
    })
    .await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let told = Arc::new(Mutex::new(Vec::<FloodWait>::new()));
    let program = || {
        let hook = Arc::clone(&told);
        let builder = server.client().shared_storage(Arc::clone(&storage));
        builder
            .on_flood(move |wait| hook.lock().unwrap().push(*wait))
            .connect()
    };
    let last = || {
        let last = *told.lock().unwrap().last().unwrap();
        assert_eq!((last.method, last.kind), (METHOD, FloodKind::Flood));
        (last.slept, last.known)
    };
    let client = program().await.unwrap();
    // A flood wait does not count as time of the call.
    let hasty = client.with(CallOptions::new().timeout(Duration::from_millis(800)));
    let begun = Instant::now();
    assert!(hasty.invoke(unread()).await.unwrap());
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(last(), (true, false));

    let days = Duration::from_secs(24 * 3600);
    for known in [false, true] {
        let error = client.invoke(unread()).await.unwrap_err();
        assert!(error.is(errors::FLOOD_WAIT));
        assert!(
            error
                .flood_wait()
                .is_some_and(|wait| wait > 13 * days && wait <= 14 * days)
        );
        assert_eq!(last(), (false, known));
    }
    assert_eq!(client.stats().flood_waits, 3);
    client.stop().await.unwrap();

    let client = program().await.unwrap();
    let error = client.invoke(unread()).await.unwrap_err();
    assert!(
        error.flood_wait().is_some_and(|wait| wait > 13 * days),
        "{error}"
    );
    assert_eq!(last(), (false, true));
    assert_eq!(
        server.count::<Once>(),
        3,
        "nobody asks while the wait is known"
    );
    // Other methods have nothing to wait for.
    client.invoke(nearest()).await.unwrap();
    assert_eq!(client.stats().flood_waits, 1);
    // Whoever sleeps through any wait can still be stopped.
    let patient = client.with(CallOptions::new().flood_sleep(Duration::MAX));
    let asleep = tokio::spawn(async move { patient.invoke(unread()).await });
    script::until("it sleeps", || told.lock().unwrap().len() == 5).await;
    assert_eq!(last(), (true, true));
    client.stop().await.unwrap();
    assert!(matches!(asleep.await.unwrap(), Err(Error::Closed)));
}

#[tokio::test]
async fn no_retries_means_that_the_server_is_asked_once() {
    let server = server(|_| Answer::Error(500, "RPC_CALL_FAIL")).await;
    let client = server.client().retries(1).connect().await.unwrap();
    let once = client.with(CallOptions::new().retries(0));
    let error = once.invoke(unread()).await.unwrap_err();
    assert!(
        error
            .rpc()
            .is_some_and(|e| e.code == 500 && e.is_transient()),
        "{error:?}"
    );
    assert_eq!((server.count::<Once>(), client.stats().retries), (1, 0));
    client.invoke(unread()).await.unwrap_err();
    assert_eq!((server.count::<Once>(), client.stats().retries), (3, 1));
    assert_eq!(client.stats().failed, 2);
}

#[tokio::test]
async fn budgets_spread_calls_and_their_turns_cost_no_time() {
    let server = server(|_| yes()).await;
    let budget = Budget::new(10, Duration::from_secs(1)).burst(3);
    let builder = server
        .client()
        .throttle_methods("messages.markDialog", budget);
    let client = builder.connect().await.unwrap();
    let hasty = client.with(CallOptions::new().timeout(Duration::from_millis(400)));
    let begun = Instant::now();
    let mut turns = calls(&hasty, 13);
    // Nobody else waits for a turn.
    client.invoke(nearest()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(900));
    while let Some(answer) = turns.join_next().await {
        assert!(answer.unwrap().unwrap());
    }
    // Three at once, ten in their turns of a tenth of a second.
    assert!(
        begun.elapsed() >= Duration::from_millis(950),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(client.stats().throttled, 10);
}
