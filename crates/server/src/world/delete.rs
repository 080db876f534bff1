use std::collections::BTreeMap;

use super::rights::Right;
use super::{Actor, Entry, Handled, Place, Rec, What, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Deletes messages from the account's box and, with `revoke`, everybody else's copies.
    /// Gives the account's pts and how far it moved; ids that are not there do not count.
    pub(crate) fn delete(&mut self, by: Actor, ids: &[i32], revoke: bool) -> Answer<(i32, i32)> {
        let mut gone: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
        for id in ids {
            let Some(entry) = self.mailbox(by.user)?.entries.get(id) else {
                continue;
            };
            let letter = entry.letter;
            let revoke = revoke && self.may_revoke(by.user, entry);
            let copies = self
                .letters
                .get(&letter)
                .map(|l| l.copies.clone())
                .unwrap_or_default();
            for (owner, copy) in copies {
                if owner == by.user || revoke {
                    self.remove(owner, copy);
                    gone.entry(owner).or_default().push(copy);
                }
            }
        }
        let mut own = (self.mailbox(by.user)?.pts, 0);
        for (owner, ids) in gone {
            let done = self.deleted(by, owner, ids);
            if owner == by.user {
                own = done;
            }
        }
        Ok(own)
    }

    /// In a group, taking others' messages from everybody is for its administrators.
    fn may_revoke(&self, user: i64, entry: &Entry) -> bool {
        let Some(chat) = self.chats.get(&entry.peer) else {
            return true;
        };
        self.takes_back(user, entry.peer, entry.letter) || chat.may(user, Right::DeleteMessages)
    }

    /// Deletes messages of a channel: one's own, or anybody's with the right to. Gives the
    /// channel's pts and how far it moved.
    pub(crate) fn delete_in(&mut self, by: Actor, channel: i64, ids: &[i32]) -> Answer<(i32, i32)> {
        let chat = self.visible_chat(by.user, channel)?;
        let any = chat.may(by.user, Right::DeleteMessages);
        let mailbox = self.mailbox(channel)?;
        let mut gone = Vec::new();
        for id in ids {
            let Some(entry) = mailbox.entries.get(id) else {
                continue;
            };
            if !any && !self.takes_back(by.user, channel, entry.letter) {
                return Err(Refusal::forbidden("MESSAGE_DELETE_FORBIDDEN"));
            }
            // What made the channel stays as long as the channel.
            if *id > 1 && !gone.contains(id) {
                gone.push(*id);
            }
        }
        if gone.is_empty() {
            return Ok((mailbox.pts, 0));
        }
        for id in &gone {
            let place = Place {
                owner: channel,
                id: *id,
            };
            self.note_handled(by.user, place, Handled::Deleted);
            self.remove(channel, *id);
        }
        Ok(self.deleted(by, channel, gone))
    }

    /// Notes in a box that messages are gone from it, and tells who sees it.
    pub(super) fn deleted(&mut self, by: Actor, owner: i64, ids: Vec<i32>) -> (i32, i32) {
        let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        let pts = self.log(owner, count, What::Deleted(ids));
        self.push_step(owner, by, pts);
        (pts, count)
    }

    /// Deletes a whole conversation up to a message.
    pub(crate) fn clear(
        &mut self,
        by: Actor,
        peer: i64,
        up_to: i32,
        revoke: bool,
        keep_dialog: bool,
    ) -> Answer<(i32, i32)> {
        let up_to = if up_to <= 0 { i32::MAX } else { up_to };
        let dialog = self.mailbox(by.user)?.dialogs.get(&peer);
        let ids: Vec<i32> = dialog
            .map(|d| d.ids.range(..=up_to).copied().collect())
            .unwrap_or_default();
        let done = self.delete(by, &ids, revoke)?;
        if !keep_dialog {
            self.drop_empty_dialog(by.user, peer);
        }
        Ok(done)
    }

    fn drop_empty_dialog(&mut self, owner: i64, peer: i64) {
        if let Some(mailbox) = self.boxes.get_mut(&owner)
            && mailbox
                .dialogs
                .get(&peer)
                .is_some_and(|dialog| dialog.ids.is_empty())
        {
            mailbox.dialogs.remove(&peer);
            self.touch(Rec::Dialog(owner, peer));
        }
    }

    /// Takes one message out of one box.
    pub(super) fn remove(&mut self, owner: i64, id: i32) {
        let Some(mailbox) = self.boxes.get(&owner) else {
            return;
        };
        let Some(entry) = mailbox.entries.get(&id) else {
            return;
        };
        let (peer, letter) = (entry.peer, entry.letter);
        self.unmark_mentions(owner, peer, id, letter);
        let Some(mailbox) = self.boxes.get_mut(&owner) else {
            return;
        };
        let Some(entry) = mailbox.entries.remove(&id) else {
            return;
        };
        mailbox.thread_out(entry.thread, id);
        let letter = self.letters.get(&entry.letter);
        let incoming = letter.is_some_and(|letter| letter.by != owner);
        if let Some(dialog) = mailbox.dialogs.get_mut(&entry.peer) {
            dialog.ids.remove(&id);
            dialog.pins.remove(&id);
            if incoming && id > dialog.read_in {
                dialog.unread = (dialog.unread - 1).max(0);
            }
        }
        self.drop_copy(entry.letter, owner);
        self.touch(Rec::Entry(owner, id));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, pair};
    use super::*;

    #[test]
    fn deleting_for_oneself_leaves_the_other_copy() {
        let (mut w, a, b) = pair();
        let sent = w.send(Actor::account(a), b, draft("hi", 1)).unwrap();
        let pts = w.boxes[&a].pts;
        assert_eq!(
            w.delete(Actor::account(a), &[sent.id, 77], false),
            Ok((pts + 1, 1))
        );
        assert!(w.boxes[&a].entries.is_empty());
        assert_eq!(w.boxes[&b].entries.len(), 1);
        assert!(w.letters.contains_key(&sent.letter));
    }

    #[test]
    fn revoking_takes_all_copies_and_unread_marks() {
        let (mut w, a, b) = pair();
        let one = w.send(Actor::account(a), b, draft("1", 1)).unwrap();
        let two = w.send(Actor::account(a), b, draft("2", 2)).unwrap();
        let pts = w.boxes[&b].pts;
        w.delete(Actor::account(a), &[one.id, two.id], true)
            .unwrap();
        assert!(w.letters.is_empty());
        assert_eq!(w.boxes[&b].pts, pts + 2);
        assert_eq!(w.boxes[&b].dialogs[&a].unread, 0);
    }

    #[test]
    fn nothing_to_delete_moves_nothing() {
        let (mut w, a, _) = pair();
        let pts = w.boxes[&a].pts;
        assert_eq!(w.delete(Actor::account(a), &[5], true), Ok((pts, 0)));
    }
}
