//~ is not the state of a dialogue
use heliogram::{Message, Router, dispatch::Dialogue, filter};

#[derive(Default)]
struct Form;

async fn handler(message: Message, form: Dialogue<Form>) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
