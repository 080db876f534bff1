//~ this handler can never run: no event has all of its arguments. Take those of one kind of event
use heliogram::{Message, Router, events::MessagesDeleted, filter};

async fn handler(message: Message, deleted: MessagesDeleted) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
