use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::shared::lock;

/// As far as the clocks can be moved: the beginning of 2037. Dates have 32 bits and end a year
/// later, and what is due within a year of now needs a date too.
const LAST: Duration = Duration::from_secs(2_114_380_800);

/// The server's clocks: the machine's, moved by what a test asked for.
///
/// There are two. The protocol's never stands still, or clients whose own clocks go on would be
/// refused. That of the world, which dates messages and lets codes expire, can be paused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// How far the protocol's clock is ahead of the machine's.
    ahead: Duration,
    /// How many seconds both are wrong by besides.
    skew: i64,
    world: Pace,
}

/// How the world's clock goes.
#[derive(Debug)]
enum Pace {
    /// With the machine's, that far ahead of it.
    Ahead(Duration),
    /// Not at all: it stands at this time.
    Paused(Duration),
}

impl Default for Pace {
    fn default() -> Self {
        Self::Ahead(Duration::ZERO)
    }
}

impl Clock {
    /// Time since the Unix epoch, for the protocol.
    pub(crate) fn unix(&self) -> Duration {
        let state = lock(&self.state);
        state.skewed(state.protocol())
    }

    /// Time since the Unix epoch, in the world.
    pub(crate) fn world(&self) -> Duration {
        let state = lock(&self.state);
        state.skewed(state.world())
    }

    /// Seconds since the Unix epoch in the world, in the form of TL dates.
    pub(crate) fn date(&self) -> i32 {
        i32::try_from(self.world().as_secs()).unwrap_or(i32::MAX)
    }

    /// How far both clocks can still be moved.
    pub(crate) fn room(&self) -> Duration {
        let state = lock(&self.state);
        let furthest = state.protocol().max(state.world());
        LAST.saturating_sub(furthest)
    }

    /// Moves both clocks forward, as far as they go.
    pub(crate) fn advance(&self, by: Duration) {
        let mut state = lock(&self.state);
        let (protocol, world) = (state.protocol(), state.world());
        state.ahead += by.min(LAST.saturating_sub(protocol));
        match &mut state.world {
            Pace::Ahead(time) | Pace::Paused(time) => *time += by.min(LAST.saturating_sub(world)),
        }
    }

    /// Stops the world's clock.
    pub(crate) fn pause(&self) {
        let mut state = lock(&self.state);
        if let Pace::Ahead(ahead) = state.world {
            state.world = Pace::Paused(machine() + ahead);
        }
    }

    /// From now on both clocks are wrong by so many seconds.
    pub(crate) fn skew(&self, seconds: i64) {
        lock(&self.state).skew = seconds;
    }

    /// Lets the world's clock go on from where it stands.
    pub(crate) fn resume(&self) {
        let mut state = lock(&self.state);
        if let Pace::Paused(at) = state.world {
            state.world = Pace::Ahead(at.saturating_sub(machine()));
        }
    }
}

impl State {
    fn protocol(&self) -> Duration {
        machine().saturating_add(self.ahead)
    }

    fn world(&self) -> Duration {
        match self.world {
            Pace::Ahead(ahead) => machine().saturating_add(ahead),
            Pace::Paused(at) => at,
        }
    }

    fn skewed(&self, time: Duration) -> Duration {
        let skew = Duration::from_secs(self.skew.unsigned_abs());
        match self.skew < 0 {
            true => time.saturating_sub(skew),
            false => time.saturating_add(skew.min(LAST.saturating_sub(time))),
        }
    }
}

fn machine() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_moves_the_date() {
        let clock = Clock::default();
        let before = clock.date();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.date() >= before + 3600);
    }

    #[test]
    fn clocks_stop_a_year_before_dates_end_however_far_they_are_moved() {
        let clock = Clock::default();
        for _ in 0..3 {
            clock.advance(Duration::from_secs(315_360_000));
        }
        clock.advance(Duration::MAX);
        clock.skew(i64::MAX);
        let last = LAST.as_secs() as i32;
        // The machine's own clock goes on meanwhile.
        assert!((last..last + 60).contains(&clock.date()));
        assert!(clock.unix() < LAST + Duration::from_secs(60));
        assert!(clock.room().is_zero());
        let paused = Clock::default();
        paused.pause();
        paused.advance(Duration::MAX);
        assert_eq!(paused.date(), last);
        paused.resume();
        assert!(paused.date() < last + 60);
    }

    #[test]
    fn a_wrong_clock_can_be_set_right() {
        let clock = Clock::default();
        let before = clock.date();
        clock.skew(-3600);
        assert!(clock.date() < before - 3000);
        clock.skew(0);
        assert!(clock.date() >= before);
    }

    #[test]
    fn a_paused_world_leaves_the_protocols_clock_alone() {
        let clock = Clock::default();
        clock.pause();
        let (world, protocol) = (clock.world(), clock.unix());
        clock.advance(Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.world(), world + Duration::from_secs(60));
        assert!(clock.unix() > protocol + Duration::from_secs(60));
    }
}
