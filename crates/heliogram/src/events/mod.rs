//! What happens to the account: [`Event`]s, as [`Client::updates`](crate::Client::updates) and
//! handlers are given them.
//!
//! To add an event: one file with a struct that keeps its [`Context`], and one row in the table.

#[macro_use]
mod table;
#[macro_use]
mod context;
#[macro_use]
mod place;

mod action;
mod album;
mod deleted;
mod draft;
mod gap;
mod kinds;
mod message;
mod poll;
mod reactions;
mod read;
mod scheduled;
mod story;
mod unreadable;
mod user;

use std::sync::Arc;

use heliogram_api::enums;

pub use self::{
    action::{Action, ChatAction, Joining},
    album::Album,
    deleted::MessagesDeleted,
    draft::DraftChanged,
    gap::{GapKind, GapPlace, UpdateGap},
    kinds::Kinds,
    poll::{PollOption, PollUpdate, PollVote},
    reactions::{ReactionsChanged, RecentReaction},
    read::{MessageRead, ReadKind},
    scheduled::ScheduledChanged,
    story::{StoryNews, StoryUpdate},
    unreadable::Unreadable,
    user::{Doing, UserStatus, UserUpdate},
};
pub(crate) use self::{
    album::{Grouper, Join},
    context::{About, Context},
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
        /// Somebody joined or left, the title changed, a message was pinned, and the like.
        ChatAction(ChatAction) = CHAT_ACTION by ChatAction::from_update,
        /// Messages were read, by this account elsewhere or by others.
        MessageRead(MessageRead) = MESSAGE_READ by MessageRead::from_update,
        /// Somebody came online or left, types, sends a file, or changed their name.
        #[doc(alias = "on_user_status")]
        UserUpdate(UserUpdate) = USER_UPDATE by UserUpdate::from_update,
        /// The votes of a poll changed, or it was closed.
        #[doc(alias = "on_poll")]
        PollUpdate(PollUpdate) = POLL_UPDATE by PollUpdate::from_update,
        /// Somebody voted in a poll of the bot.
        PollVote(PollVote) = POLL_VOTE by PollVote::from_update,
        /// The reactions to a message changed, as accounts of people see it.
        ReactionsChanged(ReactionsChanged) = REACTIONS_CHANGED by ReactionsChanged::from_update,
        /// A story was posted, changed, deleted or reacted to, or stories were seen.
        #[doc(alias = "on_story")]
        StoryUpdate(StoryUpdate) = STORY_UPDATE by StoryUpdate::from_update,
        /// What this account is about to write changed, elsewhere.
        DraftChanged(DraftChanged) = DRAFT_CHANGED by DraftChanged::from_update,
        /// Messages that are to be sent later were made, changed, sent or deleted, elsewhere.
        ScheduledChanged(ScheduledChanged) = SCHEDULED_CHANGED by ScheduledChanged::from_update,

        // What only bots are told.

    }
    gathered {
        /// Several photos or files that were sent as one; each comes as a new message, too.
        #[doc(alias = "media_group")]
        Album(Album) = ALBUM,
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
