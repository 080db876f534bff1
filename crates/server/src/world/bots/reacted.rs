//! What bots are told of reactions: those that administer a chat, and the one somebody writes with.

use heliogram_api::enums::Reaction;
use heliogram_api::types;

use super::super::{Actor, Form, Peer, World};
use crate::render::{peer, reaction_counts};

impl World {
    /// Tells bots that an account has other signs on a message now.
    pub(in super::super) fn tell_bots_of_reaction(
        &mut self,
        by: Actor,
        letter: i64,
        old: &[Reaction],
        new: &[Reaction],
    ) {
        if self.is_bot(by.user) {
            return;
        }
        let copies = self.letters.get(&letter).map(|letter| &letter.copies);
        for (owner, id) in copies.cloned().unwrap_or_default() {
            let entry = self.boxes.get(&owner).and_then(|b| b.entries.get(&id));
            let Some(dialog) = entry.map(|entry| entry.peer) else {
                continue;
            };
            for bot in self.bots_at(owner, dialog) {
                self.tell_bot_of_reaction(by, bot, (dialog, id), (letter, old, new));
            }
        }
    }

    /// The bots that hear of reactions in a conversation, of those who see one box.
    fn bots_at(&self, owner: i64, dialog: i64) -> Vec<i64> {
        let admins = self.chats.get(&dialog).map(|chat| chat.administrators());
        let bots = match (Peer::of(dialog), admins) {
            (Peer::User(_), _) => vec![owner],
            (Peer::Group(_), Some(mut admins)) => {
                admins.retain(|admin| *admin == owner);
                admins
            }
            (_, admins) => admins.unwrap_or_default(),
        };
        bots.into_iter().filter(|bot| self.is_bot(*bot)).collect()
    }

    fn tell_bot_of_reaction(
        &mut self,
        by: Actor,
        bot: i64,
        (dialog, id): (i64, i32),
        (letter, old, new): (i64, &[Reaction], &[Reaction]),
    ) {
        let (date, to) = (self.now(), peer(dialog));
        let chat = self.chats.get(&dialog);
        if chat.is_some_and(|chat| chat.form == Form::Broadcast) {
            // Nobody is named in a channel.
            let counts = self.letters.get(&letter).map(|l| reaction_counts(bot, l));
            let counts = counts.unwrap_or_default();
            self.tell_in_order(bot, by, &[dialog], |qts| {
                types::UpdateBotMessageReactions::new(to, id, date, counts, qts).into()
            });
            return;
        }
        let (actor, old, new) = (peer(by.user), old.to_vec(), new.to_vec());
        self.tell_in_order(bot, by, &[dialog, by.user], |qts| {
            types::UpdateBotMessageReaction::new(to, id, date, actor, old, new, qts).into()
        });
    }
}
