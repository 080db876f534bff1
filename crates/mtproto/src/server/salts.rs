use std::{cell::Cell, fmt, time::Duration};

use heliogram_crypto::{AuthKey, hash::sha256};

use crate::{Now, Salt};

/// A salt is the one to use for this long, and accepted as long again.
const PERIOD: u64 = 1800;
/// Most salts told at once.
const MAX_TOLD: usize = 64;

/// The salts of one auth key, which follow from the key and the time.
///
/// Nothing has to be stored, and all sessions of the key agree.
#[derive(Clone)]
pub struct ServerSalts {
    key: AuthKey,
    initial: Option<(i64, Duration)>,
    /// A period and its salt, that of the last one in front: what every packet asks for.
    recent: Cell<Option<(u64, [i64; 2])>>,
}

impl ServerSalts {
    /// The salts of `key`.
    #[must_use]
    pub fn new(key: AuthKey) -> Self {
        Self {
            key,
            initial: None,
            recent: Cell::new(None),
        }
    }

    /// As well accepts the salt that the key exchange agreed on at `now`, for an hour.
    #[must_use]
    pub fn with_initial(self, salt: i64, now: Now) -> Self {
        let until = now.unix + Duration::from_secs(2 * PERIOD);
        Self {
            initial: Some((salt, until)),
            ..self
        }
    }

    /// The salt in use at `now`.
    #[must_use]
    pub fn current(&self, now: Now) -> i64 {
        let [_, current] = self.recent(now.unix.as_secs() / PERIOD);
        current
    }

    /// Whether a message that comes at `now` may carry this salt: the current or the last one.
    #[must_use]
    pub fn accepts(&self, salt: i64, now: Now) -> bool {
        let period = now.unix.as_secs() / PERIOD;
        self.recent(period).contains(&salt)
            || self
                .initial
                .is_some_and(|(initial, until)| salt == initial && now.unix < until)
    }

    /// The current salt and those that follow it, `count` in all, 1 to 64.
    #[must_use]
    pub fn upcoming(&self, count: i32, now: Now) -> Vec<Salt> {
        let first = now.unix.as_secs() / PERIOD;
        let count = usize::try_from(count).unwrap_or(0).clamp(1, MAX_TOLD);
        (first..)
            .take(count)
            .map(|period| Salt {
                valid_since: seconds(period * PERIOD),
                valid_until: seconds((period + 2) * PERIOD),
                value: self.of_period(period),
            })
            .collect()
    }

    /// The salts of the period before this one and of this one.
    fn recent(&self, period: u64) -> [i64; 2] {
        match self.recent.get() {
            Some((known, salts)) if known == period => salts,
            _ => {
                let salts = [period.wrapping_sub(1), period].map(|p| self.of_period(p));
                self.recent.set(Some((period, salts)));
                salts
            }
        }
    }

    fn of_period(&self, period: u64) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] =
            sha256(&[b"salt", self.key.as_bytes(), &period.to_le_bytes()]);
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Debug for ServerSalts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSalts(..)")
    }
}

fn seconds(secs: u64) -> i32 {
    i32::try_from(secs).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_rotate_and_the_last_one_stays_good_for_a_period() {
        let salts = ServerSalts::new(AuthKey::new([3; 256]));
        let at = |secs| Now {
            mono: Duration::ZERO,
            unix: Duration::from_secs(secs),
        };
        let first = salts.current(at(1800 * 10));
        assert_eq!(first, salts.current(at(1800 * 11 - 1)));
        assert_ne!(first, salts.current(at(1800 * 11)));
        assert!(salts.accepts(first, at(1800 * 12 - 1)));
        assert!(!salts.accepts(first, at(1800 * 12)));
        assert!(
            !salts.accepts(salts.current(at(1800 * 11)), at(1800 * 10)),
            "not before its time"
        );
    }

    #[test]
    fn the_initial_salt_is_good_for_an_hour() {
        let at = |secs| Now {
            mono: Duration::ZERO,
            unix: Duration::from_secs(secs),
        };
        let salts = ServerSalts::new(AuthKey::new([3; 256])).with_initial(77, at(500));
        assert!(salts.accepts(77, at(4099)) && !salts.accepts(77, at(4100)));
    }

    #[test]
    fn told_salts_are_those_that_will_be_used() {
        let salts = ServerSalts::new(AuthKey::new([3; 256]));
        let at = |secs| Now {
            mono: Duration::ZERO,
            unix: Duration::from_secs(secs),
        };
        for told in salts.upcoming(1000, at(50_000)) {
            let then = at(told.valid_since as u64);
            assert_eq!(told.value, salts.current(then));
            assert!(salts.accepts(told.value, at(told.valid_until as u64 - 1)));
        }
        assert_eq!(salts.upcoming(1000, at(50_000)).len(), 64);
        assert_eq!(salts.upcoming(-1, at(50_000)).len(), 1);
    }
}
