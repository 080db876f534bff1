//! Messages that delete themselves after a while.

use heliogram_api::types;

use super::{Actor, Peer, Rec, Right, Sent, World};
use crate::render::peer as peer_of;
use crate::rpc::{Answer, Refusal};

/// Seconds of a day, which is the shortest time and the step of all others.
const DAY: i32 = 86_400;
/// The longest time, in days.
const DAYS_MAX: i32 = 366;
/// Most messages that go at once: the others follow at the next look.
const WIPED_MAX: usize = 1000;

/// Checks after how many seconds messages are to delete themselves.
pub(crate) fn check_ttl(period: i32) -> Answer<()> {
    match period % DAY == 0 && (0..=DAYS_MAX * DAY).contains(&period) {
        true => Ok(()),
        false => Err(Refusal::bad("TTL_PERIOD_INVALID")),
    }
}

impl World {
    /// Sets after how many seconds new messages of a conversation delete themselves; 0 for never.
    pub(crate) fn set_ttl(&mut self, by: Actor, peer: i64, period: i32) -> Answer<Sent> {
        check_ttl(period)?;
        if let Peer::User(other) = Peer::of(peer) {
            self.check_may_write(by.user, other)?;
            if self.ttl_between(by.user, other) == period {
                return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
            }
            self.set_dialog_ttl(by, by.user, other, period);
            if other != by.user {
                self.set_dialog_ttl(by, other, by.user, period);
            }
        } else {
            let found = self.check_admin(by.user, peer, Right::ChangeInfo)?;
            let old = found.settings.ttl;
            if old == period {
                return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
            }
            self.chat_mut(peer)?.settings.ttl = period;
            let update = types::UpdatePeerHistoryTTL {
                ttl_period: (period > 0).then_some(period),
                ..types::UpdatePeerHistoryTTL::new(peer_of(peer))
            };
            self.push_all(peer, by, super::Told::One(update.into(), vec![peer]));
            let deed = types::ChannelAdminLogEventActionChangeHistoryTTL::new(old, period);
            self.note_change(peer, by.user, deed);
        }
        self.note_down(by, peer, types::MessageActionSetMessagesTTL::new(period))
    }

    fn set_dialog_ttl(&mut self, by: Actor, owner: i64, peer: i64, period: i32) {
        if let Some(mailbox) = self.boxes.get_mut(&owner) {
            mailbox.dialogs.entry(peer).or_default().ttl = period;
        }
        self.touch(Rec::Dialog(owner, peer));
        let update = types::UpdatePeerHistoryTTL {
            ttl_period: (period > 0).then_some(period),
            ..types::UpdatePeerHistoryTTL::new(peer_of(peer))
        };
        self.push_one(owner, by, update.into(), &[peer]);
    }

    /// After how many seconds messages between two accounts delete themselves; 0 for never.
    pub(crate) fn ttl_between(&self, owner: i64, peer: i64) -> i32 {
        let dialog = self.boxes.get(&owner).and_then(|b| b.dialogs.get(&peer));
        dialog.map_or(0, |dialog| dialog.ttl)
    }

    /// After how many seconds a message written into a conversation now deletes itself.
    pub(crate) fn ttl_of(&self, by: i64, peer: i64) -> Option<i32> {
        let period = match self.chats.get(&peer) {
            Some(chat) => chat.settings.ttl,
            None => self.ttl_between(by, peer),
        };
        (period > 0).then_some(period)
    }

    /// Remembers that a message has an end.
    pub(super) fn await_end(&mut self, letter: i64) {
        let ends = self.letters.get(&letter).and_then(super::Letter::ends);
        if let Some(ends) = ends {
            self.ends.insert((ends, letter));
        }
    }

    /// Whether some message is to be gone by then.
    pub(super) fn wipes_by(&self, now: i32) -> bool {
        self.ends.first().is_some_and(|(ends, _)| *ends <= now)
    }

    /// Deletes messages whose time has come.
    pub(super) fn wipe_due(&mut self) {
        if self.ends.is_empty() {
            return;
        }
        let now = self.now();
        for _ in 0..WIPED_MAX {
            match self.ends.first().copied() {
                Some((ends, letter)) if ends <= now => {
                    self.ends.remove(&(ends, letter));
                    self.wipe(letter);
                }
                _ => return,
            }
        }
    }

    fn wipe(&mut self, letter: i64) {
        let Some(letter) = self.letters.get(&letter) else {
            return;
        };
        let by = Actor::account(letter.by);
        for (owner, id) in letter.copies.clone() {
            self.remove(owner, id);
            self.deleted(by, owner, vec![id]);
        }
    }
}
