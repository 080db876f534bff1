//! Temporary keys, which stand for a permanent one for a while (PFS).

use std::collections::{BTreeSet, HashMap};

use super::{Auth, Rec, World};
use crate::rpc::{Answer, Refusal};

/// Temporary keys that may stand for one permanent key at a time; a further one takes the place of
/// the oldest. Telegram's documents speak of one, but TDLib makes one for each of its sessions on a
/// data centre, 1 to talk and up to 24 to move files, and all of them are in use together.
const BOUND_MAX: usize = 32;

/// What is to be found quickly of temporary keys.
#[derive(Default)]
pub(crate) struct Temporary {
    /// All of them, by when they end.
    by_end: BTreeSet<(i32, i64)>,
    /// Those that stand for a permanent key, the one bound first in front.
    bound: HashMap<i64, Vec<i64>>,
}

impl Temporary {
    pub(super) fn add(&mut self, key: i64, end: i32) {
        self.by_end.insert((end, key));
    }

    /// Forgets what is known of a key, and gives the keys that stand for it.
    pub(super) fn forget(&mut self, key: i64, auth: &Auth) -> Vec<i64> {
        if let Some(end) = auth.expires {
            self.by_end.remove(&(end, key));
        }
        if let Some(to) = auth.bound_to
            && let Some(others) = self.bound.get_mut(&to)
        {
            others.retain(|id| *id != key);
            if others.is_empty() {
                self.bound.remove(&to);
            }
        }
        self.bound.remove(&key).unwrap_or_default()
    }
}

impl World {
    /// Forgets the temporary keys that have ended, and names them.
    pub(super) fn forget_ended(&mut self, now: i32) -> Vec<i64> {
        let ended = self.temporary.by_end.range(..=(now, i64::MAX));
        let ended: Vec<i64> = ended.map(|(_, id)| *id).collect();
        for id in &ended {
            self.forget_key(*id);
        }
        ended
    }

    /// Lets a temporary key stand for a permanent one until `until`, or until it ends by itself.
    /// Gives the key that no longer does because of this.
    pub(crate) fn bind_key(&mut self, temporary: i64, to: i64, until: i32) -> Answer<Option<i64>> {
        let auth = self.auth(temporary)?;
        let Some(end) = auth.expires else {
            return Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"));
        };
        if auth.bound_to.is_some_and(|bound| bound != to) {
            return Err(Refusal::bad("TEMP_AUTH_KEY_ALREADY_BOUND"));
        }
        auth.bound_to = Some(to);
        auth.expires = Some(end.min(until));
        // The program has to say anew what it is.
        auth.app = None;
        auth.layer = 0;
        self.temporary.by_end.remove(&(end, temporary));
        self.temporary.by_end.insert((end.min(until), temporary));
        self.touch(Rec::Auth(temporary));
        let bound = self.temporary.bound.entry(to).or_default();
        bound.retain(|id| *id != temporary);
        bound.push(temporary);
        if bound.len() <= BOUND_MAX {
            return Ok(None);
        }
        let replaced = bound.remove(0);
        if let Some(auth) = self.auths.get_mut(&replaced) {
            auth.bound_to = None;
            self.touch(Rec::Auth(replaced));
        }
        self.strangers.push_back(replaced);
        Ok(Some(replaced))
    }

    /// The temporary keys that stand for a permanent one.
    pub(crate) fn temporary_of(&self, permanent: i64) -> &[i64] {
        let bound = self.temporary.bound.get(&permanent);
        bound.map(Vec::as_slice).unwrap_or_default()
    }

    /// A permanent key and those that stand for it: what its program's sessions speak under.
    pub(crate) fn spoken_under(&self, permanent: i64) -> Vec<i64> {
        let bound = self.temporary_of(permanent).iter().copied();
        std::iter::once(permanent).chain(bound).collect()
    }

    /// Builds anew what is derived of temporary keys.
    pub(super) fn reindex_keys(&mut self) {
        self.temporary = Temporary::default();
        self.keys_of.clear();
        for (id, auth) in &self.auths {
            if let Some(user) = auth.user {
                self.keys_of.entry(user).or_default().insert(*id);
            }
            if let Some(at) = auth.expires {
                self.temporary.by_end.insert((at, *id));
            }
            if let Some(permanent) = auth.bound_to {
                self.temporary.bound.entry(permanent).or_default().push(*id);
            }
        }
        for bound in self.temporary.bound.values_mut() {
            bound.sort_by_key(|id| self.auths.get(id).map(|auth| auth.created));
        }
        self.reindex_strangers();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, name_of, temporary_key as temporary, world};
    use super::*;

    const DAY: i32 = 86_400;

    #[test]
    fn a_temporary_key_ends_at_the_earlier_of_its_two_times() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let (short, long) = (temporary(&mut w, DAY), temporary(&mut w, DAY));
        let soon = w.now() + 60;
        w.bind_key(short, permanent, soon).unwrap();
        w.bind_key(long, permanent, soon + 9 * DAY).unwrap();
        w.clock.advance(std::time::Duration::from_secs(61));
        assert!(w.key(short, 1).is_none());
        assert!(w.key(long, 1).is_some());
        assert_eq!(temporary_after(&mut w, permanent), [long]);
        assert!(!w.auths.contains_key(&short), "it is forgotten in the end");
    }

    /// What is bound once a further key has come.
    fn temporary_after(w: &mut World, permanent: i64) -> Vec<i64> {
        temporary(w, DAY);
        w.temporary_of(permanent).to_vec()
    }

    #[test]
    fn a_further_temporary_key_takes_the_place_of_the_oldest() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let until = w.now() + DAY;
        let first = temporary(&mut w, DAY);
        w.bind_key(first, permanent, until).unwrap();
        for _ in 1..BOUND_MAX {
            let next = temporary(&mut w, DAY);
            assert_eq!(w.bind_key(next, permanent, until), Ok(None));
        }
        let last = temporary(&mut w, DAY);
        assert_eq!(w.bind_key(last, permanent, until), Ok(Some(first)));
        assert_eq!(w.permanent(first), first, "it stands for itself alone");
        assert_eq!(w.temporary_of(permanent).len(), BOUND_MAX);
    }

    #[test]
    fn only_a_free_temporary_key_is_bound_and_it_goes_with_its_permanent_one() {
        let mut w = world();
        let (one, two) = (key(&mut w, 1), key(&mut w, 1));
        let until = w.now() + DAY;
        assert_eq!(name_of(w.bind_key(two, one, until)), "TEMP_AUTH_KEY_EMPTY");
        let temp = temporary(&mut w, DAY);
        w.bind_key(temp, one, until).unwrap();
        w.bind_key(temp, one, until).unwrap();
        let taken = name_of(w.bind_key(temp, two, until));
        assert_eq!(taken, "TEMP_AUTH_KEY_ALREADY_BOUND");
        assert_eq!(w.permanent_key(temp, 1).map(|key| key.id()), None);
        w.reindex_keys();
        assert_eq!(w.spoken_under(one), [one, temp]);
        w.forget_key(one);
        assert!(w.key(temp, 1).is_none());
    }
}
