//~ this handler can never run: no event has all of its arguments
use heliogram::{Router, dispatch::Failure, filter};

async fn handler(failure: Failure) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
