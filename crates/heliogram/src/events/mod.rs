//! What happens to the account: [`Event`]s, as [`Client::updates`](crate::Client::updates) and
//! handlers are given them.
//!
//! | what happens | event | in Telethon | in Pyrogram |
//! |---|---|---|---|
//! | someone writes | [`Message`] | `NewMessage` | `on_message` |
//! | a message is changed | [`Message`] | `MessageEdited` | `on_edited_message` |
//! | messages are deleted | [`MessagesDeleted`] | `MessageDeleted` | `on_deleted_messages` |
//! | several files come as one | [`Album`] | `Album` | `media_group` |
//! | people come and go, titles and pins change | [`ChatAction`] | `ChatAction` | service messages |
//! | messages are read | [`MessageRead`] | `MessageRead` | |
//! | people come online, type, send files | [`UserUpdate`] | `UserUpdate` | `on_user_status` |
//! | votes | [`PollUpdate`], [`PollVote`] | | `on_poll` |
//! | reactions, as people see them | [`ReactionsChanged`] | | |
//! | stories | [`StoryUpdate`] | | `on_story` |
//! | drafts, planned messages | [`DraftChanged`], [`ScheduledChanged`] | | |
//! | anything else | [`Event::Raw`] | `Raw` | `on_raw_update` |
//!
//! All tell where it happened and who did it in the same words. What is known comes at once:
//! `chat()`, `chat_id()`, `is_private()`, `is_group()`, `is_channel()`, `sender()`, `user()`. What
//! has to be asked for is fetched: `fetch_chat()`, `fetch_sender()`, `fetch_user()`, and
//! `input_chat()` and the like for raw calls. `raw()` is the update itself.
//!
//! To add an event: one file with a struct that keeps its `Context`, and one row in the table.

#[macro_use]
mod table;
#[macro_use]
mod context;
#[macro_use]
mod place;

mod action;
mod album;
mod bots;
mod deleted;
mod draft;
mod gap;
mod kinds;
mod lifecycle;
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

pub use self::bots::*;
pub use self::{
    action::{Action, ChatAction, Joining},
    album::Album,
    deleted::MessagesDeleted,
    draft::DraftChanged,
    gap::{GapKind, GapPlace, UpdateGap},
    kinds::Kinds,
    lifecycle::Lifecycle,
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
        /// Somebody pressed a button that asks the bot.
        #[doc(alias = "on_callback_query")]
        CallbackQuery(CallbackQuery) = CALLBACK_QUERY by CallbackQuery::from_update,
        /// Somebody types something after the bot's name.
        #[doc(alias = "on_inline_query")]
        InlineQuery(InlineQuery) = INLINE_QUERY by InlineQuery::from_update,
        /// A result of an inline query was chosen and sent.
        #[doc(alias = "on_chosen_inline_result")]
        ChosenInlineResult(ChosenInlineResult) = CHOSEN_INLINE_RESULT
            by ChosenInlineResult::from_update,
        /// Somebody's place in a chat has changed: they came, went, were promoted or banned.
        #[doc(alias = "on_chat_member_updated")]
        MemberUpdated(MemberUpdated) = MEMBER_UPDATED by MemberUpdated::from_update,
        /// Somebody asks to be let into a chat.
        #[doc(alias = "on_chat_join_request")]
        JoinRequest(JoinRequest) = JOIN_REQUEST by JoinRequest::from_update,
        /// Those who ask to be let into a chat are others now; this is told to people.
        PendingJoinRequests(PendingJoinRequests) = PENDING_JOIN_REQUESTS
            by PendingJoinRequests::from_update,
        /// Somebody put other reactions on a message.
        #[doc(alias = "on_message_reaction")]
        MessageReaction(MessageReaction) = MESSAGE_REACTION by MessageReaction::from_update,
        /// The reactions on a post of a channel are others now.
        #[doc(alias = "on_message_reaction_count")]
        MessageReactionCount(MessageReactionCount) = MESSAGE_REACTION_COUNT
            by MessageReactionCount::from_update,
        /// Somebody boosts a chat.
        #[doc(alias = "on_chat_boost")]
        ChatBoost(ChatBoost) = CHAT_BOOST by ChatBoost::from_update,
        /// Somebody lets the bot answer for them, or lets it no longer.
        #[doc(alias = "on_business_connection")]
        BusinessConnection(BusinessConnection) = BUSINESS_CONNECTION
            by BusinessConnection::from_update,
        /// A message in a chat of somebody for whom the bot answers.
        #[doc(alias = "on_business_message")]
        BusinessMessage(BusinessMessage) = BUSINESS_MESSAGE by BusinessMessage::new,
        /// Such a message was changed.
        #[doc(alias = "on_edited_business_message")]
        BusinessMessageEdited(BusinessMessage) = BUSINESS_MESSAGE_EDITED by BusinessMessage::edited,
        /// Such messages were deleted.
        #[doc(alias = "on_deleted_business_messages")]
        BusinessMessagesDeleted(BusinessMessagesDeleted) = BUSINESS_MESSAGES_DELETED
            by BusinessMessagesDeleted::from_update,
        /// Somebody is about to pay.
        #[doc(alias = "on_pre_checkout_query")]
        PreCheckoutQuery(PreCheckoutQuery) = PRE_CHECKOUT_QUERY by PreCheckoutQuery::from_update,
        /// Somebody wants to know how something is shipped.
        #[doc(alias = "on_shipping_query")]
        ShippingQuery(ShippingQuery) = SHIPPING_QUERY by ShippingQuery::from_update,
        /// Somebody paid for media.
        #[doc(alias = "on_purchased_paid_media")]
        PurchasedPaidMedia(PurchasedPaidMedia) = PURCHASED_PAID_MEDIA
            by PurchasedPaidMedia::from_update,
        /// A subscription goes on no longer, or goes on again.
        StarsSubscription(StarsSubscription) = STARS_SUBSCRIPTION by StarsSubscription::from_update,
        /// Somebody asks the bot in a chat that it is not in.
        #[doc(alias = "on_guest_message")]
        GuestMessage(GuestMessage) = GUEST_MESSAGE by GuestMessage::from_update,
        /// A bot that this bot manages was made, or changed hands.
        #[doc(alias = "on_managed_bot")]
        ManagedBot(ManagedBot) = MANAGED_BOT by ManagedBot::from_update,

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
        /// What becomes of the client: its connection, and its handlers.
        Lifecycle(Lifecycle) = LIFECYCLE,
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

    /// The topic of a forum it happened in, as far as the server tells; 1 is the general one.
    #[must_use]
    #[doc(alias = "message_thread_id")]
    #[doc(alias = "top_msg_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.about()?.topic()
    }

    /// Who caused it, as far as the server tells.
    #[must_use]
    pub fn sender_peer(&self) -> Option<PeerId> {
        self.about()?.sender()
    }
}

/// What an update becomes that comes without users and chats.
#[cfg(test)]
fn told(client: &crate::Client, update: impl Into<enums::Update>) -> Context {
    Context::new(client, update.into(), Arc::default())
}
