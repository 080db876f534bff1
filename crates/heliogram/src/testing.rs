//! An embedded Telegram server, and clients that are signed in to it, for tests.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use heliogram::testing::TestServer;
//!
//! let server = TestServer::start().await;
//! let (alice, bob) = (server.user("alice").await, server.user("bob").await);
//! let client = server.client(&alice).await?;
//!
//! client.send_message("@bob", "hi").await?;
//! assert_eq!(bob.messages_with(&alice)[0].text, "hi");
//!
//! server.faults().cut_after("messages.sendMessage");
//! client.send_message("@bob", "once, whatever happens").await?;
//! assert_eq!(bob.messages_with(&alice).len(), 2);
//! # Ok::<(), heliogram::Error>(())
//! # }).unwrap();
//! ```

use std::{future::ready, ops::Deref};

pub use heliogram_server::{
    Account, Builder, Calling, Chat, ChatBuilder, Coverage, DataError, Dc, Event, Faults, Hearing,
    NotCalled, Refusal, Said, Seed, SeedError, Server, Silence, StartError, Talk,
};

use heliogram_api::enums;

use crate::{Client, ClientBuilder, Result, Servers, UsageError, storage, updates};

/// The app the embedded server knows; it takes any.
const API: (i32, &str) = (1, "00000000000000000000000000000000");

/// A server for tests: on loopback, on free ports, gone without a trace when it is dropped.
///
/// Everything but the clients is that of [`Server`].
#[derive(Debug)]
pub struct TestServer {
    server: heliogram_server::TestServer,
}

impl TestServer {
    /// Starts a server with three data centres.
    ///
    /// # Panics
    /// When it does not start: a test cannot go on without it.
    pub async fn start() -> Self {
        Self {
            server: heliogram_server::TestServer::start().await,
        }
    }

    /// The server's addresses and key, for [`ClientBuilder::server`].
    #[must_use]
    pub fn servers(&self) -> Servers {
        let mut dcs = self.server.dcs();
        // New sessions start where the accounts made by the server are at home.
        dcs.sort_by_key(|dc| (dc.id != 2, dc.id));
        let servers = Servers::custom().public_key(self.server.public_key_pem());
        dcs.iter().fold(servers, |servers, dc| {
            servers.dc(dc.id, dc.address.ip().to_string(), dc.address.port())
        })
    }

    /// A client of this server that is yet to be set up further, connected and signed in.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(API.0, API.1).server(self.servers())
    }

    /// A client that is signed in as the account, a person or a bot, with a session in memory.
    ///
    /// # Errors
    /// What [`ClientBuilder::connect`], [`Client::sign_in`] or [`Client::sign_in_bot`] fails
    /// with, for example because a fault strikes.
    pub async fn client(&self, account: &Account) -> Result<Client> {
        let builder = self.client_builder().storage(storage::Memory::new());
        let client = builder.connect().await?;
        match account.token() {
            Some(token) => client.sign_in_bot(token).await?,
            None => {
                let owner = account.clone();
                let code =
                    move || ready(owner.code().ok_or_else(|| UsageError::NoCodeSource.into()));
                client.sign_in(account.phone()).code(code).await?
            }
        };
        Ok(client)
    }
}

/// Hands a client updates as if its server had pushed them, for events that are hard to bring about
/// otherwise. They are put in order by their numbers like all others.
pub fn push(client: &Client, updates: &enums::Updates) {
    client.hub().push(heliogram_tl::to_bytes(updates));
}

/// The events that updates become, without their order, and without anybody else being told: what
/// handlers and filters can be tried on.
///
/// Empty if the updates say only that there is more.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use heliogram::{Event, api::types, testing::{TestServer, events}};
///
/// let server = TestServer::start().await;
/// let client = server.client(&server.user("alice").await).await?;
/// let peer = types::PeerUser::new(7);
/// let message = types::Message::new(1, peer.into(), 1_800_000_000, "hi".into());
/// let update = types::UpdateNewMessage::new(message.into(), 5, 1);
/// let updates = types::UpdateShort::new(update.into(), 1_800_000_000);
/// let [Event::NewMessage(message)] = &events(&client, updates.into())[..] else {
///     panic!("a message is a message")
/// };
/// assert_eq!(message.text(), "hi");
/// # Ok::<(), heliogram::Error>(())
/// # }).unwrap();
/// ```
pub fn events(client: &Client, updates: enums::Updates) -> Vec<crate::Event> {
    updates::events_of(client, updates)
}

impl From<Server> for TestServer {
    fn from(server: Server) -> Self {
        Self {
            server: server.into(),
        }
    }
}

impl Deref for TestServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn people_and_bots_are_signed_in_with_one_line() {
        let server = TestServer::start().await;
        let (alice, bot) = (server.user("alice").await, server.bot("echo").await);
        let client = server.client(&alice).await.unwrap();
        assert_eq!(client.self_id(), Some(alice.id()));
        let client = server.client(&bot).await.unwrap();
        assert_eq!(client.self_id(), Some(bot.id()));
    }

    #[tokio::test]
    async fn what_a_client_sends_is_there() {
        let server = TestServer::start().await;
        let (alice, bob) = (server.user("alice").await, server.user("bob").await);
        let client = server.client(&alice).await.unwrap();
        client.send_message("@bob", "hi").await.unwrap();
        let said: Vec<_> = bob
            .messages_with(&alice)
            .into_iter()
            .map(|m| m.text)
            .collect();
        assert_eq!(said, ["hi"]);
    }
}
