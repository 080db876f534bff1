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

    /// The moment at which the monotonic clock reads `mono`.
    pub(super) fn at(self, mono: Duration) -> Instant {
        self.origin + mono
    }
}
