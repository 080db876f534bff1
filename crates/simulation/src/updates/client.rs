//! The client around the engine: it delivers, stores what was acknowledged, and dies.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use heliogram_updates::{Changes, ChannelState, Counts, Engine, Key, State};

use super::log::Item;

/// Counters that moved, and how many updates were delivered before.
pub(super) struct Batch {
    delivered: u64,
    changes: Changes,
}

/// What outlives a death.
#[derive(Clone, Default)]
pub(super) struct Storage {
    pub(super) state: Option<State>,
    pub(super) channels: BTreeMap<i64, ChannelState>,
}

pub(super) struct Client {
    pub(super) engine: Engine<Item>,
    pub(super) storage: Storage,
    /// Which life this is, from 1.
    pub(super) life: u32,
    /// Delivered and not acknowledged yet, oldest first, and how many there were before these.
    pub(super) in_hand: VecDeque<(usize, u64)>,
    acknowledged: u64,
    batches: VecDeque<Batch>,
    /// Requests without an answer.
    pub(super) waiting: BTreeSet<Key>,
    /// What engines of earlier lives counted.
    before: Counts,
}

impl Client {
    pub(super) fn new(now: Duration, storage: Storage) -> Self {
        Self {
            engine: Engine::new(now, storage.state, storage.channels.clone()),
            storage,
            life: 1,
            in_hand: VecDeque::new(),
            acknowledged: 0,
            batches: VecDeque::new(),
            waiting: BTreeSet::new(),
            before: Counts::default(),
        }
    }

    /// Dies and begins again with what is stored.
    pub(super) fn restart(&mut self, now: Duration) {
        self.before = self.counts();
        let channels = self.storage.channels.clone();
        self.engine = Engine::new(now, self.storage.state, channels);
        self.life += 1;
        self.acknowledged = 0;
        self.batches.clear();
        self.waiting.clear();
    }

    pub(super) fn deliver(&mut self, item: &Item) {
        self.in_hand.push_back((item.log, item.label));
    }

    /// Takes the counters that moved; answers whether any did.
    pub(super) fn take(&mut self) -> bool {
        let changes = self.engine.take_changes();
        let delivered = self.acknowledged + self.in_hand.len() as u64;
        let batch = changes.map(|changes| Batch { delivered, changes });
        let any = batch.is_some();
        self.batches.extend(batch);
        any
    }

    /// Storing the oldest batch fails: it and those that build on it are thrown away.
    pub(super) fn store_fails(&mut self) {
        self.batches.clear();
        self.engine.forget_stored();
    }

    /// Stores the oldest batch, and gives the updates that are acknowledged by that.
    pub(super) fn store(&mut self) -> Vec<(usize, u64)> {
        let Some(batch) = self.batches.pop_front() else {
            return Vec::new();
        };
        self.storage.state = batch.changes.common.or(self.storage.state);
        for (id, state) in batch.changes.channels {
            match state {
                Some(state) => self.storage.channels.insert(id, state),
                None => self.storage.channels.remove(&id),
            };
        }
        let many = batch.delivered.saturating_sub(self.acknowledged);
        self.acknowledged += many;
        self.in_hand.drain(..many as usize).collect()
    }

    pub(super) fn counts(&self) -> Counts {
        let (a, b) = (self.before, self.engine.counts());
        let mut sum = Counts::default();
        sum.duplicates = a.duplicates + b.duplicates;
        sum.gaps = a.gaps + b.gaps;
        sum.recovered_late = a.recovered_late + b.recovered_late;
        sum.recovered_fetched = a.recovered_fetched + b.recovered_fetched;
        sum.too_long = a.too_long + b.too_long;
        sum.resets = a.resets + b.resets;
        sum.lost = a.lost + b.lost;
        sum.quarantined = a.quarantined + b.quarantined;
        sum.gone = a.gone + b.gone;
        sum.fetches = a.fetches + b.fetches;
        sum.failures = a.failures + b.failures;
        sum
    }
}
