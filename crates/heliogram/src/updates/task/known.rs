use std::collections::{HashSet, VecDeque};

use heliogram_api::enums;

use crate::{
    storage::UpdateMark,
    updates::normalize::{mark, message_mark},
};

/// How many of its own messages the client remembers, to know them in a difference.
const MOST: usize = 512;

/// What is not handed out: the messages this client sent, and what was dealt with in an earlier run
/// although the stored state had not come to it.
#[derive(Default)]
pub(super) struct Known {
    /// Messages sent, newest last.
    order: VecDeque<UpdateMark>,
    sent: HashSet<UpdateMark>,
    ahead: HashSet<UpdateMark>,
}

impl Known {
    /// Keeps in mind what this client sent.
    pub(super) fn remember(&mut self, updates: &enums::Updates) {
        let list = match updates {
            enums::Updates::Updates(u) => &u.updates[..],
            enums::Updates::Combined(u) => &u.updates[..],
            enums::Updates::UpdateShortSentMessage(u) => {
                self.add(UpdateMark::Message(0, u.id));
                return;
            }
            _ => return,
        };
        for mark in list.iter().filter_map(message_mark) {
            self.add(mark);
        }
    }

    fn add(&mut self, mark: UpdateMark) {
        if !self.sent.insert(mark) {
            return;
        }
        self.order.push_back(mark);
        if self.order.len() > MOST
            && let Some(old) = self.order.pop_front()
        {
            self.sent.remove(&old);
        }
    }

    /// Takes over what an earlier run dealt with.
    pub(super) fn set_ahead(&mut self, marks: Vec<UpdateMark>) {
        self.ahead = marks.into_iter().collect();
    }

    /// What an earlier run dealt with and did not come again yet.
    pub(super) fn ahead(&self) -> impl Iterator<Item = UpdateMark> + '_ {
        self.ahead.iter().copied()
    }

    /// What an earlier run dealt with has come again by now, or never will.
    pub(super) fn forget_ahead(&mut self) -> bool {
        let some = !self.ahead.is_empty();
        self.ahead = HashSet::new();
        some
    }

    /// Whether this is the news of a message that this client sent.
    pub(super) fn sent(&self, update: &enums::Update) -> bool {
        message_mark(update).is_some_and(|mark| self.sent.contains(&mark))
    }

    /// Whether an earlier run dealt with this; it is so once.
    pub(super) fn take_ahead(&mut self, update: &enums::Update) -> bool {
        !self.ahead.is_empty() && mark(update).is_some_and(|mark| self.ahead.remove(&mark))
    }
}
