//! Many short conversations, one after another, and nobody else who reads.

use super::*;

/// Lets the account say a number for each message from `other`, from 0 on.
fn counting(account: &Account, other: &Account, rounds: usize) {
    let (account, other) = (account.clone(), other.clone());
    tokio::spawn(async move {
        for number in 0..rounds {
            account.hears_from(&other).await.unwrap();
            account.says(&other, &number.to_string()).await.unwrap();
        }
    });
}

/// Lets the client take note that nobody reads any more: it begins anew with the next conversation.
async fn a_moment() {
    tokio::time::sleep(SHORT / 30).await;
}

/// Asks for the next number in a conversation of its own.
async fn next_number(client: &Client) -> String {
    let conversation = client.conversation("@bob");
    conversation.say("next?").await.unwrap();
    conversation.next().await.unwrap().text().to_owned()
}

#[tokio::test]
async fn each_answer_comes_to_one_of_many_conversations_once_and_in_order() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    counting(&bob, &alice, 60);
    for round in 0..60 {
        if round % 20 == 1 {
            // It is for those who begin to read later, so all that comes after it is asked for again.
            carol.says(&alice, "elsewhere").await.unwrap();
        }
        if round % 3 > 0 {
            a_moment().await;
        }
        assert_eq!(next_number(&client).await, round.to_string());
    }
    a_moment().await;
    let mut updates = client.updates();
    for _ in 0..3 {
        assert_eq!(said(&mut updates).await, "elsewhere");
    }
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn a_message_that_changes_between_conversations_is_not_new_again() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    carol.says(&alice, "elsewhere").await.unwrap();
    counting(&bob, &alice, 9);
    assert_eq!(next_number(&client).await, "0");
    a_moment().await;
    bob.edits(&newest(&bob, &alice), "0, changed")
        .await
        .unwrap();
    {
        // Here nobody listens to bob.
        let conversation = client.conversation("@carol").begin().await.unwrap();
        carol.says(&alice, "hello").await.unwrap();
        assert_eq!(conversation.next().await.unwrap().text(), "elsewhere");
        assert_eq!(conversation.next().await.unwrap().text(), "hello");
    }
    a_moment().await;
    {
        let conversation = client.conversation("@bob");
        conversation.say("next?").await.unwrap();
        assert_eq!(conversation.next().await.unwrap().text(), "1");
        let edit = conversation.get_edit().after(0).await.unwrap();
        assert_eq!(edit.text(), "0, changed");
    }
    for round in 2..9 {
        a_moment().await;
        assert_eq!(next_number(&client).await, round.to_string());
    }
}

#[tokio::test]
async fn an_edit_that_a_conversation_was_told_does_not_come_to_the_next() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    carol.says(&alice, "elsewhere").await.unwrap();
    counting(&bob, &alice, 1);
    {
        let conversation = client.conversation("@bob");
        conversation.say("next?").await.unwrap();
        conversation.next().await.unwrap();
        bob.edits(&newest(&bob, &alice), "changed").await.unwrap();
        let edit = conversation.get_edit().after(0).await.unwrap();
        assert_eq!(edit.text(), "changed");
    }
    a_moment().await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    bob.says(&alice, "later").await.unwrap();
    assert_eq!(conversation.next().await.unwrap().text(), "later");
    let none = conversation.get_edit().after(0).timeout(SHORT).await;
    assert!(matches!(error(none), ConversationError::Timeout { .. }));
}

#[tokio::test]
async fn what_was_told_is_not_new_either_after_a_fetch_that_failed() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    carol.says(&alice, "elsewhere").await.unwrap();
    counting(&bob, &alice, 2);
    assert_eq!(next_number(&client).await, "0");
    a_moment().await;
    let refusal = Refusal::bad("INPUT_REQUEST_INVALID");
    server.faults().refuse("updates.getDifference", refusal);
    assert_eq!(next_number(&client).await, "1");
}
