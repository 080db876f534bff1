//! Measurements through the `metrics` facade, for whatever recorder the program has installed.

use std::time::Duration;

use tokio::time::Instant;

/// The time since something began.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

/// Counts so many more under this name.
pub(crate) fn count(name: &'static str, more: u64) {
    metrics::counter!(name).increment(more);
}

/// Notes how long an event was on its way to its reader.
pub(crate) fn lag(time: Duration) {
    metrics::histogram!("heliogram_update_lag_seconds").record(time);
}

/// Notes how long a call took that began with the stopwatch, and how it ended.
pub(crate) fn call(method: &'static str, outcome: &str, began: Stopwatch) {
    let labels = [
        ("method", method.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::histogram!("heliogram_call_seconds", &labels).record(began.0.elapsed());
}
