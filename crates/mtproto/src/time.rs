use std::time::Duration;

/// The time of an input, as its caller's clocks tell it: the core never asks a clock itself.
///
/// Timers follow `mono`, message ids follow `unix` corrected by what is known of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time since any fixed origin.
    pub mono: Duration,
    /// Wall-clock time since the Unix epoch.
    pub unix: Duration,
}

impl Now {
    /// The same moment, `by` later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self {
            mono: self.mono + by,
            unix: self.unix + by,
        }
    }
}

/// What is known of the other side's clock.
///
/// It runs with the monotonic clock from the moment it was set, so that a step of the wall clock
/// moves no message id.
#[derive(Clone, Debug)]
pub(crate) struct PeerClock {
    /// Wall clock at the origin of the monotonic clock, in nanoseconds.
    base: i128,
    /// What is added to get the peer's time, in nanoseconds.
    offset: i128,
    known: bool,
}

impl PeerClock {
    /// A clock that trusts `offset_ms` where one is given.
    pub(crate) fn new(now: Now, offset_ms: Option<i64>) -> Self {
        Self {
            base: nanos(now.unix) - nanos(now.mono),
            offset: i128::from(offset_ms.unwrap_or(0)) * 1_000_000,
            known: offset_ms.is_some(),
        }
    }

    /// The peer's time, since the Unix epoch.
    pub(crate) fn time(&self, now: Now) -> Duration {
        duration(self.base + nanos(now.mono) + self.offset)
    }

    /// Whether the offset was learned rather than assumed.
    pub(crate) fn known(&self) -> bool {
        self.known
    }

    /// Sets the clock so that the peer's time is `time` at `now`.
    pub(crate) fn set(&mut self, now: Now, time: Duration) {
        self.offset = nanos(time) - self.base - nanos(now.mono);
        self.known = true;
    }

    /// The offset from this side's wall clock, in milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        (self.offset / 1_000_000) as i64
    }
}

fn nanos(d: Duration) -> i128 {
    d.as_nanos() as i128
}

fn duration(nanos: i128) -> Duration {
    let nanos = nanos.max(0);
    Duration::new(
        (nanos / 1_000_000_000) as u64,
        (nanos % 1_000_000_000) as u32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_clock_does_not_move_the_peers_time() {
        let start = Now {
            mono: Duration::from_secs(5),
            unix: Duration::from_secs(1_000_000),
        };
        let mut clock = PeerClock::new(start, None);
        clock.set(start, Duration::from_secs(999_990));
        let later = Now {
            mono: Duration::from_secs(8),
            unix: Duration::from_secs(2_000_000),
        };
        assert_eq!(clock.time(later), Duration::from_secs(999_993));
        assert_eq!(clock.offset_ms(), -10_000);
    }
}
