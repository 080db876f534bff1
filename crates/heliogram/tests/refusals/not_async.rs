//~ a handler must be async, but this one returns `()`
//~ write `async fn`
use heliogram::{Message, Router, filter};

fn handler(message: Message) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
