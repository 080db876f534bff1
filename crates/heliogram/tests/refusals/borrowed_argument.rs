//~ a handler cannot take `&heliogram::Message` as an argument
use heliogram::{Message, Router, filter};

async fn handler(message: &Message) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
