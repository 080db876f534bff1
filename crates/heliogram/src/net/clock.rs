use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heliogram_mtproto::Now;
use tokio::time::Instant;

/// Tells the protocol core what time it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    pub(super) fn now(self) -> Now {
        // A wall clock before 1970 is wrong in any case; the server corrects it.
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono: self.origin.elapsed(),
            unix,
        }
    }

    /// The time since 1970 of a server whose clock differs by so many milliseconds.
    pub(super) fn server_time(self, offset_ms: Option<i64>) -> Duration {
        let offset_ms = offset_ms.unwrap_or_default();
        let shift = Duration::from_millis(offset_ms.unsigned_abs());
        let unix = self.now().unix;
        match offset_ms < 0 {
            true => unix.saturating_sub(shift),
            false => unix.saturating_add(shift),
        }
    }

    /// The moment at which the monotonic clock reads `mono`; never one out of reach.
    pub(super) fn at(self, mono: Duration) -> Instant {
        let far = Duration::from_secs(100 * 365 * 24 * 3600);
        self.origin + mono.min(far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_clock_may_be_ahead_or_behind() {
        let clock = Clock::new();
        let unix = clock.now().unix;
        let apart = |offset_ms| clock.server_time(offset_ms).abs_diff(unix);
        let hour = Duration::from_secs(3600);
        let soon = Duration::from_secs(60);
        assert!(apart(None) < soon);
        for offset_ms in [3_600_000, -3_600_000] {
            assert!(apart(Some(offset_ms)).abs_diff(hour) < soon);
        }
        assert_eq!(clock.server_time(Some(i64::MIN)), Duration::ZERO);
    }
}
