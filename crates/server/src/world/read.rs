use std::collections::BTreeMap;
use std::ops::Bound;

use heliogram_api::types;

use super::{Actor, Peer, Rec, Told, What, World, is_channel};
use crate::rpc::Answer;

impl World {
    /// Marks incoming messages up to an id as read, and tells the other side. Gives the pts and
    /// how far it moved.
    pub(crate) fn read(&mut self, by: Actor, peer: i64, up_to: i32) -> Answer<(i32, i32)> {
        let up_to = if up_to <= 0 { i32::MAX } else { up_to };
        if is_channel(peer) {
            self.read_channel(by, peer, up_to)?;
            return Ok((self.mailbox(peer)?.pts, 0));
        }
        let moved = self.read_in(by, peer, up_to);
        Ok((self.mailbox(by.user)?.pts, i32::from(moved)))
    }

    /// Marks incoming messages as read if there are any that were not.
    fn read_in(&mut self, by: Actor, peer: i64, up_to: i32) -> bool {
        let Some(mailbox) = self.boxes.get_mut(&by.user) else {
            return false;
        };
        let Some(dialog) = mailbox.dialogs.get_mut(&peer) else {
            return false;
        };
        let fresh: Vec<i32> = dialog
            .ids
            .range((Bound::Excluded(dialog.read_in), Bound::Unbounded))
            .copied()
            .take_while(|id| *id <= up_to)
            .collect();
        let incoming = |id: &i32| {
            let entry = mailbox.entries.get(id)?;
            let letter = self.letters.get(&entry.letter)?;
            (letter.by != by.user).then_some(entry.letter)
        };
        let seen: Vec<(i32, i64)> = fresh
            .iter()
            .filter_map(|id| Some((*id, incoming(id)?)))
            .collect();
        let Some((newest, _)) = seen.last().copied() else {
            return false;
        };
        dialog.read_in = newest;
        dialog.unread = (dialog.unread - seen.len() as i32).max(0);
        dialog.marked = false;
        let left = dialog.unread;
        let pts = self.log(
            by.user,
            1,
            What::ReadIn {
                peer,
                up_to: newest,
                left,
            },
        );
        self.touch(Rec::Dialog(by.user, peer));
        self.push_step(by.user, by, pts);
        for (writer, letter) in self.newest_of_each(&seen) {
            self.read_out(by, peer, writer, letter);
        }
        true
    }

    /// Of messages in order, the newest of each who wrote some.
    fn newest_of_each(&self, seen: &[(i32, i64)]) -> BTreeMap<i64, i64> {
        let letters = seen.iter().filter_map(|(_, id)| self.letters.get(id));
        letters.map(|letter| (letter.by, letter.id)).collect()
    }

    /// Lets the writer of a message know that it was read.
    fn read_out(&mut self, by: Actor, peer: i64, writer: i64, letter: i64) {
        let Some(theirs) = self.copy_of(letter, writer) else {
            return;
        };
        // The conversation as the writer sees it.
        let peer = match Peer::of(peer) {
            Peer::User(_) => by.user,
            _ => peer,
        };
        let dialog = self
            .boxes
            .get_mut(&writer)
            .and_then(|b| b.dialogs.get_mut(&peer));
        let Some(dialog) = dialog.filter(|dialog| dialog.read_out < theirs) else {
            return;
        };
        dialog.read_out = theirs;
        let pts = self.log(
            writer,
            1,
            What::ReadOut {
                peer,
                up_to: theirs,
            },
        );
        self.touch(Rec::Dialog(writer, peer));
        self.push_step(writer, by, pts);
    }

    /// Marks messages of a channel up to an id as read: the account's other sessions hear of it,
    /// and those who wrote them.
    pub(crate) fn read_channel(&mut self, by: Actor, channel: i64, up_to: i32) -> Answer<bool> {
        self.visible_chat(by.user, channel)?;
        let newest = self.top_of(by.user, channel).map_or(0, |(_, id)| id);
        let up_to = up_to.min(newest);
        let dialog = self.mailbox_mut(by.user)?.dialogs.get_mut(&channel);
        let Some(dialog) = dialog else {
            return Ok(false);
        };
        dialog.marked = false;
        let before = dialog.read_in;
        self.touch(Rec::Dialog(by.user, channel));
        if up_to <= before {
            return Ok(false);
        }
        if let Some(dialog) = self.mailbox_mut(by.user)?.dialogs.get_mut(&channel) {
            dialog.read_in = up_to;
        }
        let left = self.unread_in(by.user, channel);
        self.push_read_channel(by, channel, up_to, left);
        for (writer, id) in self.writers_between(channel, before, up_to) {
            self.read_by_member(by, channel, writer, id);
        }
        Ok(true)
    }

