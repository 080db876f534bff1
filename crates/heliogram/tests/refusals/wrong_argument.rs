//~ a handler cannot take `HashMap<i32, i32>` as an argument
//~ take `Message`, `Client`, `Event`, `State<T>`
use std::collections::HashMap;

use heliogram::{Router, filter};

async fn handler(map: HashMap<i32, i32>) {}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
