use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::ledger::Ledger;
use crate::events::Join;

/// The duty to say when an event was dealt with: dropping its last receipt acknowledges it, and
/// it does not come again after a restart.
///
/// Whoever works on an event apart from the loop that reads takes the receipt along; see
/// [`Updates::take_receipt`](super::Updates::take_receipt). Clones are for the same event.
#[derive(Clone, Default)]
#[must_use = "dropping the last receipt of an event acknowledges it"]
pub struct Receipt {
    slip: Option<Arc<Slip>>,
    /// Those of others that are dealt with together with this one.
    others: Vec<Self>,
}

struct Slip {
    ledger: Arc<Ledger>,
    ticket: u64,
    forfeited: AtomicBool,
}

impl Receipt {
    /// A receipt of the event with this ticket.
    pub(super) fn new(ledger: Arc<Ledger>, ticket: u64) -> Self {
        let slip = Slip {
            ledger,
            ticket,
            forfeited: AtomicBool::new(false),
        };
        Self {
            slip: Some(Arc::new(slip)),
            others: Vec::new(),
        }
    }

    /// Whether it counts for those who read now: others are for what comes again anyway.
    pub(super) fn is_of(&self, ledger: &Arc<Ledger>) -> bool {
        let slip = self.slip.as_ref();
        slip.is_none_or(|slip| Arc::ptr_eq(&slip.ledger, ledger))
    }

    /// Gives the event back: it was not dealt with, and comes again to the next who reads after
    /// all who read now, in this process or another.
    pub fn forfeit(self) {
        if let Some(slip) = &self.slip {
            slip.forfeited.store(true, Ordering::Release);
        }
        for other in self.others {
            other.forfeit();
        }
    }
}

impl Join for Receipt {
    fn join(&mut self, other: Self) {
        self.others.push(other);
    }
}

/// A receipt that is given back unless it is said that the event was dealt with: for work that may be
/// cut off.
#[derive(Debug, Default)]
pub(crate) struct Held(Option<Receipt>);

impl Held {
    pub(crate) const fn new(receipt: Receipt) -> Self {
        Self(Some(receipt))
    }

    /// The event was dealt with.
    pub(crate) fn acknowledge(mut self) {
        self.0 = None;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(receipt) = self.0.take() {
            receipt.forfeit();
        }
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        let forfeited = self.forfeited.load(Ordering::Acquire);
        self.ledger.settle(self.ticket, forfeited);
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}
