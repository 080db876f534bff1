//! Measures nothing: the feature `metrics` is off.

use std::time::Duration;

pub(crate) const fn count(_: &'static str, _: u64) {}

pub(crate) const fn lag(_: Duration) {}

pub(crate) const fn call(_: &'static str, _: &str, _: Duration) {}
