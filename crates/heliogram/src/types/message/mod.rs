mod buttons;
mod forward;
mod media;
mod methods;
mod origin;
mod related;
mod reply;
mod service;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use std::{fmt, sync::Arc, time::SystemTime};

use heliogram_api::{enums, types as raw};

use super::{Chat, Entities, system_time};
use crate::{Client, PeerId};

pub use buttons::MessageButton;
pub(crate) use buttons::RawButton;
pub use forward::Forward;

/// A message: what was written, by whom, where, and what came with it.
///
/// Cheap to clone. It knows its client, so that it can be answered:
///
/// ```no_run
/// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
/// if message.text() == "ping" {
///     message.reply("pong").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `message` and `messageService`.
#[derive(Clone)]
pub struct Message {
    client: Client,
    inner: Arc<Inner>,
}

struct Inner {
    raw: enums::Message,
    peer: PeerId,
    chat: Chat,
    sender: Option<Chat>,
    outgoing: bool,
    /// Those of whom it speaks besides, as far as they came along with it.
    related: Vec<Chat>,
    update: Option<Arc<enums::Update>>,
}

impl Message {
    /// Makes a message of a raw value and the peers that came with it; `None` if it is empty.
    pub(crate) fn new(client: &Client, raw: enums::Message, entities: &Entities) -> Option<Self> {
        let message = Self::apart(client, raw, entities)?;
        let places = &client.peers().places;
        places.note(message.inner.peer, message.id());
        Some(message)
    }

    /// The same for one that is numbered apart from those of the account's chats: one that is still
    /// to be sent, or lies elsewhere.
    pub(crate) fn apart(client: &Client, raw: enums::Message, entities: &Entities) -> Option<Self> {
        let (peer, from, out) = match &raw {
            enums::Message::Message(m) => (&m.peer_id, m.from_id.as_ref(), m.out),
            enums::Message::Service(m) => (&m.peer_id, m.from_id.as_ref(), m.out),
            _ => return None,
        };
        let peer = PeerId::from_peer(peer)?;
        let find = |id: PeerId| entities.find(client, id);
        let own = client.self_id().and_then(PeerId::user);
        // In private chats the raw value may leave out who wrote.
        let sender = from
            .and_then(PeerId::from_peer)
            .or_else(|| match peer.is_user() {
                true => own.filter(|_| out).or_else(|| Some(peer).filter(|_| !out)),
                false => None,
            })
            .map(find);
        // What one notes down in Saved Messages is one's own, though the server does not say so.
        let note = own == Some(peer) && forward::header(&raw).is_none();
        let known = |id| entities.get(id).cloned();
        let inner = Inner {
            chat: find(peer),
            peer,
            sender,
            outgoing: out || note,
            related: related::of_message(&raw)
                .into_iter()
                .filter_map(known)
                .collect(),
            update: None,
            raw,
        };
        Some(Self {
            client: client.clone(),
            inner: Arc::new(inner),
        })
    }

