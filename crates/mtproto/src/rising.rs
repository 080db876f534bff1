//! Collections for ids that come in rising order and mostly leave in that order, too.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicUsize, Ordering},
};

/// For how many values memory is kept once there are none.
const KEPT: usize = 64;

/// Values by id, in the order of the ids.
///
/// Adding at the end and taking away at the front cost next to nothing; all else is found by
/// halving. What is taken away in the middle leaves a gap, and gaps are closed before there are
/// more of them than values.
#[derive(Debug)]
pub(crate) struct RisingMap<K, V> {
    /// Neither the first nor the last is a gap.
    entries: VecDeque<(K, Option<V>)>,
    len: usize,
    /// Where something was found last; the next is often looked for there or right behind it.
    found: AtomicUsize,
}

impl<K, V> Default for RisingMap<K, V> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            len: 0,
            found: AtomicUsize::new(0),
        }
    }
}

impl<K: Copy + Ord, V> RisingMap<K, V> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where an id is, or where it would be.
    fn position(&self, id: K) -> Result<usize, usize> {
        match (self.entries.front(), self.entries.back()) {
            (Some((first, _)), _) if *first == id => return Ok(0),
            (_, Some((last, _))) if *last < id => return Err(self.entries.len()),
            _ => {}
        }
        let last = self.found.load(Ordering::Relaxed);
        let near = self.entries.iter().skip(last).take(2);
        let at = match near.map(|(other, _)| *other == id).position(|same| same) {
            Some(offset) => last + offset,
            None => self.entries.binary_search_by_key(&id, |(id, _)| *id)?,
        };
        self.found.store(at, Ordering::Relaxed);
        Ok(at)
    }

    pub(crate) fn get(&self, id: K) -> Option<&V> {
        let at = self.position(id).ok()?;
        self.entries.get(at)?.1.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: K) -> Option<&mut V> {
        let at = self.position(id).ok()?;
        self.entries.get_mut(at)?.1.as_mut()
    }

    pub(crate) fn contains(&self, id: K) -> bool {
        self.get(id).is_some()
    }

    /// Puts a value under an id, in place of the one that was there.
    pub(crate) fn insert(&mut self, id: K, value: V) {
        let before = match self.position(id) {
            Ok(at) => match self.entries.get_mut(at) {
                Some((_, slot)) => slot.replace(value),
                None => None,
            },
            Err(at) => {
                self.entries.insert(at, (id, Some(value)));
                None
            }
        };
        self.len += usize::from(before.is_none());
    }

    pub(crate) fn remove(&mut self, id: K) -> Option<V> {
        let at = self.position(id).ok()?;
        let value = self.entries.get_mut(at)?.1.take()?;
        self.len -= 1;
        self.trim();
        Some(value)
    }

    pub(crate) fn first(&self) -> Option<(K, &V)> {
        self.iter().next()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> {
        let all = self.entries.iter();
        all.filter_map(|(id, value)| Some((*id, value.as_ref()?)))
    }

    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (K, &mut V)> {
        let all = self.entries.iter_mut();
        all.filter_map(|(id, value)| Some((*id, value.as_mut()?)))
    }

    /// The values under lower ids than this one, the highest first.
    pub(crate) fn before(&self, id: K) -> impl Iterator<Item = &V> {
        let end = self.position(id).unwrap_or_else(|at| at);
        self.entries
            .range(..end)
            .rev()
            .filter_map(|(_, value)| value.as_ref())
    }

    /// The values under this id and higher ones, the lowest first.
    pub(crate) fn at_or_after(&self, id: K) -> impl Iterator<Item = &V> {
        let start = self.position(id).unwrap_or_else(|at| at);
        let rest = self.entries.range(start..);
        rest.filter_map(|(_, value)| value.as_ref())
    }

    /// Keeps the ends free of gaps, and gaps fewer than values.
    fn trim(&mut self) {
        while self.entries.front().is_some_and(|(_, v)| v.is_none()) {
            self.entries.pop_front();
        }
        while self.entries.back().is_some_and(|(_, v)| v.is_none()) {
            self.entries.pop_back();
        }
        if self.entries.len() > 2 * self.len {
            self.entries.retain(|(_, value)| value.is_some());
        }
        if self.is_empty() && self.entries.capacity() > KEPT {
            self.entries = VecDeque::new();
        }
    }
}

