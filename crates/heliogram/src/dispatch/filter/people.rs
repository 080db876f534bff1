//! By who wrote.

use super::{Filter, MESSAGES, message_filters, on_message};
use crate::{Chat, Message};

message_filters! { PEOPLE, MESSAGES;
    /// Passes messages that others wrote.
    incoming = |m| !m.is_outgoing();
    /// Passes messages that this account wrote, from elsewhere or here.
    outgoing = Message::is_outgoing;
    /// Passes messages whose sender is this account, also where they count as received: what one
    /// forwards to Saved Messages.
    #[doc(alias = "is_self")]
    me = |m| m.is_outgoing() || m.sender_id().is_some() && m.sender_id() == m.client().self_id();
    /// Passes messages that bots wrote.
    #[doc(alias = "is_bot")]
    bot = |m| m.sender().and_then(Chat::as_user).is_some_and(|u| u.is_bot());
    /// Passes messages written in the name of a group or channel: posts, anonymous admins, channels
    /// that write in groups.
    sender_chat = |m| m.sender_chat().is_some();
    /// Passes messages that were sent through an inline bot.
    #[doc(alias = "via_bot_id")]
    via_bot = |m| m.via_bot().is_some();
    /// Passes posts of the channel a discussion group belongs to, which came there by themselves.
    #[doc(alias = "is_automatic_forward")]
    linked_channel = |m| m.forward().is_some_and(|f| f.is_automatic());
    /// Passes messages that mention this account or reply to it.
    mentioned = Message::is_mention;
}
