//! Dialogues whose states are stored, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use heliogram::{
    Client, DialogueError, Error, Event, Message, Router, Updates,
    dispatch::{
        Dialogue, DialogueState, Flow, FromUpdate, Handler, Reject, Scope, UpdateCx, in_state,
    },
    events::Kinds,
    filter,
    storage::{Batch, File, Memory, Sqlite, Storage, Table},
};
use heliogram_server::TestServer;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
enum Form {
    #[default]
    Name,
    Age {
        name: String,
    },
}

impl DialogueState for Form {
    const NAME: &'static str = "form";
}

fn age(name: &str) -> Form {
    Form::Age { name: name.into() }
}

/// The next new message on its way.
async fn arrival(client: &Client, updates: &mut Updates) -> UpdateCx {
    let message = room::next_message(updates).await;
    UpdateCx::new(client.clone(), Event::NewMessage(message))
}

async fn taken<T: DialogueState>(cx: &UpdateCx) -> Dialogue<T> {
    match Dialogue::from_update(cx, &()).await {
        Ok(dialogue) => dialogue,
        Err(Reject::Fail(e)) => panic!("failed: {e}"),
        Err(other) => panic!("{other:?}"),
    }
}

fn conflict(outcome: Result<(), Error>) -> bool {
    let Err(Error::Dialogue(e)) = outcome else {
        return false;
    };
    matches!(*e, DialogueError::Conflict { name: "form" })
}

/// A dialogue goes on where it was, in another client over the same session.
async fn outlives_a_restart(mut open: impl FnMut() -> Arc<dyn Storage>) {
    let server = TestServer::start().await;
    let (alice, bot) = (server.user("alice").await, server.bot("helper").await);
    let client = room::enter_with(&server, &bot, open()).await;
    let mut updates = client.updates();
    alice.says(&bot, "Alice").await.unwrap();
    let cx = arrival(&client, &mut updates).await;
    let form = taken::<Form>(&cx).await;
    assert!(*form.state() == Form::Name && !form.is_started());
    form.set(age("Alice")).await.unwrap();
    assert!(*form.state() == age("Alice") && form.is_started());
    client.stop().await.unwrap();
    drop((form, cx, updates, client));

    let client = room::enter_with(&server, &bot, open()).await;
    let mut updates = client.updates();
    alice.says(&bot, "36").await.unwrap();
    // The first may come again, as it was not acknowledged in time.
    let cx = loop {
        let cx = arrival(&client, &mut updates).await;
        if cx.event().message().unwrap().text() == "36" {
            break cx;
        }
    };
    let form = taken::<Form>(&cx).await;
    assert_eq!(*form.state(), age("Alice"));
    form.end().await.unwrap();
    assert!(*form.state() == Form::Name && !form.is_started());
    assert_eq!(client.storage().scan(Table::Dialogues).await.unwrap(), []);
}

#[tokio::test]
async fn a_dialogue_outlives_a_restart_in_memory_that_is_kept() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    outlives_a_restart(|| Arc::clone(&storage)).await;
}

fn session(folder: &Path) -> std::path::PathBuf {
    folder.join("bot.session")
}

#[tokio::test]
async fn a_dialogue_outlives_a_restart_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    outlives_a_restart(|| Arc::new(File::open(session(folder.path())))).await;
}

#[tokio::test]
async fn a_dialogue_outlives_a_restart_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    outlives_a_restart(|| Arc::new(Sqlite::open(session(folder.path())))).await;
}

/// A bot in a room with others; the messages come through `updates`.
struct Bot {
    server: TestServer,
    account: heliogram_server::Account,
    client: Client,
    updates: Updates,
}

async fn bot() -> Bot {
    let server = TestServer::start().await;
    let account = server.bot("helper").await;
    let client = room::enter(&server, &account).await;
    let updates = client.updates();
    Bot {
        server,
        account,
        client,
        updates,
    }
}

impl Bot {
    /// What comes of somebody writing to the bot.
    async fn told(&mut self, by: &heliogram_server::Account, text: &str) -> UpdateCx {
        by.says(&self.account, text).await.unwrap();
        arrival(&self.client, &mut self.updates).await
    }

    async fn plant(&self, key: &str, value: impl Into<Vec<u8>>) {
        let mut batch = Batch::new();
        batch.put(Table::Dialogues, key, value);
        self.client.storage().apply(batch).await.unwrap();
    }

    async fn stored(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.client.storage().scan(Table::Dialogues).await.unwrap()
    }
}

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

#[derive(Default, Serialize, Deserialize)]
struct Count(u32);

