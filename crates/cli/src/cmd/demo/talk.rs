//! Messages between people, and with a bot.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use heliogram::{Client, events::Event, text::md, types::Message, updates::Updates};

use super::{people::Cast, story::Story};

/// Nothing pushed takes this long.
const SOON: Duration = Duration::from_secs(20);

/// The next event that `pick` takes.
pub(super) async fn wait_for<T>(
    updates: &mut Updates,
    what: &str,
    mut pick: impl FnMut(Event) -> Option<T>,
) -> Result<T> {
    let search = async {
        while let Some(event) = updates.next().await {
            if let Some(found) = pick(event?) {
                return Ok(found);
            }
        }
        anyhow::bail!("updates ended before {what}")
    };
    let found = tokio::time::timeout(SOON, search)
        .await
        .with_context(|| format!("{what} never came"))?;
    // The next act begins behind it.
    updates.acknowledge();
    found
}

/// The account of Telegram itself, which sends login codes and tells of new logins.
const TELEGRAM: i64 = 777_000;

/// The next message of another person.
pub(super) fn incoming(event: Event) -> Option<Message> {
    let Event::NewMessage(message) = event else {
        return None;
    };
    let of_people = !message.is_outgoing() && message.sender_id() != Some(TELEGRAM);
    of_people.then_some(message)
}

/// Answers the next message.
fn answer_once(client: &Client, text: &'static str) -> tokio::task::JoinHandle<Result<Message>> {
    let mut updates = client.updates();
    tokio::spawn(async move {
        let message = wait_for(&mut updates, "a message", incoming).await?;
        message.reply(text).await?;
        Ok(message)
    })
}

pub(super) async fn private(cast: &Cast, story: &mut Story<'_>) -> Result<()> {
    let mut alice_sees = cast.alice.updates();
    let mut bob_sees = cast.bob.updates();
    let handler = answer_once(&cast.bob, "Hello yourself! 👋");
    let (sent, received) = story
        .step(
            "alice writes, bob answers",
            |_| "Alice: \"Hello **Bob** 🌞\", in bold at his end; Bob's handler answers".to_owned(),
            async {
                let sent = cast
                    .alice
                    .send_message("@bob_demo", md("Hello **Bob** 🌞"))
                    .await?;
                let received = handler.await.context("Bob's handler ended")??;
                ensure!(
                    received.text() == "Hello Bob 🌞",
                    "Bob reads {:?}",
                    received.text()
                );
                ensure!(received.entities().len() == 1, "Bob sees no bold text");
                let answer = wait_for(&mut alice_sees, "Bob's answer", incoming).await?;
                ensure!(
                    answer.text() == "Hello yourself! 👋",
                    "Alice reads {:?}",
                    answer.text()
                );
                ensure!(
                    answer.reply_to() == Some(sent.id()),
                    "the answer is no reply"
                );
                Ok((sent, received))
            },
        )
        .await?;
    story
        .step(
            "alice edits",
            |()| "Alice edits her message, and Bob sees it".to_owned(),
            async {
                sent.edit("Hello **Robert**").await?;
                let edited = wait_for(&mut bob_sees, "the edit", |event| match event {
                    Event::MessageEdited(message) => Some(message),
                    _ => None,
                })
                .await?;
                ensure!(edited.id() == received.id(), "another message was edited");
                ensure!(
                    edited.text() == "Hello **Robert**",
                    "Bob reads {:?}",
                    edited.text()
                );
                Ok(())
            },
        )
        .await?;
    story
        .step(
            "alice deletes",
            |()| "Alice deletes it for both, and it is gone at Bob's".to_owned(),
            async {
                sent.delete().await?;
                let ids = wait_for(&mut bob_sees, "the deletion", |event| match event {
                    Event::MessagesDeleted(deleted) => Some(deleted.ids().to_vec()),
                    _ => None,
                })
                .await?;
                ensure!(
                    ids == [received.id()],
                    "other messages were deleted: {ids:?}"
                );
                Ok(())
            },
        )
        .await
}

pub(super) async fn bot(cast: &Cast, story: &mut Story<'_>) -> Result<()> {
    let mut bob_sees = cast.bob.updates();
    let mut bot_sees = cast.bot.updates();
    let echo = tokio::spawn(async move {
        let message = wait_for(&mut bot_sees, "a message", incoming).await?;
        message.reply(message.text()).await?;
        Ok::<_, anyhow::Error>(())
    });
    story
        .step(
            "the bot echoes",
            |()| "Bob writes to the bot, which says the same back".to_owned(),
            async {
                cast.bob
                    .send_message("@echo_bot", "Is anybody there?")
                    .await?;
                echo.await.context("the bot's handler ended")??;
                let answer = wait_for(&mut bob_sees, "the echo", incoming).await?;
                ensure!(
                    answer.text() == "Is anybody there?",
                    "the echo is {:?}",
                    answer.text()
                );
                Ok(())
            },
        )
        .await
}
