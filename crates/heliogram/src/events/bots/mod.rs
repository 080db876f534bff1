//! What only bots are told, and what administrators are told of those who want to come in.

mod boost;
mod business;
mod callback;
mod edit_pressed;
mod guest;
mod inline;
mod join_request;
mod member;
mod payment;
mod reaction;

pub use self::{
    boost::ChatBoost,
    business::{BusinessConnection, BusinessMessage, BusinessMessagesDeleted},
    callback::CallbackQuery,
    edit_pressed::EditPressed,
    guest::{GuestMessage, ManagedBot},
    inline::{ChosenInlineResult, InlineQuery},
    join_request::{JoinRequest, PendingJoinRequests},
    member::MemberUpdated,
    payment::{PreCheckoutQuery, PurchasedPaidMedia, ShippingQuery, StarsSubscription},
    reaction::{MessageReaction, MessageReactionCount},
};
