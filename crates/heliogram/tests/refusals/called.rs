//~ `impl Future<Output = ()>` is not a handler
//~ give the function itself, `handler`, and not what it returns, `handler(..)`
use heliogram::{Message, Router, filter};

async fn handler(message: Message) {}

pub fn router(message: Message) -> Router {
    Router::new().on(filter::any(), handler(message))
}
