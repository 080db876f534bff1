//! What is stored, and what can be read of it.

use super::*;

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
