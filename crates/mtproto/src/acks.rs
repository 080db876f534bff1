//! Acknowledgements to send.

use std::time::Duration;

use crate::{rising::RisingSet, wire::MAX_IDS};

/// Received messages that are to be acknowledged.
///
/// They leave with the next packet that is sent anyway, or by themselves after `delay`, or once
/// there are `count` of them.
#[derive(Debug)]
pub(crate) struct Acks {
    ids: RisingSet<i64>,
    since: Duration,
    delay: Duration,
    count: usize,
}

impl Acks {
    pub(crate) fn new(delay: Duration, count: usize) -> Self {
        Self {
            ids: RisingSet::default(),
            since: Duration::ZERO,
            delay,
            count,
        }
    }

    /// Adds a message; what is over the limit of one message is left to the sender's resending.
    pub(crate) fn push(&mut self, id: i64, now: Duration) {
        if self.ids.is_empty() {
            self.since = now;
        }
        if self.ids.len() < MAX_IDS {
            self.ids.insert(id);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether they must leave now, other packets or not.
    pub(crate) fn due(&self, now: Duration) -> bool {
        self.deadline().is_some_and(|at| now >= at)
    }

    /// When they must leave (monotonic).
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.ids.len() {
            0 => None,
            n if n >= self.count => Some(self.since),
            _ => Some(self.since + self.delay),
        }
    }

    /// Takes one out: another message has said the same.
    pub(crate) fn forget(&mut self, id: i64) {
        self.ids.remove(id);
    }

    /// Takes all of them.
    pub(crate) fn take(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.ids).into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acks_wait_for_company_but_not_for_long() {
        let at = Duration::from_secs;
        let mut acks = Acks::new(at(10), 3);
        assert!(!acks.due(at(100)));
        acks.push(1, at(100));
        acks.push(3, at(105));
        assert!(!acks.due(at(109)) && acks.due(at(110)));
        acks.push(5, at(106));
        assert!(acks.due(at(106)), "three are enough");
        assert_eq!(acks.take(), [1, 3, 5]);
        assert!(acks.is_empty() && acks.deadline().is_none());
    }
}
