//~ this handler can never run: `on_message` brings new messages, and the handler takes something else
use heliogram::{Router, events::InlineQuery};

async fn handler(query: InlineQuery) {}

pub fn router() -> Router {
    Router::new().command("start", handler)
}
