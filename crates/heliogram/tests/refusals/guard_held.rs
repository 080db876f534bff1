//~ cannot be sent between threads safely
//~ which is not `Send`
//~ await occurs here
use std::sync::{Arc, Mutex};

use heliogram::{Message, Router, dispatch::State, filter};

async fn handler(message: Message, State(count): State<Arc<Mutex<u32>>>) {
    let mut count = count.lock().unwrap();
    *count += 1;
    let _ = message.reply("counted").await;
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler).with_state(Arc::default())
}
