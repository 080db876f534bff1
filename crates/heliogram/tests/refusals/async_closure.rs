use heliogram::{Message, Router, filter};

pub fn router() -> Router {
    Router::new().on(filter::any(), async |message: Message| {
        message.reply("hi").await.map(drop)
    })
}
