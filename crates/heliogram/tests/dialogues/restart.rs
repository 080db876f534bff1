//! Dialogues that outlive the program, or not.

use super::*;

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

#[tokio::test]
async fn who_signs_out_leaves_no_dialogue() {
    let mut bot = bot().await;
    let alice = bot.server.user("alice").await;
    let form = taken::<Form>(&bot.told(&alice, "hello").await).await;
    form.set(age("a")).await.unwrap();
    bot.client.log_out().await.unwrap();
    assert_eq!(bot.stored().await, []);
}
