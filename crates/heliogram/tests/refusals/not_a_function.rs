//~ is not a handler
//~ a handler is an `async fn` of up to eight arguments that implement `FromUpdate`
use heliogram::{Router, filter};

pub fn router() -> Router {
    Router::new().on(filter::any(), "hello")
}
