//! Replies, edits, readings and other events.

use super::*;

#[tokio::test]
async fn replies_are_told_from_other_messages() {
    let (_server, alice, bob, client) = scene().await;
    let conversation = client.conversation("@bob");
    let nothing = error(conversation.get_reply().await);
    assert_eq!(
        nothing,
        ConversationError::NothingSent {
            awaited: Awaited::Reply
        }
    );
    let first = conversation.say("first").await.unwrap();
    let question = newest(&bob, &alice);
    conversation.say("second").await.unwrap();
    bob.says(&alice, "by the way").await.unwrap();
    bob.replies(&question, "to the first").await.unwrap();
    bob.replies(&newest(&bob, &alice), "to myself")
        .await
        .unwrap();
    bob.replies(&question, "to the first again").await.unwrap();
    for text in ["to the first", "to the first again"] {
        let reply = conversation.get_reply().to(&first).await.unwrap();
        assert_eq!(reply.text(), text);
    }
    assert_eq!(
        conversation.get_response().await.unwrap().text(),
        "by the way"
    );
    let late = error(conversation.get_reply().timeout(SHORT).await);
    assert!(matches!(
        late,
        ConversationError::Timeout {
            awaited: Awaited::Reply,
            ..
        }
    ));
}

#[tokio::test]
async fn edits_that_arrive_early_are_kept() {
    let (server, alice, bob, client) = scene().await;
    // What is caught up on comes with all edits made.
    let conversation = listening(&server, client.conversation("@bob")).await;
    conversation.say("report").await.unwrap();
    bob.says(&alice, "working").await.unwrap();
    let answer = newest(&bob, &alice);
    bob.edits(&answer, "half").await.unwrap();
    bob.edits(&answer, "done").await.unwrap();
    bob.says(&alice, "next").await.unwrap();
    let working = conversation.get_response().await.unwrap();
    assert_eq!(conversation.get_response().await.unwrap().text(), "next");
    // Everything is there by now.
    assert_eq!(conversation.get_edit().await.unwrap().text(), "half");
    assert_eq!(
        conversation.get_edit().of(&working).await.unwrap().text(),
        "done"
    );
    // And those that come late are waited for.
    let (edit, edited) = tokio::join!(
        conversation.get_edit().after(&working).timeout(SHORT * 10),
        async {
            tokio::time::sleep(SHORT / 3).await;
            bob.edits(&newest(&bob, &alice), "next, mended").await
        }
    );
    edited.unwrap();
    assert_eq!(edit.unwrap().text(), "next, mended");
}

#[tokio::test]
async fn reading_is_waited_for() {
    let (server, _alice, bob, client) = scene().await;
    let alice = server.user("alice").await;
    let conversation = client.conversation("@bob");
    let first = conversation.say("first").await.unwrap();
    conversation.say("second").await.unwrap();
    let early = error(conversation.wait_read().timeout(SHORT).await);
    assert!(matches!(
        early,
        ConversationError::Timeout {
            awaited: Awaited::Read,
            ..
        }
    ));
    let (read, by_bob) = tokio::join!(conversation.wait_read(), async {
        tokio::time::sleep(SHORT / 3).await;
        bob.reads(&alice).await
    });
    by_bob.unwrap();
    read.unwrap();
    // It was read with the second, before anybody asked.
    conversation
        .wait_read()
        .up_to(&first)
        .timeout(SHORT)
        .await
        .unwrap();

    bob.says(&alice, "answer").await.unwrap();
    conversation.get_response().await.unwrap();
    assert_eq!(alice.unread_in(&bob), 1);
    conversation.mark_read().await.unwrap();
    assert_eq!(alice.unread_in(&bob), 0);
}

#[tokio::test]
async fn an_event_is_waited_for_with_a_filter() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    let conversation = client.conversation("@bob").begin().await.unwrap();

    let deleted = filter_fn(|cx| cx.event().kind() == Kinds::MESSAGES_DELETED);
    let deleted = conversation.wait_event(deleted).from_now().await.unwrap();
    bob.deletes(&newest(&bob, &alice)).await.unwrap();
    let Event::MessagesDeleted(deleted) = deleted.await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(deleted.ids().len(), 1);

    // In another chat it only looks.
    let text = |wanted: &'static str| {
        filter_fn(move |cx| cx.event().message().is_some_and(|m| m.text() == wanted))
    };
    let elsewhere = conversation
        .wait_event(text("psst"))
        .from_now()
        .await
        .unwrap();
    carol.says(&alice, "hey").await.unwrap();
    carol.says(&alice, "psst").await.unwrap();
    let seen = elsewhere.await.unwrap();
    assert_eq!(seen.message().unwrap().sender_id(), Some(carol.id()));
    assert_eq!(room::next_message(&mut updates).await.text(), "hey");
    assert_eq!(room::next_message(&mut updates).await.text(), "psst");

    let broken = conversation.wait_event(filter_fn(|_| panic!("a bug of the caller's")));
    let broken = broken.from_now().await.unwrap();
    bob.says(&alice, "still there?").await.unwrap();
    assert_eq!(error(broken.await), ConversationError::FilterPanicked);
    assert_eq!(conversation.next().await.unwrap().text(), "still there?");
    let none = conversation.wait_event(text("never")).timeout(SHORT);
    assert!(matches!(
        error(none.await),
        ConversationError::Timeout { .. }
    ));
}

#[tokio::test]
async fn a_button_is_waited_for_and_no_handler_is_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let bot = server.bot("helper").await;
    let client = room::enter(&server, &bot).await;
    let (alice, bob) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut updates = client.updates();
    let mut shown = Vec::new();
    for person in [&alice, &bob] {
        // A bot may write to those only who wrote to it.
        person.send_message("@helper", "/start").await.unwrap();
        let start = room::next_message(&mut updates).await;
        let buttons = [Button::callback("Yes", "yes"), Button::callback("No", "no")];
        start.respond("Sure?").keyboard(buttons).await.unwrap();
        let helper = person.history("@helper").limit(1);
        shown.extend(helper.try_collect::<Vec<_>>().await.unwrap());
    }
    let chat = alice.self_id().unwrap();
    let conversation = client.conversation(chat).begin().await.unwrap();
    let click = conversation.wait_click().from_now().await.unwrap();
    let presses = |message: &Message, text: &str| {
        let click = message.click(text);
        tokio::spawn(async move { click.await.map(drop) })
    };
    let bobs = presses(&shown[1], "No");
    let Event::CallbackQuery(theirs) = room::next(&mut updates).await else {
        panic!("another event");
    };
    assert_eq!(
        (theirs.sender_id(), theirs.data_str()),
        (bob.self_id().unwrap(), Some("no"))
    );
    theirs.answer().await.unwrap();
    bobs.await.unwrap().unwrap();

    let alices = presses(&shown[0], "Yes");
    let click = click.await.unwrap();
    assert_eq!(
        (click.sender_id(), click.data_str()),
        (alice.self_id().unwrap(), Some("yes"))
    );
    click.answer().await.unwrap();
    alices.await.unwrap().unwrap();
    let none = conversation
        .wait_click()
        .of(click.message_id().unwrap() + 1)
        .timeout(SHORT);
    let (none, ()) = tokio::join!(none, async {
        let again = presses(&shown[0], "No");
        match room::next(&mut updates).await {
            Event::CallbackQuery(query) => query.answer().await.map(drop).unwrap(),
            other => panic!("a button of the conversation: {other:?}"),
        }
        again.await.unwrap().unwrap();
    });
    assert!(matches!(error(none), ConversationError::Timeout { .. }));
}
