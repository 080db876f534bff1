//! How bad a history is, and what came of it.

use crate::{dice::Dice, stats::stats};

/// How bad things are; all chances are percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Decides everything else that is left to chance.
    pub seed: u64,
    /// How many channels there are.
    pub channels: u16,
    /// How many things the world does.
    pub steps: u32,
    /// The longest time between them, in milliseconds.
    pub pace_ms: u64,
    /// Pushes that are lost.
    pub dropped: u64,
    /// Pushes that come twice.
    pub doubled: u64,
    /// Pushes that are late, and how late at most, in milliseconds.
    pub late: u64,
    /// See [`Plan::late`].
    pub late_ms: u64,
    /// Requests that fail.
    pub failing: u64,
    /// Steps at which the connection breaks.
    pub cuts: u64,
    /// Steps at which the client dies and begins again with what it has stored.
    pub restarts: u64,
    /// How long it takes at most until what was delivered is acknowledged and stored, in
    /// milliseconds.
    pub store_ms: u64,
    /// Times that storing fails.
    pub store_fails: u64,
    /// Differences that are too long.
    pub too_long: u64,
    /// Differences that meet a server which lost its counters.
    pub forgotten: u64,
    /// Channels that cannot be fetched, for some time or for good.
    pub broken: u64,
    /// Steps at which a channel is left or joined.
    pub moves: u64,
    /// Channels that the client does not know in the beginning.
    pub strange: u64,
    /// The most that an answer holds.
    pub slice: u64,
}

impl Plan {
    /// The plan of a seed. Each kind of trouble is absent from a third of all, so that each also comes
    /// alone.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut some = |most: u64| match dice.percent(35) {
            true => 0,
            false => dice.below(most + 1),
        };
        Self {
            seed,
            dropped: some(30),
            doubled: some(25),
            late: some(60),
            failing: some(20),
            cuts: some(4),
            restarts: some(5),
            store_ms: some(3000),
            store_fails: some(10),
            too_long: some(15),
            forgotten: some(4),
            broken: some(30),
            moves: some(6),
            strange: some(100),
            channels: dice.below(25) as u16,
            steps: 40 + dice.below(120) as u32,
            pace_ms: *dice.pick(&[60, 300, 300, 1000, 10_000, 120_000]),
            late_ms: *dice.pick(&[300, 2000, 5000]),
            slice: *dice.pick(&[1, 4, 12, 100]),
        }
    }

    /// Many days with so many channels, on a link that is as bad as links are.
    #[must_use]
    pub fn soak(seed: u64, channels: u16) -> Self {
        Self {
            seed,
            channels,
            steps: 0,
            pace_ms: 2000,
            dropped: 1,
            doubled: 2,
            late: 10,
            late_ms: 2000,
            failing: 3,
            cuts: 0,
            restarts: 0,
            store_ms: 2000,
            store_fails: 1,
            too_long: 0,
            forgotten: 0,
            broken: 0,
            moves: 0,
            strange: 0,
            slice: 100,
        }
    }
}

stats! {
    /// Things that happened.
    happened,
    /// Updates that were delivered.
    delivered,
    /// Updates that were delivered again after a restart because nobody had acknowledged them.
    repeated,
    /// Updates that the server itself skipped, forgot or refused, each in a range that was told.
    skipped,
    /// Pushes that came.
    pushes,
    /// Pushes that were lost.
    dropped,
    /// Connections that broke.
    cuts,
    /// Starts after the first.
    restarts,
    /// Times that counters were stored.
    stored,
    /// Requests made.
    fetches,
    /// Requests that failed.
    failures,
    /// Updates that had been received before.
    duplicates,
    /// Gaps.
    gaps,
    /// Gaps that closed by themselves.
    recovered_late,
    /// Gaps that were fetched.
    recovered_fetched,
    /// Skips of the server.
    too_long,
    /// Counters that the server lost.
    resets,
    /// Ranges that a broken channel would not give.
    lost,
    /// Channels that were left alone for a time.
    quarantined,
    /// Channels that could no longer be read.
    gone,
}
