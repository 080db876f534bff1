//~ a handler cannot return `i32`
//~ return `()`, `Flow`, `Result<(), E>` or `Result<Flow, E>` with any error `E`
use heliogram::{Message, Router, filter};

async fn handler(message: Message) -> i32 {
    message.id()
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