impl DialogueState for Count {
    const NAME: &'static str = "count";
    const SCOPE: Scope = Scope::Sender;
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

#[tokio::test]
async fn what_cannot_be_read_any_more_starts_anew() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let key = format!("form:{0}:{0}", alice.id());
    let form = taken::<Form>(&bot.told(&alice, "1").await).await;
    form.set(age("a")).await.unwrap();
    let (_, mut row) = bot.stored().await.remove(0);

    bot.plant(&key, "no row at all").await;
    let damaged = taken::<Form>(&bot.told(&alice, "2").await).await;
    assert!(*damaged.state() == Form::Name && !damaged.is_started());
    damaged.set(age("b")).await.unwrap();

    // A row in order, with JSON that has no such shape.
    let at = row.windows(3).position(|w| w == b"Age").unwrap();
    row[at] = b'O';
    bot.plant(&key, row).await;
    let other = taken::<Form>(&bot.told(&alice, "3").await).await;
    assert!(*other.state() == Form::Name && other.is_lost());
    other.set(age("c")).await.unwrap();
    assert!(!other.is_lost());
    let read = taken::<Form>(&bot.told(&alice, "4").await).await;
    assert_eq!(*read.state(), age("c"));
}

mod first {
    use super::*;

    #[derive(Default, Serialize, Deserialize)]
    pub(super) struct Order(pub(super) String);

    impl DialogueState for Order {
        const NAME: &'static str = "order";
    }
}

mod second {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    pub(super) struct Order {
        pub(super) dish: String,
        #[serde(default)]
        pub(super) large: bool,
    }

    impl DialogueState for Order {
        const NAME: &'static str = "order";
        const SHAPE: u32 = 1;

        fn migrate(shape: u32, json: &str) -> Option<Self> {
            let dish = serde_json::from_str(json).ok()?;
            (shape == 0).then_some(Self { dish, large: false })
        }
    }
}

#[tokio::test]
async fn a_newer_program_reads_what_an_older_one_stored() {
    let server = TestServer::start().await;
    let (alice, account) = (server.user("alice").await, server.bot("helper").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let client = room::enter_with(&server, &account, Arc::clone(&storage)).await;
    let mut updates = client.updates();
    alice.says(&account, "soup").await.unwrap();
    arrival(&client, &mut updates).await;
    let order = client
        .dialogue::<first::Order>(alice.id(), alice.id())
        .await;
    order
        .unwrap()
        .set(first::Order("soup".into()))
        .await
        .unwrap();
    // Within one program that would be a mistake.
    let same = client
        .dialogue::<second::Order>(alice.id(), alice.id())
        .await;
    let Err(Error::Dialogue(e)) = same else {
        panic!("two types of one name");
    };
    assert_eq!(*e, DialogueError::SameName { name: "order" });
    client.stop().await.unwrap();
    drop((client, updates));

    let client = room::enter_with(&server, &account, storage).await;
    let order = client
        .dialogue::<second::Order>(alice.id(), alice.id())
        .await;
    let soup = second::Order {
        dish: "soup".into(),
        large: false,
    };
    assert_eq!(*order.unwrap().state(), soup);
}

#[derive(Default, Serialize, Deserialize)]
struct Brief(u8);

impl DialogueState for Brief {
    const NAME: &'static str = "brief";
    const TIME_TO_LIVE: Option<Duration> = Some(Duration::from_millis(300));
}

#[tokio::test]
async fn a_dialogue_expires_and_is_removed() {
    let server = TestServer::start().await;
    let (alice, account) = (server.user("alice").await, server.bot("helper").await);
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let client = room::enter_with(&server, &account, Arc::clone(&storage)).await;
    let mut updates = client.updates();
    alice.says(&account, "hello").await.unwrap();
    let cx = arrival(&client, &mut updates).await;
    let brief = taken::<Brief>(&cx).await;
    brief.set(Brief(1)).await.unwrap();
    let again = client
        .dialogue::<Brief>(alice.id(), alice.id())
        .await
        .unwrap();
    assert_eq!(again.state().0, 1);
    tokio::time::sleep(Duration::from_millis(350)).await;
    let over = client
        .dialogue::<Brief>(alice.id(), alice.id())
        .await
        .unwrap();
    assert!(over.state().0 == 0 && !over.is_started());
    // Nobody came back to it; it goes when the next program changes another.
    assert_eq!(storage.scan(Table::Dialogues).await.unwrap().len(), 1);
    client.stop().await.unwrap();
    drop((client, updates, cx, brief, again, over));

    let client = room::enter_with(&server, &account, Arc::clone(&storage)).await;
    let count = client
        .dialogue::<Count>(alice.id(), alice.id())
        .await
        .unwrap();
    count.set(Count(1)).await.unwrap();
    for _ in 0..200 {
        if storage.scan(Table::Dialogues).await.unwrap().len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let left = storage.scan(Table::Dialogues).await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].0.starts_with(b"count:"));
}

