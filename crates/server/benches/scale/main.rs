//! How much world, how many connections and how many calls a server carries, and how it does when
//! things go wrong.
//!
//! `cargo bench -p heliogram-server --bench scale` prints the figures; `-- --quick` makes a tenth
//! of everything.

// A measurement stops at the first thing that goes wrong, and prints what it found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod caller;
mod faults;

use std::path::Path;
use std::time::Instant;

use caller::{Caller, Key};
use heliogram_api::functions::{help, messages, users};
use heliogram_api::{enums, types};
use heliogram_server::{Seed, Server, TestServer};
use heliogram_tl::to_bytes;

fn main() {
    // `cargo test --benches` runs this too; there is nothing to test here.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let part = if std::env::args().any(|arg| arg == "--quick") {
        10
    } else {
        1
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        world(10_000 / part, 1_000_000 / part).await;
        kept(10_000 / part, 1_000_000 / part).await;
        faults::kill(1_000 / part, 100_000 / part, 10_000 / part).await;
        connections(1_000 / part as usize).await;
    });
}

/// Resident memory of this process, in MiB.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default();
    kib / 1024.0
}

fn seed(accounts: u32, messages: u32) -> Seed {
    let chats = accounts / 50;
    format!("[fill]\nusers = {accounts}\nchats = {chats}\nmessages = {messages}")
        .parse()
        .unwrap()
}

async fn world(accounts: u32, messages: u32) {
    let (before, began) = (memory(), Instant::now());
    let server = Server::builder()
        .seed(seed(accounts, messages))
        .start()
        .await
        .unwrap();
    println!(
        "world in memory: {accounts} accounts, {messages} messages: {:.1} s, {:.0} MiB",
        began.elapsed().as_secs_f64(),
        memory() - before
    );
    server.stop().await;
}

async fn kept(accounts: u32, messages: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let start = |path: &Path| {
        Server::builder()
            .data(path)
            .seed(seed(accounts, messages))
            .start()
    };
    let began = Instant::now();
    let server = start(&path).await.unwrap();
    let made = began.elapsed();
    server.stop().await;
    let began = Instant::now();
    let server = start(&path).await.unwrap();
    println!(
        "world in a data file: made in {:.1} s, restarted in {:.1} s, {:.0} MiB on disk",
        made.as_secs_f64(),
        began.elapsed().as_secs_f64(),
        std::fs::metadata(&path).map_or(0, |file| file.len()) as f64 / 1048576.0
    );
    server.stop().await;
}

async fn connections(count: usize) {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut keys = Vec::new();
    // A key carries up to 64 sessions.
    for _ in 0..count.div_ceil(50) {
        let key = Key::make(&server).await;
        key.log_in(&server, &alice).await;
        keys.push(key);
    }
    let before = memory();
    let mut callers = Vec::new();
    for n in 0..count {
        callers.push(Caller::connect(&keys[n % keys.len()]).await);
    }
    for caller in &mut callers {
        caller.call(to_bytes(&help::GetNearestDc::new()), 1).await;
    }
    println!(
        "{} live connections: {:.1} KiB each, both sides together",
        server.connections(),
        (memory() - before) * 1024.0 / count as f64
    );
    callers = rate(
        "help.getNearestDc",
        callers,
        to_bytes(&help::GetNearestDc::new()),
        200,
    )
    .await;
    let me = users::GetUsers::new(vec![enums::InputUser::InputUserSelf]);
    callers = rate("users.getUsers", callers, to_bytes(&me), 200).await;
    let hash = bob.access_hash_for(&alice);
    let peer: enums::InputPeer = types::InputPeerUser::new(bob.id(), hash).into();
    callers.truncate(100.min(count));
    callers = messages_rate(callers, peer).await;
    callers = faults::cuts(&server, callers).await;
    callers = faults::bad_lines(&server, callers).await;
    faults::floods(&server, callers).await;
}

/// Many calls of one kind over all connections, 16 at a time on each.
async fn rate(name: &str, callers: Vec<Caller>, body: bytes::Bytes, each: u32) -> Vec<Caller> {
    let (count, began) = (callers.len(), Instant::now());
    let tasks = callers.into_iter().map(|mut caller| {
        let body = body.clone();
        tokio::spawn(async move {
            caller.call(body, each).await;
            caller
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut back = Vec::with_capacity(count);
    for task in tasks {
        back.push(task.await.unwrap());
    }
    let calls = f64::from(each) * count as f64;
    println!(
        "{name}: {:.0} calls/s over {count} connections (the client shares the machine)",
        calls / began.elapsed().as_secs_f64()
    );
    back
}

async fn messages_rate(mut callers: Vec<Caller>, peer: enums::InputPeer) -> Vec<Caller> {
    let (began, mut sent) = (Instant::now(), 0);
    for (n, caller) in callers.iter_mut().enumerate() {
        for i in 0..50 {
            let random_id = (n * 1000 + i + 1) as i64;
            let call = messages::SendMessage::new(peer.clone(), "hello".into(), random_id);
            caller.queue(to_bytes(&call));
            sent += 1;
        }
        caller.drain().await;
    }
    println!(
        "messages.sendMessage: {:.0} calls/s",
        f64::from(sent) / began.elapsed().as_secs_f64()
    );
    callers
}
