//~ a handler cannot take `Database` as an argument
//~ what the router shares is taken as `State<T>`
use heliogram::{Message, Router, filter};

#[derive(Clone)]
struct Database;

async fn handler(message: Message, database: Database) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler).with_state(Database)
}
