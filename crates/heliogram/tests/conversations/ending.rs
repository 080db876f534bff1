//! How conversations end.

use super::*;

#[tokio::test]
async fn time_runs_out_for_a_call_or_for_the_whole_conversation() {
    let (_server, _alice, bob, client) = scene().await;
    let conversation = client.conversation("@bob").timeout(SHORT);
    let late = conversation.ask("anybody?").await;
    let text = late.as_ref().unwrap_err().to_string();
    let ConversationError::Timeout {
        awaited,
        chat,
        waited,
        total,
    } = error(late)
    else {
        panic!("{text}");
    };
    assert_eq!((awaited, chat, total), (Awaited::Response, bob.id(), false));
    assert!(waited >= SHORT && text.contains("a response"), "{text}");
    drop(conversation);

    let began = Instant::now();
    let conversation = client
        .conversation("@bob")
        .total_timeout(SHORT)
        .begin()
        .await
        .unwrap();
    let late = error(conversation.next().timeout(None).await);
    assert!(matches!(
        late,
        ConversationError::Timeout { total: true, .. }
    ));
    assert!(began.elapsed() >= SHORT);
    // What was sent is sent, but nothing is waited for any more.
    assert!(matches!(
        error(conversation.ask("?").await),
        ConversationError::Timeout { .. }
    ));
    let never = client.conversation("@carol").timeout(Duration::MAX);
    assert!(matches!(never.next().await, Err(Error::Peer(_))));
}

#[tokio::test]
async fn a_conversation_is_called_off_from_elsewhere() {
    let (_server, alice, bob, client) = scene().await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    let canceller = conversation.canceller();
    let (waited, ()) = tokio::join!(conversation.next(), async {
        tokio::time::sleep(SHORT / 3).await;
        canceller.cancel();
    });
    assert!(matches!(waited, Err(Error::Cancelled)));
    assert!(matches!(
        conversation.get_response().await,
        Err(Error::Cancelled)
    ));

    let conversation = client.conversation("@bob").begin().await.unwrap();
    let (waited, cancelled) = tokio::join!(conversation.get_edit(), async {
        tokio::time::sleep(SHORT / 3).await;
        client.cancel_conversations("@bob").await
    });
    assert!(matches!(waited, Err(Error::Cancelled)) && cancelled.unwrap() == 1);
    // The chat is free again, and the one that was called off does not come back.
    let next = client.conversation("@bob").begin().await.unwrap();
    drop(conversation);
    bob.says(&alice, "hello").await.unwrap();
    assert_eq!(next.next().await.unwrap().text(), "hello");
    assert_eq!(client.cancel_all_conversations(), 1);
    assert!(matches!(next.next().await, Err(Error::Cancelled)));
    assert_eq!(client.cancel_all_conversations(), 0);
}

#[tokio::test]
async fn a_word_ends_a_conversation_and_is_no_answer_to_anybody() {
    let (_server, alice, bob, client) = scene().await;
    let mut others = client.updates();
    let conversation = client.conversation("@bob").cancel_on(filter::command("no"));
    let conversation = conversation.begin().await.unwrap();
    bob.says(&alice, "/none of it").await.unwrap();
    assert_eq!(conversation.next().await.unwrap().text(), "/none of it");
    let (waited, _) = tokio::join!(conversation.next(), bob.says(&alice, "/no"));
    assert!(matches!(waited, Err(Error::Cancelled)), "{waited:?}");
    // Others have what comes after it, although the conversation is still there.
    bob.says(&alice, "what now?").await.unwrap();
    assert_eq!(said(&mut others).await, "what now?");
    let late = conversation.next().await;
    assert!(matches!(late, Err(Error::Cancelled)), "{late:?}");
    let _again = client.conversation("@bob").begin().await.unwrap();
}

#[tokio::test]
async fn what_comes_before_the_word_that_ends_a_conversation_is_for_the_others() {
    let (_server, alice, bob, client) = scene().await;
    let conversation = client.conversation("@bob").cancel_on(filter::command("no"));
    let conversation = conversation.begin().await.unwrap();
    let mut others = client.updates();
    for said in ["before", "/no"] {
        bob.says(&alice, said).await.unwrap();
    }
    assert_eq!(said(&mut others).await, "before");
    assert!(matches!(conversation.next().await, Err(Error::Cancelled)));
}

#[tokio::test]
async fn the_end_of_the_client_ends_conversations() {
    let (_server, _alice, _bob, client) = scene().await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    let (waited, stopped) = tokio::join!(conversation.next(), async {
        tokio::time::sleep(SHORT / 3).await;
        client.stop().await
    });
    stopped.unwrap();
    assert!(matches!(waited, Err(Error::Closed)));
    let refused = client.conversation("@bob").begin().await;
    assert!(matches!(refused, Err(Error::Closed)));
}

#[tokio::test]
async fn handlers_that_wait_for_an_answer_do_not_hold_up_the_end() {
    let server = TestServer::start().await;
    let (alice, bot) = (server.user("alice").await, server.bot("helper").await);
    let client = room::enter(&server, &bot).await;
    async fn ask(message: Message) -> Result<()> {
        let conversation = message.client().conversation(&message);
        let outcome = conversation.ask("Yes?").await;
        assert!(matches!(outcome, Err(Error::Closed)), "{outcome:?}");
        message.respond("Another time, then.").await.map(drop)
    }
    let running = tokio::spawn({
        let client = client.clone();
        async move {
            client
                .run(Router::new().on_message(filter::any(), ask))
                .await
        }
    });
    alice.says(&bot, "hello").await.unwrap();
    assert_eq!(alice.hears_from(&bot).await.unwrap().text, "Yes?");
    let began = Instant::now();
    client.quit();
    running.await.unwrap().unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        alice.hears_from(&bot).await.unwrap().text,
        "Another time, then."
    );
}

#[tokio::test]
async fn signing_out_ends_conversations_and_says_why() {
    let (_server, _alice, _bob, client) = scene().await;
    let conversation = client.conversation("@bob").begin().await.unwrap();
    let (waited, out) = tokio::join!(conversation.next(), async {
        tokio::time::sleep(SHORT / 3).await;
        client.log_out().await
    });
    out.unwrap();
    assert!(
        matches!(waited, Err(Error::Cancelled | Error::SessionEnded(_))),
        "{waited:?}"
    );
}

#[tokio::test]
async fn more_messages_than_are_kept_go_to_the_others_and_end_it() {
    let (_server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    let conversation = client
        .conversation("@bob")
        .max_messages(3)
        .begin()
        .await
        .unwrap();
    for n in 0..5 {
        bob.says(&alice, &n.to_string()).await.unwrap();
    }
    for n in 3..5 {
        assert_eq!(room::next_message(&mut updates).await.text(), n.to_string());
    }
    for n in 0..3 {
        assert_eq!(conversation.next().await.unwrap().text(), n.to_string());
    }
    let full = error(conversation.next().await);
    assert_eq!(
        full,
        ConversationError::TooManyMessages {
            chat: bob.id(),
            limit: 3
        }
    );
}
