//! Keeps a list for each chat: `/add 2 apples`, `/list`, `/clear`, `/help`.
//!
//! `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex, PoisonError},
};

use heliogram::{
    Client, Message, Result, Router,
    dispatch::{Command, CommandError, Commands, Failure, State},
    filter, storage,
};

heliogram::commands! {
    /// What the bot understands.
    pub enum Cmd {
        /// Shows this.
        Help = "help" | "start",
        /// Puts something on the list.
        Add(u32, String) = "add",
        /// Shows the list.
        List = "list",
        /// Empties the list.
        Clear = "clear",
    }
}

/// The lists, by chat: how many of what.
#[derive(Clone, Default)]
pub struct Lists(Arc<Mutex<BTreeMap<i64, BTreeMap<String, u32>>>>);

impl Lists {
    fn change<T>(&self, chat: i64, change: impl FnOnce(&mut BTreeMap<String, u32>) -> T) -> T {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(lists.entry(chat).or_default())
    }
}

/// The bot.
pub fn router() -> Router<Lists> {
    Router::new()
        .on_message(filter::any(), on_command)
        .on_message(filter::private() & filter::incoming(), anything_else)
        .on_start(show_menu)
        .on_error(explain)
}

/// The commands appear in the menu of the apps.
async fn show_menu(client: Client) -> Result<()> {
    client.set_bot_commands(Cmd::bot_commands()).await
}

async fn on_command(
    message: Message,
    Command(command): Command<Cmd>,
    State(lists): State<Lists>,
) -> Result<()> {
    let chat = message.chat_id();
    let answer = match command {
        Cmd::Help => Cmd::help(),
        Cmd::Add(number, what) => lists.change(chat, |list| {
            let total = list.entry(what.clone()).or_default();
            *total = total.saturating_add(number);
            format!("{total} {what}")
        }),
        Cmd::List => lists.change(chat, |list| {
            let lines: Vec<_> = list.iter().map(|(what, n)| format!("{n} {what}")).collect();
            match lines.is_empty() {
                true => "Nothing.".into(),
                false => lines.join("\n"),
            }
        }),
        Cmd::Clear => lists.change(chat, |list| {
            list.clear();
            "Done.".into()
        }),
    };
    message.reply(answer).await?;
    Ok(())
}

async fn anything_else(message: Message) -> Result<()> {
    message.reply("I only know commands. Try /help.").await?;
    Ok(())
}

/// Mistakes in commands are told to who made them, others to the log.
async fn explain(failure: Failure, message: Message) -> Result<()> {
    match failure.error().downcast_ref::<CommandError>() {
        Some(mistake) => message.reply(mistake.to_string()).await?,
        None => {
            tracing::error!("{failure}");
            message.reply("Something went wrong.").await?
        }
    };
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
        .storage(storage::File::open("command_bot.session"))
        .connect()
        .await?;
    bot.sign_in_bot(env::var("BOT_TOKEN")?).await?;
    bot.run_with(router(), Lists::default()).await?;
    Ok(())
}
