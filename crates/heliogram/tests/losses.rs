//! What the server does not give any more: the reader is told so, or whoever reads next.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{sync::Arc, time::Duration};

use heliogram::{
    Event, Updates,
    events::{GapKind, UpdateGap},
    storage::{Memory, Storage},
};
use heliogram_server::{Fault, TestServer};

/// Longer than it takes to store how far updates have come.
const STORED: Duration = Duration::from_millis(200);

async fn loss(updates: &mut Updates) -> UpdateGap {
    loop {
        if let Event::Gap(gap) = room::next(updates).await
            && gap.is_loss()
        {
            return gap;
        }
    }
}

#[tokio::test]
async fn a_loss_that_no_reader_took_is_told_to_the_next() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    b.stop().await.unwrap();
    for text in ["one", "two", "three"] {
        alice.says(&bob, text).await.unwrap();
    }
    let skip = Fault::difference_too_long().method("updates.getDifference");
    let skip = server.faults().add(skip.always().account(&bob)).unwrap();

    // It is there to be taken when the client stops, and when its reader goes away.
    for stops in [true, false] {
        let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
        let updates = b.updates();
        room::until(|| b.stats().updates.too_long > 0).await;
        tokio::time::sleep(STORED).await;
        if stops {
            b.stop().await.unwrap();
            continue;
        }
        drop(updates);
        let mut updates = b.updates();
        assert_eq!(loss(&mut updates).await.kind(), GapKind::TooLong);
        updates.acknowledge();
        tokio::time::sleep(STORED).await;
        b.stop().await.unwrap();
    }

    // Once it was told, it is over, although the server could give it now.
    server.faults().remove(skip);
    let b = room::enter_with(&server, &bob, storage).await;
    let mut updates = b.updates();
    alice.says(&bob, "four").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "four");
}

#[tokio::test]
async fn what_a_reader_was_not_told_comes_if_the_server_gives_it_after_all() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    b.stop().await.unwrap();
    for text in ["one", "two"] {
        alice.says(&bob, text).await.unwrap();
    }
    let skip = Fault::difference_too_long().method("updates.getDifference");
    server.faults().add(skip.account(&bob)).unwrap();
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let updates = b.updates();
    room::until(|| b.stats().updates.too_long > 0).await;
    b.stop().await.unwrap();
    drop(updates);
    let b = room::enter_with(&server, &bob, storage).await;
    let mut updates = b.updates();
    for text in ["one", "two"] {
        assert_eq!(room::next_message(&mut updates).await.text(), text);
    }
}
