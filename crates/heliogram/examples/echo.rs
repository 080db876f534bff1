//! Says back what is said to it in private.
//!
//! `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::env;

use heliogram::{Client, Message, Result, Router, filter, storage};

/// The bot.
pub fn router() -> Router {
    Router::new().on(filter::incoming() & filter::private(), echo)
}

async fn echo(message: Message) -> Result<()> {
    message.reply(message.text()).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
        .storage(storage::File::open("echo.session"))
        .connect()
        .await?;
    bot.sign_in_bot(env::var("BOT_TOKEN")?).await?;
    bot.run(router()).await?;
    Ok(())
}
