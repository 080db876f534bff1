//~ a handler cannot take `&heliogram::Client` as an argument
//~ arguments are taken by value, `Client` and not `&Client`
use heliogram::{Client, Message, Router, filter};

async fn handler(client: &Client, message: Message) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
