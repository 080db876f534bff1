//! Events as arguments: one row for each type.

use super::{FromUpdate, Reject};
use crate::{
    Event, Message,
    dispatch::UpdateCx,
    events::{
        Album, ChatAction, DraftChanged, Kinds, MessageRead, MessagesDeleted, PollUpdate, PollVote,
        ReactionsChanged, ScheduledChanged, StoryUpdate, UserUpdate,
    },
};
// What only bots are told.
use crate::events::{
    BusinessConnection, BusinessMessage, BusinessMessagesDeleted, CallbackQuery, ChatBoost,
    ChosenInlineResult, GuestMessage, InlineQuery, JoinRequest, ManagedBot, MemberUpdated,
    MessageReaction, MessageReactionCount, PendingJoinRequests, PreCheckoutQuery,
    PurchasedPaidMedia, ShippingQuery, StarsSubscription,
};

/// A message that was changed in a chat of somebody for whom the bot answers, as an argument.
///
/// ```
/// # use heliogram::{Result, Router, dispatch::EditedBusinessMessage, filter};
/// async fn changed(EditedBusinessMessage(message): EditedBusinessMessage) -> Result<()> {
///     message.reply("I saw that!").await.map(drop)
/// }
///
/// let router: Router = Router::new().on(filter::any(), changed);
/// # drop(router);
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "on_edited_business_message")]
pub struct EditedBusinessMessage(pub BusinessMessage);

impl<S: Sync> FromUpdate<S> for EditedBusinessMessage {
    const KINDS: Kinds = Kinds::BUSINESS_MESSAGE_EDITED;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        match cx.event() {
            Event::BusinessMessageEdited(message) => Ok(Self(message.clone())),
            _ => Err(Reject::Skip),
        }
    }
}

macro_rules! event_arguments {
    ($( $type:ty = $name:ident, $kind:ident; )*) => { $(
        impl<S: Sync> FromUpdate<S> for $type {
            const KINDS: Kinds = Kinds::$kind;

            async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
                match cx.event() {
                    Event::$name(it) => Ok(it.clone()),
                    _ => Err(Reject::Skip),
                }
            }
        }
    )* };
}

event_arguments! {
    Message = NewMessage, NEW_MESSAGE;
    MessagesDeleted = MessagesDeleted, MESSAGES_DELETED;
    // What happens in chats.
    Album = Album, ALBUM;
    ChatAction = ChatAction, CHAT_ACTION;
    MessageRead = MessageRead, MESSAGE_READ;
    UserUpdate = UserUpdate, USER_UPDATE;
    PollUpdate = PollUpdate, POLL_UPDATE;
    PollVote = PollVote, POLL_VOTE;
    ReactionsChanged = ReactionsChanged, REACTIONS_CHANGED;
    StoryUpdate = StoryUpdate, STORY_UPDATE;
    DraftChanged = DraftChanged, DRAFT_CHANGED;
    ScheduledChanged = ScheduledChanged, SCHEDULED_CHANGED;

    // What only bots are told.
    CallbackQuery = CallbackQuery, CALLBACK_QUERY;
    InlineQuery = InlineQuery, INLINE_QUERY;
    ChosenInlineResult = ChosenInlineResult, CHOSEN_INLINE_RESULT;
    MemberUpdated = MemberUpdated, MEMBER_UPDATED;
    JoinRequest = JoinRequest, JOIN_REQUEST;
    PendingJoinRequests = PendingJoinRequests, PENDING_JOIN_REQUESTS;
    MessageReaction = MessageReaction, MESSAGE_REACTION;
    MessageReactionCount = MessageReactionCount, MESSAGE_REACTION_COUNT;
    ChatBoost = ChatBoost, CHAT_BOOST;
    BusinessConnection = BusinessConnection, BUSINESS_CONNECTION;
    BusinessMessage = BusinessMessage, BUSINESS_MESSAGE;
    BusinessMessagesDeleted = BusinessMessagesDeleted, BUSINESS_MESSAGES_DELETED;
    PreCheckoutQuery = PreCheckoutQuery, PRE_CHECKOUT_QUERY;
    ShippingQuery = ShippingQuery, SHIPPING_QUERY;
    PurchasedPaidMedia = PurchasedPaidMedia, PURCHASED_PAID_MEDIA;
    StarsSubscription = StarsSubscription, STARS_SUBSCRIPTION;
    GuestMessage = GuestMessage, GUEST_MESSAGE;
    ManagedBot = ManagedBot, MANAGED_BOT;

}
