//! Connections that are lost and made again, over real sockets: nothing is lost, nothing doubled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use heliogram::{
    BoxFuture, Client, Error, Layer, NetworkError, Next, ProtocolError, Purpose, RawCall, Servers,
    Transport,
    api::{enums, functions as f},
    storage::{Changes, Memory, Records, SignedIn, Storage},
};
use heliogram_tl::to_bytes;
use script::{
    Answer, Server,
    once::{Once, unread},
    until, usual,
};

fn yes() -> bytes::Bytes {
    to_bytes(&true)
}

#[tokio::test]
async fn a_call_cut_before_it_arrives_runs_once() {
    let cut = AtomicBool::new(false);
    let server = Server::start(move |seen| {
        usual(seen).unwrap_or_else(|| match cut.swap(true, Ordering::SeqCst) {
            false => Answer::CutBefore,
            true => Answer::Result(yes()),
        })
    })
    .await;
    let client = server.client().connect().await.unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(server.count::<Once>(), 1);
}

#[tokio::test]
async fn a_call_whose_answer_is_cut_off_runs_once_and_is_answered() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::CutAfter(yes()))).await;
    let client = server.client().connect().await.unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(server.count::<Once>(), 1);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn many_calls_through_many_cuts_each_run_once() {
    let server = Server::start(|seen| {
        usual(seen).unwrap_or_else(|| match seen.before % 7 {
            3 => Answer::CutAfter(yes()),
            _ => Answer::Result(yes()),
        })
    })
    .await;
    let client = server.client().connect().await.unwrap();
    for _ in 0..10 {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let client = client.clone();
            calls.spawn(async move { client.invoke(unread()).await });
        }
        while let Some(result) = calls.join_next().await {
            assert!(result.unwrap().unwrap());
        }
    }
    assert_eq!(server.count::<Once>(), 100);
    assert!(server.connections() > 5, "{}", server.connections());
}

#[tokio::test]
async fn calls_wait_while_the_server_is_gone_and_go_on_when_it_is_back() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let client = server.client().connect().await.unwrap();
    server.refuse(true);
    server.cut();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(unread()).await }
    });
    let before = server.connections();
    until("the client keeps trying", || {
        server.connections() > before + 5
    })
    .await;
    assert!(!waiting.is_finished());
    server.refuse(false);
    assert!(waiting.await.unwrap().unwrap());
    assert_eq!(server.count::<Once>(), 1);
}

#[tokio::test]
async fn the_app_is_introduced_once_and_again_when_asked() {
    let forgotten = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&forgotten);
    let server = Server::start(move |seen| {
        usual(seen).unwrap_or_else(|| {
            if asked.load(Ordering::SeqCst) && !seen.introduced {
                return Answer::Error(400, "CONNECTION_NOT_INITED");
            }
            asked.store(false, Ordering::SeqCst);
            Answer::Result(yes())
        })
    })
    .await;
    let client = server.client().connect().await.unwrap();
    client.invoke(unread()).await.unwrap();
    client.invoke(unread()).await.unwrap();
    assert_eq!(server.introductions(), 1);
    forgotten.store(true, Ordering::SeqCst);
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(server.introductions(), 2);
}

#[tokio::test]
async fn all_transports_work_plain_and_obfuscated() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    for transport in Transport::ALL {
        for obfuscated in [false, true] {
            let builder = server.client().transport(transport).obfuscated(obfuscated);
            let client = builder.connect().await.unwrap();
            assert!(
                client.invoke(unread()).await.unwrap(),
                "{transport} {obfuscated}"
            );
        }
    }
}

#[tokio::test]
async fn a_stored_key_is_used_again() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    for _ in 0..3 {
        let builder = server.client().shared_storage(Arc::clone(&storage));
        let client = builder.connect().await.unwrap();
        client.stop().await.unwrap();
    }
    assert_eq!(server.keys(), 1);
}

