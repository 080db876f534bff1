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

pub fn router() -> Router {
    Router::new()
        .on(filter::any(), all)
        .on(filter::any(), state)
        .on(filter::any(), |message: Message| async move {
            message.reply("hi").await.map(drop)
        })
        .with_state(7)
}
