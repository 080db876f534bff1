//! Lets people into groups and channels: whoever asks to join is asked a question in private.
//!
//! The bot must administer the group with the right to invite, and the link into it must ask for
//! approval. Which group it is about stands in the buttons, so that the bot may be restarted
//! meanwhile. `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::env;

use heliogram::{
    Button, Client, Result, Router, errors,
    events::{CallbackQuery, JoinRequest},
    filter, storage,
};

/// The bot.
pub fn router() -> Router {
    Router::new()
        .on_chat_join_request(filter::any(), ask)
        .on_callback_query(filter::callback("join "), judge)
}

async fn ask(request: JoinRequest) -> Result<()> {
    let chat = request.chat_id();
    let answers = ["5", "7", "12"].map(|n| Button::callback(n, format!("join {chat} {n}")));
    let question = format!("To join {}: what is 3 + 4?", request.chat().title());
    request.respond(question).keyboard(answers).await?;
    Ok(())
}

async fn judge(query: CallbackQuery) -> Result<()> {
    query.answer().await?;
    let words: Vec<_> = query.data_str().unwrap_or_default().split(' ').collect();
    let [_, chat, answer] = words[..] else {
        return Ok(());
    };
    let (bot, who) = (query.client(), query.sender());
    let (decision, verdict) = match answer {
        "7" => (bot.approve_join_request(chat, who), "Welcome!"),
        _ => (
            bot.decline_join_request(chat, who),
            "No. You may ask again.",
        ),
    };
    match decision.await {
        Err(e) if e.is(errors::HIDE_REQUESTER_MISSING) => query.edit("Decided already.").await,
        Err(e) => Err(e),
        Ok(()) => query.edit(verdict).await,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
        .storage(storage::File::open("gatekeeper.session"))
        .connect()
        .await?;
    bot.sign_in_bot(env::var("BOT_TOKEN")?).await?;
    bot.run(router()).await?;
    Ok(())
}