    /// Who wrote something in a part of a channel, and the newest of it.
    pub(super) fn writers_between(
        &self,
        channel: i64,
        after: i32,
        up_to: i32,
    ) -> BTreeMap<i64, i32> {
        let mailbox = self.boxes.get(&channel);
        let entries = mailbox.into_iter().flat_map(|mailbox| {
            let part = (Bound::Excluded(after), Bound::Included(up_to));
            mailbox.entries.range(part)
        });
        entries
            .filter_map(|(id, entry)| Some((self.letters.get(&entry.letter)?.by, *id)))
            .collect()
    }

    fn read_by_member(&mut self, by: Actor, channel: i64, writer: i64, id: i32) {
        if writer == by.user {
            return;
        }
        let dialog = self
            .boxes
            .get_mut(&writer)
            .and_then(|b| b.dialogs.get_mut(&channel));
        if let Some(dialog) = dialog.filter(|dialog| dialog.read_out < id) {
            dialog.read_out = id;
            self.touch(Rec::Dialog(writer, channel));
            self.push_channel_read_out(writer, by, channel, id);
        }
    }

    /// Marks voice messages and round videos as listened to.
    pub(crate) fn hear(&mut self, by: Actor, ids: &[i32]) -> Answer<(i32, i32)> {
        let mailbox = self.mailbox_mut(by.user)?;
        let mut heard = Vec::new();
        for id in ids {
            let Some(entry) = mailbox.entries.get_mut(id) else {
                continue;
            };
            let dialog = mailbox.dialogs.get_mut(&entry.peer);
            let meant = dialog.is_some_and(|dialog| dialog.mentions.remove(id));
            if entry.unheard || meant {
                heard.push((*id, entry.letter, entry.peer, entry.unheard));
                entry.unheard = false;
            }
        }
        let mut own = (mailbox.pts, 0);
        if heard.is_empty() {
            return Ok(own);
        }
        let ids: Vec<i32> = heard.iter().map(|(id, ..)| *id).collect();
        let count = ids.len() as i32;
        own = (self.log(by.user, count, What::Heard(ids)), count);
        self.push_step(by.user, by, own.0);
        for (id, letter, peer, voice) in heard {
            self.touch(Rec::Entry(by.user, id));
            self.touch(Rec::Dialog(by.user, peer));
            if voice {
                self.heard_by_others(by, letter);
            }
        }
        Ok(own)
    }

    /// Marks voice messages and round videos of a channel as listened to, for everybody.
    pub(crate) fn hear_in(&mut self, by: Actor, channel: i64, ids: &[i32]) -> Answer<()> {
        self.visible_chat(by.user, channel)?;
        let looked = self.look_at(by.user, channel, ids);
        if !looked.is_empty() {
            self.push_looked(by, channel, looked, None);
        }
        let mailbox = self.mailbox_mut(channel)?;
        let mut heard = Vec::new();
        for id in ids {
            if let Some(entry) = mailbox.entries.get_mut(id).filter(|entry| entry.unheard) {
                entry.unheard = false;
                heard.push(*id);
            }
        }
        for id in &heard {
            self.touch(Rec::Entry(channel, *id));
        }
        if !heard.is_empty() {
            let number = Peer::of(channel).id();
            let update = types::UpdateChannelReadMessagesContents::new(number, heard);
            self.push_all(channel, by, Told::One(update.into(), vec![channel]));
        }
        Ok(())
    }

    /// Whoever else has a copy sees that somebody listened.
    fn heard_by_others(&mut self, by: Actor, letter: i64) {
        let copies = self.letters.get(&letter).map(|l| l.copies.clone());
        for (owner, id) in copies.unwrap_or_default() {
            let entry = self
                .boxes
                .get_mut(&owner)
                .and_then(|b| b.entries.get_mut(&id));
            if let Some(entry) = entry.filter(|entry| entry.unheard && owner != by.user) {
                entry.unheard = false;
                let pts = self.log(owner, 1, What::Heard(vec![id]));
                self.touch(Rec::Entry(owner, id));
                self.push_step(owner, by, pts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, pair};
    use super::*;

    #[test]
    fn reading_moves_both_boxes_once() {
        let (mut w, a, b) = pair();
        for n in 1..=3 {
            w.send(Actor::account(a), b, draft("x", n)).unwrap();
        }
        let (pa, pb) = (w.boxes[&a].pts, w.boxes[&b].pts);
        assert_eq!(w.read(Actor::account(b), a, 2), Ok((pb + 1, 1)));
        assert_eq!(w.boxes[&b].dialogs[&a].unread, 1);
        assert_eq!(w.boxes[&a].dialogs[&b].read_out, 2);
        assert_eq!(w.boxes[&a].pts, pa + 1);
        assert_eq!(w.read(Actor::account(b), a, 2), Ok((pb + 1, 0)));
        w.read(Actor::account(b), a, 0).unwrap();
        assert_eq!(w.boxes[&b].dialogs[&a].unread, 0);
    }
}
