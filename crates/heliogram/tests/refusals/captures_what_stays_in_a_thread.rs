//~ `Rc<String>` cannot be sent between threads safely
use std::rc::Rc;

use heliogram::{Message, Router, filter};

pub fn router() -> Router {
    let greeting = Rc::new(String::from("hello"));
    Router::new().on(filter::any(), move |message: Message| {
        let reply = message.reply(greeting.as_str());
        async move { reply.await.map(drop) }
    })
}
