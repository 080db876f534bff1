use heliogram_api::{enums, types as raw};

use super::{About, Context};
use crate::{Message, PeerId, Result, types::Reaction};

/// The reactions to a message changed, as accounts of people see it.
///
/// They are told of their own messages and of the chats they have open elsewhere. Bots are told
/// of single reactions instead.
///
/// ```no_run
/// use heliogram::events::ReactionsChanged;
///
/// async fn count(event: ReactionsChanged) {
///     for (reaction, count) in event.counts() {
///         println!("{count} × {reaction}");
///     }
/// }
/// ```
///
/// Raw `updateMessageReactions`.
#[derive(Clone, Debug)]
#[doc(alias = "on_message_reaction_count")]
#[doc(alias = "MessageReactionCountUpdated")]
#[doc(alias = "updateMessageReactions")]
pub struct ReactionsChanged {
    cx: Context,
    chat: PeerId,
    message_id: i32,
    topic: Option<i32>,
}

event_members!(ReactionsChanged);
has_chat!(one ReactionsChanged);

impl ReactionsChanged {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::MessageReactions(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
            message_id: u.msg_id,
            topic: u.top_msg_id,
        })
    }

    fn reactions(&self) -> Option<&raw::MessageReactions> {
        match self.raw() {
            enums::Update::MessageReactions(u) => Some(&u.reactions),
            _ => None,
        }
    }

    /// The message they are to.
    #[must_use]
    pub fn message_id(&self) -> i32 {
        self.message_id
    }

    /// The topic of a forum that the message is in.
    #[must_use]
    #[doc(alias = "top_msg_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.topic
    }

    /// Every reaction with how often it was given.
    #[must_use]
    pub fn counts(&self) -> Vec<(Reaction, i32)> {
        let results = self.reactions().map_or(&[][..], |r| &r.results);
        let pair = |r: &raw::ReactionCount| (Reaction::from_raw(&r.reaction), r.count);
        results.iter().map(pair).collect()
    }

    /// The reactions of this account itself. The server may leave them out of what it sends of its
    /// own accord.
    #[must_use]
    pub fn chosen(&self) -> Vec<Reaction> {
        let results = self.reactions().map_or(&[][..], |r| &r.results);
        let chosen = results.iter().filter(|r| r.chosen_order.is_some());
        chosen.map(|r| Reaction::from_raw(&r.reaction)).collect()
    }

    /// Who gave which reaction last, where that is shown; newest first.
    #[must_use]
    pub fn recent(&self) -> Vec<RecentReaction> {
        let recent = self.reactions().and_then(|r| r.recent_reactions.as_deref());
        let reaction = |r: &raw::MessagePeerReaction| {
            Some(RecentReaction {
                sender_id: PeerId::from_peer(&r.peer_id)?.as_i64(),
                reaction: Reaction::from_raw(&r.reaction),
                date: crate::types::system_time(r.date),
                is_unread: r.unread,
            })
        };
        recent
            .unwrap_or_default()
            .iter()
            .filter_map(reaction)
            .collect()
    }

    /// Fetches the message they are to; `None` if it is gone.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_message")]
    pub async fn message(&self) -> Result<Option<Message>> {
        let found = self.cx.client().get_messages(self.chat(), self.message_id);
        Ok(found.await?.into_iter().next().flatten())
    }
}

impl About for ReactionsChanged {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}

/// Who gave a reaction; see [`ReactionsChanged::recent`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecentReaction {
    /// The marked id of who gave it.
    pub sender_id: i64,
    /// The reaction.
    pub reaction: Reaction,
    /// When.
    pub date: std::time::SystemTime,
    /// Whether this account has not seen it yet.
    pub is_unread: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Client, types::Entities};

    #[tokio::test]
    async fn reactions_are_counted_and_the_last_ones_named() {
        let client = Client::offline().await;
        let like = Reaction::from("👍");
        let count = raw::ReactionCount {
            chosen_order: Some(0),
            ..raw::ReactionCount::new(like.to_raw(), 3)
        };
        let peer = raw::PeerUser { user_id: 7 };
        let recent = raw::MessagePeerReaction::new(peer.clone().into(), 1000, like.to_raw());
        let reactions = raw::MessageReactions {
            recent_reactions: Some(vec![recent]),
            ..raw::MessageReactions::new(vec![
                count,
                raw::ReactionCount::new(enums::Reaction::Paid, 1),
            ])
        };
        let update = raw::UpdateMessageReactions::new(peer.into(), 5, reactions);
        let cx = Context::new(&client, update.into(), Arc::new(Entities::default()));
        let event = ReactionsChanged::from_update(&cx).unwrap();
        assert_eq!((event.chat_id(), event.message_id()), (7, 5));
        assert_eq!(event.counts(), [(like.clone(), 3), (Reaction::Paid, 1)]);
        assert_eq!(event.chosen(), std::slice::from_ref(&like));
        let recent = event.recent();
        assert_eq!((recent[0].sender_id, &recent[0].reaction), (7, &like));
    }
}
