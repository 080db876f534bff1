//! The duplicate filter of a client.

use std::collections::VecDeque;

/// How many ids are remembered.
const CAPACITY: usize = 2048;

/// Remembers the highest message ids received.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// In rising order.
    ids: VecDeque<i64>,
    /// The highest id that had to be forgotten.
    floor: i64,
}

/// What the filter says about an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    New,
    Duplicate,
    /// Lower than all that are remembered: nobody can tell.
    TooOld,
}

impl Seen {
    /// Judges an id without remembering it.
    pub(crate) fn check(&self, id: i64) -> Verdict {
        if self.ids.back().is_none_or(|&last| last < id) && id > self.floor {
            Verdict::New
        } else if self.contains(id) {
            Verdict::Duplicate
        } else if id <= self.floor {
            Verdict::TooOld
        } else {
            Verdict::New
        }
    }

    /// Whether the id is remembered.
    pub(crate) fn contains(&self, id: i64) -> bool {
        self.position(id).is_ok()
    }

    /// Where an id is, or where it would be. What comes in a container belongs right before the
    /// container itself, which has the latest id.
    fn position(&self, id: i64) -> Result<usize, usize> {
        let last = self.ids.len().saturating_sub(1);
        let before = last.checked_sub(1).and_then(|at| self.ids.get(at));
        match (before, self.ids.get(last)) {
            (_, Some(&latest)) if latest < id => Err(self.ids.len()),
            (Some(&before), Some(&latest)) if before < id && id < latest => Err(last),
            _ => self.ids.binary_search(&id),
        }
    }

    /// Remembers an id, and forgets the lowest one where there are too many.
    pub(crate) fn insert(&mut self, id: i64) {
        let Err(at) = self.position(id) else { return };
        if self.ids.len() < CAPACITY {
            self.ids.insert(at, id);
        } else if let Some(last) = at.checked_sub(1) {
            // Room is made first: a queue that is full would double.
            self.floor = self.ids.pop_front().unwrap_or(self.floor);
            self.ids.insert(last, id);
        } else {
            self.floor = self.floor.max(id);
        }
    }

    /// The status byte of `msgs_state_info` for an id.
    pub(crate) fn status(&self, id: i64) -> u8 {
        match (self.ids.front(), self.ids.back()) {
            _ if self.contains(id) => 4,
            (Some(&first), _) if id < first => 1,
            (_, Some(&last)) if id > last => 3,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_window_is_remembered_in_any_order() {
        let mut seen = Seen::default();
        for id in [9, 3, 7, 5, 1] {
            assert_eq!(seen.check(id), Verdict::New);
            seen.insert(id);
        }
        assert!(
            [1, 3, 5, 7, 9]
                .iter()
                .all(|&id| seen.check(id) == Verdict::Duplicate)
        );
        assert_eq!(seen.status(4), 2);
        assert_eq!(seen.status(5), 4);
        assert_eq!(seen.status(11), 3);
        assert_eq!(seen.status(-1), 1);
    }

    #[test]
    fn what_comes_in_a_container_after_the_container_itself_is_found_again() {
        let mut seen = Seen::default();
        let ids = [2, 90, 10, 20, 30, 25, 15];
        for id in ids {
            assert_eq!(seen.check(id), Verdict::New);
            seen.insert(id);
            assert_eq!(seen.check(id), Verdict::Duplicate);
        }
        assert!(seen.ids.iter().is_sorted());
        assert!(ids.iter().all(|&id| seen.contains(id)));
    }

    #[test]
    fn ids_below_a_full_window_are_too_old() {
        let mut seen = Seen::default();
        (0..=CAPACITY as i64).for_each(|i| seen.insert(10 + i));
        assert_eq!(seen.check(10), Verdict::TooOld);
        assert_eq!(seen.check(11), Verdict::Duplicate);
        assert_eq!(seen.check(9), Verdict::TooOld);
    }
}
