//! What was handed out, and what may be stored once it was dealt with.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use heliogram_api::enums;
use tokio::sync::Notify;

use super::{
    Receipt,
    engine::{Changes, ChannelState, State},
    marks,
};
use crate::{net::lock, storage::UpdateMark};

/// How many events may wait to be acknowledged; nothing more is handed out meanwhile.
pub(super) const MOST: usize = 16 * 1024;

/// How many updates are remembered that were acknowledged before others that came earlier.
const MOST_AHEAD: usize = 4096;

/// Counters that moved, the newest value of each.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) common: Option<State>,
    /// Channels by bare id; `None` where one is to be forgotten.
    pub(super) channels: HashMap<i64, Option<ChannelState>>,
    /// The tickets below this one are what they count.
    through: u64,
}

/// What may be stored by now.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) moved: Moved,
    /// What was acknowledged beyond that; `None` if nothing changed about it.
    pub(super) ahead: Option<Vec<UpdateMark>>,
}

impl Settled {
    pub(super) fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.ahead.is_none()
    }

    /// Goes on with what settled after this.
    pub(super) fn then(&mut self, newer: Self) {
        self.moved.then(newer.moved);
        self.ahead = newer.ahead.or_else(|| self.ahead.take());
    }
}

impl Moved {
    /// The account's counter, at this pts.
    #[cfg(test)]
    pub(super) fn to(pts: i32) -> Self {
        let state = State {
            pts,
            ..State::default()
        };
        Self {
            common: Some(state),
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.common.is_none() && self.channels.is_empty()
    }

    /// Goes on with what moved after this. Costs as much as the smaller of the two.
    pub(super) fn then(&mut self, mut newer: Self) {
        self.common = newer.common.or(self.common);
        self.through = self.through.max(newer.through);
        if self.channels.len() < newer.channels.len() {
            std::mem::swap(&mut self.channels, &mut newer.channels);
            for (id, state) in newer.channels {
                self.channels.entry(id).or_insert(state);
            }
        } else {
            self.channels.extend(newer.channels);
        }
    }
}

impl From<Changes> for Moved {
    fn from(changes: Changes) -> Self {
        Self {
            common: changes.common,
            channels: changes.channels.into_iter().collect(),
            through: 0,
        }
    }
}

/// What came of an event, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Outcome {
    /// It was dealt with: it never comes again.
    Acknowledged,
    /// It need not be dealt with, but comes again with those around it.
    PassedOver,
    /// It was given back.
    Forfeited,
}

/// The events that are in the hands of readers, in order, each with the counters that moved right
/// after it.
///
/// Whatever moved may be stored when every event before it was acknowledged. An event that is
/// acknowledged leaves what it holds to the one before, so the ledger is as long as what is open,
/// not as what lies behind the oldest of them. Until the counters have come to it, it is remembered
/// by its mark: counters move by whole answers of the server, and readers do not.
#[derive(Default)]
pub(super) struct Ledger {
    book: Mutex<Book>,
    /// Woken when something may be stored, or when there is room again.
    settled: Notify,
}

#[derive(Default)]
struct Book {
    open: BTreeMap<u64, Open>,
    next: u64,
    /// How many of the open ones were given back and stay open.
    forfeited: usize,
    /// What may be stored.
    ready: Moved,
    /// The tickets below this one are what the counters that may be stored count.
    counted: u64,
    /// What was acknowledged and is not counted yet.
    ahead: BTreeMap<u64, UpdateMark>,
    ahead_changed: bool,
}

/// An event that is not acknowledged yet.
struct Open {
    moved: Moved,
    update: Option<Arc<enums::Update>>,
}

impl Ledger {
    /// Notes one more event; its receipt is for all who are handed it.
    pub(super) fn open(self: &Arc<Self>, update: Option<Arc<enums::Update>>) -> Receipt {
        let ticket = lock(&self.book).enter(update);
        Receipt::new(Arc::clone(self), ticket)
    }

    /// Notes the change of a message that was dealt with already. Until the change is, too, the
    /// message goes on being known by its old mark: it is never new again.
    pub(super) fn open_change(
        self: &Arc<Self>,
        message: Arc<enums::Update>,
        known: UpdateMark,
    ) -> Receipt {
        let mut book = lock(&self.book);
        let ticket = book.enter(Some(message));
        book.ahead.insert(ticket, known);
        drop(book);
        Receipt::new(Arc::clone(self), ticket)
    }

