//! Which salt to send with.

use std::time::Duration;

use super::Salt;

/// Salts are asked for while the known ones last for less than this.
const AHEAD: i64 = 3600;
/// They are asked for no more often than this.
const PAUSE: Duration = Duration::from_secs(60);
/// How long a salt is good that the server gives without dates.
const UNDATED: i32 = 1800;
/// How many salts are asked for, and kept.
pub(super) const COUNT: usize = 64;

/// The salt in use and those to come.
#[derive(Debug)]
pub(super) struct Salts {
    current: Salt,
    /// By rising start, all later than the current one's.
    future: Vec<Salt>,
    /// When to ask for more (monotonic); the request is due once it has passed.
    ask_at: Duration,
}

impl Salts {
    pub(super) fn new(salt: i64, known: &[Salt], now: Duration) -> Self {
        let current = Salt {
            valid_since: 0,
            valid_until: 0,
            value: salt,
        };
        let mut this = Self {
            current,
            future: Vec::new(),
            ask_at: now,
        };
        this.learn(known);
        this
    }

    /// The salt for a message sent at `time` of the server's clock.
    pub(super) fn current(&mut self, time: Duration) -> i64 {
        let secs = secs(time);
        while let Some(&first) = self.future.first() {
            if i64::from(first.valid_since) > secs {
                break;
            }
            self.future.remove(0);
            if i64::from(first.valid_until) > secs {
                self.current = first;
            }
        }
        self.current.value
    }

    /// The server named its salt of `time`.
    pub(super) fn set(&mut self, value: i64, time: Duration) {
        let since = secs(time) as i32;
        let valid_until = since.saturating_add(UNDATED);
        self.current = Salt {
            valid_since: since,
            valid_until,
            value,
        };
        self.future
            .retain(|salt| salt.valid_since > since && salt.value != value);
    }

    /// Adds salts from the server or from storage.
    pub(super) fn learn(&mut self, salts: &[Salt]) {
        let fresh = salts
            .iter()
            .take(COUNT)
            .filter(|s| s.valid_since < s.valid_until);
        self.future.extend(fresh);
        self.future.sort_by_key(|salt| salt.valid_since);
        self.future.dedup_by_key(|salt| salt.value);
        if let Some(at) = self
            .future
            .iter()
            .position(|salt| salt.value == self.current.value)
        {
            self.current = self.future.remove(at);
        }
        self.future.truncate(COUNT);
    }

    /// The salt in use and those to come.
    pub(super) fn all(&self) -> Vec<Salt> {
        std::iter::once(self.current)
            .chain(self.future.iter().copied())
            .collect()
    }

    /// Whether it is time to ask for more; if so, the next time is later.
    pub(super) fn take_due(&mut self, now: Duration, time: Duration) -> bool {
        if now < self.ask_at {
            return false;
        }
        self.ask_at = now + PAUSE;
        let last = self
            .future
            .last()
            .map_or(0, |salt| i64::from(salt.valid_until));
        last < secs(time) + AHEAD
    }

    /// Asks again soon: a request for salts was lost, or a salt was refused.
    pub(super) fn ask_again(&mut self, now: Duration) {
        self.ask_at = now;
    }

    /// When [`Salts::take_due`] is worth calling (monotonic).
    pub(super) fn deadline(&self) -> Duration {
        self.ask_at
    }
}

fn secs(time: Duration) -> i64 {
    time.as_secs() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salt(valid_since: i32, value: i64) -> Salt {
        Salt {
            valid_since,
            valid_until: valid_since + 3600,
            value,
        }
    }

    fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn the_salt_changes_when_the_next_one_begins() {
        let mut salts = Salts::new(1, &[salt(2000, 2), salt(3800, 3)], at(0));
        assert_eq!(
            [1999, 2000, 3799, 3800].map(|t| salts.current(at(t))),
            [1, 2, 2, 3]
        );
    }

    #[test]
    fn expired_salts_are_passed_over() {
        let mut salts = Salts::new(1, &[salt(2000, 2), salt(3800, 3)], at(0));
        assert_eq!(salts.current(at(7000)), 3);
    }

    #[test]
    fn a_salt_named_by_the_server_replaces_what_had_begun() {
        let mut salts = Salts::new(1, &[salt(2000, 2), salt(3800, 3)], at(0));
        salts.set(9, at(2500));
        assert_eq!([2600, 3800].map(|t| salts.current(at(t))), [9, 3]);
    }

    #[test]
    fn salts_are_asked_for_ahead_of_time_and_not_too_often() {
        let mut salts = Salts::new(1, &[], at(0));
        assert!(salts.take_due(at(0), at(2000)));
        assert!(!salts.take_due(at(59), at(2059)));
        salts.learn(&[salt(2000, 2), salt(9000, 3)]);
        assert!(
            !salts.take_due(at(60), at(2060)),
            "the last one ends in three hours"
        );
        assert!(salts.take_due(at(9000), at(11_000)));
    }
}
