//! Handlers for some states.

use super::*;

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
