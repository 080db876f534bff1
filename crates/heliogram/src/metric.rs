//! Measurements through the `metrics` facade, for whatever recorder the program has installed.

use std::time::Duration;

/// Counts one more under this name.
pub(crate) fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}

/// Notes how long a call took, and how it ended.
pub(crate) fn call(method: &'static str, outcome: &str, time: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::histogram!("heliogram_call_seconds", &labels).record(time);
}
