//~ this handler can never run: `on_start` brings no event but the client's own
use heliogram::{Message, Router};

async fn handler(message: Message) {}

pub fn router() -> Router {
    Router::new().on_start(handler)
}
