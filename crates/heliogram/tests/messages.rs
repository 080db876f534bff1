//! Messages between people, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use futures_util::TryStreamExt;
use heliogram::{Error, Event, PeerError, errors, html, md};
use heliogram_server::{Refusal, TestServer};

#[tokio::test]
async fn two_people_write_edit_and_delete() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut updates = b.updates();

    let sent = a
        .send_message("@bob", md("**Hello** 👋, __you__"))
        .await
        .unwrap();
    assert!(sent.is_outgoing());
    assert_eq!(sent.text(), "Hello 👋, you");
    assert_eq!(
        (sent.chat_id(), sent.sender_id()),
        (bob.id(), Some(alice.id()))
    );

    let got = room::next_message(&mut updates).await;
    assert_eq!(got.text(), "Hello 👋, you");
    assert_eq!(got.text_md(), "**Hello** 👋, __you__");
    assert_eq!(got.text_html(), "<b>Hello</b> 👋, <i>you</i>");
    assert_eq!(
        (got.chat_id(), got.sender_id()),
        (alice.id(), Some(alice.id()))
    );
    assert_eq!(got.sender().unwrap().username(), Some("alice"));
    assert!(!got.is_outgoing());

    let edited = sent.edit(html("<b>Bye</b>")).await.unwrap();
    assert_eq!(
        (edited.id(), edited.text_md().as_str()),
        (sent.id(), "**Bye**")
    );
    assert!(edited.edit_date().is_some());
    let Event::MessageEdited(seen) = room::next(&mut updates).await else {
        panic!("an edit")
    };
    assert_eq!((seen.id(), seen.text()), (got.id(), "Bye"));

    assert_eq!(sent.delete().await.unwrap(), 1);
    let Event::MessagesDeleted(gone) = room::next(&mut updates).await else {
        panic!("a deletion")
    };
    assert_eq!(gone.ids(), [got.id()]);
    assert_eq!(b.history(alice_of(&got)).collect().await.unwrap(), vec![]);
}

fn alice_of(message: &heliogram::Message) -> heliogram::Chat {
    message.chat().clone()
}

#[tokio::test]
async fn a_reply_knows_what_it_answers() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_a, mut to_b) = (a.updates(), b.updates());
    let question = a.send_message("bob", "who is there?").await.unwrap();
    let heard = room::next_message(&mut to_b).await;
    let answer = heard.reply("bob").await.unwrap();
    assert_eq!(answer.reply_to(), Some(heard.id()));
    let heard = room::next_message(&mut to_a).await;
    assert_eq!(heard.reply_to(), Some(question.id()));
    assert_eq!(
        heard.replied().await.unwrap().unwrap().text(),
        "who is there?"
    );
    assert!(question.replied().await.unwrap().is_none());
}

#[tokio::test]
async fn history_is_read_page_by_page_in_both_directions() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    for n in 1..=230 {
        let who = if n % 2 == 0 {
            (&alice, &bob)
        } else {
            (&bob, &alice)
        };
        who.0.says(who.1, &format!("line {n}")).await.unwrap();
    }
    let texts = |messages: Vec<heliogram::Message>| -> Vec<String> {
        messages.iter().map(|m| m.text().to_owned()).collect()
    };
    let line = |n: i32| format!("line {n}");

    let newest = texts(a.history("@bob").collect().await.unwrap());
    assert_eq!(newest, (1..=230).rev().map(line).collect::<Vec<_>>());
    let oldest = texts(
        a.history("@bob")
            .oldest_first()
            .try_collect()
            .await
            .unwrap(),
    );
    assert_eq!(oldest, (1..=230).map(line).collect::<Vec<_>>());
    let some = texts(a.history("@bob").limit(105).try_collect().await.unwrap());
    assert_eq!(some, (126..=230).rev().map(line).collect::<Vec<_>>());

    let mut counted = a.history("@bob").limit(3);
    assert_eq!(counted.total().await.unwrap(), 230);
    assert_eq!(counted.collect().await.unwrap().len(), 3);
    assert_eq!(a.history("@bob").limit(0).total().await.unwrap(), 230);

    let middle = a.history("@bob").limit(230).collect().await.unwrap()[100].id();
    let before = texts(
        a.history("@bob")
            .before(middle)
            .limit(2)
            .collect()
            .await
            .unwrap(),
    );
    assert_eq!(before, ["line 129", "line 128"]);
    let after = texts(
        a.history("@bob")
            .after(middle)
            .oldest_first()
            .limit(2)
            .collect()
            .await
            .unwrap(),
    );
    assert_eq!(after, ["line 131", "line 132"]);
    let between = a
        .history("@bob")
        .after(middle)
        .oldest_first()
        .before(middle + 3);
    assert_eq!(
        texts(between.collect().await.unwrap()),
        ["line 131", "line 132"]
    );

    let found = texts(a.history("@bob").search("line 22").collect().await.unwrap());
    assert_eq!(found.len(), 11);
    let own = a.history("@bob").by("me").collect().await.unwrap();
    assert!(own.len() == 115 && own.iter().all(heliogram::Message::is_outgoing));
}

#[tokio::test]
async fn messages_are_found_by_id_and_gaps_are_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let one = a.send_message("bob", "one").await.unwrap();
    let two = a.send_message("bob", "two").await.unwrap();
    let note = a.send_message("me", "note").await.unwrap();
    let ids = vec![two.id(), 100_000, one.id(), note.id()];
    let found = a.get_messages(bob.id(), ids).await.unwrap();
    let texts: Vec<_> = found
        .iter()
        .map(|m| m.as_ref().map(heliogram::Message::text))
        .collect();
    // The note is in another chat.
    assert_eq!(texts, [Some("two"), None, Some("one"), None]);
}

