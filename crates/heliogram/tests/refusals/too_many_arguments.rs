//~ is not a handler
//~ a handler is an `async fn` of up to eight arguments that implement `FromUpdate`
use heliogram::{Client as C, Router, filter};

async fn handler(a: C, b: C, c: C, d: C, e: C, f: C, g: C, h: C, i: C) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
