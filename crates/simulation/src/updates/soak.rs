//! Many days of updates in virtual time.

use std::time::Duration;

use heliogram_updates::Load;

use super::{Plan, Stats, world::World};
use crate::Violation;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Means, in things that happen: between broken connections, and between deaths of the client.
const CUT_EVERY: u64 = 600;
const RESTART_EVERY: u64 = 5000;

/// How things stand at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Day {
    /// Which, from 1.
    pub day: u32,
    /// What happened since the beginning.
    pub stats: Stats,
    /// What the engine has in hand.
    pub load: Load,
    /// Updates that were delivered and are not acknowledged yet, and things of the server's that are
    /// not known to be delivered: what this simulation keeps itself.
    pub kept: usize,
}

/// A client that runs for days under a link of usual quality, with broken connections and restarts.
pub struct Soak {
    world: World<'static>,
    day: u32,
}

impl Soak {
    /// Begins, with so many channels.
    #[must_use]
    pub fn new(seed: u64, channels: u16) -> Self {
        Self {
            world: World::new(Plan::soak(seed, channels), None),
            day: 0,
        }
    }

    /// Lives through a day.
    ///
    /// # Errors
    /// If something was lost, doubled or stuck.
    pub fn day(&mut self) -> Result<Day, Violation> {
        self.day += 1;
        let end = DAY * self.day;
        while self.world.now() < end {
            self.world.live(CUT_EVERY, RESTART_EVERY)?;
        }
        Ok(self.look())
    }

    /// Lets everything come to rest, and demands that nothing is missing.
    ///
    /// # Errors
    /// If something was lost, doubled or stuck.
    pub fn end(mut self) -> Result<Day, Violation> {
        self.world.come_to_rest()?;
        Ok(self.look())
    }

    fn look(&mut self) -> Day {
        Day {
            day: self.day,
            stats: self.world.stats(),
            load: self.world.client.engine.load(),
            kept: self.world.client.in_hand.len()
                + self.world.server.logs_mut().map(|l| l.len()).sum::<usize>(),
        }
    }
}
