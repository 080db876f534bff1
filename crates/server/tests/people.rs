//! What a test can do with accounts and chats, without any client.

use std::time::Duration;

use heliogram_server::{Server, TestServer};

#[tokio::test]
async fn each_message_is_heard_once_and_in_order() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.says(&bob, "one").await.unwrap();
    alice.says(&bob, "two").await.unwrap();
    bob.says(&alice, "mine").await.unwrap();
    assert_eq!(bob.hears_from(&alice).await.unwrap().text, "one");
    assert_eq!(bob.hears_from(&alice).await.unwrap().text, "two");
    let silent = bob
        .hears_nothing_from(&alice, Duration::from_millis(20))
        .await;
    assert_eq!(silent, None);
    assert_eq!(alice.hears_from(&bob).await.unwrap().text, "mine");
}

#[tokio::test]
async fn what_is_said_while_somebody_waits_is_heard() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let waiting = tokio::spawn(bob.hears_from(&alice).into_future());
    tokio::task::yield_now().await;
    alice.says(&bob, "late").await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().text, "late");
}

#[tokio::test]
async fn silence_is_an_error_that_shows_the_conversation() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.says(&bob, "anybody there?").await.unwrap();
    let silence = alice
        .hears_from(&bob)
        .within(Duration::from_millis(10))
        .await
        .unwrap_err();
    let shown = silence.to_string();
    assert!(shown.contains("@alice heard nothing for 10ms"), "{shown}");
    assert!(shown.contains("> anybody there?"), "{shown}");
}

#[tokio::test]
async fn groups_supergroups_and_channels_are_made_in_a_line() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let group = server.group("Team", &alice).with([&bob]).await;
    let open = server
        .supergroup("Open", &alice)
        .username("open_house")
        .await;
    let news = server.channel("News", &alice).with([&bob]).await;

    bob.says(&group, "in the group").await.unwrap();
    assert_eq!(alice.hears_from(&group).await.unwrap().from, bob.id());
    let early = bob.says(&open, "not yet").await.unwrap_err();
    assert_eq!(early.name, "CHAT_WRITE_FORBIDDEN");
    bob.joins(&open).await.unwrap();
    assert_eq!(open.members().len(), 2);
    alice.says(&news, "post").await.unwrap();
    assert_eq!(bob.hears_from(&news).await.unwrap().from, news.id());
    let refused = bob.says(&news, "no").await.unwrap_err();
    assert_eq!(refused.name, "CHAT_WRITE_FORBIDDEN");
    bob.leaves(&group).await.unwrap();
    assert_eq!(group.members(), [alice.id()]);
}

#[tokio::test]
async fn messages_are_edited_deleted_forwarded_and_pinned() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.supergroup("Team", &alice).with([&bob]).await;
    bob.says(&team, "draft").await.unwrap();
    let mine = bob.messages_with(&team).pop().unwrap();
    bob.edits(&mine, "final").await.unwrap();
    let seen = alice.hears_from(&team).await.unwrap();
    assert_eq!((seen.text.as_str(), seen.edited), ("final", true));
    alice.pins(&seen).await.unwrap();
    alice.forwards(&seen, &bob).await.unwrap();
    assert_eq!(bob.hears_from(&alice).await.unwrap().text, "final");
    assert_eq!(
        alice.edits(&seen, "x").await.unwrap_err().name,
        "MESSAGE_AUTHOR_REQUIRED"
    );
    alice.deletes(&seen).await.unwrap();
    assert!(
        bob.messages_with(&team)
            .iter()
            .all(|said| said.text != "final")
    );
}

#[tokio::test]
async fn a_paused_clock_moves_only_when_told() {
    let server = TestServer::start().await;
    server.pause();
    let before = server.now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.now(), before);
    server.advance(Duration::from_secs(3600));
    assert_eq!(server.now(), before + Duration::from_secs(3600));
    server.resume();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(server.now() > before + Duration::from_secs(3600));
}

#[tokio::test]
async fn who_is_still_held_by_a_test_does_not_keep_the_data_file_from_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Server::builder().data(folder.path().join("world")).start();
    let server = start().await.unwrap();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let group = server.group("Team", &alice).with([&bob]).await;
    alice.says(&bob, "before").await.unwrap();
    drop(server);
    let server = start().await.unwrap();
    let again = server.user("bob").await;
    assert_eq!(again.messages_with(&alice)[0].text, "before");
    assert_eq!(group.members().len(), 2);
}
