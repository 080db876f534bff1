//~ `Do` is not a set of commands
//~ declare it with the macro `heliogram::commands!`
use heliogram::{Message, Router, dispatch::Command, filter};

enum Do {
    Help,
}

async fn handler(message: Message, Command(command): Command<Do>) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
