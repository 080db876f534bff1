//! Updates that are never lost, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use heliogram::{
    Error, Event, Message, UsageError,
    dispatch::Workers,
    events::GapKind,
    filter,
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

#[tokio::test]
async fn what_is_in_hand_or_unread_comes_again_and_nothing_else() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut updates = b.updates();
    for n in 1..=4 {
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    for n in ["1", "2"] {
        assert_eq!(room::next_message(&mut updates).await.text(), n);
    }
    // To the next reader of the same client.
    drop(updates);
    let mut updates = b.updates();
    for n in ["2", "3"] {
        assert_eq!(room::next_message(&mut updates).await.text(), n);
    }
    // And to a client that comes later.
    b.stop().await.unwrap();
    assert!(updates.next().await.is_none());
    drop((updates, b));
    let b = room::enter_with(&server, &bob, storage).await;
    let mut updates = b.updates();
    for n in ["3", "4"] {
        assert_eq!(room::next_message(&mut updates).await.text(), n);
    }
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn a_receipt_that_is_kept_keeps_its_event_from_being_forgotten() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    for round in 0..3 {
        let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
        let mut updates = b.updates();
        if round == 0 {
            for n in 1..=3 {
                alice.says(&bob, &n.to_string()).await.unwrap();
            }
        }
        assert_eq!(room::next_message(&mut updates).await.text(), "1");
        let receipt = updates.take_receipt();
        if round == 0 {
            for n in ["2", "3"] {
                assert_eq!(room::next_message(&mut updates).await.text(), n);
            }
            updates.acknowledge();
        } else {
            room::no_message(&mut updates).await;
        }
        assert_eq!(b.stats().updates.unacknowledged, 1);
        match round {
            2 => drop(receipt),
            _ => receipt.forfeit(),
        }
        b.stop().await.unwrap();
    }
    let b = room::enter_with(&server, &bob, storage).await;
    room::no_message(&mut b.updates()).await;
}

#[tokio::test]
async fn a_client_that_skips_begins_with_the_present() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let group = server.supergroup("club", &alice).with([&bob]).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut updates = b.updates();
    alice.says(&group, "known").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "known");
    updates.acknowledge();
    b.stop().await.unwrap();
    drop((updates, b));
    alice.says(&bob, "missed").await.unwrap();
    alice.says(&group, "missed, too").await.unwrap();

    let skipping = || room::builder(&server).shared_storage(Arc::clone(&storage));
    let b = room::enter_by(skipping().catch_up(false), &bob).await;
    alice.says(&bob, "before anybody reads").await.unwrap();
    let mut updates = b.updates();
    let first = room::next_message(&mut updates).await;
    assert_eq!(first.text(), "before anybody reads");
    alice.says(&group, "now").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "now");
    b.stop().await.unwrap();
}

#[tokio::test]
async fn a_client_without_updates_says_so_to_whoever_reads() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter_by(room::builder(&server).receive_updates(false), &bob).await;
    let mut updates = b.updates();
    let e = updates.next().await.unwrap().unwrap_err();
    assert!(matches!(&e, Error::Usage(UsageError::UpdatesOff)), "{e}");
    assert!(updates.next().await.is_none());
    alice.says(&bob, "hello").await.unwrap();
    let last = b.history("@alice").limit(1).collect().await.unwrap();
    assert_eq!(last[0].text(), "hello");
    let asked = server.calls("updates.getDifference") + server.calls("updates.getState");
    assert_eq!(asked, 0);
    b.catch_up().await.unwrap();
}

#[tokio::test]
async fn what_was_missed_is_in_hand_once_catching_up_is_done() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    b.catch_up().await.unwrap();
    let mut updates = b.updates();
    alice.says(&bob, "first").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "first");
    server.faults().lose_updates(&bob, 1);
    alice.says(&bob, "lost").await.unwrap();
    b.catch_up().await.unwrap();
    let Some(Some(Ok(Event::NewMessage(lost)))) = updates.next().now_or_never() else {
        panic!("it is there at once");
    };
    assert_eq!(lost.text(), "lost");
    b.stop().await.unwrap();
    assert!(matches!(b.catch_up().await, Err(Error::Closed)));
}

#[tokio::test]
async fn gaps_are_told_and_counted() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let mut updates = b.updates();
    alice.says(&bob, "first").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "first");
    let before = b.stats().updates;
    server.faults().lose_updates(&bob, 1);
    for text in ["lost", "seen"] {
        alice.says(&bob, text).await.unwrap();
    }
    let (mut gaps, mut texts) = (Vec::new(), Vec::new());
    while texts.len() < 2 || gaps.len() < 2 {
        match room::next(&mut updates).await {
            Event::Gap(gap) => gaps.push(gap),
            Event::NewMessage(message) => texts.push(message.text().to_owned()),
            _ => {}
        }
    }
    assert_eq!(texts, ["lost", "seen"]);
    let kinds: Vec<_> = gaps.iter().map(|gap| gap.kind()).collect();
    assert_eq!(kinds, [GapKind::Opened, GapKind::Recovered]);
    assert!(
        gaps.iter()
            .all(|gap| !gap.is_loss() && gap.chat_id().is_none())
    );
    assert_eq!(gaps[0].from(), gaps[1].from());
    let stats = b.stats().updates;
    assert_eq!(
        (stats.gaps, stats.recovered),
        (before.gaps + 1, before.recovered + 1)
    );
    assert_eq!((stats.lost, stats.lagged, stats.too_long), (0, 0, 0));
    assert!(stats.differences > before.differences && stats.delivered > before.delivered);
}

#[tokio::test]
async fn an_event_whose_handler_was_cut_off_comes_again_if_that_is_wished() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let workers = Workers::new().ack_after_handler(true);
    let workers = workers.drain(Duration::from_millis(50));
    let builder = room::builder(&server).shared_storage(Arc::clone(&storage));
    let b = room::enter_by(builder.workers(workers), &bob).await;
    let begun = Arc::new(AtomicUsize::new(0));
    let (begins, from) = (Arc::clone(&begun), alice.id());
    b.on(filter::any(), move |message: Message| {
        // Telegram itself writes, too.
        begins.fetch_add(usize::from(message.chat_id() == from), Ordering::SeqCst);
        async move {
            if message.text() == "endless" {
                std::future::pending::<()>().await;
            }
        }
    })
    .await
    .unwrap();
    for text in ["quick", "endless"] {
        alice.says(&bob, text).await.unwrap();
    }
    room::until(|| begun.load(Ordering::SeqCst) >= 2).await;
    b.stop().await.unwrap();
    drop(b);
    let b = room::enter_with(&server, &bob, storage).await;
    let mut updates = b.updates();
    assert_eq!(room::next_message(&mut updates).await.text(), "endless");
    room::no_message(&mut updates).await;
}
