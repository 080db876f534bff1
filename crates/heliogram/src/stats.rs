use std::sync::atomic::{AtomicU64, Ordering};

use crate::{metric, updates::UpdateStats};

/// What a client has done since it was connected; see [`Client::stats`](crate::Client::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls that have ended.
    pub calls: u64,
    /// Those of them that ended with an error.
    pub failed: u64,
    /// How often a call was repeated because the server had a fault of its own.
    pub retries: u64,
    /// How often a call had to wait because it, or its like, was made too often.
    pub flood_waits: u64,
    /// How often a call had to wait for its turn in a [`Budget`](crate::Budget).
    pub throttled: u64,
    /// How often a call was sent on to another data centre.
    pub migrations: u64,
    /// How often the account was carried to another data centre.
    pub transfers: u64,
    /// How often a connection that had worked was lost and made again.
    pub reconnects: u64,
    /// Updates: what came, what was missing, and what waits.
    pub updates: UpdateStats,
}

/// The counts behind [`Stats`].
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) calls: Counter,
    pub(crate) failed: Counter,
    pub(crate) retries: Counter,
    pub(crate) flood_waits: Counter,
    pub(crate) throttled: Counter,
    pub(crate) migrations: Counter,
    pub(crate) transfers: Counter,
    pub(crate) reconnects: Counter,
}

/// One count, and the name under which it is measured.
#[derive(Debug)]
pub(crate) struct Counter(AtomicU64, &'static str);

impl Counter {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(AtomicU64::new(0), name)
    }

    /// Counts one more.
    pub(crate) fn count(&self) {
        self.add(1);
    }

    /// Counts so many more.
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
        metric::count(self.1, more);
    }

    pub(crate) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) const fn new() -> Self {
        Self {
            calls: Counter::new("heliogram_calls_total"),
            failed: Counter::new("heliogram_calls_failed_total"),
            retries: Counter::new("heliogram_retries_total"),
            flood_waits: Counter::new("heliogram_flood_waits_total"),
            throttled: Counter::new("heliogram_throttled_total"),
            migrations: Counter::new("heliogram_migrations_total"),
            transfers: Counter::new("heliogram_transfers_total"),
            reconnects: Counter::new("heliogram_reconnects_total"),
        }
    }

    pub(crate) fn read(&self) -> Stats {
        Stats {
            calls: self.calls.read(),
            failed: self.failed.read(),
            retries: self.retries.read(),
            flood_waits: self.flood_waits.read(),
            throttled: self.throttled.read(),
            migrations: self.migrations.read(),
            transfers: self.transfers.read(),
            reconnects: self.reconnects.read(),
            ..Stats::default()
        }
    }
}
