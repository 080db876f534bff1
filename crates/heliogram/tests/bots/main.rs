//! What bots are told and what they answer, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;

mod buttons;
mod inline;
mod members;
mod told;

use heliogram::{Client, Event, Updates};
use heliogram_server::{Account, TestServer};

/// A person who has written to a bot, both with clients, and what the bot is told from then on.
struct Scene {
    server: TestServer,
    alice: Account,
    bot: Account,
    of_alice: Client,
    of_bot: Client,
    told: Updates,
    /// What the person is told.
    heard: Updates,
}

impl Scene {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let alice = server.user("alice").await;
        let bot = server.bot("helper_bot").await;
        let of_alice = room::enter(&server, &alice).await;
        let of_bot = room::enter(&server, &bot).await;
        let (mut told, mut heard) = (of_bot.updates(), of_alice.updates());
        alice.says(&bot, "/start").await.unwrap();
        assert_eq!(room::next_message(&mut told).await.text(), "/start");
        assert_eq!(room::next_message(&mut heard).await.text(), "/start");
        Self {
            server,
            alice,
            bot,
            of_alice,
            of_bot,
            told,
            heard,
        }
    }
}

/// The next event that `pick` wants, which must come.
async fn next<T>(told: &mut Updates, mut pick: impl FnMut(Event) -> Option<T>) -> T {
    loop {
        if let Some(it) = pick(room::next(told).await) {
            return it;
        }
    }
}

/// Takes the contents of a kind of event: `pick!(CallbackQuery)`.
macro_rules! pick {
    ($kind:ident) => {
        |event| match event {
            heliogram::Event::$kind(it) => Some(it),
            _ => None,
        }
    };
}
pub(crate) use pick;
