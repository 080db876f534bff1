//! Who else sees what a conversation takes.

use super::*;

#[tokio::test]
async fn what_a_conversation_takes_reaches_no_other_reader() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    let mut updates = client.updates();
    bob.says(&alice, "before").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "before");
    {
        let conversation = client.conversation("@bob").begin().await.unwrap();
        bob.says(&alice, "within").await.unwrap();
        carol.says(&alice, "elsewhere").await.unwrap();
        assert_eq!(conversation.next().await.unwrap().text(), "within");
        bob.edits(&newest(&bob, &alice), "edited").await.unwrap();
        assert_eq!(conversation.get_edit().await.unwrap().text(), "edited");
        assert_eq!(room::next_message(&mut updates).await.text(), "elsewhere");
    }
    bob.says(&alice, "after").await.unwrap();
    match room::next(&mut updates).await {
        Event::NewMessage(message) => assert_eq!(message.text(), "after"),
        other => panic!("an event of the conversation: {other:?}"),
    }

    let along = client.conversation("@bob").exclusive(false).begin().await;
    let along = along.unwrap();
    bob.says(&alice, "to both").await.unwrap();
    assert_eq!(along.next().await.unwrap().text(), "to both");
    assert_eq!(room::next_message(&mut updates).await.text(), "to both");
}

#[tokio::test]
async fn a_handler_holds_a_conversation_that_no_other_route_sees() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let bot = server.bot("helper").await;
    let client = room::enter(&server, &bot).await;

    async fn sign_up(message: Message) -> Result<Flow> {
        if message.text() != "/signup" {
            return Ok(Flow::Next);
        }
        let conversation = message.client().conversation(&message);
        let name = conversation.ask("Your name?").await?;
        let age: u8 = conversation.ask_parse("Your age?", "A number!").await?;
        conversation
            .say(format!("{} is {age}", name.text()))
            .await?;
        Ok(Flow::Done)
    }
    async fn echo(message: Message) -> Result<()> {
        message.respond(format!("echo {}", message.text())).await?;
        Ok(())
    }
    let router = Router::new()
        .on_message(filter::any(), sign_up)
        .on_message(filter::any(), echo);
    let running = tokio::spawn({
        let client = client.clone();
        async move { client.run(router).await }
    });
    for person in [&alice, &bob] {
        person.says(&bot, "/signup").await.unwrap();
    }
    for (said, heard) in [("Al", "Your name?"), ("x", "Your age?"), ("3", "A number!")] {
        for person in [&alice, &bob] {
            assert_eq!(person.hears_from(&bot).await.unwrap().text, heard);
            person.says(&bot, said).await.unwrap();
        }
    }
    for person in [&alice, &bob] {
        assert_eq!(person.hears_from(&bot).await.unwrap().text, "Al is 3");
        person.says(&bot, "bye").await.unwrap();
        assert_eq!(person.hears_from(&bot).await.unwrap().text, "echo bye");
    }
    client.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_nobody_asked_for_goes_on_to_the_others_in_its_order() {
    let (_server, alice, bob, client) = scene().await;
    let mut updates = client.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut updates).await;
    for round in 0..20 {
        let conversation = client.conversation("@bob").begin().await.unwrap();
        for text in ["passed over", "answer", "left", "left too"] {
            bob.says(&alice, &format!("{text} {round}")).await.unwrap();
        }
        conversation.next().await.unwrap();
        assert!(
            conversation
                .next()
                .await
                .unwrap()
                .text()
                .starts_with("answer")
        );
        let last = bob.says(&alice, "later");
        let (_, _) = tokio::join!(last, async {
            tokio::time::sleep(Duration::from_millis(round % 3)).await;
            drop(conversation);
        });
        for text in [
            format!("left {round}"),
            format!("left too {round}"),
            "later".into(),
        ] {
            assert_eq!(room::next_message(&mut updates).await.text(), text);
        }
    }
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn a_chat_has_one_conversation_at_a_time() {
    let (_server, alice, bob, client) = scene().await;
    let first = client.conversation("@bob").begin().await.unwrap();
    let second = client.conversation(bob.id());
    let refused = error(second.ask("hello?").await);
    assert_eq!(refused, ConversationError::AlreadyOpen { chat: bob.id() });
    assert!(refused.to_string().contains(&bob.id().to_string()));
    assert!(bob.messages_with(&alice).is_empty(), "nothing was sent");
    let along = client.conversation("@bob").exclusive(false).begin().await;
    drop((first, along.unwrap()));
    answering(&bob, &alice, &["yes"]);
    assert_eq!(second.ask("hello?").await.unwrap().text(), "yes");
}

