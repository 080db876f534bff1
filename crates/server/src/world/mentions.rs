//! Who is meant by a message of a group, and has not looked yet.

use std::collections::BTreeSet;

use heliogram_api::{enums, types};

use super::{Actor, Letter, Peer, Place, Rec, What, World, is_channel};
use crate::rpc::Answer;

impl World {
    /// The members of a group who are meant by a message: those it names, and who wrote what it
    /// answers.
    pub(super) fn meant_by(&self, letter: &Letter, peer: i64, replied: Option<i64>) -> Vec<i64> {
        let Some(chat) = self.chats.get(&peer) else {
            return Vec::new();
        };
        let named = letter.entities.iter().filter_map(|entity| match entity {
            enums::MessageEntity::MentionName(entity) => Some(entity.user_id),
            enums::MessageEntity::Mention(entity) => {
                let name = part(&letter.text, entity.offset, entity.length);
                self.by_username(&name)
            }
            _ => None,
        });
        let answered = replied.and_then(|id| self.letters.get(&id));
        let answered = answered.map(|letter| letter.by);
        let all: BTreeSet<i64> = named.chain(answered).collect();
        all.into_iter()
            .filter(|user| *user != letter.by && chat.members.has(*user))
            .collect()
    }

    /// Notes for everybody who is meant by a message that it was not looked at yet.
    pub(super) fn mark_mentions(&mut self, letter: i64, peer: i64) {
        let Some(letter) = self.letters.get(&letter) else {
            return;
        };
        let (meant, copies) = (letter.mentions.clone(), letter.copies.clone());
        for user in meant {
            let home = self.box_of(user, peer);
            let copy = copies.iter().find(|(owner, _)| *owner == home);
            if let (Some((_, id)), Some(mailbox)) = (copy, self.boxes.get_mut(&user)) {
                let dialog = mailbox.dialogs.entry(peer).or_default();
                dialog.mentions.insert(*id);
                self.touch(Rec::Dialog(user, peer));
            }
        }
    }

    /// Takes a message away from what somebody has not looked at, if it meant somebody.
    pub(super) fn unmark_mentions(&mut self, owner: i64, peer: i64, id: i32, letter: i64) {
        let Some(letter) = self.letters.get(&letter) else {
            return;
        };
        let meant = letter.mentions.clone();
        for user in meant {
            if is_channel(owner) || user == owner {
                self.look_at(user, peer, &[id]);
            }
        }
    }

    /// The messages of a group that mean an account and that it has not looked at.
    pub(crate) fn unread_mentions(&self, owner: i64, peer: i64) -> Option<&BTreeSet<i32>> {
        let dialog = self.boxes.get(&owner)?.dialogs.get(&peer)?;
        Some(&dialog.mentions)
    }

    /// The same in one thread, newest first.
    pub(crate) fn unread_mentions_in(
        &self,
        owner: i64,
        peer: i64,
        thread: Option<i32>,
    ) -> Vec<Place> {
        let home = self.box_of(owner, peer);
        let ids = self.unread_mentions(owner, peer).into_iter().flatten();
        let wanted = |id: &&i32| thread.is_none_or(|top| self.is_in_thread(peer, **id, top));
        let mut places: Vec<Place> = ids
            .filter(wanted)
            .map(|id| Place {
                owner: home,
                id: *id,
            })
            .collect();
        places.reverse();
        places
    }

    /// Notes that an account looked at messages that meant it; gives which of them.
    pub(super) fn look_at(&mut self, owner: i64, peer: i64, ids: &[i32]) -> Vec<i32> {
        let dialog = self.boxes.get_mut(&owner);
        let dialog = dialog.and_then(|b| b.dialogs.get_mut(&peer));
        let Some(dialog) = dialog else {
            return Vec::new();
        };
        let mut seen: Vec<i32> = ids.to_vec();
        seen.retain(|id| dialog.mentions.remove(id));
        if !seen.is_empty() {
            self.touch(Rec::Dialog(owner, peer));
        }
        seen
    }

    /// Marks everything that meant an account as looked at. Gives the pts of the box it lies in
    /// and how far it moved.
    pub(crate) fn read_mentions(
        &mut self,
        by: Actor,
        peer: i64,
        thread: Option<i32>,
    ) -> Answer<(i32, i32)> {
        let places = self.unread_mentions_in(by.user, peer, thread);
        let ids: Vec<i32> = places.iter().map(|place| place.id).collect();
        let seen = self.look_at(by.user, peer, &ids);
        let home = self.box_of(by.user, peer);
        if seen.is_empty() {
            return Ok((self.mailbox(home)?.pts, 0));
        }
        if is_channel(peer) {
            self.push_looked(by, peer, seen, thread);
            return Ok((self.mailbox(home)?.pts, 0));
        }
        let count = seen.len() as i32;
        let pts = self.log(home, count, What::Heard(seen));
        self.push_step(home, by, pts);
        Ok((pts, count))
    }

    /// Tells an account's other sessions which messages of a channel it looked at.
    pub(super) fn push_looked(
        &mut self,
        by: Actor,
        channel: i64,
        ids: Vec<i32>,
        thread: Option<i32>,
    ) {
        let update = types::UpdateChannelReadMessagesContents {
            top_msg_id: thread,
            ..types::UpdateChannelReadMessagesContents::new(Peer::of(channel).id(), ids)
        };
        self.push_one(by.user, by, update.into(), &[channel]);
    }
}

/// A part of a text, counted in UTF-16 as entities are.
fn part(text: &str, offset: i32, length: i32) -> String {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(length).unwrap_or(0);
    let units: Vec<u16> = text.encode_utf16().skip(skip).take(take).collect();
    String::from_utf16_lossy(&units)
}
