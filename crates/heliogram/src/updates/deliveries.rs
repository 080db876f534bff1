use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use super::{hub::Hub, mailbox::Mailbox};
use crate::{Result, events::Event};

/// An event on its way to whoever reads, and the duty to say when it was dealt with.
pub(crate) struct Delivery {
    pub(crate) event: Result<Event>,
    /// Dropped when the event was dealt with: only then may its place in history be stored.
    pub(crate) receipt: Receipt,
}

/// Dropping the last receipt of an event acknowledges it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receipt {}

/// What one reader is handed; dropping it ends the subscription.
pub(crate) struct Deliveries {
    hub: Hub,
    mailbox: Arc<Mailbox>,
}

impl Deliveries {
    pub(super) const fn new(hub: Hub, mailbox: Arc<Mailbox>) -> Self {
        Self { hub, mailbox }
    }

    /// Waits for the next event; `None` once the client was stopped. Loses nothing if dropped.
    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let taken = self.mailbox.poll_take(cx);
        taken.map(|event| {
            event.map(|event| Delivery {
                event,
                receipt: Receipt::default(),
            })
        })
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.mailbox.close();
        self.hub.wake();
    }
}
