//! Asks everybody for a name and an age, and whether that is right.
//!
//! How far each has come is kept in the session: the bot may be restarted in the middle.
//! `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::env;

use heliogram::{
    Client, Message, Result, Router,
    dispatch::{Dialogue, DialogueState},
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
    Router::new().on_message(filter::any(), fill_in)
}

async fn fill_in(form: Dialogue<Form>, message: Message) -> Result<()> {
    if message.is_outgoing() {
        return Ok(());
    }
    let text = message.text().trim();
    let (answer, next) = match &*form.state() {
        Form::Start => ("Your name?".to_owned(), Form::Name),
        Form::Name => ("Your age?".to_owned(), Form::Age { name: text.into() }),
        Form::Age { name } => match text.parse() {
            Ok(age) => (
                format!("{name}, {age}: is that right?"),
                Form::Sure {
                    name: name.clone(),
                    age,
                },
            ),
            Err(_) => return message.reply("A number, please.").await.map(drop),
        },
        Form::Sure { name, age } if text.eq_ignore_ascii_case("yes") => {
            message.reply(format!("Welcome, {name} ({age}).")).await?;
            return form.end().await;
        }
        Form::Sure { .. } => ("Once more. Your name?".to_owned(), Form::Name),
    };
    message.reply(answer).await?;
    form.set(next).await
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
