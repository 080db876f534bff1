use super::rights::Right;
use super::{Actor, Handled, Place, Rec, What, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Pins or unpins a message, for everybody who has it unless `one_side`. Gives the pts of the
    /// box it lies in and how far it moved.
    pub(crate) fn pin(
        &mut self,
        by: Actor,
        peer: i64,
        id: i32,
        pinned: bool,
        one_side: bool,
    ) -> Answer<(i32, i32)> {
        let letter = self.message_of(by.user, peer, id)?;
        if self.chats.contains_key(&peer) {
            self.check_right(by.user, peer, Right::Pin)?;
        }
        let own = self.box_of(by.user, peer);
        let done = self.pin_in(by, own, id, pinned)?;
        if done.1 > 0 {
            self.note_handled(by.user, Place { owner: own, id }, Handled::Pinned);
        }
        if one_side {
            return Ok(done);
        }
        let copies = self.letters.get(&letter).map(|l| l.copies.clone());
        for (owner, copy) in copies.unwrap_or_default() {
            if owner != own {
                self.pin_in(by, owner, copy, pinned)?;
            }
        }
        Ok(done)
    }

    /// Unpins everything in a conversation, or in one thread of it.
    pub(crate) fn unpin_all(
        &mut self,
        by: Actor,
        peer: i64,
        thread: Option<i32>,
    ) -> Answer<(i32, i32)> {
        if self.chats.contains_key(&peer) {
            self.check_right(by.user, peer, Right::Pin)?;
        }
        let mailbox = self.mailbox(self.box_of(by.user, peer))?;
        let dialog = mailbox.dialogs.get(&peer);
        let pins = dialog.into_iter().flat_map(|dialog| &dialog.pins);
        let wanted = |id: &&i32| {
            let entry = mailbox.entries.get(id);
            thread.is_none_or(|top| entry.is_some_and(|entry| entry.thread == Some(top)))
        };
        let pinned: Vec<i32> = pins.filter(wanted).copied().collect();
        let mut done = (mailbox.pts, 0);
        for id in pinned {
            let (pts, count) = self.pin(by, peer, id, false, false)?;
            done = (pts, done.1 + count);
        }
        Ok(done)
    }

    pub(super) fn pin_in(
        &mut self,
        by: Actor,
        owner: i64,
        id: i32,
        pinned: bool,
    ) -> Answer<(i32, i32)> {
        let mailbox = self.mailbox_mut(owner)?;
        let pts = mailbox.pts;
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let entry = mailbox.entries.get_mut(&id).ok_or_else(missing)?;
        if entry.pinned == pinned {
            return Ok((pts, 0));
        }
        entry.pinned = pinned;
        let peer = entry.peer;
        let pins = &mut mailbox.dialogs.entry(peer).or_default().pins;
        if pinned {
            pins.insert(id);
        } else {
            pins.remove(&id);
        }
        self.touch(Rec::Entry(owner, id));
        let pts = self.log(
            owner,
            1,
            What::Pinned {
                peer,
                ids: vec![id],
                pinned,
            },
        );
        self.push_step(owner, by, pts);
        Ok((pts, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, pair};
    use super::*;

    #[test]
    fn a_pin_is_seen_by_both_sides_unless_asked_otherwise() {
        let (mut w, a, b) = pair();
        let one = w.send(Actor::account(a), b, draft("1", 1)).unwrap();
        let two = w.send(Actor::account(a), b, draft("2", 2)).unwrap();
        assert_eq!(
            w.pin(Actor::account(a), b, one.id, true, false).unwrap().1,
            1
        );
        assert_eq!(
            w.pin(Actor::account(a), b, one.id, true, false).unwrap().1,
            0
        );
        w.pin(Actor::account(a), b, two.id, true, true).unwrap();
        assert!(w.boxes[&b].entries[&1].pinned && !w.boxes[&b].entries[&2].pinned);
        assert_eq!(w.unpin_all(Actor::account(a), b, None).unwrap().1, 2);
        assert!(!w.boxes[&b].entries[&1].pinned);
    }
}