#[derive(Default, Serialize, Deserialize)]
struct Odd(HashMap<Vec<u8>, u8>);

impl DialogueState for Odd {
    const NAME: &'static str = "odd";
}

#[tokio::test]
async fn a_state_that_is_no_json_is_refused_and_changes_nothing() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let odd = taken::<Odd>(&bot.told(&alice, "hello").await).await;
    let refused = odd.set(Odd(HashMap::from([(vec![1], 2)]))).await;
    let Err(Error::Dialogue(e)) = refused else {
        panic!("it was stored");
    };
    assert_eq!(*e, DialogueError::NotStorable { name: "odd" });
    assert!(odd.state().0.is_empty() && bot.stored().await.is_empty());
}

#[tokio::test]
async fn who_signs_out_leaves_no_dialogue() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let form = taken::<Form>(&bot.told(&alice, "hello").await).await;
    form.set(age("a")).await.unwrap();
    bot.client.log_out().await.unwrap();
    assert_eq!(bot.stored().await, []);
}

fn with_kinds<A, H: Handler<A, ()>>(_: &H) -> Kinds {
    H::KINDS
}

async fn run<A>(handler: impl Handler<A, ()>, cx: &UpdateCx) -> Result<Flow, Reject> {
    handler.call(cx.clone(), ()).await
}

#[tokio::test]
async fn a_handler_runs_in_the_states_it_is_for() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    async fn name(form: Dialogue<Form>, message: Message) -> heliogram::Result<()> {
        form.set(age(message.text())).await
    }
    let name = in_state(|form: &Form| *form == Form::Name, name);
    assert!(with_kinds(&name).contains(Kinds::NEW_MESSAGE));
    assert!(!with_kinds(&name).contains(Kinds::MESSAGES_DELETED));
    let cx = bot.told(&alice, "Alice").await;
    assert!(matches!(run(name.clone(), &cx).await, Ok(Flow::Done)));
    assert_eq!(*taken::<Form>(&cx).await.state(), age("Alice"));
    // The same event does not enter the next state's handler twice, nor the first again.
    assert!(matches!(run(name.clone(), &cx).await, Err(Reject::Skip)));
    let cx = bot.told(&alice, "Alicia").await;
    assert!(matches!(run(name, &cx).await, Err(Reject::Skip)));
}

#[tokio::test]
async fn routes_are_chosen_by_the_state() {
    let server = TestServer::start().await;
    let (alice, account) = (server.user("alice").await, server.bot("helper").await);
    let client = room::enter(&server, &account).await;

    async fn ask_name(form: Dialogue<Form>, message: Message) -> heliogram::Result<()> {
        message.respond("Your age?").await?;
        form.set(age(message.text())).await
    }
    async fn finish(form: Dialogue<Form>, message: Message) -> heliogram::Result<()> {
        if let Form::Age { name } = &*form.state() {
            let text = format!("{name}, {}", message.text());
            message.respond(text).await?;
        }
        form.end().await
    }
    async fn count(count: Dialogue<Count>) -> heliogram::Result<Flow> {
        count.update(|count| count.0 += 1).await?;
        Ok(Flow::Next)
    }
    let router = Router::new()
        .on_message(filter::any(), count)
        .on_message(
            filter::any(),
            in_state(|form: &Form| *form == Form::Name, ask_name),
        )
        .on_message(
            filter::any(),
            in_state(|form: &Form| *form != Form::Name, finish),
        );
    let running = tokio::spawn({
        let client = client.clone();
        async move { client.run(router).await }
    });
    for _ in 0..2 {
        // All at once: the handlers of one chat run one after another.
        for text in ["Alice", "36"] {
            alice.says(&account, text).await.unwrap();
        }
        for text in ["Your age?", "Alice, 36"] {
            assert_eq!(alice.hears_from(&account).await.unwrap().text, text);
        }
    }
    room::until(|| server.calls("messages.sendMessage") == 4).await;
    client.quit();
    running.await.unwrap().unwrap();
    let count = client
        .dialogue::<Count>(alice.id(), alice.id())
        .await
        .unwrap();
    assert_eq!(count.state().0, 4);
    let form = client
        .dialogue::<Form>(alice.id(), alice.id())
        .await
        .unwrap();
    assert!(!form.is_started());
}
