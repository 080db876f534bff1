use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::shared::lock;

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
        state.skewed(machine() + state.ahead)
    }

    /// Time since the Unix epoch, in the world.
    pub(crate) fn world(&self) -> Duration {
        let state = lock(&self.state);
        state.skewed(match state.world {
            Pace::Ahead(ahead) => machine() + ahead,
            Pace::Paused(at) => at,
        })
    }

    /// Seconds since the Unix epoch in the world, in the form of TL dates.
    pub(crate) fn date(&self) -> i32 {
        i32::try_from(self.world().as_secs()).unwrap_or(i32::MAX)
    }

    /// Moves both clocks forward.
    pub(crate) fn advance(&self, by: Duration) {
        let mut state = lock(&self.state);
        state.ahead = state.ahead.saturating_add(by);
        match &mut state.world {
            Pace::Ahead(time) | Pace::Paused(time) => *time = time.saturating_add(by),
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
    fn skewed(&self, time: Duration) -> Duration {
        let skew = Duration::from_secs(self.skew.unsigned_abs());
        match self.skew < 0 {
            true => time.saturating_sub(skew),
            false => time.saturating_add(skew),
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
