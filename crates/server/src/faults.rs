use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use crate::rpc::Refusal;
use crate::shared::lock;

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is refused.
    Refuse(Refusal),
    /// It is done later.
    Delay(Duration),
    /// The connection ends before it is done.
    CutBefore,
    /// It is done, and the connection ends before the answer leaves.
    CutAfter,
}

/// Faults that wait for their moment. Each strikes once and is gone.
#[derive(Default)]
pub(crate) struct FaultState {
    by_method: Mutex<HashMap<String, VecDeque<Fault>>>,
    /// Bytes to be received until the connection that received the last of them is cut; negative
    /// for no limit.
    bytes_left: AtomicI64,
    /// Encrypted packets to be cut at, counted the same way.
    packets_left: AtomicI64,
    drop_packets: AtomicU32,
    bad_salts: AtomicU32,
    lost_pushes: Mutex<HashMap<i64, u32>>,
}

impl FaultState {
    pub(crate) fn new() -> Self {
        let state = Self::default();
        state.bytes_left.store(-1, Ordering::Relaxed);
        state.packets_left.store(-1, Ordering::Relaxed);
        state
    }

    /// Lets the next call of a method go wrong; several faults strike one call after the other.
    pub(crate) fn add(&self, method: &str, fault: Fault) {
        lock(&self.by_method)
            .entry(method.to_owned())
            .or_default()
            .push_back(fault);
    }

    /// The fault of this call, if there is one.
    pub(crate) fn take(&self, method: &str) -> Option<Fault> {
        let mut faults = lock(&self.by_method);
        let fault = faults.get_mut(method)?.pop_front();
        faults.retain(|_, queue| !queue.is_empty());
        fault
    }

    pub(crate) fn cut_after_bytes(&self, bytes: u64) {
        self.bytes_left
            .store(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn cut_after_packets(&self, packets: u32) {
        self.packets_left.store(packets.into(), Ordering::Relaxed);
    }

    pub(crate) fn drop_packets(&self, packets: u32) {
        self.drop_packets.fetch_add(packets, Ordering::Relaxed);
    }

    pub(crate) fn bad_salt(&self) {
        self.bad_salts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lose_pushes(&self, user: i64, pushes: u32) {
        *lock(&self.lost_pushes).entry(user).or_default() += pushes;
    }

    /// Counts received bytes; `true` if the connection has to end here.
    pub(crate) fn strike_at_bytes(&self, received: usize) -> bool {
        strike(
            &self.bytes_left,
            i64::try_from(received).unwrap_or(i64::MAX),
        )
    }

    /// Counts a received packet; `true` if the connection has to end here.
    pub(crate) fn strike_at_packet(&self) -> bool {
        strike(&self.packets_left, 1)
    }

    /// Whether this packet is lost.
    pub(crate) fn loses_packet(&self) -> bool {
        take_one(&self.drop_packets)
    }

    /// Whether this packet is refused for its salt.
    pub(crate) fn refuses_salt(&self) -> bool {
        take_one(&self.bad_salts)
    }

    /// Whether this update is never sent.
    pub(crate) fn loses_push(&self, user: i64) -> bool {
        let mut lost = lock(&self.lost_pushes);
        let Some(left) = lost.get_mut(&user).filter(|left| **left > 0) else {
            return false;
        };
        *left -= 1;
        if *left == 0 {
            lost.remove(&user);
        }
        true
    }
}

/// Takes from a budget; `true` for whoever uses it up.
fn strike(budget: &AtomicI64, amount: i64) -> bool {
    if budget.load(Ordering::Relaxed) < 0 {
        return false;
    }
    let left = budget.fetch_sub(amount, Ordering::Relaxed);
    let struck = left >= 0 && left <= amount;
    if struck {
        budget.store(-1, Ordering::Relaxed);
    }
    struck
}

fn take_one(count: &AtomicU32) -> bool {
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_once_and_only_its_method() {
        let faults = FaultState::new();
        faults.add("help.getConfig", Fault::CutBefore);
        faults.add("help.getConfig", Fault::CutAfter);
        assert_eq!(faults.take("help.getNearestDc"), None);
        assert_eq!(faults.take("help.getConfig"), Some(Fault::CutBefore));
        assert_eq!(faults.take("help.getConfig"), Some(Fault::CutAfter));
        assert_eq!(faults.take("help.getConfig"), None);
    }

    #[test]
    fn a_budget_of_bytes_is_used_up_once() {
        let faults = FaultState::new();
        assert!(!faults.strike_at_bytes(1000));
        faults.cut_after_bytes(100);
        assert!(!faults.strike_at_bytes(60));
        assert!(faults.strike_at_bytes(60));
        assert!(!faults.strike_at_bytes(60));
    }

    #[test]
    fn updates_of_one_account_are_lost() {
        let faults = FaultState::new();
        faults.lose_pushes(7, 1);
        assert!(!faults.loses_push(8));
        assert!(faults.loses_push(7));
        assert!(!faults.loses_push(7));
    }
}
