//! What is counted of updates.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use crate::{metric, stats::Counter};

/// What a client has done with updates since it was connected; in
/// [`Stats::updates`](crate::Stats::updates).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateStats {
    /// Events that readers have taken; each reader counts.
    pub delivered: u64,
    /// Updates that came more than once and were handed out once.
    pub duplicates: u64,
    /// How often something was missing in a sequence when what follows it came.
    pub gaps: u64,
    /// How often what was missing was got after all.
    pub recovered: u64,
    /// How often the server skipped updates because they were too many.
    pub too_long: u64,
    /// How often updates were missing that nobody had any more.
    pub lost: u64,
    /// How often the server counted anew.
    pub resets: u64,
    /// Things from the server that this version cannot read, told as
    /// [`Event::Unreadable`](crate::Event::Unreadable).
    pub unreadable: u64,
    /// How often the server was asked for what the account missed, slice by slice.
    pub differences: u64,
    /// How often it was asked for what was missed in a channel.
    pub channel_differences: u64,
    /// How many of these questions failed.
    pub failed_differences: u64,
    /// Events that were dropped because a reader was too slow, as
    /// [`Event::Lagged`](crate::Event::Lagged) tells it.
    pub lagged: u64,
    /// How often the state could not be stored.
    pub store_failures: u64,
    /// Channels that are left alone just now because fetching them fails.
    pub quarantined: usize,
    /// Arrivals that wait to be put in order, just now; 1024 at most.
    pub arrivals: usize,
    /// Events that wait to be taken, just now, in the fullest of the readers; 1024 at most.
    pub waiting: usize,
    /// Events that were handed out and not acknowledged yet, just now; those that wait included.
    pub unacknowledged: usize,
    /// How long ago the oldest event that waits came in; zero if none does.
    pub oldest_waiting: Duration,
    /// How long the event that was taken last had been on its way from the connection to its
    /// reader.
    pub lag: Duration,
}

/// The counts behind [`UpdateStats`].
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) delivered: Counter,
    pub(super) duplicates: Counter,
    pub(super) gaps: Counter,
    pub(super) recovered: Counter,
    pub(super) too_long: Counter,
    pub(super) lost: Counter,
    pub(super) resets: Counter,
    pub(super) unreadable: Counter,
    pub(super) differences: Counter,
    pub(super) channel_differences: Counter,
    pub(super) failed_differences: Counter,
    pub(super) lagged: Counter,
    pub(super) store_failures: Counter,
    lag_micros: AtomicU64,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            delivered: Counter::new("heliogram_updates_delivered_total"),
            duplicates: Counter::new("heliogram_updates_duplicates_total"),
            gaps: Counter::new("heliogram_updates_gaps_total"),
            recovered: Counter::new("heliogram_updates_recovered_total"),
            too_long: Counter::new("heliogram_updates_too_long_total"),
            lost: Counter::new("heliogram_updates_lost_total"),
            resets: Counter::new("heliogram_updates_resets_total"),
            unreadable: Counter::new("heliogram_updates_unreadable_total"),
            differences: Counter::new("heliogram_updates_differences_total"),
            channel_differences: Counter::new("heliogram_updates_channel_differences_total"),
            failed_differences: Counter::new("heliogram_updates_failed_differences_total"),
            lagged: Counter::new("heliogram_updates_lagged_total"),
            store_failures: Counter::new("heliogram_updates_store_failures_total"),
            lag_micros: AtomicU64::new(0),
        }
    }
}

impl Meter {
    /// A reader took an event that came in at this time.
    pub(super) fn taken(&self, arrived: Instant) {
        let lag = arrived.elapsed();
        self.delivered.count();
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        self.lag_micros.store(micros, Ordering::Relaxed);
        metric::lag(lag);
    }

    /// What was counted; what there is just now is for the caller to fill in.
    pub(super) fn read(&self) -> UpdateStats {
        UpdateStats {
            delivered: self.delivered.read(),
            duplicates: self.duplicates.read(),
            gaps: self.gaps.read(),
            recovered: self.recovered.read(),
            too_long: self.too_long.read(),
            lost: self.lost.read(),
            resets: self.resets.read(),
            unreadable: self.unreadable.read(),
            differences: self.differences.read(),
            channel_differences: self.channel_differences.read(),
            failed_differences: self.failed_differences.read(),
            lagged: self.lagged.read(),
            store_failures: self.store_failures.read(),
            lag: Duration::from_micros(self.lag_micros.load(Ordering::Relaxed)),
            ..UpdateStats::default()
        }
    }
}
