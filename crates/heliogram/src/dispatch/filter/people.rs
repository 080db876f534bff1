//! By who wrote, or did it.

use super::{CAUSED, Filter, message_filters, message_of, of_kinds, on_message};
use crate::{Chat, Message, UpdateCx};

message_filters! { PEOPLE;
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

/// Makes filters of tests on who did it, for events of all kinds that tell.
macro_rules! sender_filters {
    ($( $(#[$doc:meta])* $name:ident = $test:expr; )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name() -> Filter {
                of_kinds(CAUSED, $test)
            }
        )*

        /// All of them, for the test that looks at each.
        #[cfg(test)]
        pub(super) const SENDERS: &[(&str, fn() -> Filter)] = &[ $( (stringify!($name), $name) ),* ];
    };
}

sender_filters! {
    /// Passes what others wrote or did.
    ///
    /// ```
    /// use heliogram::filter;
    /// let wanted = filter::incoming() & !filter::bot() & !filter::user("@boss");
    /// ```
    incoming = |cx| own(cx) == Some(false);
    /// Passes what this account wrote or did, from elsewhere or here.
    outgoing = |cx| own(cx) == Some(true);
    /// Passes what this account wrote or did, also where it counts as received: what one forwards
    /// to Saved Messages.
    #[doc(alias = "is_self")]
    me = |cx| own(cx) == Some(true) || is_me(cx) == Some(true);
    /// Passes what bots wrote or did.
    #[doc(alias = "is_bot")]
    bot = |cx| match message_of(cx.event()) {
        Some(message) => message.sender().is_some_and(is_bot),
        None => {
            let id = cx.event().sender_peer();
            id.and_then(|id| cx.client().peers().chat(id)).as_ref().is_some_and(is_bot)
        }
    };
}

/// Whether it goes out from this account, as far as can be told.
fn own(cx: &UpdateCx) -> Option<bool> {
    match message_of(cx.event()) {
        Some(message) => Some(message.is_outgoing()),
        None => is_me(cx),
    }
}

/// Whether this account did it, as far as can be told.
fn is_me(cx: &UpdateCx) -> Option<bool> {
    let sender = cx.event().sender_peer()?;
    Some(cx.client().self_id() == Some(sender.as_i64()))
}

fn is_bot(chat: &Chat) -> bool {
    chat.as_user().is_some_and(crate::User::is_bot)
}
