//! What people think of messages, in one sign each.

use std::collections::BTreeSet;

use heliogram_api::enums::{self, Reaction};

use super::{Actor, Form, Letter, Peer, Place, Rec, Told, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// The signs everybody may use, in the order they are offered.
pub(crate) const SIGNS: [&str; 20] = [
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩",
    "🙏", "👌", "🕊", "🤡",
];
/// Most signs of one account on one message.
const OWN_MAX: usize = 1;
/// Most different signs on one message, unless a chat says less.
const DIFFERENT_MAX: usize = 11;
/// How many of the signs an account used last are offered to it first.
const RECENT_MAX: usize = 50;

/// One sign of one account.
#[derive(Clone, PartialEq)]
pub(crate) struct Reacted {
    /// The account, or the channel it speaks for.
    pub(crate) by: i64,
    pub(crate) reaction: Reaction,
    pub(crate) date: i32,
    pub(crate) big: bool,
}

record!(Reacted {
    by,
    reaction,
    date,
    big
});

impl World {
    /// Sets what an account thinks of a message: nothing, or one of the signs that are allowed.
    pub(crate) fn react(
        &mut self,
        by: Actor,
        peer: i64,
        id: i32,
        signs: Vec<Reaction>,
        big: bool,
    ) -> Answer<()> {
        let letter_id = self.message_of(by.user, peer, id)?;
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter = self.letters.get(&letter_id).ok_or_else(missing)?;
        if letter.action.is_some() {
            return Err(missing());
        }
        self.check_may_react(by.user, peer)?;
        self.check_signs(letter, peer, by.user, &signs)?;
        let before: Vec<Reaction> = own(letter, by.user).map(|r| r.reaction.clone()).collect();
        if before == signs {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        let date = self.now();
        let letter = self.letters.get_mut(&letter_id).ok_or_else(missing)?;
        letter.reactions.retain(|reacted| reacted.by != by.user);
        let added = !signs.is_empty();
        letter
            .reactions
            .extend(signs.iter().map(|reaction| Reacted {
                by: by.user,
                reaction: reaction.clone(),
                date,
                big,
            }));
        let author = letter.by;
        let copies = letter.copies.clone();
        self.touch(Rec::Letter(letter_id));
        self.mark_reaction(author, by.user, &copies, letter_id, added);
        for (owner, id) in copies {
            self.tell(owner, by.everywhere(), Told::Reactions(id));
        }
        self.tell_bots_of_reaction(by, letter_id, &before, &signs);
        Ok(())
    }

    /// Notes that an account used signs that it wants to be offered first.
    pub(crate) fn note_recent_signs(&mut self, user: i64, signs: &[Reaction]) {
        let recent = &mut self.preferences_mut(user).recent_reactions;
        for sign in signs {
            recent.retain(|known| known != sign);
            recent.insert(0, sign.clone());
        }
        recent.truncate(RECENT_MAX);
    }

    /// Sets the sign a quick gesture of the account puts on a message.
    pub(crate) fn set_default_reaction(&mut self, user: i64, sign: Reaction) -> Answer<()> {
        if !is_known(&sign) {
            return Err(Refusal::bad("REACTION_INVALID"));
        }
        self.preferences_mut(user).default_reaction = Some(sign);
        Ok(())
    }

    fn check_may_react(&self, user: i64, peer: i64) -> Answer<()> {
        match Peer::of(peer) {
            Peer::User(_) => self.check_may_write(user, peer),
            _ => {
                let chat = self.visible_chat(user, peer)?;
                if !chat.members.has(user) && chat.form != Form::Broadcast {
                    return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
                }
                match chat.banned_for(user).send_reactions && !chat.is_admin(user) {
                    true => Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN")),
                    false => Ok(()),
                }
            }
        }
    }

    /// Whether these signs may be put on a message.
    fn check_signs(&self, letter: &Letter, peer: i64, user: i64, signs: &[Reaction]) -> Answer<()> {
        if signs.len() > OWN_MAX {
            return Err(Refusal::bad("REACTIONS_TOO_MANY"));
        }
        let settings = self.chats.get(&peer).map(|chat| &chat.settings);
        let said = settings.and_then(|settings| settings.reactions.as_ref());
        for sign in signs {
            let known = is_known(sign);
            let allowed = match said {
                None | Some(enums::ChatReactions::All(_)) => known,
                Some(enums::ChatReactions::Some(some)) => known && some.reactions.contains(sign),
                Some(_) => false,
            };
            if !allowed {
                return Err(Refusal::bad("REACTION_INVALID"));
            }
        }
        let limit = settings.and_then(|settings| settings.reactions_limit);
        let limit = limit.map_or(DIFFERENT_MAX, |limit| limit.max(1) as usize);
        let others = letter.reactions.iter().filter(|r| r.by != user);
        let mut different: Vec<&Reaction> = Vec::new();
        for sign in others.map(|r| &r.reaction).chain(signs) {
            if !different.contains(&sign) {
                different.push(sign);
            }
        }
        match different.len() > limit && !signs.is_empty() {
            true => Err(Refusal::bad("REACTIONS_TOO_MANY")),
            false => Ok(()),
        }
    }

    /// Notes for the author of a message that somebody put a sign on it, or took it away.
    fn mark_reaction(
        &mut self,
        author: i64,
        by: i64,
        copies: &[(i64, i32)],
        letter: i64,
        added: bool,
    ) {
        if author == by {
            return;
        }
        let of_others = self.letters.get(&letter);
        let left = of_others.is_some_and(|letter| letter.reactions.iter().any(|r| r.by != author));
        for (owner, id) in copies {
            let entry = self.boxes.get(owner).and_then(|b| b.entries.get(id));
            let Some(peer) = entry.map(|entry| entry.peer) else {
                continue;
            };
            // In a broadcast channel nobody counts them.
            let chat = self.chats.get(owner);
            if *owner != author && chat.is_none_or(|chat| chat.form == Form::Broadcast) {
                continue;
            }
            let dialog = self
                .boxes
                .get_mut(&author)
                .and_then(|b| b.dialogs.get_mut(&peer));
            let Some(dialog) = dialog else { continue };
            match added && left {
                true => dialog.reacted.insert(*id),
                false if !left => dialog.reacted.remove(id),
                false => false,
            };
            self.touch(Rec::Dialog(author, peer));
        }
    }

    /// The account's own messages of a conversation that got signs it has not looked at.
    pub(crate) fn unread_reactions(&self, owner: i64, peer: i64) -> BTreeSet<i32> {
        let dialog = self.boxes.get(&owner).and_then(|b| b.dialogs.get(&peer));
        dialog
            .map(|dialog| dialog.reacted.clone())
            .unwrap_or_default()
    }

    /// The account has looked at all signs on its messages in a conversation.
    pub(crate) fn read_reactions(&mut self, by: Actor, peer: i64) -> Answer<()> {
        let dialog = self.mailbox_mut(by.user)?.dialogs.get_mut(&peer);
        let seen = dialog.map(|dialog| std::mem::take(&mut dialog.reacted));
        let owner = self.box_of(by.user, peer);
        for id in seen.into_iter().flatten() {
            if owner == by.user {
                self.tell(owner, by.everywhere(), Told::Reactions(id));
            }
        }
        self.touch(Rec::Dialog(by.user, peer));
        Ok(())
    }

    /// The signs on a message, newest first; nothing where it is not said who put them there.
    pub(crate) fn reacted_list(&self, viewer: i64, peer: i64, id: i32) -> Answer<Vec<Reacted>> {
        let letter = self.message_of(viewer, peer, id)?;
        if self
            .chats
            .get(&peer)
            .is_some_and(|chat| chat.form == Form::Broadcast)
        {
            return Err(Refusal::forbidden("BROADCAST_FORBIDDEN"));
        }
        let letter = self.letters.get(&letter);
        let list = letter.map(|letter| letter.reactions.iter().rev().cloned().collect());
        Ok(list.unwrap_or_default())
    }

    /// Where the messages of [`Self::unread_reactions`] lie, newest first.
    pub(crate) fn unread_reactions_in(&self, viewer: i64, peer: i64) -> Vec<Place> {
        let owner = self.box_of(viewer, peer);
        let ids = self.unread_reactions(viewer, peer);
        ids.into_iter()
            .rev()
            .map(|id| Place { owner, id })
            .collect()
    }
}

/// Checks the signs a chat is to allow: those everybody may use, each once.
pub(super) fn check_allowed(allowed: &enums::ChatReactions) -> Answer<()> {
    let enums::ChatReactions::Some(some) = allowed else {
        return Ok(());
    };
    let mut signs = some.reactions.iter().enumerate();
    let fits = |(at, sign): (usize, &Reaction)| {
        let before = some.reactions.get(..at).unwrap_or_default();
        is_known(sign) && !before.contains(sign)
    };
    match signs.all(fits) {
        true => Ok(()),
        false => Err(Refusal::bad("REACTION_INVALID")),
    }
}

/// Whether a sign is one of those everybody may use.
fn is_known(sign: &Reaction) -> bool {
    matches!(sign, Reaction::Emoji(emoji) if SIGNS.contains(&emoji.emoticon.as_str()))
}

/// The signs of one account on a message.
pub(crate) fn own(letter: &Letter, user: i64) -> impl Iterator<Item = &Reacted> {
    letter
        .reactions
        .iter()
        .filter(move |reacted| reacted.by == user)
}
