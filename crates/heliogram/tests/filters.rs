//! Routes that are chosen by filters, commands and patterns, through sockets.
#![cfg(feature = "regex")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod room;

use heliogram::{
    Error, Message, Result, Router, UsageError,
    dispatch::{Captures, Command, CommandArgs, CommandError, CommandSyntax, Commands, DeepLink},
    filter,
    testing::TestServer,
};
use room::next_message;

heliogram::commands! {
    enum Cmd {
        /// Adds two numbers.
        Add(i64, i64) = "add",
        /// Shows this.
        Help = "help",
    }
}

async fn on_command(
    message: Message,
    command: std::result::Result<Command<Cmd>, CommandError>,
) -> Result<()> {
    let answer = match command {
        Ok(Command(Cmd::Add(a, b))) => a.saturating_add(b).to_string(),
        Ok(Command(Cmd::Help)) => Cmd::help(),
        Err(mistake) => mistake.to_string(),
    };
    message.reply(answer).await?;
    Ok(())
}

async fn on_order(message: Message, found: Captures) -> Result<()> {
    let what = found.name("what").unwrap_or_default();
    message.reply(format!("one {what}")).await?;
    Ok(())
}

async fn on_say(message: Message, args: CommandArgs) -> Result<()> {
    message
        .reply(args.iter().collect::<Vec<_>>().join("|"))
        .await?;
    Ok(())
}

async fn on_link(message: Message, DeepLink(payload): DeepLink) -> Result<()> {
    message.reply(format!("by {payload}")).await?;
    Ok(())
}

async fn on_anything(message: Message) -> Result<()> {
    message.reply("what?").await?;
    Ok(())
}

fn router() -> Router {
    let say = CommandSyntax::new().prefixes(["!"]).command(["say", "s"]);
    Router::new()
        .on(filter::deep_link("ref_"), on_link)
        .on(say, on_say)
        .on(filter::regex(r"(?i)^order (?<what>\w+)$"), on_order)
        .on(filter::private(), on_command)
        .on(filter::text() & !filter::users(["@muted"]), on_anything)
}

#[tokio::test]
async fn every_message_goes_to_the_route_that_is_for_it() {
    let server = TestServer::start().await;
    let (alice, account) = (server.user("alice").await, server.bot("shop_bot").await);
    server.user("muted").await;
    let bot = server.client(&account).await.unwrap();
    let running = tokio::spawn({
        let bot = bot.clone();
        async move { bot.run(router()).await }
    });
    let client = server.client(&alice).await.unwrap();
    let mut updates = client.updates();
    for (said, answer) in [
        ("/add 2 40", "42"),
        ("/add@shop_bot 1 1", "2"),
        (
            "/ADD 2",
            "After /ADD a whole number is missing. Write it as: /add <a whole number> <a whole number>",
        ),
        (
            "/help",
            "/add <a whole number> <a whole number>: Adds two numbers.\n/help: Shows this.",
        ),
        ("/help@other_bot", "what?"),
        ("/start ref_42", "by ref_42"),
        ("/start", "what?"),
        ("!s one \"two three\"", "one|two three"),
        ("Order cake", "one cake"),
        ("an order", "what?"),
    ] {
        client.send_message("@shop_bot", said).await.unwrap();
        assert_eq!(next_message(&mut updates).await.text(), answer, "to {said}");
    }
    bot.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_filter_that_cannot_work_is_told_before_the_first_event() {
    let server = TestServer::start().await;
    let account = server.bot("shop_bot").await;
    let bot = server.client(&account).await.unwrap();
    for (filter, told) in [
        (filter::regex("("), "regex(\"(\")"),
        (filter::chat("@nobody_there"), "chats(@nobody_there)"),
        (!filter::users(["two words"]), "two words"),
        (
            filter::raw_named(["updateNothing"]) | filter::text(),
            "updateNothing",
        ),
    ] {
        let router: Router = Router::new().on(filter, on_anything);
        let e = bot.run(router).await.unwrap_err();
        assert!(e.to_string().contains(told), "{e}");
        assert!(matches!(e, Error::Usage(UsageError::Filter(_))), "{e:?}");
    }
}