#[tokio::test]
async fn a_server_with_another_key_is_refused_with_the_remedy() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let telegram = heliogram_crypto::RsaPublicKey::telegram().to_pem();
    let servers = Servers::custom()
        .dc(1, "127.0.0.1", server.ports[0])
        .public_key(telegram);
    let error = Client::builder(1, "abc")
        .server(servers)
        .connect()
        .await
        .unwrap_err();
    let Error::Protocol(e) = &error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(**e, ProtocolError::UnknownServerKey { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("another public key"), "{error}");
    assert_eq!(server.connections(), 1, "there is no use in trying again");
}

#[tokio::test]
async fn a_key_without_an_account_is_replaced_when_the_server_forgot_it() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let connect = || {
        server
            .client()
            .shared_storage(Arc::clone(&storage))
            .connect()
    };
    let first = connect().await.unwrap();
    first.stop().await.unwrap();
    server.forget_keys();
    let again = connect().await.unwrap();
    assert!(again.invoke(unread()).await.unwrap());
    assert_eq!(server.keys(), 1);
}

#[tokio::test]
async fn a_key_with_an_account_is_not_thrown_away() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let connect = || {
        server
            .client()
            .shared_storage(Arc::clone(&storage))
            .connect()
    };
    connect().await.unwrap().stop().await.unwrap();
    let records = Records::new(Arc::clone(&storage));
    let mut changes = Changes::new();
    changes.home_dc(1).signed_in(SignedIn {
        user_id: 7,
        bot: Some(false),
    });
    records.commit(changes).await.unwrap();
    let key = records.dc_key(1).await.unwrap().unwrap().key;

    server.forget_keys();
    let before = server.connections();
    let error = connect().await.unwrap_err();
    assert_eq!(server.connections() - before, 1, "asking again is no use");
    let Error::Protocol(e) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(**e, ProtocolError::AuthKeyUnknown { dc: 1 });
    assert!(error.is_unauthorized());
    assert_eq!(records.dc_key(1).await.unwrap().unwrap().key, key);
    assert!(records.signed_in().await.unwrap().is_some());
}

#[tokio::test]
async fn stopping_ends_all_connections_and_later_calls() {
    let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
    let client = server.client().connect().await.unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(unread()).await }
    });
    until("the call arrives", || server.count::<Once>() == 1).await;
    let start = Instant::now();
    client.stop().await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(7),
        "{:?}",
        start.elapsed()
    );
    assert!(matches!(waiting.await.unwrap(), Err(Error::Closed)));
    assert!(matches!(client.invoke(unread()).await, Err(Error::Closed)));
    assert!(
        matches!(client.stop().await, Ok(())),
        "stopping twice is harmless"
    );
}

#[tokio::test]
async fn the_last_handle_ends_the_connection() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let client = server.client().connect().await.unwrap();
    let clone = client.clone();
    drop(client);
    assert!(clone.invoke(unread()).await.unwrap());
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    drop(clone);
    until("its tasks end", || metrics.num_alive_tasks() < before).await;
}

#[tokio::test]
async fn floods_are_slept_up_to_the_threshold_and_told() {
    let told = Arc::new(AtomicUsize::new(0));
    let hook = Arc::clone(&told);
    let server = Server::start(|seen| {
        usual(seen).unwrap_or_else(|| match seen.before {
            0 => Answer::Error(420, "FLOOD_WAIT_1"),
            1 => Answer::Result(yes()),
            _ => Answer::Error(420, "FLOOD_WAIT_2"),
        })
    })
    .await;
    let client = server
        .client()
        .flood_sleep(Duration::from_secs(1))
        .on_flood(move |flood| {
            hook.fetch_add(1 + usize::from(flood.slept) * 10, Ordering::SeqCst);
        })
        .connect()
        .await
        .unwrap();
    let start = Instant::now();
    assert!(client.invoke(unread()).await.unwrap());
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(told.load(Ordering::SeqCst), 11);
    let error = client.invoke(unread()).await.unwrap_err();
    assert_eq!(error.flood_wait(), Some(Duration::from_secs(2)));
    assert_eq!(told.load(Ordering::SeqCst), 12);
}

