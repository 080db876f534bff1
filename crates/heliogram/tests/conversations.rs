//! Conversations against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use heliogram::{
    Button, Client, Conversation, ConversationError, Error, Event, Flow, InputFile, Message,
    Result, Router, Updates, conversation::Awaited, events::Kinds, filter, filter::filter_fn,
};
use heliogram_server::{Account, Said, Server, TestServer};

const SHORT: Duration = Duration::from_millis(300);

/// A server, bob, and alice with her client.
async fn scene() -> (TestServer, Account, Account, Client) {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &alice).await;
    (server, alice, bob, client)
}

/// Lets the account answer each message from `other` with the next of these texts.
fn answering(account: &Account, other: &Account, texts: &'static [&'static str]) {
    let (account, other) = (account.clone(), other.clone());
    tokio::spawn(async move {
        for text in texts {
            account.hears_from(&other).await.unwrap();
            account.says(&other, text).await.unwrap();
        }
    });
}

/// The newest message as this account sees it.
fn newest(account: &Account, with: &Account) -> Said {
    account.messages_with(with).pop().unwrap()
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(Message::text).collect()
}

fn error(outcome: Result<impl Sized>) -> ConversationError {
    match outcome.map(drop) {
        Err(Error::Conversation(e)) => *e,
        Err(other) => panic!("another error: {other}"),
        Ok(()) => panic!("no error"),
    }
}

/// The text of the next message that somebody wrote.
async fn said(updates: &mut Updates) -> String {
    loop {
        let message = room::next_message(updates).await;
        if !message.is_service() {
            return message.text().to_owned();
        }
    }
}

/// Waits until the client follows updates.
async fn listening(server: &Server, conversation: Conversation) -> Conversation {
    let before = server.calls("updates.getDifference");
    let conversation = conversation.begin().await.unwrap();
    room::until(|| server.calls("updates.getDifference") > before).await;
    conversation
}

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

#[test]
fn every_call_can_be_spawned() {
    fn sent<T: Send>(_: &T) {}
    fn checks(conversation: &Conversation) {
        sent(conversation);
        sent(&conversation.ask("a").into_future());
        sent(&conversation.ask_parse::<u8>("a", "b").into_future());
        sent(&conversation.next().into_future());
        sent(&conversation.wait_click().into_future());
        sent(&conversation.mark_read().into_future());
    }
    let _ = checks;
}
