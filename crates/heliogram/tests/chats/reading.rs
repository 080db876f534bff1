use heliogram::api::{functions as f, types};
use heliogram_server::TestServer;

use super::{next_of, only, room};

#[tokio::test]
async fn both_sides_hear_that_messages_were_read() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    let first = a.send_message("@bob", "one").await.unwrap();
    assert_eq!(room::next_message(&mut to_bob).await.text(), "one");
    bob.reads(&alice).await.unwrap();

    let read = next_of(&mut to_alice, only!(MessageRead)).await;
    assert!(read.is_outbox() && read.is_private());
    assert_eq!(read.chat_id(), Some(bob.id()));
    assert_eq!(
        read.fetch_chat().await.unwrap().unwrap().username(),
        Some("bob")
    );
    assert!(read.is_read(&first));
    assert_eq!(read.messages().await.unwrap()[0].text(), "one");
    let second = a.send_message("@bob", "two").await.unwrap();
    assert!(!read.is_read(&second), "it was sent later");

    // The same account hears it of its other sessions, with what is left.
    let read = next_of(&mut to_bob, only!(MessageRead)).await;
    assert!(read.is_inbox());
    assert_eq!(
        (read.chat_id(), read.still_unread()),
        (Some(alice.id()), Some(0))
    );
}

#[tokio::test]
async fn reading_is_told_in_supergroups_too() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.supergroup("Team", &alice).with([&bob]).await;
    let a = room::enter(&server, &alice).await;
    let mut to_alice = a.updates();
    bob.says(&team, "hello").await.unwrap();
    let heard = room::next_message(&mut to_alice).await;
    let sent = heard.reply("hi").await.unwrap();
    bob.reads(&team).await.unwrap();
    let read = next_of(&mut to_alice, only!(MessageRead)).await;
    assert!(read.is_outbox() && read.is_group() && read.is_read(&sent));
    assert_eq!(read.chat_id(), Some(team.id()));
}

#[tokio::test]
async fn mentions_that_were_looked_at_are_told_with_their_chat() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.group("Team", &alice).with([&bob]).await;
    let (one, two) = (
        room::enter(&server, &bob).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_one, mut to_two) = (one.updates(), two.updates());
    alice.says(&team, "hello @bob").await.unwrap();
    let mention = room::next_message(&mut to_one).await;
    assert!(mention.is_mention());
    assert!(room::next_message(&mut to_two).await.is_mention());
    one.invoke(f::messages::ReadMessageContents::new(vec![mention.id()]))
        .await
        .unwrap();
    let read = next_of(&mut to_two, only!(MessageRead)).await;
    assert!(read.is_contents() && read.message_ids() == [mention.id()]);
    assert_eq!(read.chat_id(), Some(team.id()), "it is remembered");
    assert_eq!(read.messages().await.unwrap()[0].text(), "hello @bob");
}

#[tokio::test]
async fn deleted_messages_name_the_chat_they_were_seen_in() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let b = room::enter(&server, &bob).await;
    let mut to_bob = b.updates();
    alice.says(&bob, "oops").await.unwrap();
    let seen = room::next_message(&mut to_bob).await;
    let said = alice.messages_with(&bob);
    alice.deletes(&said[0]).await.unwrap();
    let deleted = next_of(&mut to_bob, only!(MessagesDeleted)).await;
    assert_eq!(deleted.ids(), [seen.id()]);
    assert_eq!(deleted.chat().unwrap().username(), Some("alice"));
    assert!(deleted.is_private());
    // Nothing of it is left to be read.
    let none = b.invoke(f::messages::GetMessages::new(vec![
        types::InputMessageID { id: seen.id() }.into(),
    ]));
    drop(none.await.unwrap());
}
