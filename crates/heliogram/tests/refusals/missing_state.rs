//~ the router's state `()` has no `Database`
//~ give the router this state: `Router::new().on(..).with_state(value)`
use heliogram::{Message, Router, dispatch::State, filter};

#[derive(Clone)]
struct Database;

async fn handler(message: Message, State(database): State<Database>) {}

pub fn router() -> Router {
    Router::<()>::new().on(filter::any(), handler)
}
