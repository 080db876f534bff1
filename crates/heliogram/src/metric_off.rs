//! Measures nothing: the feature `metrics` is off.

use std::time::Duration;

/// Tells no time, and asks no clock for it.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch;

impl Stopwatch {
    pub(crate) const fn start() -> Self {
        Self
    }
}

pub(crate) const fn count(_: &'static str, _: u64) {}

pub(crate) const fn lag(_: Duration) {}

pub(crate) const fn call(_: &'static str, _: &str, _: Stopwatch) {}