#[tokio::test]
async fn faults_of_the_server_are_repeated_a_bounded_number_of_times() {
    let server = Server::start(|seen| {
        usual(seen).unwrap_or_else(|| match seen.before {
            0 => Answer::Error(500, "RPC_CALL_FAIL"),
            1 => Answer::Result(yes()),
            _ => Answer::Error(500, "WORKER_BUSY_TOO_LONG_RETRY"),
        })
    })
    .await;
    let client = server.client().retries(1).connect().await.unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    let error = client.invoke(unread()).await.unwrap_err();
    assert!(error.is_retryable() && error.method() == Some("messages.markDialogUnread"));
    assert_eq!(server.count::<Once>(), 4);
}

/// Counts the calls it sees, and answers one of them by itself.
struct Watch(Arc<AtomicUsize>, &'static str);

impl Layer for Watch {
    fn invoke<'a>(
        &'a self,
        call: RawCall,
        next: Next<'a>,
    ) -> BoxFuture<'a, heliogram::Result<bytes::Bytes>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match call.method == self.1 {
            true => Box::pin(async { Ok(yes()) }),
            false => next.run(call),
        }
    }
}

#[tokio::test]
async fn layers_stand_around_calls_in_the_order_they_were_given() {
    let server = Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(yes()))).await;
    let (outer, inner) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let client = server
        .client()
        .layer(Watch(Arc::clone(&outer), "messages.markDialogUnread"))
        .layer(Watch(Arc::clone(&inner), ""))
        .connect()
        .await
        .unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(
        (outer.load(Ordering::SeqCst), inner.load(Ordering::SeqCst)),
        (1, 0)
    );
    assert_eq!(server.count::<Once>(), 0);
    let other = f::messages::ReadMentions::new(enums::InputPeer::InputPeerSelf);
    assert!(
        client.invoke(other).await.is_err(),
        "the answer is of another type"
    );
    assert_eq!(
        (outer.load(Ordering::SeqCst), inner.load(Ordering::SeqCst)),
        (2, 1)
    );
}

#[tokio::test]
async fn a_phone_of_another_data_centre_moves_the_client_there() {
    let server = Server::start_dcs(2, |seen| {
        usual(seen).unwrap_or_else(|| match seen.dc {
            1 => Answer::Error(303, "PHONE_MIGRATE_2"),
            _ => Answer::Result(yes()),
        })
    })
    .await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let client = server
        .client()
        .shared_storage(Arc::clone(&storage))
        .connect()
        .await
        .unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    assert_eq!(client.home_dc(), 2);
    assert_eq!(Records::new(storage).home_dc().await.unwrap(), Some(2));
}

#[tokio::test]
async fn data_centres_that_point_at_each_other_do_not_loop() {
    let server = Server::start_dcs(2, |seen| {
        usual(seen).unwrap_or_else(|| match seen.dc {
            1 => Answer::Error(303, "USER_MIGRATE_2"),
            _ => Answer::Error(303, "USER_MIGRATE_1"),
        })
    })
    .await;
    let client = server.client().connect().await.unwrap();
    let error = client.invoke(unread()).await.unwrap_err();
    let Error::Protocol(e) = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(**e, ProtocolError::TooManyMoves { .. }));
}

#[tokio::test]
async fn a_data_centre_nobody_knows_is_an_error() {
    let server =
        Server::start(|seen| usual(seen).unwrap_or(Answer::Error(303, "USER_MIGRATE_9"))).await;
    let client = server.client().connect().await.unwrap();
    let error = client.invoke(unread()).await.unwrap_err();
    let Error::Network(e) = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(**e, NetworkError::NoAddress { dc: 9 }));
}

#[test]
fn the_futures_of_the_client_can_cross_threads() {
    fn sends<T: Send>(_: &T) {}
    fn check(client: &Client) {
        sends(&client.invoke(unread()));
        sends(&client.invoke_on(1, Purpose::Upload, unread()));
        sends(&client.send_code("1"));
        sends(&client.sign_in("1").into_future());
        sends(&client.sign_in_bot("1:a"));
        sends(&client.check_password("a"));
        sends(&client.set_password(None, None, ""));
        sends(&client.me());
        sends(&client.log_out());
        sends(&client.is_authorized());
        sends(&client.stop());
        sends(&Client::builder(1, "a").connect());
    }
    // Compiling is the test.
    let _ = check;
    fn shares<T: Send + Sync + Clone + 'static>() {}
    shares::<Client>();
}
