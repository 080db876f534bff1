//! Dialogues in the topics of a forum.

use heliogram::Button;

use super::*;
use crate::forum::{say, topic};

#[derive(Default, Serialize, Deserialize)]
struct Shared(u32);

impl DialogueState for Shared {
    const NAME: &'static str = "shared";
    const TOPICS: bool = false;
}

#[tokio::test]
async fn each_topic_has_its_own_dialogue_unless_the_state_says_otherwise() {
    let server = TestServer::start().await;
    let (alice, bot) = (server.user("alice").await, server.bot("helper").await);
    let forum = server.supergroup("Pets", &alice).username("petsforum");
    let forum = forum.forum().admin(&bot).await;
    let (alice, bot) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bot).await,
    );
    for client in [&alice, &bot] {
        client.resolve("@petsforum").await.unwrap();
    }
    let cats = topic(&alice, &forum, "Cats!").await;
    let dogs = topic(&alice, &forum, "Dogs").await;
    let mut updates = bot.updates();
    let mut told = Vec::new();
    for (topic, text) in [(cats, "one"), (dogs, "two"), (1, "three"), (cats, "four")] {
        say(&alice, &forum, topic, text).await;
        let cx = loop {
            let cx = arrival(&bot, &mut updates).await;
            if cx.event().message().is_some_and(|m| m.text() == text) {
                break cx;
            }
        };
        assert_eq!(cx.event().topic_id(), Some(topic));
        told.push(cx);
    }
    let [in_cats, in_dogs, general, in_cats_again] = &told[..] else {
        panic!("{told:?}")
    };
    taken::<Form>(in_cats).await.set(age("cat")).await.unwrap();
    taken::<Form>(general).await.set(age("all")).await.unwrap();
    assert!(!taken::<Form>(in_dogs).await.is_started());
    assert_eq!(*taken::<Form>(in_cats_again).await.state(), age("cat"));
    let shared = taken::<Shared>(in_cats).await;
    shared.set(Shared(7)).await.unwrap();
    assert_eq!(taken::<Shared>(in_dogs).await.state().0, 7);

    // From outside of a handler.
    let (chat, person) = (forum.id(), alice.self_id().unwrap());
    let outside = bot.dialogue_in_topic::<Form>(chat, cats, person).await;
    assert_eq!(*outside.unwrap().state(), age("cat"));
    let outside = bot.dialogue::<Form>(chat, person).await.unwrap();
    assert_eq!(*outside.state(), age("all"));
    let outside = bot.dialogue_in_topic::<Shared>(chat, dogs, person).await;
    assert_eq!(outside.unwrap().state().0, 7);

    // A button belongs to the topic of its message.
    let question = in_cats.event().message().unwrap().reply("Sure?");
    let question = question.keyboard([Button::callback("Yes", "yes")]);
    let question = question.await.unwrap();
    let shown = alice.get_messages(chat, question.id()).await.unwrap();
    let shown = shown.into_iter().next().flatten().unwrap();
    let pressed = tokio::spawn(async move { shown.click("Yes").await.map(drop) });
    let cx = loop {
        let event = room::next(&mut updates).await;
        if let Event::CallbackQuery(query) = &event {
            query.answer().await.unwrap();
            break UpdateCx::new(bot.clone(), event);
        }
    };
    pressed.await.unwrap().unwrap();
    assert_eq!(*taken::<Form>(&cx).await.state(), age("cat"));
}
