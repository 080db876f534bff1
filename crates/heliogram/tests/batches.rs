//! Many calls at once, and one after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::time::Duration;

use futures_util::FutureExt;
use heliogram::{
    Client, Error, RawCall, UsageError,
    api::{enums, functions as f},
    errors,
};
use heliogram_server::{Fault, Refusal, TestServer};

const METHOD: &str = "messages.sendMessage";

fn message(n: i64) -> f::messages::SendMessage {
    f::messages::SendMessage::new(enums::InputPeer::InputPeerSelf, format!("{n}"), n)
}

/// A server and a client that is quick to try again.
async fn room() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    (server, client)
}

/// The numbers that were sent, in the order they arrived.
async fn arrived(client: &Client) -> Vec<i64> {
    let mut messages = client.history("me").limit(200).collect().await.unwrap();
    messages.reverse();
    messages.iter().map(|m| m.text().parse().unwrap()).collect()
}

#[tokio::test]
async fn every_result_is_kept_in_the_order_of_the_calls() {
    let (server, client) = room().await;
    let refused = Fault::refuse(Refusal::bad("MESSAGE_EMPTY")).method(METHOD);
    server.faults().add(refused.at([3, 5])).unwrap();
    // One at a time, so that the server counts as we do.
    let answers = client.invoke_all((1..=6).map(message)).at_once(1).await;
    assert_eq!(answers.len(), 6);
    let failed: Vec<_> = answers
        .failures()
        .map(|(n, e)| (n, e.is(errors::MESSAGE_EMPTY)))
        .collect();
    assert_eq!(failed, [(2, true), (4, true)]);
    assert_eq!(answers.successes().count(), 4);
    let error = answers.all().unwrap_err();
    assert!(error.to_string().contains("2 of 6 calls failed"), "{error}");
    assert!(Error::from(error).is(errors::MESSAGE_EMPTY));
    assert_eq!(arrived(&client).await, [1, 2, 4, 6]);
}

#[tokio::test]
async fn many_calls_at_once_all_arrive() {
    let (_server, client) = room().await;
    let answers = client.invoke_all((1..=150).map(message)).await;
    assert_eq!(answers.all().unwrap().len(), 150);
    let mut numbers = arrived(&client).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=150).collect::<Vec<_>>());
}

#[tokio::test]
async fn ordered_calls_arrive_in_order_whatever_happens_on_the_way() {
    let faults: [fn() -> Fault; 6] = [
        || Fault::refuse(Refusal::new(500, "RPC_CALL_FAIL")),
        || Fault::flood_wait(1),
        // Lost with the packet: where the server forgets the session as well, what ran before the
        // cut cannot be told from what did not.
        Fault::cut_on_packet,
        Fault::cut_after,
        || Fault::refuse(Refusal::bad("CONNECTION_NOT_INITED")),
        || Fault::refuse(Refusal::bad("MSG_WAIT_FAILED")),
    ];
    for fault in faults {
        let (server, client) = room().await;
        let mut fault = fault();
        if fault.name() != "cut_on_packet" {
            fault = fault.method(METHOD).skip(7);
        }
        let name = fault.to_json();
        server.faults().add(fault).unwrap();
        let answers = client.invoke_all((1..=60).map(message)).ordered().await;
        answers.all().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(server.faults().log().len(), 1, "{name}");
        assert_eq!(
            arrived(&client).await,
            (1..=60).collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn ordered_calls_travel_together() {
    let (server, client) = room().await;
    // Whole packets are slow, so calls that travel together are quicker than one by one.
    let link = Fault::slow_link(0, Duration::from_millis(40)).always();
    server.faults().add(link).unwrap();
    let packets = Fault::corrupt(heliogram_server::Direction::FromClient)
        .chance(0.0)
        .always();
    let id = server.faults().add(packets).unwrap();
    client
        .invoke_all((1..=30).map(message))
        .ordered()
        .await
        .all()
        .unwrap();
    let active = server.faults().active();
    let moments = active.iter().find(|a| a.id == id).unwrap().moments;
    assert!(moments <= 12, "{moments} packets for 30 calls");
    assert_eq!(arrived(&client).await, (1..=30).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_follows_a_failure_is_not_called() {
    let (server, client) = room().await;
    let refused = Fault::refuse(Refusal::bad("MESSAGE_EMPTY")).method(METHOD);
    server.faults().add(refused.skip(3)).unwrap();
    let answers = client.invoke_all((1..=40).map(message)).ordered().await;
    assert_eq!(answers.successes().count(), 3);
    assert!(
        answers
            .get(3)
            .unwrap()
            .as_ref()
            .is_err_and(|e| e.is(errors::MESSAGE_EMPTY))
    );
    for (n, error) in answers.failures().skip(1) {
        assert!(
            matches!(error, Error::Skipped { method: METHOD }),
            "{n}: {error:?}"
        );
    }
    assert_eq!(arrived(&client).await, [1, 2, 3]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_followed_by_nothing() {
    let (_server, client) = room().await;
    let mut calls: Vec<_> = (1..=4).map(|n| RawCall::of(&message(n))).collect();
    calls[1].body = vec![7; 2 << 20].into();
    calls[1].compress = false;
    let answers = client.invoke_all_bytes(calls).ordered().await;
    let results = answers.into_results();
    assert!(results[0].is_ok());
    let too_large = |e: &Error| matches!(e, Error::Usage(UsageError::TooLarge { .. }));
    assert!(
        results[1].as_ref().is_err_and(too_large),
        "{:?}",
        results[1]
    );
    assert!(
        matches!(results[2], Err(Error::Skipped { .. })),
        "{:?}",
        results[2]
    );
    assert!(
        matches!(results[3], Err(Error::Skipped { .. })),
        "{:?}",
        results[3]
    );
    assert_eq!(arrived(&client).await, [1]);
}

#[tokio::test]
async fn a_dropped_batch_is_taken_back() {
    let (server, client) = room().await;
    let slow = Fault::delay_call(Duration::from_secs(5)).always();
    server.faults().add(slow.method(METHOD)).unwrap();
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    let mut batch = client
        .invoke_all((1..=20).map(message))
        .ordered()
        .into_future();
    assert!((&mut batch).now_or_never().is_none());
    assert!(metrics.num_alive_tasks() > before);
    drop(batch);
    room::until(|| metrics.num_alive_tasks() <= before).await;
}
