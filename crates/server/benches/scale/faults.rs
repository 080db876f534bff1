//! How a server does when things go wrong.

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use heliogram_api::functions::help;
use heliogram_server::{Direction, Fault, Server, TestServer};
use heliogram_tl::to_bytes;

use crate::caller::Caller;
use crate::{rate, seed};

/// Calls each connection makes under a fault.
const EACH: u32 = 20;
/// Silence after which a client whose answers get lost connects anew.
const PATIENCE: Duration = Duration::from_millis(250);

fn nearest() -> Bytes {
    to_bytes(&help::GetNearestDc::new())
}

/// Every connection is cut with a call in hand; how long until each is answered all the same.
pub(crate) async fn cuts(server: &TestServer, mut callers: Vec<Caller>) -> Vec<Caller> {
    let began = Instant::now();
    for caller in &mut callers {
        caller.queue(nearest());
    }
    server.faults().cut_connections();
    let mut longest = Duration::ZERO;
    for caller in &mut callers {
        caller.drain().await;
        longest = longest.max(began.elapsed());
    }
    let count = callers.len();
    println!("{count} connections cut at once: all answered again in {longest:.1?}");
    callers
}

/// Packets are lost, late or slow; how long until every call of every connection is answered.
pub(crate) async fn bad_lines(server: &TestServer, mut callers: Vec<Caller>) -> Vec<Caller> {
    let latency = Duration::from_millis(50);
    let to_client = Direction::ToClient;
    let lines = [
        ("good lines".to_owned(), None),
        (
            format!("one answer in ten lost, clients that connect anew after {PATIENCE:?}"),
            Some(Fault::drop_packet(to_client).always().chance(0.1).seed(7)),
        ),
        (
            format!("every answer {latency:?} late"),
            Some(Fault::delay(to_client, latency).always()),
        ),
        (
            format!("lines of 64 KiB/s and {latency:?}"),
            Some(Fault::slow_link(64 << 10, latency).always()),
        ),
    ];
    for (what, fault) in lines {
        if let Some(fault) = fault {
            server.faults().add(fault).unwrap();
        }
        let count = callers.len();
        let (longest, back) = answered(callers).await;
        callers = back;
        server.faults().clear();
        println!("{what}: {EACH} calls on each of {count} connections answered in {longest:.1?}");
    }
    callers
}

/// How long it takes until all calls are answered.
async fn answered(callers: Vec<Caller>) -> (Duration, Vec<Caller>) {
    let began = Instant::now();
    let tasks = callers.into_iter().map(|mut caller| {
        tokio::spawn(async move {
            for _ in 0..EACH {
                caller.queue(nearest());
                caller.drain_within(PATIENCE).await;
            }
            caller
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut back = Vec::with_capacity(tasks.len());
    for task in tasks {
        back.push(task.await.unwrap());
    }
    (began.elapsed(), back)
}

/// Every call is refused; how many a second.
pub(crate) async fn floods(server: &TestServer, mut callers: Vec<Caller>) -> Vec<Caller> {
    let fault = Fault::flood_wait(3).method("help.getNearestDc").always();
    server.faults().add(fault).unwrap();
    for caller in &mut callers {
        caller.expect_refusals(true);
    }
    callers = rate("help.getNearestDc, FLOOD_WAIT_3", callers, nearest(), 200).await;
    for caller in &mut callers {
        caller.expect_refusals(false);
    }
    server.faults().clear();
    callers
}

/// A server starts with what one that was killed left behind: the data file as it was then, and
/// its log.
pub(crate) async fn kill(accounts: u32, messages: u32, said: u32) {
    let folder = tempfile::tempdir().unwrap();
    let (path, left) = (
        folder.path().join("world.db"),
        folder.path().join("left.db"),
    );
    let builder = Server::builder().data(&path).seed(seed(accounts, messages));
    let server = TestServer::from(builder.start().await.unwrap());
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    for n in 1..=said {
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    let log = |path: &Path| path.with_extension("db-wal");
    std::fs::copy(&path, &left).unwrap();
    let bytes = std::fs::copy(log(&path), log(&left)).unwrap();
    drop((alice, bob, server));

    let began = Instant::now();
    let server = Server::builder().data(&left).start().await.unwrap();
    let took = began.elapsed();
    let server = TestServer::from(server);
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let kept = alice.messages_with(&bob);
    assert!(kept.iter().any(|message| message.text == said.to_string()));
    println!(
        "killed with {messages} messages kept and {said} said since, a log of {:.1} MiB left: \
         started again in {took:.1?}, nothing lost",
        bytes as f64 / 1048576.0
    );
}
