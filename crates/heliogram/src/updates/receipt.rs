use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use super::ledger::{Ledger, Outcome};
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
    /// The worst [`Outcome`] of any of its receipts, as a number.
    outcome: AtomicU8,
}

impl Receipt {
    /// A receipt of the event with this ticket.
    pub(super) fn new(ledger: Arc<Ledger>, ticket: u64) -> Self {
        let slip = Slip {
            ledger,
            ticket,
            outcome: AtomicU8::new(Outcome::Acknowledged as u8),
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
        self.end(Outcome::Forfeited);
    }

    /// Nobody dealt with the event, and nobody is to, unless what is kept for one before it is given
    /// back: then it comes again with that.
    pub(super) fn pass_over(self) {
        self.end(Outcome::PassedOver);
    }

    /// Whether anything depends on it.
    pub(super) fn counts(&self) -> bool {
        self.slip.is_some() || !self.others.is_empty()
    }

    fn end(self, outcome: Outcome) {
        if let Some(slip) = &self.slip {
            slip.outcome.fetch_max(outcome as u8, Ordering::AcqRel);
        }
        for other in self.others {
            other.end(outcome);
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
        let outcome = match self.outcome.load(Ordering::Acquire) {
            n if n == Outcome::Acknowledged as u8 => Outcome::Acknowledged,
            n if n == Outcome::PassedOver as u8 => Outcome::PassedOver,
            _ => Outcome::Forfeited,
        };
        self.ledger.settle(self.ticket, outcome);
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}
