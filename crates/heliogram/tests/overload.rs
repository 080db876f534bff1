//! Handlers that are too slow: what is dropped is told, to the last event.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use heliogram::{
    Client, Message, Router,
    dispatch::{Lagged, State, Workers},
    filter,
    storage::{Memory, Storage},
};
use heliogram_server::TestServer;
use tokio::sync::Semaphore;

/// More than a stream of events holds, and what is on its way besides.
const SAID: usize = 1400;

#[derive(Clone)]
struct Seen {
    /// Opened when the handlers may go on.
    gate: Arc<Semaphore>,
    numbers: Arc<Mutex<Vec<usize>>>,
    lagged: Arc<AtomicU64>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            gate: Arc::new(Semaphore::new(0)),
            numbers: Arc::default(),
            lagged: Arc::default(),
        }
    }
}

async fn slow(message: Message, State(seen): State<Seen>) {
    seen.gate.acquire().await.unwrap().forget();
    if let Ok(number) = message.text().parse() {
        seen.numbers.lock().unwrap().push(number);
    }
}

async fn told(Lagged(dropped): Lagged, State(seen): State<Seen>) {
    seen.lagged.fetch_add(dropped, Ordering::Relaxed);
}

/// Handlers that hang, for whom more was said than there is room for: some of it was dropped without
/// telling anybody so far.
async fn overrun(
    server: &TestServer,
    storage: Arc<dyn Storage>,
    workers: Workers,
    said: usize,
) -> (Client, Seen) {
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let builder = room::builder(server).shared_storage(storage);
    let client = room::enter_by(builder.workers(workers.queue(8)), &alice).await;
    let seen = Seen::default();
    client.attach(router(&seen)).await.unwrap();
    for number in 0..said {
        bob.says(&alice, &number.to_string()).await.unwrap();
    }
    let read = || client.stats();
    let waiting = said - 8;
    room::until(|| read().updates.waiting == waiting && read().handlers.in_hand == 8).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    room::until(|| read().updates.waiting == 0).await;
    let (dropped, told) = (read().handlers.dropped, || {
        seen.lagged.load(Ordering::Relaxed)
    });
    room::until(|| told() > 0).await;
    assert!(dropped > told(), "{dropped} were dropped, and told of");
    (client, seen)
}

fn router(seen: &Seen) -> Router {
    // The server's own notes go first.
    Router::new()
        .on(filter::chat("@bob"), slow)
        .on_lagged(filter::any(), told)
        .with_state(seen.clone())
}

#[tokio::test]
async fn what_was_dropped_comes_again_if_no_handler_was_told() {
    let server = TestServer::start().await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let workers = Workers::new()
        .ack_after_handler(true)
        .drain(Duration::from_millis(50));
    let (client, seen) = overrun(&server, Arc::clone(&storage), workers, 21).await;
    client.stop().await.unwrap();
    let told = seen.lagged.load(Ordering::Relaxed);
    assert!(seen.numbers.lock().unwrap().is_empty());

    let client = room::builder(&server).shared_storage(storage);
    let client = client.connect().await.unwrap();
    seen.gate.add_permits(100);
    client.attach(router(&seen)).await.unwrap();
    room::until(|| seen.numbers.lock().unwrap().last() == Some(&20)).await;
    let again = seen.numbers.lock().unwrap().len() as u64;
    assert!(again + told >= 21, "{again} came again, {told} were told");
}

#[tokio::test]
async fn what_was_dropped_is_told_before_the_client_ends() {
    let server = TestServer::start().await;
    let storage = Arc::new(Memory::default());
    let (client, seen) = overrun(&server, storage, Workers::new(), 21).await;
    let stopping = tokio::spawn({
        let client = client.clone();
        async move { client.stop().await }
    });
    // So that nothing is taken any more.
    tokio::time::sleep(Duration::from_millis(50)).await;
    seen.gate.add_permits(100);
    stopping.await.unwrap().unwrap();
    let handled = seen.numbers.lock().unwrap().len() as u64;
    assert_eq!(handled + seen.lagged.load(Ordering::Relaxed), 21);
}

#[tokio::test]
async fn handlers_that_are_too_slow_are_told_how_many_events_they_miss() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let workers = Workers::new().queue(4);
    let client = room::enter_by(room::builder(&server).workers(workers), &alice).await;
    let seen = Seen::default();
    client.attach(router(&seen)).await.unwrap();
    for number in 0..SAID {
        bob.says(&alice, &number.to_string()).await.unwrap();
    }
    // All that there is room for is taken, and the rest is waited with.
    room::until(|| client.stats().updates.waiting >= 1024).await;
    assert_eq!(client.stats().updates.lagged, 0, "not yet: there is time");
    // Until there is none any more.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    let read = || client.stats().updates;
    let dropped = || read().lagged + client.stats().handlers.dropped;
    room::until(|| dropped() > 0).await;
    let mut before = dropped();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if dropped() == before && read().arrivals == 0 {
            break;
        }
        before = dropped();
    }

    seen.gate.add_permits(2 * SAID);
    let all = || seen.numbers.lock().unwrap().len() as u64 + seen.lagged.load(Ordering::Relaxed);
    room::until(|| seen.numbers.lock().unwrap().last() == Some(&(SAID - 1))).await;
    room::until(|| all() >= SAID as u64).await;
    // Each is handled, in order, or counted: the oldest of those that waited are gone.
    let lagged = seen.lagged.load(Ordering::Relaxed);
    assert_eq!(lagged, dropped());
    let numbers = seen.numbers.lock().unwrap().clone();
    assert_eq!(numbers.len() as u64 + lagged, SAID as u64);
    assert!(numbers.is_sorted());
    assert!(lagged > 0, "nothing was dropped");
}
