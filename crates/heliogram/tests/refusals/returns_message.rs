//~ a handler cannot return `heliogram::Message`
//~ what a call answers is left out by `call.await?; Ok(())` or by `call.await.map(drop)`
use heliogram::{Message, Result, Router, filter};

async fn handler(message: Message) -> Result<Message> {
    message.reply("hi").await
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
