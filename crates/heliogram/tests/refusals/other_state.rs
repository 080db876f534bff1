//~ the router's state `App` has no `Database`
//~ implement `FromRef<App>` for `Database`
use heliogram::{Message, Router, dispatch::State, filter};

#[derive(Clone)]
struct Database;

#[derive(Clone)]
struct App {
    database: Database,
}

async fn handler(message: Message, State(database): State<Database>) {}

pub fn router() -> Router {
    Router::<App>::new().on(filter::any(), handler).with_state(App { database: Database })
}
