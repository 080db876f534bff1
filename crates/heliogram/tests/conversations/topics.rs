//! Conversations in the topics of a forum.

use super::*;
use crate::forum::{say, topic};
use heliogram_server::Chat;

/// A forum with two topics, in which bob writes and alice asks.
struct Scene {
    server: TestServer,
    alice: Client,
    bob: Client,
    forum: Chat,
    cats: i32,
    dogs: i32,
}

async fn scene() -> Scene {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let forum = server.supergroup("Pets", &alice).username("petsforum");
    let forum = forum.forum().with([&bob]).await;
    let (alice, bob) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    // Both have to have met the forum.
    for client in [&alice, &bob] {
        client.resolve("@petsforum").await.unwrap();
    }
    let cats = topic(&alice, &forum, "Cats!").await;
    let dogs = topic(&alice, &forum, "Dogs").await;
    Scene {
        server,
        alice,
        bob,
        forum,
        cats,
        dogs,
    }
}

impl Scene {
    async fn bob_says(&self, topic: i32, text: &str) {
        say(&self.bob, &self.forum, topic, text).await;
    }
}

#[tokio::test]
async fn a_conversation_in_a_topic_takes_only_what_is_written_there() {
    let s = scene().await;
    let mut updates = s.alice.updates();
    s.bob_says(1, "ready").await;
    room::next_message(&mut updates).await;
    let forum = s.forum.id();
    let cats = s.alice.conversation(forum).topic(s.cats).begin().await;
    let cats = cats.unwrap();
    let dogs = s.alice.conversation(forum).topic(s.dogs).begin().await;
    let dogs = dogs.unwrap();
    s.bob_says(s.dogs, "woof").await;
    s.bob_says(1, "to all").await;
    s.bob_says(s.cats, "meow").await;
    let (meow, woof) = (cats.next().await.unwrap(), dogs.next().await.unwrap());
    assert_eq!((meow.text(), meow.topic_id()), ("meow", Some(s.cats)));
    assert_eq!((woof.text(), woof.topic_id()), ("woof", Some(s.dogs)));
    assert_eq!(room::next_message(&mut updates).await.text(), "to all");
    // What is said there is said in the topic, as a reply as well.
    let asked = cats.say("how many?").await.unwrap();
    assert_eq!(asked.topic_id(), Some(s.cats));
    let replied = cats.say("to you").reply_to(meow.id()).await.unwrap();
    assert_eq!(replied.topic_id(), Some(s.cats));
    assert_eq!(replied.reply_to(), Some(meow.id()));
    s.bob_says(s.dogs, "none").await;
    s.bob_says(s.cats, "nine").await;
    assert_eq!(cats.get_response().await.unwrap().text(), "nine");

    let again = error(s.alice.conversation(forum).topic(s.cats).begin().await);
    assert_eq!(again, ConversationError::AlreadyOpen { chat: forum });
    let all = error(s.alice.conversation(forum).begin().await);
    assert_eq!(all, ConversationError::AlreadyOpen { chat: forum });
}

#[tokio::test]
async fn a_conversation_without_a_topic_is_in_all_and_the_general_one_is_one_of_them() {
    let s = scene().await;
    let mut updates = s.alice.updates();
    s.bob_says(s.cats, "ready").await;
    let ready = room::next_message(&mut updates).await;
    {
        let all = s.alice.conversation(s.forum.id()).begin().await.unwrap();
        for (topic, text) in [(s.cats, "a"), (1, "b"), (s.dogs, "c")] {
            s.bob_says(topic, text).await;
            assert_eq!(all.next().await.unwrap().text(), text);
        }
    }
    {
        let general = s.alice.conversation(s.forum.id()).topic(1);
        let general = general.begin().await.unwrap();
        s.bob_says(s.cats, "elsewhere").await;
        s.bob_says(1, "here").await;
        assert_eq!(general.next().await.unwrap().text(), "here");
        assert_eq!(general.say("and I").await.unwrap().topic_id(), Some(1));
        assert_eq!(room::next_message(&mut updates).await.text(), "elsewhere");
    }
    // The one of a message is where the message is.
    let there = ready.conversation().begin().await.unwrap();
    s.bob_says(s.dogs, "not there").await;
    s.bob_says(s.cats, "there").await;
    assert_eq!(there.next().await.unwrap().text(), "there");
    assert_eq!(there.say("yes").await.unwrap().topic_id(), Some(s.cats));
}

#[tokio::test]
async fn an_answer_to_a_message_of_a_topic_stays_in_it_unless_told_otherwise() {
    let s = scene().await;
    let mut updates = s.alice.updates();
    s.bob_says(s.cats, "meow").await;
    let meow = room::next_message(&mut updates).await;
    let topics = [
        meow.respond("purr").await.unwrap(),
        meow.reply("purr").await.unwrap(),
        meow.respond("woof").topic(s.dogs).await.unwrap(),
        meow.respond("all").topic(1).await.unwrap(),
    ];
    let topics = topics.map(|message| message.topic_id());
    assert_eq!(topics, [s.cats, s.cats, s.dogs, 1].map(Some));
    let forwarded = s.alice.forward_messages(s.forum.id(), &meow, meow.id());
    let forwarded = forwarded.topic(s.dogs).await.unwrap();
    assert_eq!(forwarded[0].topic_id(), Some(s.dogs));
}

#[tokio::test]
async fn reading_is_told_and_waited_for_by_topic() {
    let s = scene().await;
    let cats = s.alice.conversation(s.forum.id()).topic(s.cats);
    let dogs = s.alice.conversation(s.forum.id()).topic(s.dogs);
    let (cats, dogs) = (cats.begin().await.unwrap(), dogs.begin().await.unwrap());
    s.bob_says(s.cats, "meow").await;
    cats.next().await.unwrap();
    let before = s.server.calls("messages.readDiscussion");
    cats.mark_read().await.unwrap();
    assert_eq!(s.server.calls("messages.readDiscussion"), before + 1);

    let asked = cats.say("how many?").await.unwrap();
    dogs.say("who?").await.unwrap();
    let theirs = s.bob.conversation(s.forum.id()).topic(s.cats);
    let theirs = theirs.begin().await.unwrap();
    let (read, _) = tokio::join!(cats.wait_read(), async {
        theirs.mark_read().up_to(asked.id()).await.unwrap();
    });
    read.unwrap();
    let unread = error(dogs.wait_read().timeout(SHORT).await);
    assert!(matches!(unread, ConversationError::Timeout { .. }));
}
