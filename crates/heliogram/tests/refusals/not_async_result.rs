//~ a handler must be async, but this one returns `Result<(), heliogram::Error>`
//~ write `async fn`
use heliogram::{Message, Result, Router, filter};

fn handler(message: Message) -> Result<()> {
    Ok(())
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
