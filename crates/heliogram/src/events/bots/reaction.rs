use std::time::SystemTime;

use heliogram_api::enums;

use crate::{
    PeerId, Result,
    events::{About, Context},
    types::{Message, Reaction, system_time},
};

/// Somebody put other reactions on a message; told to bots in private chats, and in groups that
/// they administer.
///
/// ```no_run
/// # async fn run(change: heliogram::events::MessageReaction) -> heliogram::Result<()> {
/// use heliogram::types::Reaction;
///
/// if change.added().contains(&"👍".into()) {
///     println!("{} likes message {}", change.sender_id(), change.message_id());
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotMessageReaction`.
#[derive(Clone, Debug)]
#[doc(alias = "MessageReactionUpdated")]
#[doc(alias = "on_message_reaction")]
#[doc(alias = "updateBotMessageReaction")]
pub struct MessageReaction {
    cx: Context,
    chat: PeerId,
    sender: PeerId,
}

event_members!(MessageReaction, MessageReactionCount);
has_chat!(one MessageReaction);
has_sender!(one MessageReaction);
has_chat!(one MessageReactionCount);

impl MessageReaction {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotMessageReaction(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
            sender: PeerId::from_peer(&u.actor)?,
        })
    }

    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> i32 {
        match self.raw() {
            enums::Update::BotMessageReaction(u) => u.msg_id,
            _ => 0,
        }
    }

    /// When it happened.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(match self.raw() {
            enums::Update::BotMessageReaction(u) => u.date,
            _ => 0,
        })
    }

    /// Their reactions before.
    #[must_use]
    #[doc(alias = "old_reaction")]
    pub fn before(&self) -> Vec<Reaction> {
        match self.raw() {
            enums::Update::BotMessageReaction(u) => reactions(&u.old_reactions),
            _ => vec![],
        }
    }

    /// Their reactions now; none if they took them away.
    #[must_use]
    #[doc(alias = "new_reaction")]
    pub fn after(&self) -> Vec<Reaction> {
        match self.raw() {
            enums::Update::BotMessageReaction(u) => reactions(&u.new_reactions),
            _ => vec![],
        }
    }

    /// Those that were not there before.
    #[must_use]
    pub fn added(&self) -> Vec<Reaction> {
        without(self.after(), &self.before())
    }

    /// Those that are not there any more.
    #[must_use]
    pub fn removed(&self) -> Vec<Reaction> {
        without(self.before(), &self.after())
    }

    /// Fetches the message; `None` if it is gone.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_message")]
    pub async fn message(&self) -> Result<Option<Message>> {
        let id = self.message_id();
        let found = self.client().get_messages(self.chat(), id).await?;
        Ok(found.into_iter().next().flatten())
    }
}

impl About for MessageReaction {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

fn reactions(raw: &[enums::Reaction]) -> Vec<Reaction> {
    let raw = raw.iter().map(Reaction::from_raw);
    raw.filter(|one| *one != Reaction::None).collect()
}

fn without(mut these: Vec<Reaction>, those: &[Reaction]) -> Vec<Reaction> {
    these.retain(|one| !those.contains(one));
    these
}

/// The reactions on a message are others now, where it is not told whose they are; told to bots in
/// channels that they administer.
///
/// Raw `updateBotMessageReactions`.
#[derive(Clone, Debug)]
#[doc(alias = "MessageReactionCountUpdated")]
#[doc(alias = "on_message_reaction_count")]
#[doc(alias = "updateBotMessageReactions")]
pub struct MessageReactionCount {
    cx: Context,
    chat: PeerId,
}

impl MessageReactionCount {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotMessageReactions(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
        })
    }

    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> i32 {
        match self.raw() {
            enums::Update::BotMessageReactions(u) => u.msg_id,
            _ => 0,
        }
    }

    /// When it happened.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(match self.raw() {
            enums::Update::BotMessageReactions(u) => u.date,
            _ => 0,
        })
    }

    /// Each reaction on the message, and how many put it there.
    #[must_use]
    #[doc(alias = "reactions")]
    pub fn counts(&self) -> Vec<(Reaction, i32)> {
        let enums::Update::BotMessageReactions(u) = self.raw() else {
            return vec![];
        };
        let counts = u.reactions.iter();
        let counts = counts.map(|one| (Reaction::from_raw(&one.reaction), one.count));
        counts.filter(|(one, _)| *one != Reaction::None).collect()
    }
}

impl About for MessageReactionCount {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, events::told};

    fn emoji(emoji: &str) -> enums::Reaction {
        raw::ReactionEmoji::new(emoji.into()).into()
    }

    #[tokio::test]
    async fn reactions_that_came_and_went_are_told_apart() {
        let client = Client::offline().await;
        let chat = raw::PeerChannel::new(9).into();
        let actor = raw::PeerChannel::new(8).into();
        let (old, new) = (
            vec![emoji("a"), emoji("b")],
            vec![emoji("b"), enums::Reaction::Paid],
        );
        let update = raw::UpdateBotMessageReaction::new(chat, 3, 5, actor, old, new, 1);
        let change = MessageReaction::from_update(&told(&client, update)).unwrap();
        assert_eq!(change.added(), [Reaction::Paid]);
        assert_eq!(change.removed(), ["a".into()]);
        assert_eq!(
            (change.message_id(), change.sender_id()),
            (3, -1_000_000_000_008)
        );
    }

    #[tokio::test]
    async fn counts_leave_out_what_is_no_reaction() {
        let client = Client::offline().await;
        let chat = raw::PeerChannel::new(9).into();
        let counts = vec![
            raw::ReactionCount::new(emoji("a"), 2),
            raw::ReactionCount::new(enums::Reaction::Empty, 1),
            raw::ReactionCount::new(raw::ReactionCustomEmoji::new(5).into(), 1),
        ];
        let update = raw::UpdateBotMessageReactions::new(chat, 3, 5, counts, 1);
        let change = MessageReactionCount::from_update(&told(&client, update)).unwrap();
        let expected = [("a".into(), 2), (Reaction::CustomEmoji(5), 1)];
        assert_eq!(change.counts(), expected);
    }
}
