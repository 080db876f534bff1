//! By the kind of chat an event belongs to.

use super::{Filter, PLACED, message_of, of_kinds};
use crate::{Chat, ChatKind, PeerKind, UpdateCx, events::Kinds};

/// Makes filters of tests on chats, for events of all kinds that tell of theirs.
macro_rules! chat_filters {
    ($( $(#[$doc:meta])* $name:ident = $test:expr; )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name() -> Filter {
                of_kinds(PLACED, $test)
            }
        )*

        /// All of them, for the test that looks at each.
        #[cfg(test)]
        pub(super) const PLACE: &[(&str, fn() -> Filter)] = &[ $( (stringify!($name), $name) ),* ];
    };
}

chat_filters! {
    /// Passes what happens in private chats.
    ///
    /// ```
    /// use heliogram::filter;
    /// let help = filter::command("help") & (filter::private() | filter::admin());
    /// ```
    #[doc(alias = "is_private")]
    private = |cx| matches!(kind(cx), Some(PeerKind::User(_)));
    /// Passes what happens in groups, basic ones and supergroups.
    #[doc(alias = "is_group")]
    group = |cx| match kind(cx) {
        Some(PeerKind::Group(_)) => true,
        Some(PeerKind::Channel(_)) => with_chat(cx, Chat::is_group),
        _ => false,
    };
    /// Passes what happens in basic groups.
    basic_group = |cx| matches!(kind(cx), Some(PeerKind::Group(_)));
    /// Passes what happens in supergroups.
    #[doc(alias = "megagroup")]
    supergroup = |cx| with_chat(cx, |c| c.kind() == ChatKind::Supergroup);
    /// Passes what happens in broadcast channels.
    #[doc(alias = "is_channel")]
    #[doc(alias = "broadcast")]
    channel = |cx| with_chat(cx, Chat::is_channel);
    /// Passes what happens in groups with topics.
    #[doc(alias = "is_forum")]
    forum = |cx| with_chat(cx, |c| c.as_channel().is_some_and(|c| c.forum));
    /// Passes what is written to a channel directly, in its inbox for direct messages.
    #[doc(alias = "monoforum")]
    direct = |cx| with_chat(cx, |c| c.as_channel().is_some_and(|c| c.monoforum));
    /// Passes what happens in groups and channels that this account administrates or owns.
    admin = |cx| with_chat(cx, |c| match (c.as_group(), c.as_channel()) {
        (Some(group), _) => group.creator || group.admin_rights.is_some(),
        (_, Some(channel)) => channel.creator || channel.admin_rights.is_some(),
        _ => false,
    });
    /// Passes what happens in groups and channels that this account owns.
    #[doc(alias = "owner")]
    creator = |cx| with_chat(cx, |c| {
        c.as_group().is_some_and(|c| c.creator) || c.as_channel().is_some_and(|c| c.creator)
    });
}

/// The kinds of events that may tell of a topic.
const TOPICS: Kinds = Kinds::NEW_MESSAGE
    .or(Kinds::MESSAGE_EDITED)
    .or(Kinds::ALBUM)
    .or(Kinds::CHAT_ACTION)
    .or(Kinds::MESSAGE_READ)
    .or(Kinds::USER_UPDATE)
    .or(Kinds::POLL_UPDATE)
    .or(Kinds::REACTIONS_CHANGED)
    .or(Kinds::DRAFT_CHANGED)
    .or(Kinds::SCHEDULED_CHANGED);

/// Passes what happens in this topic of a forum; 1 is the general one. What tells no topic, such as a
/// pressed button, does not pass.
///
/// ```
/// use heliogram::filter;
/// let support = filter::chat("@mygroup") & filter::topic(42);
/// ```
#[doc(alias = "message_thread_id")]
#[must_use]
pub fn topic(id: i32) -> Filter {
    of_kinds(TOPICS, move |cx| cx.event().topic_id() == Some(id))
}

fn kind(cx: &UpdateCx) -> Option<PeerKind> {
    cx.event().chat_peer().map(|id| id.kind())
}

/// The test on what is known of the chat; nothing is known of one that the client has not met.
fn with_chat(cx: &UpdateCx, test: impl FnOnce(&Chat) -> bool) -> bool {
    if let Some(message) = message_of(cx.event()) {
        return test(message.chat());
    }
    let id = cx.event().chat_peer();
    id.and_then(|id| cx.client().peers().chat(id))
        .is_some_and(|c| test(&c))
}