    /// Notes counters that moved; all that moved them was handed out before.
    pub(super) fn moved(&self, mut moved: Moved) {
        {
            let mut book = lock(&self.book);
            moved.through = book.next;
            book.after(u64::MAX, moved);
        }
        self.settled.notify_one();
    }

    /// Takes what may be stored.
    pub(super) fn take_settled(&self) -> Settled {
        let mut book = lock(&self.book);
        let changed = std::mem::take(&mut book.ahead_changed);
        Settled {
            moved: std::mem::take(&mut book.ready),
            ahead: changed.then(|| book.ahead.values().copied().collect()),
        }
    }

    /// Has the marks written anew, for those of an earlier run are not needed any more.
    pub(super) fn count_ahead(&self) {
        lock(&self.book).ahead_changed = true;
        self.settled.notify_one();
    }

    /// How many events are not acknowledged yet.
    pub(super) fn len(&self) -> usize {
        lock(&self.book).open.len()
    }

    /// Whether no event is in anybody's hands: each was acknowledged or given back.
    pub(super) fn is_settled(&self) -> bool {
        let book = lock(&self.book);
        book.open.len() == book.forfeited
    }

    /// Whether an event was given back: nothing that comes after it is stored as received.
    pub(super) fn is_held(&self) -> bool {
        lock(&self.book).forfeited > 0
    }

    /// Waits until something was acknowledged.
    pub(super) async fn settled(&self) {
        self.settled.notified().await;
    }

    /// The last receipt of an event is gone.
    pub(super) fn settle(&self, ticket: u64, outcome: Outcome) {
        let wake = {
            let mut book = lock(&self.book);
            let was_full = book.open.len() >= MOST;
            if outcome == Outcome::Forfeited {
                book.forfeited += 1;
            } else if let Some(open) = book.open.remove(&ticket) {
                book.after(ticket, open.moved);
                if outcome == Outcome::Acknowledged {
                    book.remember(ticket, open.update);
                }
            }
            let ready = book.ahead_changed || !book.ready.is_empty();
            was_full || ready || book.open.len() == book.forfeited
        };
        if wake {
            self.settled.notify_one();
        }
    }
}

impl Book {
    fn enter(&mut self, update: Option<Arc<enums::Update>>) -> u64 {
        let ticket = self.next;
        self.next += 1;
        let moved = Moved::default();
        self.open.insert(ticket, Open { moved, update });
        ticket
    }

    /// Leaves what moved to the last event before this ticket; with none, it may be stored.
    fn after(&mut self, ticket: u64, moved: Moved) {
        if moved.is_empty() {
            return;
        }
        match self.open.range_mut(..ticket).next_back() {
            Some((_, before)) => before.moved.then(moved),
            None => {
                self.counted = self.counted.max(moved.through);
                self.ready.then(moved);
                let beyond = self.ahead.split_off(&self.counted);
                self.ahead_changed |= !self.ahead.is_empty();
                self.ahead = beyond;
            }
        }
    }

    /// Remembers what was acknowledged, for as long as no counter tells. Behind something that is
    /// not dealt with for very long, some of it would be told again.
    fn remember(&mut self, ticket: u64, update: Option<Arc<enums::Update>>) {
        let Some(update) = update else { return };
        self.change(&update);
        let counted = ticket < self.counted;
        if counted || self.ahead.len() >= MOST_AHEAD {
            return;
        }
        if let Some(mark) = marks::mark(&update) {
            self.ahead.insert(ticket, mark);
            self.ahead_changed = true;
        }
    }

    /// A message whose edit was acknowledged comes again as it is by now, and is known by that.
    fn change(&mut self, edit: &enums::Update) {
        if self.ahead.is_empty() {
            return;
        }
        let Some(edited) = marks::edited(edit) else {
            return;
        };
        for mark in self.ahead.values_mut() {
            if mark.place == edited.place {
                *mark = edited;
                self.ahead_changed = true;
            }
        }
    }
}

#[cfg(test)]
mod tests;
