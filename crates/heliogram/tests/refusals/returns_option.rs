//~ a handler cannot return `Option<()>`
use heliogram::{Message, Router, filter};

async fn handler(message: Message) -> Option<()> {
    message.reply_to().map(drop)
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
