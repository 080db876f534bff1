use std::collections::HashSet;

use super::{Logged, What, World};
use crate::rpc::{Answer, Refusal};

/// Most steps in one answer.
const SLICE_MAX: i32 = 100;

/// What happened to a box since a pts.
#[derive(Clone)]
pub(crate) enum Difference {
    /// Nothing.
    Empty,
    /// Too much: the account has to start over from this pts.
    TooLong { pts: i32 },
    /// Messages that came and are still there, and the other steps.
    Steps {
        new: Vec<i32>,
        other: Vec<Logged>,
        /// The pts after these steps.
        pts: i32,
        /// Whether more follow.
        more: bool,
    },
}

impl World {
    /// What an account missed. `most` is how much of it the client can take in all, `slice` how
    /// much in one answer.
    pub(crate) fn difference(
        &self,
        owner: i64,
        since: i32,
        slice: Option<i32>,
        most: Option<i32>,
    ) -> Answer<Difference> {
        let mailbox = self.mailbox(owner)?;
        if since <= 0 {
            return Err(Refusal::bad("PERSISTENT_TIMESTAMP_EMPTY"));
        }
        if since > mailbox.pts {
            return Err(Refusal::bad("PERSISTENT_TIMESTAMP_INVALID"));
        }
        if since == mailbox.pts {
            return Ok(Difference::Empty);
        }
        let floor = mailbox
            .log
            .front()
            .map_or(mailbox.pts, |first| first.pts - first.count);
        let missed = mailbox.pts - since;
        if since < floor || most.is_some_and(|most| most > 0 && missed > most) {
            return Ok(Difference::TooLong { pts: mailbox.pts });
        }
        let limit = slice.filter(|n| *n > 0).unwrap_or(SLICE_MAX).min(SLICE_MAX) as usize;
        let from = mailbox.log.partition_point(|step| step.pts <= since);
        let steps: Vec<Logged> = mailbox.log.iter().skip(from).take(limit).cloned().collect();
        let pts = steps.last().map_or(mailbox.pts, |step| step.pts);
        let (new, other) = self.settle(owner, steps);
        Ok(Difference::Steps {
            new,
            other,
            pts,
            more: pts < mailbox.pts,
        })
    }

    /// Steps as they look from their end: a message that came and was edited is one new message,
    /// one that is gone by now is not told of.
    fn settle(&self, owner: i64, steps: Vec<Logged>) -> (Vec<i32>, Vec<Logged>) {
        let entries = self.boxes.get(&owner).map(|mailbox| &mailbox.entries);
        let there = |id: &i32| entries.is_some_and(|entries| entries.contains_key(id));
        let mut new = Vec::new();
        let mut last_edit = HashSet::new();
        let mut other = Vec::new();
        let arrived: HashSet<i32> = steps
            .iter()
            .filter_map(|step| {
                if let What::New(id) = step.what {
                    Some(id)
                } else {
                    None
                }
            })
            .collect();
        for step in steps.into_iter().rev() {
            match &step.what {
                What::New(id) => new.extend(there(id).then_some(*id)),
                What::Edited(id) => {
                    if there(id) && !arrived.contains(id) && last_edit.insert(*id) {
                        other.push(step);
                    }
                }
                _ => other.push(step),
            }
        }
        new.reverse();
        other.reverse();
        (new, other)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, name_of, pair};
    use super::super::{Actor, Edit, Rich};
    use super::*;

    fn steps(w: &World, owner: i64, since: i32) -> (Vec<i32>, usize, i32, bool) {
        match w.difference(owner, since, None, None).unwrap() {
            Difference::Steps {
                new,
                other,
                pts,
                more,
            } => (new, other.len(), pts, more),
            _ => (Vec::new(), 0, 0, false),
        }
    }

    #[test]
    fn what_was_missed_is_told_once_and_as_it_is_now() {
        let (mut w, a, b) = pair();
        let one = w.send(Actor::account(a), b, draft("1", 1)).unwrap();
        let two = w.send(Actor::account(a), b, draft("2", 2)).unwrap();
        w.send(Actor::account(a), b, draft("3", 3)).unwrap();
        let rich = Rich {
            text: "one".into(),
            entities: Vec::new(),
        };
        let edit = Edit {
            rich: Some(rich),
            ..Edit::default()
        };
        w.edit(Actor::account(a), b, one.id, edit).unwrap();
        w.delete(Actor::account(a), &[two.id], true).unwrap();
        assert_eq!(steps(&w, b, 1), (vec![1, 3], 1, 6, false));
        assert_eq!(steps(&w, b, 4), (vec![], 2, 6, false));
        assert!(matches!(
            w.difference(b, 6, None, None),
            Ok(Difference::Empty)
        ));
    }

    #[test]
    fn long_differences_come_in_slices_that_move_on() {
        let (mut w, a, b) = pair();
        for n in 1..=250 {
            w.send(Actor::account(a), b, draft("x", n)).unwrap();
        }
        let (mut since, mut got) = (1, Vec::new());
        loop {
            let (new, _, pts, more) = steps(&w, b, since);
            assert!(pts > since);
            got.extend(new);
            since = pts;
            if !more {
                break;
            }
        }
        assert_eq!(got, (1..=250).collect::<Vec<_>>());
    }

    #[test]
    fn too_far_behind_and_impossible_states_are_told() {
        let (mut w, a, b) = pair();
        for n in 1..=20 {
            w.send(Actor::account(a), b, draft("x", n)).unwrap();
        }
        assert!(matches!(
            w.difference(b, 1, None, Some(10)),
            Ok(Difference::TooLong { pts: 21 })
        ));
        w.boxes.get_mut(&b).unwrap().log.drain(..5);
        assert!(matches!(
            w.difference(b, 1, None, None),
            Ok(Difference::TooLong { pts: 21 })
        ));
        assert_eq!(
            name_of(w.difference(b, 22, None, None)),
            "PERSISTENT_TIMESTAMP_INVALID"
        );
        assert_eq!(
            name_of(w.difference(b, 0, None, None)),
            "PERSISTENT_TIMESTAMP_EMPTY"
        );
    }
}
