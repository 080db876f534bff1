//! Asks everybody for a name and an age, and whether that is right, by buttons or by word.
//!
//! How far each has come is kept in the session: the bot may be restarted in the middle.
//! `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::env;

use heliogram::{
    Button, Client, Message, Result, Router,
    dispatch::{Dialogue, DialogueState},
    events::CallbackQuery,
    filter, storage,
};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
enum Form {
    #[default]
    Start,
    Name,
    Age {
        name: String,
    },
    Sure {
        name: String,
        age: u8,
    },
}

impl DialogueState for Form {
    const NAME: &'static str = "form";
}

/// The bot.
pub fn router() -> Router {
    Router::new()
        .on(filter::private() & filter::incoming(), fill_in)
        .on(filter::any(), press)
}

async fn fill_in(form: Dialogue<Form>, message: Message) -> Result<()> {
    let text = message.text().trim();
    match &*form.state() {
        Form::Start => {
            message.reply("Your name?").await?;
            form.set(Form::Name).await
        }
        Form::Name => {
            message.reply("Your age?").await?;
            form.set(Form::Age { name: text.into() }).await
        }
        Form::Age { name } => {
            let Ok(age) = text.parse() else {
                return message.reply("A number, please.").await.map(drop);
            };
            let buttons = [Button::callback("Yes", "yes"), Button::callback("No", "no")];
            let question = message.reply(format!("{name}, {age}: is that right?"));
            question.keyboard(buttons).await?;
            let name = name.clone();
            form.set(Form::Sure { name, age }).await
        }
        Form::Sure { .. } => finish(&form, &message, text).await,
    }
}

async fn press(form: Dialogue<Form>, query: CallbackQuery) -> Result<()> {
    query.answer().await?;
    match query.message().await? {
        Some(message) => finish(&form, &message, query.data_str().unwrap_or_default()).await,
        None => Ok(()),
    }
}

/// Ends the form or begins it anew, if it is at its end.
async fn finish(form: &Dialogue<Form>, to: &Message, answer: &str) -> Result<()> {
    match &*form.state() {
        Form::Sure { name, age } if answer.eq_ignore_ascii_case("yes") => {
            to.respond(format!("Welcome, {name} ({age}).")).await?;
            form.end().await
        }
        Form::Sure { .. } => {
            to.respond("Once more. Your name?").await?;
            form.set(Form::Name).await
        }
        _ => Ok(()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
        .storage(storage::File::open("form.session"))
        .connect()
        .await?;
    bot.sign_in_bot(env::var("BOT_TOKEN")?).await?;
    bot.run(router()).await?;
    Ok(())
}
