//~ this closure only implements `FnOnce`
use heliogram::{Message, Router, filter};

pub fn router() -> Router {
    let greeting = String::from("hello");
    Router::new().on(filter::any(), move |message: Message| async move {
        message.reply(greeting).await.map(drop)
    })
}