    /// Notes the update that told of it.
    pub(crate) fn told_by(mut self, update: &Arc<enums::Update>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.update = Some(Arc::clone(update));
        }
        self
    }

    /// The update that told of it: `None` for messages that were asked for or sent.
    ///
    /// ```
    /// use heliogram::{Message, api::enums::Update};
    ///
    /// fn counter(message: &Message) -> Option<i32> {
    ///     match message.update()? {
    ///         Update::NewMessage(update) => Some(update.pts),
    ///         Update::NewChannelMessage(update) => Some(update.pts),
    ///         _ => None,
    ///     }
    /// }
    /// ```
    #[must_use]
    #[doc(alias = "original_update")]
    pub fn update(&self) -> Option<&enums::Update> {
        self.inner.update.as_deref()
    }

    /// The message's number, counted per account, or per chat in channels and supergroups.
    #[must_use]
    pub fn id(&self) -> i32 {
        match &self.inner.raw {
            enums::Message::Message(m) => m.id,
            enums::Message::Service(m) => m.id,
            _ => 0,
        }
    }

    /// The marked id of the chat: see [`PeerId`].
    #[must_use]
    pub fn chat_id(&self) -> i64 {
        self.inner.peer.as_i64()
    }

    /// The id of the chat with its kind.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.inner.peer
    }

    /// The chat it was written in; for private chats the other person.
    #[must_use]
    #[doc(alias = "get_chat")]
    pub fn chat(&self) -> &Chat {
        &self.inner.chat
    }

    /// Who wrote it; `None` where that is the channel itself.
    #[must_use]
    #[doc(alias = "get_sender")]
    #[doc(alias = "from_user")]
    pub fn sender(&self) -> Option<&Chat> {
        self.inner.sender.as_ref()
    }

    /// The marked id of who wrote it.
    #[must_use]
    #[doc(alias = "from_id")]
    pub fn sender_id(&self) -> Option<i64> {
        self.sender().map(Chat::id)
    }

    /// When it was sent.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(match &self.inner.raw {
            enums::Message::Message(m) => m.date,
            enums::Message::Service(m) => m.date,
            _ => 0,
        })
    }

    /// When it was edited last.
    #[must_use]
    pub fn edit_date(&self) -> Option<SystemTime> {
        self.plain().and_then(|m| m.edit_date).map(system_time)
    }

    /// Whether this account wrote it. Notes in Saved Messages are one's own unless forwarded.
    #[must_use]
    #[doc(alias = "out")]
    #[doc(alias = "outgoing")]
    pub fn is_outgoing(&self) -> bool {
        self.inner.outgoing
    }

    /// Whether this account is mentioned or replied to.
    #[must_use]
    #[doc(alias = "mentioned")]
    pub fn is_mention(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.mentioned,
            enums::Message::Service(m) => m.mentioned,
            _ => false,
        }
    }

    /// Whether it was sent without a sound.
    #[must_use]
    #[doc(alias = "silent")]
    pub fn is_silent(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.silent,
            enums::Message::Service(m) => m.silent,
            _ => false,
        }
    }

    /// Whether it is pinned.
    #[must_use]
    #[doc(alias = "pinned")]
    pub fn is_pinned(&self) -> bool {
        self.plain().is_some_and(|m| m.pinned)
    }

    /// How often it was seen, for posts of channels.
    #[must_use]
    pub fn views(&self) -> Option<i32> {
        self.plain().and_then(|m| m.views)
    }

    /// How often it was forwarded, for posts of channels.
    #[must_use]
    #[doc(alias = "forwards")]
    pub fn forward_count(&self) -> Option<i32> {
        self.plain().and_then(|m| m.forwards)
    }

    /// What messages of one album have in common.
    #[must_use]
    #[doc(alias = "media_group_id")]
    pub fn grouped_id(&self) -> Option<i64> {
        self.plain().and_then(|m| m.grouped_id)
    }

    /// The raw value, with everything that has no method here.
    #[must_use]
    #[doc(alias = "stringify")]
    #[doc(alias = "to_dict")]
    pub fn raw(&self) -> &enums::Message {
        &self.inner.raw
    }

    /// The client it came through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Somebody the message speaks of, with what is known without asking the server.
    fn known(&self, id: PeerId) -> Chat {
        let here = [Some(self.chat()), self.sender()].into_iter().flatten();
        here.chain(&self.inner.related)
            .find(|c| c.peer_id() == id)
            .cloned()
            .or_else(|| self.client.peers().chat(id))
            .unwrap_or_else(|| Chat::unknown(id))
    }

    /// The raw message, unless it is of service.
    fn plain(&self) -> Option<&raw::Message> {
        match &self.inner.raw {
            enums::Message::Message(m) => Some(m),
            _ => None,
        }
    }
}

impl PartialEq for Message {
    /// Messages are equal if all their contents are.
    fn eq(&self, other: &Self) -> bool {
        self.inner.raw == other.inner.raw
    }
}

/// Shows where it is, not what it says.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id())
            .field("chat_id", &self.chat_id())
            .field("sender_id", &self.sender_id())
            .field("outgoing", &self.is_outgoing())
            .finish_non_exhaustive()
    }
}
