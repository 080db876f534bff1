//! Clients and transfers when one of the two ends goes away: restarts, stops, shared sessions.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{path::Path, sync::Arc, time::Duration};

use heliogram::{
    Error, InputFile,
    storage::{self, Sqlite},
};
use heliogram_server::{Server, TestServer};

/// A server that keeps everything in `data`, on ports of choice.
async fn start(data: &Path, port: u16, key: &str) -> TestServer {
    let builder = Server::builder().dcs(2).port(port).key(key).data(data);
    builder.start().await.unwrap().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_go_on_when_the_server_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server.db");
    let key = private_key();
    // Two ports in a row that are free just now.
    let (server, port) = loop {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = probe.local_addr().unwrap().port();
        drop(probe);
        let builder = Server::builder().dcs(2).port(port).key(&*key).data(&data);
        if let Ok(server) = builder.start().await {
            break (TestServer::from(server), port);
        }
    };
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let bob_id = bob.id();
    a.send_message("@bob", "before").await.unwrap();
    let mut updates = b.updates();
    assert_eq!(room::next_message(&mut updates).await.text(), "before");

    // Accounts are windows into the server: it is not gone while somebody looks in.
    drop((alice, bob, server));
    let waiting = tokio::spawn({
        let a = a.clone();
        async move { a.send_message(bob_id, "while it is down").await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let server = start(&data, port, &key).await;
    waiting.await.unwrap().unwrap();
    a.send_message(bob_id, "after").await.unwrap();
    let heard = [
        room::next_message(&mut updates).await,
        room::next_message(&mut updates).await,
    ];
    assert_eq!(
        heard.each_ref().map(|m| m.text()),
        ["while it is down", "after"]
    );
    drop(server);
}

/// The key of a server that restarts.
fn private_key() -> String {
    let mut random = heliogram_crypto::SeededRandom::new([9; 32]);
    let key = heliogram_crypto::RsaPrivateKey::generate(&mut random).unwrap();
    key.to_pem().unwrap().to_string()
}

#[tokio::test]
async fn a_transfer_ends_with_the_client_that_carries_it() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let sent = a
        .send_file("me", InputFile::bytes("big.bin", vec![7; 20 << 20]))
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (up, down) = (a.clone(), a.download(&sent));
    let path = folder.path().join("copy.bin");
    let up = tokio::spawn(async move {
        let file = InputFile::bytes("more.bin", vec![8; 40 << 20]);
        up.send_file("me", file).await
    });
    let down = tokio::spawn({
        let path = path.clone();
        async move { down.to_file(path).await }
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    a.stop().await.unwrap();
    for failed in [up.await.unwrap().map(drop), down.await.unwrap().map(drop)] {
        // What was over by then is over; nothing hangs and nothing panics.
        assert!(matches!(failed, Ok(()) | Err(Error::Closed)), "{failed:?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(
        left.is_empty() || std::fs::metadata(&path).unwrap().len() == 20 << 20,
        "a whole file or none: {left:?}"
    );
}

#[tokio::test]
async fn two_clients_share_a_process_but_no_session() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alice.session");
    let a = room::enter_with(&server, &alice, Arc::new(Sqlite::open(&path))).await;
    let b = room::enter(&server, &bob).await;
    let second = room::builder(&server).storage(Sqlite::open(&path));
    let e = second.connect().await.unwrap_err();
    let Error::Storage(inner) = &e else {
        panic!("{e:?}")
    };
    let locked = inner.downcast_ref::<storage::Error>();
    assert!(matches!(locked, Some(storage::Error::Locked { .. })), "{e}");
    assert!(e.to_string().contains("alice.session"), "{e}");
    // Neither the first nor the other one minds.
    a.send_message("@bob", "still here").await.unwrap();
    assert_eq!(
        b.history(alice.id()).limit(1).collect().await.unwrap()[0].text(),
        "still here"
    );
}
