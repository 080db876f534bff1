//! Measurements through the `metrics` facade, for whatever recorder the program has installed.

use std::time::Duration;

/// Counts so many more under this name.
pub(crate) fn count(name: &'static str, more: u64) {
    metrics::counter!(name).increment(more);
}

/// Notes how long an event was on its way to its reader.
pub(crate) fn lag(time: Duration) {
    metrics::histogram!("heliogram_update_lag_seconds").record(time);
}

/// Notes how long a call took, and how it ended.
pub(crate) fn call(method: &'static str, outcome: &str, time: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::histogram!("heliogram_call_seconds", &labels).record(time);
}
