//! The secondary box of an account: updates that carry a qts, in the order bots have to take them.

use heliogram_api::enums;

use super::{Actor, Rec, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// How many updates a secondary box keeps; older ones are lost to who did not fetch them.
const KEPT_MAX: usize = 10_000;
/// Most updates in one answer.
const SLICE_MAX: usize = 100;

/// One update of a secondary box.
#[derive(Clone)]
pub(crate) struct Secondary {
    pub(crate) qts: i32,
    pub(crate) update: enums::Update,
    /// The accounts and chats it mentions, by dialog id.
    pub(crate) about: Vec<i64>,
}

record!(Secondary { qts, update, about });

/// What an account missed of its secondary box.
pub(crate) struct Missed {
    pub(crate) updates: Vec<Secondary>,
    /// The qts after them.
    pub(crate) qts: i32,
    /// Whether more follow.
    pub(crate) more: bool,
}

impl World {
    /// Puts an update into an account's secondary box and tells its sessions. `update` is given the
    /// qts it has to carry.
    pub(crate) fn tell_in_order(
        &mut self,
        to: i64,
        by: Actor,
        about: &[i64],
        update: impl FnOnce(i32) -> enums::Update,
    ) {
        let Some(mailbox) = self.boxes.get_mut(&to) else {
            return;
        };
        mailbox.qts += 1;
        let qts = mailbox.qts;
        let update = update(qts);
        mailbox.secondary.push_back(Secondary {
            qts,
            update: update.clone(),
            about: about.to_vec(),
        });
        let gone = match mailbox.secondary.len() > KEPT_MAX {
            true => mailbox.secondary.pop_front(),
            false => None,
        };
        self.touch(Rec::Box(to));
        self.touch(Rec::Secondary(to, qts));
        if let Some(gone) = gone {
            self.touch(Rec::Secondary(to, gone.qts));
        }
        // The session that did it is told as well: no answer carries updates of this box.
        self.push_one(to, by.everywhere(), update, about);
    }

    /// What an account missed of its secondary box since a qts.
    pub(crate) fn missed_in_order(
        &self,
        owner: i64,
        since: i32,
        limit: Option<i32>,
    ) -> Answer<Missed> {
        let mailbox = self.mailbox(owner)?;
        if since > mailbox.qts {
            return Err(Refusal::bad("PERSISTENT_TIMESTAMP_INVALID"));
        }
        let limit = limit.and_then(|n| usize::try_from(n).ok());
        let limit = limit.filter(|n| *n > 0).unwrap_or(SLICE_MAX).min(SLICE_MAX);
        let from = mailbox.secondary.partition_point(|one| one.qts <= since);
        let rest = mailbox.secondary.iter().skip(from);
        let updates: Vec<Secondary> = rest.take(limit).cloned().collect();
        let more = from + updates.len() < mailbox.secondary.len();
        let last = updates.last().map(|one| one.qts).filter(|_| more);
        Ok(Missed {
            updates,
            qts: last.unwrap_or(mailbox.qts),
            more,
        })
    }

    /// Tells a bot that somebody stopped it, or began it again.
    pub(crate) fn bot_stopped(&mut self, by: Actor, bot: i64, stopped: bool) {
        if !self.is_bot(bot) {
            return;
        }
        let date = self.now();
        self.tell_in_order(bot, by, &[by.user], |qts| {
            heliogram_api::types::UpdateBotStopped::new(by.user, date, stopped, qts).into()
        });
    }
}

impl super::Mailbox {
    /// The update with that qts, if it is still kept.
    pub(crate) fn secondary_at(&self, qts: i32) -> Option<&Secondary> {
        let at = self.secondary.binary_search_by_key(&qts, |one| one.qts);
        self.secondary.get(at.ok()?)
    }
}
