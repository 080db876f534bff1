//! What this client sends is no event, even if the server tells of it before it answers.

use super::*;

/// How often it is tried: which comes first is a matter of luck.
const ROUNDS: usize = 12;

#[tokio::test]
async fn what_is_sent_is_no_event_if_a_difference_brings_it_before_the_answer() {
    let (server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    for round in 0..ROUNDS {
        // The message is there, the answer is not, and what was missed is asked for.
        server.faults().cut_after("messages.sendMessage");
        client.send_message("@bob", "mine").await.unwrap();
        let text = format!("round {round}");
        bob.says(&alice, &text).await.unwrap();
        assert_eq!(room::next_message(&mut updates).await.text(), text);
    }
}

#[tokio::test]
async fn what_is_sent_in_a_conversation_does_not_wait_for_the_next_reader() {
    let (server, alice, bob, client) = scene().await;
    for round in 0..ROUNDS {
        answering(&bob, &alice, &["yes"]);
        if round % 2 == 1 {
            server.faults().cut_after("messages.sendMessage");
        }
        let conversation = client.conversation("@bob");
        assert_eq!(conversation.ask("there?").await.unwrap().text(), "yes");
        drop(conversation);
        tokio::time::sleep(SHORT / 30).await;
    }
    let mut updates = client.updates();
    room::no_message(&mut updates).await;
}
