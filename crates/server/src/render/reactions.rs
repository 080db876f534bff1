use heliogram_api::enums::{self, Reaction};
use heliogram_api::types;

use super::peer;
use crate::world::{Letter, Place, Reacted, World};

/// How many of those who put signs on a message are named with it.
const RECENT_MAX: usize = 3;

impl World {
    /// The signs on a message as an account sees them; nothing if there are none.
    pub(super) fn reactions_of(
        &self,
        viewer: i64,
        place: Place,
        dialog: i64,
        letter: &Letter,
    ) -> Option<types::MessageReactions> {
        if letter.reactions.is_empty() {
            return None;
        }
        let listed = !self.is_broadcast(dialog);
        let unread = self.unread_reactions(viewer, dialog).contains(&place.id);
        let newest = letter.reactions.iter().rev().take(RECENT_MAX);
        let recent: Vec<_> = newest
            .map(|reacted| reacted_by(viewer, reacted, unread))
            .collect();
        Some(types::MessageReactions {
            can_see_list: listed,
            recent_reactions: listed.then_some(recent),
            ..types::MessageReactions::new(reaction_counts(viewer, letter))
        })
    }

    /// That other signs are on a message now, and who appears in that.
    pub(crate) fn reactions_update(
        &self,
        viewer: i64,
        place: Place,
    ) -> Option<(enums::Update, Vec<i64>)> {
        let entry = self.boxes.get(&place.owner)?.entries.get(&place.id)?;
        let letter = self.letters.get(&entry.letter)?;
        let reactions = self.reactions_of(viewer, place, entry.peer, letter);
        let none = || types::MessageReactions::new(Vec::new());
        let reactions = reactions.unwrap_or_else(none);
        let update = types::UpdateMessageReactions {
            top_msg_id: entry.thread,
            ..types::UpdateMessageReactions::new(peer(entry.peer), place.id, reactions)
        };
        let mut about = self.reactors_in(entry.peer, letter);
        about.push(entry.peer);
        Some((update.into(), about))
    }

    /// Those who are named with the signs on a message, by dialog id.
    pub(super) fn reactors_in(&self, dialog: i64, letter: &Letter) -> Vec<i64> {
        if self.is_broadcast(dialog) {
            return Vec::new();
        }
        let newest = letter.reactions.iter().rev().take(RECENT_MAX);
        newest.map(|reacted| reacted.by).collect()
    }
}

/// How often each sign is on a message, the most frequent first.
pub(crate) fn reaction_counts(viewer: i64, letter: &Letter) -> Vec<types::ReactionCount> {
    let mut counts: Vec<types::ReactionCount> = Vec::new();
    for reacted in &letter.reactions {
        let mine = (reacted.by == viewer).then_some(0);
        let known = counts
            .iter_mut()
            .find(|count| count.reaction == reacted.reaction);
        match known {
            Some(count) => {
                count.count += 1;
                count.chosen_order = count.chosen_order.or(mine);
            }
            None => counts.push(types::ReactionCount {
                chosen_order: mine,
                ..types::ReactionCount::new(reacted.reaction.clone(), 1)
            }),
        }
    }
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

/// One sign with who put it there.
pub(crate) fn reacted_by(
    viewer: i64,
    reacted: &Reacted,
    unread: bool,
) -> types::MessagePeerReaction {
    types::MessagePeerReaction {
        big: reacted.big,
        unread: unread && reacted.by != viewer,
        my: reacted.by == viewer,
        ..types::MessagePeerReaction::new(peer(reacted.by), reacted.date, reacted.reaction.clone())
    }
}

/// A sign as the API writes it.
pub(crate) fn sign(text: &str) -> Reaction {
    types::ReactionEmoji::new(text.to_owned()).into()
}
