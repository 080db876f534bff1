//~ closure may outlive the current function, but it borrows `greeting`
//~ use the `move` keyword
use heliogram::{Message, Router, filter};

pub fn router() -> Router {
    let greeting = String::from("hello");
    Router::new().on(filter::any(), |message: Message| {
        let reply = message.reply(greeting.as_str());
        async move { reply.await.map(drop) }
    })
}
