//! Polls, reactions, drafts and planned messages.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use heliogram::{
    api::{functions as f, types},
    types::Reaction,
};
use heliogram_server::TestServer;

use super::{next_of, only, room};

fn words(text: &str) -> types::TextWithEntities {
    types::TextWithEntities::new(text.into(), Vec::new())
}

#[tokio::test]
async fn votes_are_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.supergroup("Team", &alice).with([&bob]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    alice.says(&team, "ready").await.unwrap();
    room::next_message(&mut to_alice).await;
    room::next_message(&mut to_bob).await;
    let answers = ["a", "b"].map(|name| {
        types::PollAnswer::new(words(name), Bytes::copy_from_slice(name.as_bytes())).into()
    });
    let poll = types::Poll::new(0, words("Tea?"), answers.to_vec(), 0);
    let media = types::InputMediaPoll::new(Box::new(poll));
    let peer = a.input_peer(team.id()).await.unwrap();
    a.invoke(f::messages::SendMedia::new(
        peer,
        media.into(),
        String::new(),
        77,
    ))
    .await
    .unwrap();
    let question = room::next_message(&mut to_bob).await;
    let peer = question.input_chat().await.unwrap();
    let vote = f::messages::SendVote::new(peer, question.id(), vec![Bytes::from_static(b"b")]);
    b.invoke(vote).await.unwrap();

    let poll = next_of(&mut to_alice, only!(PollUpdate)).await;
    assert_eq!(poll.total_voters(), 1);
    // Votes are shown to those who voted.
    let peer = a.input_peer(team.id()).await.unwrap();
    let vote = f::messages::SendVote::new(peer, question.id(), vec![Bytes::from_static(b"a")]);
    a.invoke(vote).await.unwrap();
    let poll = next_of(&mut to_bob, only!(PollUpdate)).await;
    assert_eq!(poll.total_voters(), 2);
    let options = poll.options();
    let voted = |data| options.iter().find(|o| o.data() == data).unwrap().votes();
    assert_eq!((voted(b"a"), voted(b"b")), (Some(1), Some(1)));
}

#[tokio::test]
async fn reactions_are_counted() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    let sent = a.send_message("@bob", "hi").await.unwrap();
    let heard = room::next_message(&mut to_bob).await;
    let like = Reaction::from("👍");
    let peer = heard.input_chat().await.unwrap();
    b.invoke(f::messages::SendReaction {
        reaction: Some(vec![like.to_raw()]),
        ..f::messages::SendReaction::new(peer, heard.id())
    })
    .await
    .unwrap();
    let changed = next_of(&mut to_alice, only!(ReactionsChanged)).await;
    assert_eq!(
        (changed.chat_id(), changed.message_id()),
        (bob.id(), sent.id())
    );
    assert_eq!(changed.counts(), [(like.clone(), 1)]);
    assert_eq!(changed.message().await.unwrap().unwrap().text(), "hi");
    let recent = changed.recent();
    assert_eq!(
        (recent[0].sender_id, &recent[0].reaction),
        (bob.id(), &like)
    );
}

#[tokio::test]
async fn drafts_and_planned_messages_are_heard_by_other_sessions() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (one, two) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &alice).await,
    );
    let mut to_two = two.updates();
    bob.says(&alice, "ready").await.unwrap();
    room::next_message(&mut to_two).await;
    let peer = one.input_peer("@bob").await.unwrap();
    one.invoke(f::messages::SaveDraft::new(peer, "so".into()))
        .await
        .unwrap();
    let draft = next_of(&mut to_two, only!(DraftChanged)).await;
    assert_eq!((draft.text(), draft.chat_id()), ("so", bob.id()));

    let later = SystemTime::now() + Duration::from_secs(3600);
    let planned = one
        .send_message("@bob", "later")
        .schedule(later)
        .await
        .unwrap();
    let made = next_of(&mut to_two, only!(ScheduledChanged)).await;
    assert_eq!(made.message().unwrap().text(), "later");
    let peer = one.input_peer("@bob").await.unwrap();
    one.invoke(f::messages::DeleteScheduledMessages::new(
        peer,
        vec![planned.id()],
    ))
    .await
    .unwrap();
    let gone = next_of(&mut to_two, only!(ScheduledChanged)).await;
    assert_eq!(gone.deleted_ids(), [planned.id()]);
    assert!(gone.message().is_none() && gone.sent_ids().is_empty());
}
