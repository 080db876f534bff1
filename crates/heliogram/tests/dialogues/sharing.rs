//! Whose a dialogue is, and who may change it.

use super::*;

#[tokio::test]
async fn an_event_reads_its_dialogue_once_and_the_next_sees_what_was_set() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let cx = bot.told(&alice, "one").await;
    let (first, second) = (taken::<Form>(&cx).await, taken::<Form>(&cx).await);
    first.set(age("a")).await.unwrap();
    assert_eq!(*second.state(), age("a"));
    second.set(age("b")).await.unwrap();
    let cx = bot.told(&alice, "two").await;
    assert_eq!(*taken::<Form>(&cx).await.state(), age("b"));
    // And so does the program from elsewhere.
    let same = bot.client.dialogue::<Form>(alice.id(), alice.id()).await;
    assert_eq!(*same.unwrap().state(), age("b"));
    let shown = format!("{first:?} {:?}", bot.client);
    assert!(
        !shown.contains("name") && !shown.contains("\"b\""),
        "{shown}"
    );
}

#[tokio::test]
async fn nobody_writes_over_what_another_set() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let (one, two) = (bot.told(&alice, "one").await, bot.told(&alice, "two").await);
    let (one, two) = (taken::<Form>(&one).await, taken::<Form>(&two).await);
    one.set(age("one")).await.unwrap();
    assert!(conflict(two.set(age("two")).await) && conflict(two.end().await));
    // `update` works on what is stored.
    let before = two
        .update(|state| std::mem::replace(state, age("two")))
        .await;
    assert_eq!((before.unwrap(), &*two.state()), (age("one"), &age("two")));
    assert!(conflict(one.set(age("one")).await));
    // A dialogue that ended and began again is another.
    two.end().await.unwrap();
    two.set(age("anew")).await.unwrap();
    assert!(conflict(one.end().await));
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_counted() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 {
        let count = taken::<Count>(&bot.told(&alice, &n.to_string()).await).await;
        tasks.spawn(async move { count.update(|count| count.0 += 1).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let count = taken::<Count>(&bot.told(&alice, "done").await).await;
    assert_eq!(count.state().0, 20);
}

#[derive(Default, Serialize, Deserialize)]
struct Topic(String);

impl DialogueState for Topic {
    const NAME: &'static str = "topic";
    const SCOPE: Scope = Scope::Chat;
}

#[tokio::test]
async fn a_dialogue_belongs_to_a_person_in_a_chat_to_a_chat_or_to_a_person() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let me = server.user("me").await;
    let group = server.group("friends", &me).with([&alice, &bob]).await;
    let client = room::enter(&server, &me).await;
    let mut updates = client.updates();
    let mut from = HashMap::new();
    alice.says(&group, "alice here").await.unwrap();
    bob.says(&group, "bob here").await.unwrap();
    alice.says(&me, "alice alone").await.unwrap();
    while from.len() < 3 {
        let cx = arrival(&client, &mut updates).await;
        let text = cx.event().message().unwrap().text().to_owned();
        if !text.is_empty() {
            from.insert(text, cx);
        }
    }
    let (alice_here, bob_here) = (&from["alice here"], &from["bob here"]);
    let alice_alone = &from["alice alone"];

    taken::<Form>(alice_here).await.set(age("a")).await.unwrap();
    assert!(!taken::<Form>(bob_here).await.is_started());
    assert!(!taken::<Form>(alice_alone).await.is_started());

    taken::<Topic>(alice_here)
        .await
        .set(Topic("cats".into()))
        .await
        .unwrap();
    assert_eq!(taken::<Topic>(bob_here).await.state().0, "cats");
    assert!(!taken::<Topic>(alice_alone).await.is_started());

    taken::<Count>(alice_here)
        .await
        .set(Count(7))
        .await
        .unwrap();
    assert_eq!(taken::<Count>(alice_alone).await.state().0, 7);
    assert!(!taken::<Count>(bob_here).await.is_started());

    // An event that belongs to nobody has none.
    let nobody = UpdateCx::new(client.clone(), Event::Lagged(1));
    let none = <Dialogue<Form> as FromUpdate<()>>::from_update(&nobody, &()).await;
    assert!(matches!(none, Err(Reject::Skip)));
}
