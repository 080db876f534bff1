use heliogram_api::enums;

use super::{ARCHIVE, Entry, MAIN, MessageRange, Rec, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// Most dialogs in one answer.
const PAGE_MAX: i32 = 100;
/// Most dialogs that can be pinned in the main list, and in the archive.
const PINNED_MAX: usize = 10;
const PINNED_ARCHIVED_MAX: usize = 100;

/// One page of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DialogPage {
    /// The accounts at the other end: pinned first, then by the newest message.
    pub(crate) peers: Vec<i64>,
    /// Conversations in the whole list.
    pub(crate) total: i32,
    /// Whether the page reaches the end of the list.
    pub(crate) last: bool,
}

/// Where a page of the list begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct After {
    pub(crate) date: i32,
    pub(crate) id: i32,
    pub(crate) peer: Option<i64>,
}

/// Which conversations are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Which {
    /// Those of one list only.
    pub(crate) folder: Option<i32>,
    /// Without those that are pinned.
    pub(crate) not_pinned: bool,
    /// Only those with messages in a range.
    pub(crate) range: Option<MessageRange>,
}

impl World {
    /// A page of the conversations, newest first; the pinned ones come before all others, on the
    /// first page. What is pinned in the archive is so only there.
    pub(crate) fn dialogs(
        &self,
        owner: i64,
        which: Which,
        after: After,
        limit: i32,
    ) -> Answer<DialogPage> {
        let folder = which.folder;
        let reached = |peer: &i64| {
            let range = which.range;
            range.is_none_or(|range| self.reaches(owner, *peer, range))
        };
        let mailbox = self.mailbox(owner)?;
        let mut rest: Vec<(i32, i32, i64)> = mailbox
            .dialogs
            .iter()
            .filter(|(_, dialog)| folder.is_none_or(|folder| dialog.folder == folder))
            .filter(|(_, dialog)| {
                dialog.pinned.is_none() || dialog.folder != folder.unwrap_or(MAIN)
            })
            .filter(|(peer, _)| reached(peer))
            .filter_map(|(peer, _)| {
                self.top_of(owner, *peer)
                    .map(|(date, id)| (date, id, *peer))
            })
            .collect();
        rest.sort_unstable_by(|a, b| b.cmp(a));
        let mut pinned = match which.not_pinned {
            true => Vec::new(),
            false => self.pinned_dialogs(owner, folder.unwrap_or(MAIN))?,
        };
        pinned.retain(reached);
        let total = (pinned.len() + rest.len()) as i32;
        let first = after.date == 0 && after.id == 0 && after.peer.is_none();
        let limit = limit.clamp(1, PAGE_MAX) as usize;
        let begins = |item: &&(i32, i32, i64)| {
            let (date, id, peer) = **item;
            after.date == 0 && after.id == 0
                || date < after.date
                || date == after.date && after.id != 0 && id < after.id
                || date == after.date && id == after.id && Some(peer) < after.peer
        };
        let rest: Vec<i64> = rest
            .iter()
            .filter(begins)
            .map(|(_, _, peer)| *peer)
            .collect();
        // The official clients begin with a date far ahead instead of with none.
        let first = first || after.date > self.now() && after.id == 0;
        let mut peers = if first { pinned } else { Vec::new() };
        peers.extend(rest);
        let last = peers.len() <= limit;
        peers.truncate(limit);
        Ok(DialogPage { peers, total, last })
    }

    /// The pinned conversations of a list, from the top.
    pub(crate) fn pinned_dialogs(&self, owner: i64, folder: i32) -> Answer<Vec<i64>> {
        let dialogs = &self.mailbox(owner)?.dialogs;
        let mut pinned: Vec<_> = dialogs
            .iter()
            .filter(|(_, d)| d.folder == folder)
            .filter_map(|(peer, d)| d.pinned.map(|at| (at, *peer)))
            .collect();
        pinned.sort_unstable();
        Ok(pinned.into_iter().map(|(_, peer)| peer).collect())
    }

    /// Date and id of the newest message of a conversation.
    pub(crate) fn top_of(&self, owner: i64, peer: i64) -> Option<(i32, i32)> {
        let mailbox = self.boxes.get(&self.box_of(owner, peer))?;
        let id = *mailbox.dialogs.get(&peer)?.ids.last()?;
        let letter = mailbox.entries.get(&id)?.letter;
        Some((self.letters.get(&letter)?.date, id))
    }

    /// How many messages of a conversation an account has not read.
    pub(crate) fn unread_in(&self, owner: i64, peer: i64) -> i32 {
        let own = self.boxes.get(&owner).and_then(|b| b.dialogs.get(&peer));
        let Some(own) = own else { return 0 };
        if !is_channel(peer) {
            return own.unread;
        }
        let since = own.read_in.max(self.hidden_up_to(owner, peer));
        let entries = self.boxes.get(&peer).map(|b| &b.entries);
        let newer = entries
            .into_iter()
            .flat_map(|entries| entries.range(since.saturating_add(1)..));
        let written = |entry: &Entry| self.letters.get(&entry.letter).map(|letter| letter.by);
        newer
            .filter(|(_, entry)| written(entry) != Some(owner))
            .count() as i32
    }

