//! A process that is killed in the middle of a conversation: what it was not told comes again.

use super::*;

/// How many messages the conversation hands out before it says nothing more.
const TAKEN: usize = 3;

/// The process that is killed: takes some messages, and leaves the others where they are.
#[tokio::test]
#[ignore = "started by the other tests, to be killed"]
async fn talker() {
    let Some((client, mut log)) = start(Workers::new()).await else {
        return;
    };
    let conversation = client.conversation("@alice").timeout(None);
    let conversation = conversation.begin().await.unwrap();
    for _ in 0..TAKEN {
        write(&mut log, conversation.next().await.unwrap().text());
    }
    std::future::pending().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_conversation_had_not_handed_out_comes_again_and_nothing_else() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("bob.session");
    let client = room::enter_with(&server, &bob, open("file", &session)).await;
    client.stop().await.unwrap();
    drop(client);

    let before = server.calls("updates.getDifference");
    let log = folder.path().join("talker");
    let talker = Reader::start("talks::talker", &server, "file", &session, log);
    room::until(|| server.calls("updates.getDifference") > before).await;
    for n in 1..=2 * TAKEN {
        alice.says(&bob, &n.to_string()).await.unwrap();
    }
    room::until(|| talker.read().len() == TAKEN).await;
    // What was handed out is on its way into the storage.
    tokio::time::sleep(ON_ITS_WAY / 3).await;
    let taken: Vec<u32> = talker.kill().into_iter().map(|(_, n)| n).collect();
    assert_eq!(taken, [1, 2, 3]);

    let log = folder.path().join("reader");
    let reader = Reader::start("reader", &server, "file", &session, log);
    room::until(|| reader.read().len() >= TAKEN).await;
    tokio::time::sleep(ON_ITS_WAY / 3).await;
    let read: Vec<u32> = reader.kill().into_iter().map(|(_, n)| n).collect();
    assert_eq!(read, [4, 5, 6]);
}
