use super::{Actor, Rec, What, World};
use crate::rpc::Answer;

impl World {
    /// Marks incoming messages up to an id as read, and tells the other side. Gives the pts and
    /// how far it moved.
    pub(crate) fn read(&mut self, by: Actor, peer: i64, up_to: i32) -> Answer<(i32, i32)> {
        let up_to = if up_to <= 0 { i32::MAX } else { up_to };
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
            .range((
                std::ops::Bound::Excluded(dialog.read_in),
                std::ops::Bound::Unbounded,
            ))
            .copied()
            .take_while(|id| *id <= up_to)
            .collect();
        let incoming = |id: &i32| {
            let entry = mailbox.entries.get(id)?;
            let letter = self.letters.get(&entry.letter)?;
            (letter.from != by.user).then_some(entry.letter)
        };
        let seen: Vec<(i32, i64)> = fresh
            .iter()
            .filter_map(|id| Some((*id, incoming(id)?)))
            .collect();
        let Some((newest, letter)) = seen.last().copied() else {
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
        self.push_read_in(by, peer, newest, left, pts);
        self.read_out(by, peer, letter);
        true
    }

    /// Lets the writer of a message know that it was read.
    fn read_out(&mut self, by: Actor, writer: i64, letter: i64) {
        let Some(theirs) = self.copy_of(letter, writer) else {
            return;
        };
        let dialog = self
            .boxes
            .get_mut(&writer)
            .and_then(|b| b.dialogs.get_mut(&by.user));
        let Some(dialog) = dialog.filter(|dialog| dialog.read_out < theirs) else {
            return;
        };
        dialog.read_out = theirs;
        let pts = self.log(
            writer,
            1,
            What::ReadOut {
                peer: by.user,
                up_to: theirs,
            },
        );
        self.touch(Rec::Dialog(writer, by.user));
        self.push_read_out(writer, by, theirs, pts);
    }

    /// Marks voice messages and round videos as listened to.
    pub(crate) fn hear(&mut self, by: Actor, ids: &[i32]) -> Answer<(i32, i32)> {
        let mailbox = self.mailbox_mut(by.user)?;
        let mut heard = Vec::new();
        for id in ids {
            if let Some(entry) = mailbox.entries.get_mut(id).filter(|entry| entry.unheard) {
                entry.unheard = false;
                heard.push((*id, entry.letter, entry.peer));
            }
        }
        let mut own = (mailbox.pts, 0);
        if heard.is_empty() {
            return Ok(own);
        }
        let ids: Vec<i32> = heard.iter().map(|(id, ..)| *id).collect();
        let count = ids.len() as i32;
        own = (self.log(by.user, count, What::Heard(ids.clone())), count);
        for id in &ids {
            self.touch(Rec::Entry(by.user, *id));
        }
        self.push_heard(by.user, by, ids, own.0);
        for (_, letter, peer) in heard {
            self.heard_by_other(by, letter, peer);
        }
        Ok(own)
    }

    fn heard_by_other(&mut self, by: Actor, letter: i64, peer: i64) {
        if peer == by.user {
            return;
        }
        let Some(id) = self.copy_of(letter, peer) else {
            return;
        };
        let entry = self
            .boxes
            .get_mut(&peer)
            .and_then(|b| b.entries.get_mut(&id));
        if let Some(entry) = entry.filter(|entry| entry.unheard) {
            entry.unheard = false;
            let pts = self.log(peer, 1, What::Heard(vec![id]));
            self.touch(Rec::Entry(peer, id));
            self.push_heard(peer, by, vec![id], pts);
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
