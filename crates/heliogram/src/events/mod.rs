//! What happens to the account: [`Event`]s, as [`Client::updates`](crate::Client::updates) and
//! handlers are given them.
//!
//! To add an event: one file with a struct that keeps its [`Context`], and one row in the table.

#[macro_use]
mod table;
#[macro_use]
mod context;

mod deleted;
mod gap;
mod kinds;
mod message;
mod unreadable;

use std::sync::Arc;

use heliogram_api::enums;

pub(crate) use self::context::{About, Context};
pub use self::{
    deleted::MessagesDeleted,
    gap::{GapKind, GapPlace, UpdateGap},
    kinds::Kinds,
    unreadable::Unreadable,
};
use crate::{PeerId, types::Message};

events! {
    made {
        /// Someone wrote, this account from elsewhere included.
        #[doc(alias = "on_message")]
        NewMessage(Message) = NEW_MESSAGE by message::new,
        /// A message was changed: its text, its media, or what hangs on it.
        #[doc(alias = "on_edited_message")]
        MessageEdited(Message) = MESSAGE_EDITED by message::edited,
        /// Messages were deleted.
        #[doc(alias = "on_deleted_messages")]
        MessagesDeleted(MessagesDeleted) = MESSAGES_DELETED by MessagesDeleted::from_update,

        // What happens in chats.

        // What only bots are told.

    }
    told {
        /// Anything else, as the server sent it.
        #[doc(alias = "on_raw_update")]
        Raw(Arc<enums::Update>) = RAW,
        /// The reader was too slow and this many events were dropped to make room for newer ones.
        Lagged(u64) = LAGGED,
        /// Updates are missing, were got after all, or are gone; see [`UpdateGap`].
        Gap(UpdateGap) = GAP,
        /// Something this version cannot read.
        Unreadable(Unreadable) = UNREADABLE,
    }
}

impl Event {
    /// The message, if it is a new or an edited one.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::NewMessage(m) | Self::MessageEdited(m) => Some(m),
            _ => None,
        }
    }

    /// The chat it happened in, as far as the server tells.
    #[must_use]
    pub fn chat_peer(&self) -> Option<PeerId> {
        self.about()?.chat()
    }

    /// Who caused it, as far as the server tells.
    #[must_use]
    pub fn sender_peer(&self) -> Option<PeerId> {
        self.about()?.sender()
    }
}
