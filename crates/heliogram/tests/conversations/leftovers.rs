//! What conversations leave when they end: nothing of it is lost.

use std::sync::Arc;

use heliogram::storage::{Memory, Storage};

use super::*;

/// Lets bob say these, and hands out the first.
async fn one_of(conversation: &Conversation, bob: &Account, alice: &Account, texts: &[&str]) {
    for text in texts {
        bob.says(alice, text).await.unwrap();
    }
    assert_eq!(conversation.next().await.unwrap().text(), texts[0]);
    // All of them are heard by then.
    tokio::time::sleep(SHORT / 3).await;
}

#[tokio::test]
async fn what_is_left_while_nobody_reads_comes_to_the_next_reader_once() {
    let (server, alice, bob, client) = scene().await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    one_of(&conversation, &bob, &alice, &["answer", "left", "left too"]).await;
    drop(conversation);
    tokio::time::sleep(SHORT / 3).await;
    let mut updates = client.updates();
    assert_eq!(said(&mut updates).await, "left");
    assert_eq!(said(&mut updates).await, "left too");
    bob.says(&alice, "later").await.unwrap();
    assert_eq!(said(&mut updates).await, "later");
}

#[tokio::test]
async fn what_is_left_while_another_conversation_is_open_comes_to_the_next_reader() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    let other = listening(&server, client.conversation("@carol")).await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    one_of(&conversation, &bob, &alice, &["answer", "left"]).await;
    carol.says(&alice, "kept").await.unwrap();
    drop(conversation);
    tokio::time::sleep(SHORT / 3).await;
    // All is asked for again from what is left on; what is open still hears it once.
    let mut updates = client.updates();
    assert_eq!(said(&mut updates).await, "left");
    assert_eq!(other.next().await.unwrap().text(), "kept");
    carol.says(&alice, "next").await.unwrap();
    assert_eq!(other.next().await.unwrap().text(), "next");
    drop(other);
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn what_one_conversation_leaves_comes_to_the_next_in_the_chat() {
    let (server, alice, bob, client) = scene().await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    one_of(&conversation, &bob, &alice, &["answer", "left"]).await;
    drop(conversation);
    tokio::time::sleep(SHORT / 3).await;
    let next = client.conversation("@bob").begin().await.unwrap();
    assert_eq!(next.next().await.unwrap().text(), "left");
    drop(next);
    let mut updates = client.updates();
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn what_is_left_comes_to_the_next_handler() {
    let (server, alice, bob, client) = scene().await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    one_of(&conversation, &bob, &alice, &["answer", "left"]).await;
    drop(conversation);
    async fn echo(message: Message) -> Result<()> {
        message.respond(format!("echo {}", message.text())).await?;
        Ok(())
    }
    let incoming = filter::incoming() & filter::chat("@bob");
    client.on(incoming, echo).await.unwrap();
    assert_eq!(bob.hears_from(&alice).await.unwrap().text, "echo left");
}

#[tokio::test]
async fn what_is_left_when_the_client_stops_comes_in_the_next_run() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    {
        let client = room::enter_with(&server, &alice, Arc::clone(&storage)).await;
        let conversation = listening(&server, client.conversation("@bob")).await;
        one_of(&conversation, &bob, &alice, &["answer", "left"]).await;
        client.stop().await.unwrap();
    }
    let client = room::enter_with(&server, &alice, storage).await;
    let mut updates = client.updates();
    assert_eq!(said(&mut updates).await, "left");
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn edits_that_nobody_asked_for_go_on_to_the_others() {
    let (_server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    bob.says(&alice, "answer").await.unwrap();
    conversation.next().await.unwrap();
    bob.edits(&newest(&bob, &alice), "changed").await.unwrap();
    bob.says(&alice, "more").await.unwrap();
    tokio::time::sleep(SHORT / 3).await;
    drop(conversation);
    let Event::MessageEdited(edit) = room::next(&mut updates).await else {
        panic!("the edit comes first");
    };
    assert_eq!(edit.text(), "changed");
    assert_eq!(said(&mut updates).await, "more");
}

#[tokio::test]
async fn what_was_too_much_and_what_was_kept_go_on_to_the_others() {
    let (_server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    let conversation = client.conversation("@bob").max_messages(2);
    let conversation = conversation.begin().await.unwrap();
    for text in ["1", "2", "3"] {
        bob.says(&alice, text).await.unwrap();
    }
    assert_eq!(said(&mut updates).await, "3");
    drop(conversation);
    assert_eq!(said(&mut updates).await, "1");
    assert_eq!(said(&mut updates).await, "2");
}

#[tokio::test]
async fn an_event_that_was_caught_and_not_waited_for_goes_on_to_the_others() {
    let (_server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    let deleted = || filter::of_kind(Kinds::MESSAGES_DELETED);
    let unwanted = conversation.wait_event(deleted()).from_now();
    let unwanted = unwanted.await.unwrap();
    bob.deletes(&newest(&bob, &alice)).await.unwrap();
    tokio::time::sleep(SHORT).await;
    drop(unwanted);
    assert!(matches!(
        room::next(&mut updates).await,
        Event::MessagesDeleted(_)
    ));
    // A message that was handed out this way is dealt with.
    let hello = filter::text_is("hello");
    let hello = conversation.wait_event(hello).from_now().await.unwrap();
    bob.says(&alice, "hello").await.unwrap();
    hello.await.unwrap();
    drop(conversation);
    bob.says(&alice, "after").await.unwrap();
    assert_eq!(said(&mut updates).await, "after");
}