/// Ids, in their order.
#[derive(Clone, Debug)]
pub(crate) struct RisingSet<K>(VecDeque<K>);

impl<K> Default for RisingSet<K> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: Copy + Ord> RisingSet<K> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn first(&self) -> Option<K> {
        self.0.front().copied()
    }

    pub(crate) fn contains(&self, id: K) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    pub(crate) fn pop_first(&mut self) -> Option<K> {
        self.0.pop_front()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = K> {
        self.0.iter().copied()
    }

    pub(crate) fn insert(&mut self, id: K) {
        match self.0.back() {
            Some(&last) if last >= id => {
                if let Err(at) = self.0.binary_search(&id) {
                    self.0.insert(at, id);
                }
            }
            _ => self.0.push_back(id),
        }
    }

    pub(crate) fn remove(&mut self, id: K) {
        match self.0.front() {
            None => {}
            Some(&first) if first == id => drop(self.0.pop_front()),
            Some(_) => {
                if let Ok(at) = self.0.binary_search(&id) {
                    self.0.remove(at);
                }
            }
        }
    }

    pub(crate) fn into_vec(self) -> Vec<K> {
        self.0.into()
    }

    /// Adds many ids, in whatever order.
    pub(crate) fn extend(&mut self, ids: impl IntoIterator<Item = K>) {
        self.0.extend(ids);
        let mut all = Vec::from(std::mem::take(&mut self.0));
        all.sort_unstable();
        all.dedup();
        self.0 = all.into();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_map_does_what_any_map_does(steps in prop::collection::vec((0..5u8, 0..40u32), 0..300)) {
            let (mut ours, mut model) = (RisingMap::default(), BTreeMap::new());
            for (value, (what, id)) in steps.into_iter().enumerate() {
                match what {
                    0..=2 => {
                        ours.insert(id, value);
                        model.insert(id, value);
                    }
                    3 => prop_assert_eq!(ours.remove(id), model.remove(&id)),
                    _ => {
                        prop_assert_eq!(ours.get(id), model.get(&id));
                        let before: Vec<_> = ours.before(id).collect();
                        let from: Vec<_> = ours.at_or_after(id).collect();
                        prop_assert_eq!(before, model.range(..id).rev().map(|e| e.1).collect::<Vec<_>>());
                        prop_assert_eq!(from, model.range(id..).map(|e| e.1).collect::<Vec<_>>());
                    }
                }
                prop_assert_eq!(ours.len(), model.len());
                prop_assert!(ours.entries.len() <= 2 * ours.len());
            }
            let all: Vec<_> = ours.iter().collect();
            prop_assert_eq!(all, model.iter().map(|(id, v)| (*id, v)).collect::<Vec<_>>());
        }

        #[test]
        fn a_set_does_what_any_set_does(steps in prop::collection::vec((0..5u8, 0..40u32), 0..200)) {
            let (mut ours, mut model) = (RisingSet::default(), BTreeSet::new());
            for (what, id) in steps {
                match what {
                    0 | 1 => {
                        ours.insert(id);
                        model.insert(id);
                    }
                    2 => {
                        ours.remove(id);
                        model.remove(&id);
                    }
                    3 => prop_assert_eq!(ours.pop_first(), model.pop_first()),
                    _ => {
                        ours.extend([id + 7, id]);
                        model.extend([id + 7, id]);
                    }
                }
                prop_assert_eq!(ours.first(), model.first().copied());
            }
            prop_assert_eq!(ours.iter().collect::<Vec<_>>(), model.into_iter().collect::<Vec<_>>());
        }
    }
}
