//! What happens to the account, as [`Client::updates`](crate::Client::updates) tells it.

use std::sync::Arc;

use heliogram_api::enums;

use crate::{
    Client, PeerId,
    types::{Entities, Message},
};

/// Something that happened.
///
/// Raw `Update`. What has no variant of its own comes as [`Event::Raw`], so that nothing is lost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Someone wrote, this account from elsewhere included.
    NewMessage(Message),
    /// A message was changed: its text, its media, or what hangs on it.
    MessageEdited(Message),
    /// Messages were deleted.
    MessagesDeleted(MessagesDeleted),
    /// Anything else, as the server sent it.
    Raw(Arc<enums::Update>),
    /// The reader was too slow and this many events were dropped to make room for newer ones.
    Lagged(u64),
}

/// Messages that were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "MessageDeleted")]
pub struct MessagesDeleted {
    chat: Option<PeerId>,
    ids: Vec<i32>,
}

impl MessagesDeleted {
    /// The marked id of the chat; `None` outside of channels and supergroups, where the server does
    /// not tell and ids are unique to the account.
    #[must_use]
    pub fn chat_id(&self) -> Option<i64> {
        self.chat.map(PeerId::as_i64)
    }

    /// The ids of the messages.
    #[must_use]
    #[doc(alias = "deleted_ids")]
    pub fn ids(&self) -> &[i32] {
        &self.ids
    }
}

impl Event {
    /// Makes an event of a raw update and the peers that came with it.
    pub(crate) fn from_raw(client: &Client, update: enums::Update, entities: &Entities) -> Self {
        let message = match &update {
            enums::Update::NewMessage(u) => Some((&u.message, true)),
            enums::Update::NewChannelMessage(u) => Some((&u.message, true)),
            enums::Update::EditMessage(u) => Some((&u.message, false)),
            enums::Update::EditChannelMessage(u) => Some((&u.message, false)),
            _ => None,
        };
        if let Some((message, new)) = message
            && let Some(message) = Message::new(client, message.clone(), entities)
        {
            return if new {
                Self::NewMessage(message)
            } else {
                Self::MessageEdited(message)
            };
        }
        match update {
            enums::Update::DeleteMessages(u) => Self::MessagesDeleted(MessagesDeleted {
                chat: None,
                ids: u.messages,
            }),
            enums::Update::DeleteChannelMessages(u) => {
                let chat = PeerId::channel(u.channel_id);
                Self::MessagesDeleted(MessagesDeleted {
                    chat,
                    ids: u.messages,
                })
            }
            other => Self::Raw(Arc::new(other)),
        }
    }

    /// The message, if it is a new or an edited one.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::NewMessage(m) | Self::MessageEdited(m) => Some(m),
            _ => None,
        }
    }
}
