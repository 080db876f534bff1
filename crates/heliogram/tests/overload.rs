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
    Message, Router,
    dispatch::{Lagged, State, Workers},
    filter,
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

async fn slow(message: Message, State(seen): State<Seen>) {
    seen.gate.acquire().await.unwrap().forget();
    if let Ok(number) = message.text().parse() {
        seen.numbers.lock().unwrap().push(number);
    }
}

async fn told(Lagged(dropped): Lagged, State(seen): State<Seen>) {
    seen.lagged.fetch_add(dropped, Ordering::Relaxed);
}

#[tokio::test]
async fn handlers_that_are_too_slow_are_told_how_many_events_they_miss() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let workers = Workers::new().queue(4);
    let client = room::enter_by(room::builder(&server).workers(workers), &alice).await;
    let seen = Seen {
        gate: Arc::new(Semaphore::new(0)),
        numbers: Arc::default(),
        lagged: Arc::default(),
    };
    // The server's own notes go first.
    let router = Router::new()
        .on(filter::chat("@bob"), slow)
        .on_lagged(filter::any(), told)
        .with_state(seen.clone());
    client.attach(router).await.unwrap();
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
