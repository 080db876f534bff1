//! How a client ends: what `stop` leaves behind, and what it must not.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{path::Path, sync::Arc, time::Duration};

use heliogram::{
    Error,
    storage::{self, PeerIndex, Sqlite, Storage},
};
use heliogram_server::TestServer;

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_client_has_let_go_of_its_session() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alice.session");
    // Tasks that end a moment late would be seen in some of the rounds.
    for _ in 0..10 {
        let client = room::enter_with(&server, &alice, Arc::new(Sqlite::open(&path))).await;
        client.me().await.unwrap();
        client.stop().await.unwrap();
        assert_eq!(names(folder.path()), ["alice.session"], "one whole file");
        assert!(matches!(client.me().await, Err(Error::Closed)));
    }
}

#[tokio::test]
async fn what_was_learned_last_is_kept() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alice.session");
    let client = room::enter_with(&server, &alice, Arc::new(Sqlite::open(&path))).await;
    client.resolve("@bob").await.unwrap();
    client.stop().await.unwrap();
    let again = Sqlite::open(&path);
    let found = again.find_peer(PeerIndex::Username("bob")).await.unwrap();
    assert_eq!(found.map(|row| row.id), Some(bob.id()));
}

#[tokio::test]
async fn a_client_that_could_not_connect_has_let_go_as_well() {
    let server = TestServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.session");
    let builder = room::builder(&server)
        .storage(Sqlite::open(&path))
        .connect_attempts(1)
        .connect_timeout(Duration::from_secs(2));
    drop(server);
    let failed = builder.connect().await;
    assert!(matches!(failed, Err(Error::Network(_))), "{failed:?}");
    assert_eq!(names(folder.path()), ["new.session"]);
}

#[tokio::test]
async fn a_storage_that_was_closed_opens_again_when_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn Storage>; 3] = [
        Arc::new(Sqlite::open(folder.path().join("a.session"))),
        Arc::new(storage::File::open(folder.path().join("b.session"))),
        Arc::new(storage::Memory::new()),
    ];
    for store in stores {
        let mut batch = storage::Batch::new();
        batch.put(storage::Table::Settings, "colour", "blue");
        store.apply(batch).await.unwrap();
        store.close().await.unwrap();
        store.close().await.unwrap();
        let colour = store.get(storage::Table::Settings, b"colour").await;
        assert_eq!(colour.unwrap().as_deref(), Some(&b"blue"[..]));
        store.close().await.unwrap();
    }
    assert_eq!(names(folder.path()), ["a.session", "b.session"]);
}
