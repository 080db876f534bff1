//~ cannot be sent between threads safely
//~ which is not `Send`
use std::rc::Rc;

use heliogram::{Message, Router, filter};

async fn handler(message: Message) {
    let text = Rc::new(message.text().to_owned());
    let _ = message.reply(&**text).await;
    drop(text);
}

pub fn router() -> Router {
    Router::new().on(filter::any(), handler)
}
