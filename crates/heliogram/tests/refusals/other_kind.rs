//~ this handler can never run: `on_message` brings new messages, and the handler takes something else
use heliogram::{Router, events::CallbackQuery, filter};

async fn handler(query: CallbackQuery) {}

pub fn router() -> Router {
    Router::new().on_message(filter::any(), handler)
}
