//~ the trait `Clone` is not implemented for `AtomicU32`
use std::sync::atomic::{AtomicU32, Ordering};

use heliogram::{Message, Router, filter};

pub fn router() -> Router {
    let count = AtomicU32::new(0);
    Router::new().on(filter::any(), move |message: Message| {
        count.fetch_add(1, Ordering::Relaxed);
        async move { message.reply("counted").await.map(drop) }
    })
}
