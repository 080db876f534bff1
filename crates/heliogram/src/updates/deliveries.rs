use std::{
    sync::Arc,
    task::{Context, Poll},
};

use super::{
    Receipt,
    company::Company,
    hub::Hub,
    mailbox::{Leftover, Mailbox},
};
use crate::{Result, events::Event};

/// An event on its way to whoever reads, and the duty to say when it was dealt with.
pub(crate) struct Delivery {
    pub(crate) event: Result<Event>,
    /// Dropped when the event was dealt with: only then may its place in history be stored.
    pub(crate) receipt: Receipt,
    /// Who else was handed it.
    pub(super) company: Company,
}

impl Delivery {
    /// What is told by the client itself, and does not come again.
    pub(crate) fn told(event: Event) -> Self {
        Self {
            event: Ok(event),
            receipt: Receipt::default(),
            company: Company::default(),
        }
    }
}

/// What one reader is handed; dropping it ends the subscription.
///
/// What is left in it then goes to the others who read, unless one of them was handed it as well; after
/// the last of them, and when the client stops, it comes again. Receipts that are still out then count
/// to the end of the client, or until somebody reads again: a reader that works on several events at a
/// time waits for that work before it drops this.
pub(crate) struct Deliveries {
    hub: Hub,
    mailbox: Arc<Mailbox>,
}

impl Deliveries {
    pub(super) const fn new(hub: Hub, mailbox: Arc<Mailbox>) -> Self {
        Self { hub, mailbox }
    }

    /// The next event; `None` once the client was stopped.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.mailbox.poll_take(cx)
    }

    /// Ends the subscription with this in hand, which is dealt with as what was not taken is.
    pub(super) fn leave(&self, in_hand: Option<Leftover>) {
        self.hub.unsubscribe(&self.mailbox, in_hand);
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.leave(None);
    }
}
