#[path = "../../examples/form.rs"]
#[allow(dead_code, unreachable_pub)]
mod bot;

use std::path::Path;

use heliogram::{Client, storage::File, testing::TestServer};
use heliogram_server::Account;
use tokio::task::JoinHandle;

/// The bot over the session in this file, running.
async fn start(server: &TestServer, form: &Account, session: &Path) -> (Client, JoinHandle<()>) {
    let builder = server.client_builder().storage(File::open(session));
    let bot = builder.connect().await.unwrap();
    if bot.self_id().is_none() {
        bot.sign_in_bot(form.token().unwrap()).await.unwrap();
    }
    let client = bot.clone();
    let running = tokio::spawn(async move { bot.run(bot::router()).await.unwrap() });
    (client, running)
}

async fn ask(client: &Client, text: &str) -> String {
    let answer = client.conversation("@formular").ask(text).await.unwrap();
    answer.text().to_owned()
}

#[tokio::test]
async fn form_goes_on_after_it_was_killed() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let form = server.bot("formular").await;
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("form.session");
    let (one, running) = start(&server, &form, &session).await;
    let (alice, bob) = (
        server.client(&alice).await.unwrap(),
        server.client(&bob).await.unwrap(),
    );

    assert_eq!(ask(&alice, "/start").await, "Your name?");
    assert_eq!(ask(&bob, "/start").await, "Your name?");
    assert_eq!(ask(&alice, "Alice").await, "Your age?");
    assert_eq!(ask(&alice, "young").await, "A number, please.");
    // What is on disk then is what a killed program leaves. What was dealt with is noted a moment
    // after it was.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    running.abort();
    drop((running.await, one));
    let left = folder.path().join("left.session");
    std::fs::copy(&session, &left).unwrap();

    let (two, running) = start(&server, &form, &left).await;
    assert_eq!(ask(&alice, "36").await, "Alice, 36: is that right?");
    assert_eq!(ask(&bob, "Bob").await, "Your age?");
    two.quit();
    running.await.unwrap();
    two.stop().await.unwrap();

    let (three, running) = start(&server, &form, &left).await;
    assert_eq!(ask(&alice, "yes").await, "Welcome, Alice (36).");
    let with_bob = bob.conversation("@formular");
    let question = with_bob.ask("40").await.unwrap();
    assert_eq!(question.text(), "Bob, 40: is that right?");
    question.click("No").await.unwrap();
    assert_eq!(
        with_bob.next().await.unwrap().text(),
        "Once more. Your name?"
    );
    drop(with_bob);
    assert_eq!(ask(&bob, "Robert").await, "Your age?");
    assert_eq!(ask(&alice, "again").await, "Your name?");
    // A button of what is over does nothing.
    question.click("Yes").await.unwrap();
    assert_eq!(ask(&bob, "41").await, "Robert, 41: is that right?");
    three.quit();
    running.await.unwrap();
}
