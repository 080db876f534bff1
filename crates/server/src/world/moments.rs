//! What happened since a state was told, more finely than by its date: dates count seconds.

use std::collections::{HashMap, VecDeque};

use super::World;

/// How many seconds of an account's states are remembered. An older state is known by its date alone.
const SECONDS_MAX: usize = 100;

/// Counts what happens, and knows how far that was when accounts were told where they stand.
#[derive(Default)]
pub(crate) struct Moments {
    now: u64,
    /// The first moment of each second in which an account was told its state, oldest first.
    told: HashMap<i64, VecDeque<(i32, u64)>>,
}

impl World {
    /// Something happens: the moment of it.
    pub(crate) fn next_moment(&mut self) -> u64 {
        self.moments.now += 1;
        self.moments.now
    }

    /// An account is told where it stands now; gives the date that says so.
    pub(crate) fn tell_date(&mut self, account: i64) -> i32 {
        let date = self.now();
        let now = self.moments.now;
        let told = self.moments.told.entry(account).or_default();
        if told.back().is_none_or(|(second, _)| *second != date) {
            told.push_back((date, now));
        }
        if told.len() > SECONDS_MAX {
            told.pop_front();
        }
        date
    }

    /// Whether something that happened at that moment, in a second, is news to an account that was
    /// told its state with that date.
    pub(crate) fn is_news(&self, account: i64, since: i32, second: i32, moment: u64) -> bool {
        let told = self.moments.told.get(&account);
        let told = told.and_then(|told| told.iter().rfind(|(date, _)| *date == since));
        match told {
            Some((_, told)) if second == since => moment > *told,
            _ => second >= since,
        }
    }
}