#[tokio::test]
async fn messages_can_be_forwarded() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let one = a.send_message("me", md("**one**")).await.unwrap();
    let two = a.send_message("me", "two").await.unwrap();
    let sent = a
        .forward_messages("@bob", "me", [one.id(), two.id()])
        .silent()
        .await
        .unwrap();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|m| m.chat_id() == bob.id()));
    assert_eq!(
        (sent[0].text_md().as_str(), sent[1].text()),
        ("**one**", "two")
    );
    let copy = one.forward_to(bob.id()).hide_sender().await.unwrap();
    assert!(!copy[0].is_forwarded());
}

#[tokio::test]
async fn saved_messages_are_one_of_the_chats() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let note = a.send_message("me", "remember").await.unwrap();
    assert_eq!(note.chat_id(), alice.id());
    for name in ["me", "self", "@alice", "https://t.me/alice"] {
        let newest = a.history(name).limit(1).collect().await.unwrap();
        assert_eq!(newest[0].text(), "remember", "{name}");
    }
    assert_eq!(
        a.history(alice.id()).limit(1).collect().await.unwrap()[0].id(),
        note.id()
    );
    assert_eq!(
        a.delete_messages("me", &note).only_for_me().await.unwrap(),
        1
    );
}

#[tokio::test]
async fn a_message_is_sent_once_however_the_connection_breaks() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    a.resolve("@bob").await.unwrap();
    server.faults().cut_after("messages.sendMessage");
    let sent = a.send_message("@bob", "once").await.unwrap();
    assert_eq!(sent.text(), "once");
    server.faults().cut_before("messages.sendMessage");
    a.send_message("@bob", "twice?").await.unwrap();
    let texts: Vec<String> = bob
        .messages_with(&alice)
        .into_iter()
        .map(|said| said.text)
        .collect();
    assert_eq!(texts, ["once", "twice?"]);
}

#[tokio::test]
async fn flood_waits_are_slept_when_they_are_short() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    server.faults().flood_wait("messages.sendMessage", 1);
    a.send_message("me", "late").await.unwrap();
    server.faults().flood_wait("messages.sendMessage", 3600);
    let e = a.send_message("me", "never").await.unwrap_err();
    assert_eq!(e.flood_wait().unwrap().as_secs(), 3600);
}

#[tokio::test]
async fn peers_nobody_knows_are_named_with_a_remedy() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let peer_error = |e: Error| match e {
        Error::Peer(e) => *e,
        other => panic!("{other:?}"),
    };
    let e = a.send_message("@nobody_here", "hi").await.unwrap_err();
    assert!(e.to_string().contains("@nobody_here"), "{e}");
    assert!(e.is(errors::USERNAME_NOT_OCCUPIED));
    assert_eq!(
        peer_error(e),
        PeerError::UnknownUsername("nobody_here".into())
    );
    let e = a.send_message(777_123_456, "hi").await.unwrap_err();
    assert_eq!(peer_error(e), PeerError::NeverMet(777_123_456));
    let e = a.send_message("+15550100999", "hi").await.unwrap_err();
    assert!(!e.to_string().contains("555"), "{e}");
    assert_eq!(peer_error(e), PeerError::UnknownPhone);
    let e = a.send_message("two words", "hi").await.unwrap_err();
    assert_eq!(peer_error(e), PeerError::BadText("two words".into()));
    assert_eq!(server.calls("messages.sendMessage"), 0);
}

#[tokio::test]
async fn a_name_is_asked_for_once_by_many() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let a = a.clone();
        set.spawn(async move { a.resolve("@Bob").await.map(|c| c.id()) });
    }
    while let Some(found) = set.join_next().await {
        assert_eq!(found.unwrap().unwrap(), bob.id());
    }
    assert_eq!(server.calls("contacts.resolveUsername"), 1);
    // Known by id from now on as well.
    a.send_message(bob.id(), "hi").await.unwrap();
}

#[tokio::test]
async fn refusals_keep_their_names() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let sent = a.send_message("bob", "same").await.unwrap();
    let e = sent.edit("same").await.unwrap_err();
    assert!(e.is(errors::MESSAGE_NOT_MODIFIED), "{e}");
    server.faults().refuse(
        "messages.sendMessage",
        Refusal::new(403, "CHAT_WRITE_FORBIDDEN"),
    );
    let e = a.send_message(bob.id(), "no").await.unwrap_err();
    assert_eq!(&*e.rpc().unwrap().name, "CHAT_WRITE_FORBIDDEN");
}

#[tokio::test]
async fn builders_can_be_moved_to_another_task() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let sent = tokio::spawn(a.send_message("me", "from a task").into_future());
    assert_eq!(sent.await.unwrap().unwrap().text(), "from a task");
}

#[tokio::test]
async fn a_mention_of_somebody_never_met_leaves_the_text_as_it_is() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = room::enter(&server, &alice).await;
    client.resolve("@bob").await.unwrap();
    let (known, unknown) = (bob.id(), 7777);
    let text = format!("[Bob](tg://user?id={known}) and [who?](tg://user?id={unknown}) **too**");
    let sent = client.send_message("@bob", md(text)).await.unwrap();
    assert_eq!(sent.text(), "Bob and who? too");
    let marked: Vec<_> = sent.entity_texts().into_iter().map(|(_, t)| t).collect();
    assert_eq!(marked, ["Bob", "too"]);
}
