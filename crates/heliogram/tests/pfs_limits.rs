//! Calls end in their time, also those that wait for another temporary key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use heliogram::{CallOptions, Client, Error, api::functions as f};
use heliogram_tl::{Call, to_bytes};
use script::{
    Answer, Server,
    once::{Once, unread},
    usual,
};

const LIMIT: Duration = Duration::from_millis(1500);
/// For a machine with much else to do.
const AT_MOST: Duration = Duration::from_secs(15);

/// A server that refuses all calls, because it has lost the binding of their key, while the flag
/// is set; and a client whose next call is refused so.
async fn start() -> (Arc<AtomicBool>, Arc<Server>, Client) {
    let lost = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&lost);
    let server = Server::start(move |seen| {
        usual(seen).unwrap_or_else(|| match seen.id {
            Once::ID if flag.load(Ordering::SeqCst) => Answer::Error(401, "AUTH_KEY_PERM_EMPTY"),
            _ => Answer::Result(to_bytes(&true)),
        })
    })
    .await;
    let patient = server.client().max_backoff(Duration::from_secs(60));
    let client = patient.pfs(true).connect().await.unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    lost.store(true, Ordering::SeqCst);
    (lost, server, client)
}

/// Makes a call that gets no answer, and holds it against its time.
async fn is_late(client: &Client) {
    let hasty = client.with(CallOptions::new().timeout(LIMIT));
    let begun = Instant::now();
    let outcome = tokio::time::timeout(AT_MOST, hasty.invoke(unread())).await;
    let error = outcome.expect("it ends in its time").unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!((LIMIT..AT_MOST).contains(&begun.elapsed()));
}

#[tokio::test]
async fn sec_34_a_call_ends_in_its_time_if_the_link_dies_right_after_its_binding_was_lost() {
    let (lost, server, client) = start().await;
    // The present connection goes on; there will be no other.
    server.refuse(true);
    is_late(&client).await;
    assert_eq!(
        server.count::<Once>(),
        2,
        "the first one, and the one refused"
    );
    // What nobody waits for is not sent once the server can be reached again.
    lost.store(false, Ordering::SeqCst);
    server.refuse(false);
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(server.count::<Once>(), 3);
}

#[tokio::test]
async fn sec_34_a_call_ends_in_its_time_if_the_server_keeps_no_binding_at_all() {
    let (lost, server, client) = start().await;
    is_late(&client).await;
    assert!(server.count::<Once>() > 2, "it was tried with other keys");
    lost.store(false, Ordering::SeqCst);
    assert!(client.invoke(unread()).await.unwrap());
}

#[tokio::test]
async fn sec_34_keys_are_not_made_in_a_storm_for_a_server_that_keeps_no_binding() {
    let (_lost, server, client) = start().await;
    let bound = server.count::<f::auth::BindTempAuthKey>();
    let call = tokio::spawn(async move { client.invoke(unread()).await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    call.abort();
    // The pauses grow from a tenth of a second on.
    let made = server.count::<f::auth::BindTempAuthKey>() - bound;
    assert!((1..=10).contains(&made), "{made} keys in three seconds");
}