    /// Puts a channel into the list of somebody who has just come: all there is counts as read.
    pub(crate) fn open_dialog(&mut self, owner: i64, peer: i64) {
        let top = self.top_of(owner, peer).map_or(0, |(_, id)| id);
        if let Some(mailbox) = self.boxes.get_mut(&owner) {
            let dialog = mailbox.dialogs.entry(peer).or_default();
            dialog.read_in = dialog.read_in.max(top);
            dialog.read_out = dialog.read_out.max(top);
            dialog.since = top;
        }
        self.touch(Rec::Dialog(owner, peer));
    }

    /// Takes a conversation out of an account's list.
    pub(crate) fn close_dialog(&mut self, owner: i64, peer: i64) {
        self.note_archived(owner, peer, false);
        if let Some(mailbox) = self.boxes.get_mut(&owner) {
            mailbox.dialogs.remove(&peer);
        }
        self.touch(Rec::Dialog(owner, peer));
    }

    /// Pins a conversation above all others of its list, or unpins it.
    pub(crate) fn pin_dialog(&mut self, owner: i64, peer: i64, pinned: bool) -> Answer<bool> {
        let folder = self.folder_of(owner, peer);
        let mut order = self.pinned_dialogs(owner, folder)?;
        let was = order.contains(&peer);
        if was == pinned {
            return Ok(false);
        }
        order.retain(|other| *other != peer);
        if pinned {
            order.insert(0, peer);
        }
        self.set_pinned(owner, folder, &order)?;
        Ok(true)
    }

    /// Sets which conversations of a list are pinned, and their order.
    pub(crate) fn set_pinned(&mut self, owner: i64, folder: i32, order: &[i64]) -> Answer<()> {
        let most = match folder {
            ARCHIVE => PINNED_ARCHIVED_MAX,
            _ => PINNED_MAX,
        };
        if order.len() > most {
            return Err(Refusal::bad("PINNED_DIALOGS_TOO_MUCH"));
        }
        let mailbox = self.mailbox_mut(owner)?;
        let mut changed = Vec::new();
        for (peer, dialog) in &mut mailbox.dialogs {
            if dialog.folder != folder {
                continue;
            }
            let place = order
                .iter()
                .position(|other| other == peer)
                .map(|at| at as i32);
            if dialog.pinned != place {
                dialog.pinned = place;
                changed.push(*peer);
            }
        }
        for peer in changed {
            self.touch(Rec::Dialog(owner, peer));
        }
        Ok(())
    }

    /// Keeps, or with `None` drops, what is being written into a conversation.
    pub(crate) fn set_draft(
        &mut self,
        owner: i64,
        peer: i64,
        draft: Option<enums::DraftMessage>,
    ) -> Answer<()> {
        let mailbox = self.mailbox_mut(owner)?;
        if draft.is_none() && !mailbox.dialogs.contains_key(&peer) {
            return Ok(());
        }
        mailbox.dialogs.entry(peer).or_default().draft = draft;
        self.touch(Rec::Dialog(owner, peer));
        Ok(())
    }

    /// Marks a conversation as unread, or not.
    pub(crate) fn mark_dialog(&mut self, owner: i64, peer: i64, unread: bool) -> Answer<()> {
        if let Some(dialog) = self.mailbox_mut(owner)?.dialogs.get_mut(&peer) {
            dialog.marked = unread;
            self.touch(Rec::Dialog(owner, peer));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::super::testing::{draft, name_of, pair};
    use super::*;

    /// A writes to six others, each a second later.
    fn talkative() -> (World, i64, Vec<i64>) {
        let (mut w, a, b) = pair();
        let mut peers = vec![b];
        peers.extend((0..5).map(|_| w.add_user(1, "X")));
        for (n, peer) in peers.iter().enumerate() {
            w.clock.advance(std::time::Duration::from_secs(1));
            w.send(Actor::account(a), *peer, draft("x", n as i64 + 1))
                .unwrap();
        }
        (w, a, peers)
    }

    #[test]
    fn pages_cover_the_list_without_overlap() {
        let (mut w, a, peers) = talkative();
        w.pin_dialog(a, peers[0], true).unwrap();
        let page = w
            .dialogs(
                a,
                Which::default(),
                After {
                    date: 2_146_999_999,
                    ..After::default()
                },
                3,
            )
            .unwrap();
        assert_eq!(page.peers, [peers[0], peers[5], peers[4]]);
        assert_eq!((page.total, page.last), (6, false));
        let (date, id) = w.top_of(a, peers[4]).unwrap();
        let after = After {
            date,
            id,
            peer: Some(peers[4]),
        };
        let main = Which {
            folder: Some(MAIN),
            ..Which::default()
        };
        let page = w.dialogs(a, main, after, 3).unwrap();
        assert_eq!(page.peers, [peers[3], peers[2], peers[1]]);
        assert!(page.last);
        let plain = Which {
            not_pinned: true,
            ..Which::default()
        };
        let page = w.dialogs(a, plain, After::default(), 100).unwrap();
        assert!(!page.peers.contains(&peers[0]));
    }

    #[test]
    fn pins_have_an_order_and_a_limit() {
        let (mut w, a, peers) = talkative();
        assert_eq!(w.pin_dialog(a, peers[1], true), Ok(true));
        assert_eq!(w.pin_dialog(a, peers[2], true), Ok(true));
        assert_eq!(w.pin_dialog(a, peers[2], true), Ok(false));
        assert_eq!(w.pinned_dialogs(a, MAIN).unwrap(), [peers[2], peers[1]]);
        let many: Vec<i64> = (0..11).collect();
        assert_eq!(
            name_of(w.set_pinned(a, MAIN, &many)),
            "PINNED_DIALOGS_TOO_MUCH"
        );
    }
}