#[tokio::test]
async fn in_a_group_anybody_answers_or_only_one() {
    let (server, _alice, bob, client) = scene().await;
    let (alice, carol) = (server.user("alice").await, server.user("carol").await);
    let group = server.group("friends", &alice).with([&bob, &carol]).await;
    let mut updates = client.updates();
    bob.says(&group, "hello").await.unwrap();
    carol.says(&alice, "hello").await.unwrap();
    assert_eq!(said(&mut updates).await, "hello");
    assert_eq!(said(&mut updates).await, "hello");
    {
        let all = client.conversation(group.id());
        all.say("Who comes?").await.unwrap();
        bob.says(&group, "bob").await.unwrap();
        carol.says(&group, "carol").await.unwrap();
        bob.says(&alice, "in private").await.unwrap();
        let (one, two) = (all.next().await.unwrap(), all.next().await.unwrap());
        assert_eq!(texts(&[one, two]), ["bob", "carol"]);
        assert_eq!(said(&mut updates).await, "in private");
    }
    let with_bob = client
        .conversation(group.id())
        .only("@bob")
        .begin()
        .await
        .unwrap();
    let with_carol = client
        .conversation(group.id())
        .only(carol.id())
        .begin()
        .await;
    let with_carol = with_carol.unwrap();
    carol.says(&group, "c").await.unwrap();
    bob.says(&group, "b").await.unwrap();
    assert_eq!(with_bob.next().await.unwrap().text(), "b");
    assert_eq!(with_carol.next().await.unwrap().text(), "c");
    drop(with_carol);
    carol.says(&group, "to all").await.unwrap();
    assert_eq!(room::next_message(&mut updates).await.text(), "to all");
    let both = error(client.conversation(group.id()).begin().await);
    assert_eq!(both, ConversationError::AlreadyOpen { chat: group.id() });
}

#[tokio::test]
async fn what_one_conversation_was_told_does_not_come_to_the_next() {
    let (server, alice, bob, client) = scene().await;
    for round in 0..5 {
        let conversation = listening(&server, client.conversation("@bob")).await;
        let text = format!("round {round}");
        bob.says(&alice, &text).await.unwrap();
        assert_eq!(conversation.next().await.unwrap().text(), text);
        drop(conversation);
        tokio::time::sleep(SHORT / 3 * (round % 2)).await;
    }
}

#[tokio::test]
async fn what_happens_elsewhere_meanwhile_waits_for_whoever_reads_next() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    carol.says(&alice, "elsewhere").await.unwrap();
    bob.says(&alice, "within").await.unwrap();
    assert_eq!(conversation.next().await.unwrap().text(), "within");
    drop(conversation);
    let mut updates = client.updates();
    assert_eq!(room::next_message(&mut updates).await.text(), "elsewhere");
    room::no_message(&mut updates).await;
}

#[tokio::test]
async fn what_happens_elsewhere_after_the_last_reader_waits_for_the_next() {
    let (server, alice, bob, client) = scene().await;
    let carol = server.user("carol").await;
    let conversation = listening(&server, client.conversation("@bob")).await;
    let mut updates = client.updates();
    carol.says(&alice, "read").await.unwrap();
    assert_eq!(said(&mut updates).await, "read");
    updates.acknowledge();
    drop(updates);
    tokio::time::sleep(SHORT).await;
    carol.says(&alice, "elsewhere").await.unwrap();
    bob.says(&alice, "within").await.unwrap();
    assert_eq!(conversation.next().await.unwrap().text(), "within");
    // Longer than it takes to store how far updates have come.
    tokio::time::sleep(SHORT).await;
    let mut updates = client.updates();
    assert_eq!(said(&mut updates).await, "elsewhere");
    room::no_message(&mut updates).await;
}
