//~ expected `Filter`, found fn item
//~ use parentheses to call this function
use heliogram::{Message, Router, filter};

async fn handler(message: Message) {}

pub fn router() -> Router {
    Router::new().on(filter::any, handler)
}
