//! Updates that are never lost, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{sync::Arc, time::Duration};

use heliogram::{
    Event,
    storage::{Memory, Storage},
};
use heliogram_server::TestServer;

#[tokio::test]
async fn what_happened_while_offline_is_delivered_at_the_start() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut updates = b.updates();
    alice.says(&bob, "online").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "online");
    updates.acknowledge();
    b.stop().await.unwrap();
    drop((updates, b));

    for n in 1..=250 {
        alice.says(&bob, &format!("offline {n}")).await.unwrap();
    }
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut updates = b.updates();
    for n in 1..=250 {
        let message = room::next_message(&mut updates).await;
        assert_eq!(message.text(), format!("offline {n}"));
        assert_eq!(message.sender().unwrap().username(), Some("alice"));
    }
    room::no_message(&mut updates).await;
    // Known peers outlive the restart as well.
    b.send_message(alice.id(), "back").await.unwrap();
}

#[tokio::test]
async fn what_happens_before_anybody_reads_waits_for_the_reader() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    room::until(|| server.calls("updates.getState") > 0).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    alice.says(&bob, "early").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut updates = b.updates();
    assert_eq!(room::next_message(&mut updates).await.text(), "early");
    // The same for a pause between two readers.
    updates.acknowledge();
    drop(updates);
    tokio::time::sleep(Duration::from_millis(100)).await;
    alice.says(&bob, "between").await.unwrap();
    let mut updates = b.updates();
    assert_eq!(room::next_message(&mut updates).await.text(), "between");
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn a_lost_push_is_fetched() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let mut updates = b.updates();
    alice.says(&bob, "first").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "first");
    server.faults().lose_updates(&bob, 2);
    for n in 1..=4 {
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    for n in 1..=4 {
        assert_eq!(room::next_message(&mut updates).await.text(), n.to_string());
    }
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn a_cut_connection_loses_and_doubles_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let mut updates = b.updates();
    alice.says(&bob, "0").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "0");
    for n in 1..=60 {
        if n % 10 == 0 {
            server.faults().cut(&bob);
        }
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    for n in 1..=60 {
        assert_eq!(room::next_message(&mut updates).await.text(), n.to_string());
    }
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn own_messages_come_from_elsewhere_only() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (one, two) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &alice).await,
    );
    let (mut to_one, mut to_two) = (one.updates(), two.updates());
    // Both must have begun to listen.
    bob.says(&alice, "ready").await.unwrap();
    assert_eq!(room::next_message(&mut to_one).await.text(), "ready");
    assert_eq!(room::next_message(&mut to_two).await.text(), "ready");

    one.send_message("@bob", "from one").await.unwrap();
    let seen = room::next_message(&mut to_two).await;
    assert!(seen.is_outgoing() && seen.text() == "from one");
    assert_eq!(seen.chat_id(), bob.id());
    room::no_message(&mut to_one).await;
    // The counter went on: nothing is missing and nothing has to be fetched.
    let before = server.calls("updates.getDifference");
    bob.says(&alice, "after").await.unwrap();
    assert_eq!(room::next_message(&mut to_one).await.text(), "after");
    assert_eq!(server.calls("updates.getDifference"), before);
}

#[tokio::test]
async fn every_reader_gets_everything() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let (mut one, mut two) = (b.updates(), b.updates());
    for n in 0..50 {
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    for n in 0..50 {
        assert_eq!(room::next_message(&mut one).await.text(), n.to_string());
        assert_eq!(room::next_message(&mut two).await.text(), n.to_string());
    }
    b.stop().await.unwrap();
    assert!(one.next().await.is_none());
}

#[tokio::test]
async fn a_bot_answers() {
    let server = TestServer::start().await;
    let (alice, echo) = (server.user("alice").await, server.bot("echo_bot").await);
    let (a, bot) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &echo).await,
    );
    let mut to_bot = bot.updates();
    let task = tokio::spawn(async move {
        while let Some(event) = to_bot.next().await {
            if let Ok(Event::NewMessage(m)) = event
                && !m.is_outgoing()
            {
                m.reply(m.text()).await.unwrap();
            }
        }
    });
    let mut updates = a.updates();
    for n in 0..5 {
        a.send_message("@echo_bot", n.to_string()).await.unwrap();
        let answer = room::next_message(&mut updates).await;
        assert_eq!(answer.text(), n.to_string());
        assert_eq!(answer.sender_id(), Some(echo.id()));
    }
    bot.stop().await.unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn a_session_that_was_ended_is_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let mut updates = b.updates();
    alice.says(&bob, "hi").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "hi");
    server.faults().forget_keys(&bob);
    let told = tokio::time::timeout(Duration::from_secs(20), updates.next()).await;
    let e = told.unwrap().unwrap().unwrap_err();
    assert!(e.is_unauthorized(), "{e}");
}
