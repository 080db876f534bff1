//! Several readers of one client, and readers that follow each other: what one leaves is for another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use heliogram::{
    BoxFuture, Layer, Message, Next, RawCall, Result, Updates,
    dispatch::Workers,
    filter,
    storage::{Memory, Storage},
};
use heliogram_server::{Account, Fault, Refusal, TestServer};

async fn texts(updates: &mut Updates, many: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < many {
        texts.push(room::next_message(updates).await.text().to_owned());
    }
    texts
}

async fn say(alice: &Account, bob: &Account, texts: &[&str]) {
    for text in texts {
        alice.says(bob, text).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_reader_alone_had_goes_to_the_others_when_it_leaves() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &bob).await;
    let mut first = client.updates();
    say(&alice, &bob, &["dealt with", "in hand", "unread", "too"]).await;
    assert_eq!(texts(&mut first, 2).await, ["dealt with", "in hand"]);
    room::until(|| client.stats().updates.waiting == 2).await;
    let mut second = client.updates();
    say(&alice, &bob, &["both have it"]).await;
    room::until(|| client.stats().updates.waiting == 3).await;
    assert_eq!(texts(&mut second, 1).await, ["both have it"]);
    drop(first);
    let left = texts(&mut second, 3).await;
    assert_eq!(left, ["in hand", "unread", "too"]);
    room::no_message(&mut second).await;
}

#[tokio::test]
async fn readers_that_leave_one_after_the_other_leave_all_to_the_last() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &bob).await;
    let (first, second) = (client.updates(), client.updates());
    say(&alice, &bob, &["one", "two", "three"]).await;
    room::until(|| client.stats().updates.waiting == 3).await;
    let mut last = client.updates();
    drop(second);
    room::no_message(&mut last).await;
    drop(first);
    assert_eq!(texts(&mut last, 3).await, ["one", "two", "three"]);
    room::no_message(&mut last).await;
}

#[tokio::test]
async fn what_handlers_leave_at_a_stop_comes_again_although_a_stream_had_it() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let workers = Workers::new().queue(1).ack_after_handler(true);
    let workers = workers.drain(Duration::from_millis(50));
    let builder = room::builder(&server).shared_storage(Arc::clone(&storage));
    let client = room::enter_by(builder.workers(workers), &bob).await;
    client
        .on(filter::any(), async |_: Message| {
            std::future::pending::<()>().await
        })
        .await
        .unwrap();
    let mut updates = client.updates();
    let all = ["1", "2", "3", "4", "5", "6", "7", "8"];
    say(&alice, &bob, &all).await;
    assert_eq!(texts(&mut updates, 8).await, all);
    updates.acknowledge();
    client.stop().await.unwrap();
    let client = room::enter_with(&server, &bob, storage).await;
    assert_eq!(texts(&mut client.updates(), 8).await, all);
}

/// Panics when the difference is asked for the first time.
struct Broken(AtomicBool);

impl Layer for Broken {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<bytes::Bytes>> {
        let breaks = call.method == "updates.getDifference" && !self.0.swap(true, Ordering::SeqCst);
        assert!(!breaks, "a layer of the user's");
        next.run(call)
    }
}

#[tokio::test]
async fn updates_outlive_a_panic_of_a_layer() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let broken = Broken(AtomicBool::new(false));
    let client = room::enter_by(room::builder(&server).layer(broken), &bob).await;
    let mut updates = client.updates();
    say(&alice, &bob, &["it goes on"]).await;
    assert_eq!(texts(&mut updates, 1).await, ["it goes on"]);
}

#[tokio::test]
async fn catching_up_without_an_account_says_so() {
    let server = TestServer::start().await;
    let client = room::builder(&server).connect().await.unwrap();
    let _updates = client.updates();
    let caught_up = tokio::time::timeout(Duration::from_secs(20), client.catch_up());
    let e = caught_up.await.expect("an answer").unwrap_err();
    assert!(e.is_unauthorized(), "{e:?}");
}

#[tokio::test]
async fn catching_up_is_never_done_while_nothing_can_be_fetched() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &bob).await;
    let mut updates = client.updates();
    client.catch_up().await.unwrap();
    let method = "updates.getDifference";
    let refused = Fault::refuse(Refusal::new(400, "NOT_NOW")).method(method);
    let refused = server.faults().add(refused.always()).unwrap();
    server.faults().lose_updates(&bob, 1);
    say(&alice, &bob, &["missed"]).await;
    for _ in 0..3 {
        let e = client.catch_up().await.unwrap_err();
        assert!(e.to_string().contains("NOT_NOW"), "{e:?}");
    }
    server.faults().remove(refused);
    client.catch_up().await.unwrap();
    assert_eq!(client.stats().updates.waiting, 1);
    assert_eq!(texts(&mut updates, 1).await, ["missed"]);
}
