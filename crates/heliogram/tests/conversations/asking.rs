//! Questions and answers.

use super::*;

#[tokio::test]
async fn questions_are_answered_without_another_reader() {
    let (_server, alice, bob, client) = scene().await;
    answering(&bob, &alice, &["Bob", "old", "36"]);
    let conversation = client.conversation("@bob");
    let name = conversation.ask("Your name?").await.unwrap();
    let age = conversation.ask_parse("Your age?", "A number, please.");
    let age: u8 = age.await.unwrap();
    assert_eq!((name.text(), age), ("Bob", 36));
    let said: Vec<_> = bob
        .messages_with(&alice)
        .into_iter()
        .map(|m| m.text)
        .collect();
    let expected = [
        "Your name?",
        "Bob",
        "Your age?",
        "old",
        "A number, please.",
        "36",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn an_answer_that_is_never_understood_is_an_error() {
    let (_server, alice, bob, client) = scene().await;
    answering(&bob, &alice, &["old", "very"]);
    let conversation = client.conversation("@bob");
    let age = conversation
        .ask_parse::<u8>("Your age?", "A number, please.")
        .tries(2);
    assert_eq!(
        error(age.await),
        ConversationError::NotUnderstood { tries: 2 }
    );
}

#[tokio::test]
async fn a_bot_talks_to_a_person_by_id_message_and_chat() {
    let server = TestServer::start().await;
    let (alice, bot) = (server.user("alice").await, server.bot("helper").await);
    let client = room::enter(&server, &bot).await;
    let mut updates = client.updates();
    alice.says(&bot, "/start").await.unwrap();
    let start = room::next_message(&mut updates).await;
    answering(&alice, &bot, &["1", "2", "3"]);
    let by_message = client.conversation(&start).ask("a").await.unwrap();
    let by_chat = client.conversation(start.chat()).ask("b").await.unwrap();
    let by_id = client.conversation(alice.id()).ask("c").await.unwrap();
    assert_eq!(texts(&[by_message, by_chat, by_id]), ["1", "2", "3"]);
}

#[tokio::test]
async fn many_messages_at_once_come_in_order_and_each_once() {
    let (server, alice, bob, client) = scene().await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    let sent = conversation.say("count").await.unwrap();
    for n in 0..40 {
        bob.says(&alice, &n.to_string()).await.unwrap();
    }
    for n in 0..20 {
        let response = conversation.get_response().await.unwrap();
        assert_eq!(response.text(), n.to_string());
    }
    // Others that wait get what is left, between two calls or at the same time.
    let (one, two) = tokio::join!(conversation.next(), conversation.next());
    assert_eq!(texts(&[one.unwrap(), two.unwrap()]), ["20", "21"]);
    let after = conversation.get_response().after(sent.id());
    assert_eq!(after.await.unwrap().text(), "20");
}

#[tokio::test]
async fn a_call_that_is_dropped_loses_no_message() {
    let (_server, alice, bob, client) = scene().await;
    let conversation = client.conversation("@bob");
    conversation.say("hello").await.unwrap();
    for n in 0..50 {
        let mut response = Box::pin(conversation.get_response().receive());
        let hasty = tokio::time::timeout(Duration::ZERO, &mut response).await;
        assert!(hasty.is_err());
        bob.says(&alice, &n.to_string()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(n % 4)).await;
        drop(response);
        assert_eq!(
            conversation.get_response().await.unwrap().text(),
            n.to_string()
        );
    }
}

#[tokio::test]
async fn files_are_part_of_it() {
    let (_server, alice, bob, client) = scene().await;
    answering(&bob, &alice, &["thanks"]);
    let conversation = client.conversation("@bob");
    let sent = conversation
        .send_file(InputFile::bytes("note.txt", &b"hi"[..]))
        .await
        .unwrap();
    let thanks = conversation.get_response().await.unwrap();
    assert!(thanks.id() > sent.id() && thanks.text() == "thanks");
}

#[tokio::test]
async fn posts_of_a_channel_are_heard() {
    let (server, _alice, bob, client) = scene().await;
    let alice = server.user("alice").await;
    let news = server
        .channel("News", &bob)
        .username("newsroom")
        .with([&alice])
        .await;
    let conversation = listening(&server, client.conversation("@newsroom")).await;
    bob.says(&news, "extra").await.unwrap();
    assert_eq!(conversation.next().await.unwrap().text(), "extra");
}
