//! How long calls may take: whatever holds them up, each ends in its time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::time::{Duration, Instant};

use heliogram::{CallOptions, Client, Error, Result, api::functions as f};
use heliogram_tl::to_bytes;
use script::{
    Answer, Server,
    once::{Once, calls, unread},
    until, usual,
};
use tokio::task::JoinSet;

const LIMIT: Duration = Duration::from_millis(1500);
/// For a machine with much else to do.
const AT_MOST: Duration = Duration::from_secs(6);

async fn all_are_late(mut calls: JoinSet<Result<bool>>) {
    let begun = Instant::now();
    while let Some(outcome) = calls.join_next().await {
        let outcome = outcome.unwrap();
        let late =
            matches!(&outcome, Err(Error::Timeout { what }) if what.ends_with("DialogUnread"));
        assert!(late, "{outcome:?}");
        assert!(begun.elapsed() < AT_MOST);
    }
}

async fn hasty(server: &Server) -> Client {
    let client = server.client().request_timeout(LIMIT);
    client.connect().await.unwrap()
}

#[tokio::test]
async fn a_call_that_waits_too_long_fails_in_its_time() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let limit = Duration::from_millis(300);
    let client = server
        .client()
        .request_timeout(limit)
        .connect()
        .await
        .unwrap();
    let start = Instant::now();
    let error = client.invoke(unread()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                what: "messages.markDialogUnread"
            }
        ),
        "{error:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(3));
    until("the server is told", || server.cancelled() == 1).await;
}

#[tokio::test]
async fn dropping_the_future_takes_the_call_back() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = server.client().connect().await.unwrap();
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(unread()).await }
    });
    until("the call arrives", || server.count::<Once>() == 1).await;
    call.abort();
    until("the server is told", || server.cancelled() == 1).await;
}

#[tokio::test]
async fn calls_end_in_their_time_while_the_server_is_gone() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = hasty(&server).await;
    server.refuse(true);
    server.cut();
    // More than wait in line for it.
    all_are_late(calls(&client, 6000)).await;
    // Those that came too late hold up none that comes after them.
    all_are_late(calls(&client, 1)).await;
    server.refuse(false);
    // None of them is sent any more.
    client.invoke(f::help::GetConfig {}).await.unwrap();
    assert_eq!(server.count::<Once>(), 0);
}

#[tokio::test]
async fn calls_end_in_their_time_behind_as_many_as_a_connection_carries() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = hasty(&server).await;
    all_are_late(calls(&client, 4500)).await;
    client.invoke(f::help::GetConfig {}).await.unwrap();
}

#[tokio::test]
async fn calls_that_wait_for_the_server_go_out_in_their_order() {
    let server = Server::start(|seen| {
        usual(seen).unwrap_or_else(|| Answer::Result(to_bytes(&seen.before.is_multiple_of(2))))
    })
    .await;
    let client = server.client().connect().await.unwrap();
    server.refuse(true);
    server.cut();
    let before = server.connections();
    until("the client keeps trying", || server.connections() > before).await;
    let asked = (0..100).map(|_| unread());
    let answers = tokio::spawn(client.invoke_all(asked).into_future());
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.refuse(false);
    let answers = answers.await.unwrap().all().unwrap();
    assert!(
        answers
            .iter()
            .enumerate()
            .all(|(n, even)| (n % 2 == 0) == *even)
    );
}

#[tokio::test]
async fn a_short_call_ends_before_the_long_ones_ahead_of_it() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = server.client().connect().await.unwrap();
    server.refuse(true);
    server.cut();
    let long = calls(&client, 3000);
    all_are_late(calls(&client.with(CallOptions::new().timeout(LIMIT)), 10)).await;
    // Calls that were taken back take no room.
    drop(long);
    all_are_late(calls(&client.with(CallOptions::new().timeout(LIMIT)), 100)).await;
}

#[tokio::test]
async fn all_repetitions_of_a_call_share_its_time() {
    let server =
        Server::start(|seen| usual(seen).unwrap_or(Answer::Error(500, "RPC_CALL_FAIL"))).await;
    let client = server.client().connect().await.unwrap();
    let stubborn = client.with(CallOptions::new().timeout(LIMIT).retries(100));
    let begun = Instant::now();
    let e = stubborn.invoke(unread()).await.unwrap_err();
    assert!(matches!(e, Error::Timeout { .. }), "{e:?}");
    assert!((LIMIT..AT_MOST).contains(&begun.elapsed()));
    assert!(server.count::<Once>() > 1);
}

#[tokio::test]
async fn no_time_and_endless_time_are_times_as_well() {
    let server =
        Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(to_bytes(&true)))).await;
    let client = server.client().connect().await.unwrap();
    let patient = client.with(CallOptions::new().timeout(Duration::MAX));
    assert!(patient.invoke(unread()).await.unwrap());
    let hasty = client.with(CallOptions::new().timeout(Duration::ZERO));
    match hasty.invoke(unread()).await {
        Ok(done) => assert!(done, "the answer was there at once"),
        Err(e) => assert!(matches!(e, Error::Timeout { .. }), "{e:?}"),
    }
}
