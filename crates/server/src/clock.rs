use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The server's wall clock: the machine's, moved by what a test asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Time since the Unix epoch, as this server sees it.
    pub(crate) fn unix(&self) -> Duration {
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let ahead = self.ahead_ms.load(Ordering::Relaxed);
        let step = Duration::from_millis(ahead.unsigned_abs());
        if ahead < 0 {
            real.saturating_sub(step)
        } else {
            real + step
        }
    }

    /// Seconds since the Unix epoch, in the form of TL dates.
    pub(crate) fn date(&self) -> i32 {
        i32::try_from(self.unix().as_secs()).unwrap_or(i32::MAX)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
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
}
