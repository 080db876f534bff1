use std::collections::HashMap;

use heliogram_api::{enums, functions as f, types};

use super::{Found, MessageIds};
use crate::{Client, PeerLike, Result, peers, peers::Peer, types::Message};

/// How many ids one call takes.
const MAX_IDS: usize = 100;

impl Client {
    /// Fetches messages by their ids.
    ///
    /// Gives one entry for each id, in the same order; `None` where there is no such message in the
    /// chat.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// for message in client.get_messages("@telegram", [1, 2]).await?.into_iter().flatten() {
    ///     println!("{}", message.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.getMessages`, `channels.getMessages`.
    ///
    /// # Errors
    /// When awaited: the errors of finding the chat, and the server's refusals.
    #[doc(alias = "messages.getMessages")]
    #[doc(alias = "channels.getMessages")]
    pub fn get_messages(
        &self,
        chat: impl Into<PeerLike>,
        ids: impl Into<MessageIds>,
    ) -> GetMessages {
        GetMessages {
            client: self.clone(),
            chat: chat.into(),
            ids: ids.into().0,
        }
    }

    /// Fetches messages of private chats and basic groups without knowing which: their numbers are
    /// of the whole account. Those that are gone are left out.
    pub(crate) async fn own_messages(&self, ids: &[i32]) -> Result<Vec<Message>> {
        let mut messages = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_IDS) {
            let found = self.fetch_own(ids).await?;
            let message = |raw| Message::new(self, raw, &found.entities);
            messages.extend(found.messages.into_iter().filter_map(message));
        }
        Ok(messages)
    }

    async fn fetch_own(&self, ids: &[i32]) -> Result<Found> {
        let call = f::messages::GetMessages::new(raw_ids(ids));
        Ok(Found::new(self.invoke(call).await?))
    }

    /// Fetches up to a hundred raw messages of a chat.
    async fn fetch_messages(&self, peer: &Peer, ids: &[i32]) -> Result<Found> {
        let Some(channel) = peers::input_channel(&peer.input) else {
            return self.fetch_own(ids).await;
        };
        let call = f::channels::GetMessages::new(channel, raw_ids(ids));
        Ok(Found::new(self.invoke(call).await?))
    }
}

fn raw_ids(ids: &[i32]) -> Vec<enums::InputMessage> {
    let raw = |&id| types::InputMessageID { id }.into();
    ids.iter().map(raw).collect()
}

/// A request for messages; made by [`Client::get_messages`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "messages are fetched when this is awaited"]
pub struct GetMessages {
    client: Client,
    chat: PeerLike,
    ids: Vec<i32>,
}

impl GetMessages {
    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::get_messages`].
    pub async fn send(self) -> Result<Vec<Option<Message>>> {
        let client = &self.client;
        let peer = client.find_peer(&self.chat).await?;
        let mut by_id = HashMap::new();
        for ids in self.ids.chunks(MAX_IDS) {
            let found = client.fetch_messages(&peer, ids).await?;
            for raw in found.messages {
                if matches!(raw, enums::Message::Empty(_)) {
                    continue;
                }
                let message = Message::new(client, raw, &found.entities);
                // Ids outside of channels are of the whole account: another chat's do not count.
                if let Some(message) = message.filter(|m| m.peer_id() == peer.id) {
                    by_id.insert(message.id(), message);
                }
            }
        }
        Ok(self.ids.iter().map(|id| by_id.get(id).cloned()).collect())
    }
}

awaitable!(GetMessages => Vec<Option<Message>>);
