//~ type annotations needed
//~ consider giving this closure parameter an explicit type
use heliogram::{Router, filter};

pub fn router() -> Router {
    Router::new().on(filter::any(), |message| async move {
        message.reply("hi").await.map(drop)
    })
}
