use heliogram::{
    Client, Event, Message, Result, Router, UpdateCx,
    dispatch::{Edited, Flow, State},
    filter,
};

async fn all(a: Message, b: Client, c: Event, d: UpdateCx, e: Option<Edited>) -> Result<Flow> {
    Ok(Flow::Done)
}

async fn state(State(count): State<u32>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}

// In whatever order they come.
async fn last(State(count): State<u32>, client: Client, message: Option<Message>) {}

async fn begun(client: Client, State(count): State<u32>) {}

async fn bare() {}

pub fn router() -> Router {
    Router::new()
        .on(filter::any(), all)
        .on_message(filter::any(), last)
        .on_message(filter::any(), bare)
        .command("start", bare)
        .on_start(begun)
        .on_stop(bare)
        .on(filter::any(), state)
        .on(filter::any(), |message: Message| async move {
            message.reply("hi").await.map(drop)
        })
        .with_state(7)
}
