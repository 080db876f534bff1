//! Events that were dropped, until handlers are told how many.

use std::sync::Mutex;

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::lanes::PATIENCE;
use crate::{Event, net::lock, updates::Held};

/// The events that were dropped and that nobody was told of.
#[derive(Default)]
pub(super) struct Lag {
    untold: Mutex<Untold>,
    /// Told when it may be time to tell.
    changed: Notify,
}

/// How many events were dropped.
#[derive(Debug, Default)]
pub(super) struct Untold {
    pub(super) events: u64,
    /// Of the earliest of them: as long as handlers were not told, all of them come again after a
    /// restart.
    pub(super) receipt: Held,
    /// When it is to be told.
    due: Option<Instant>,
}

impl Lag {
    /// Adds an event; it is told half a minute later, if not before. Answers how many there are.
    pub(super) fn add(&self, event: &Event, receipt: Held) -> u64 {
        let mut untold = lock(&self.untold);
        // The news of others was dropped, too: they are told of with this one.
        untold.events += match event {
            Event::Lagged(others) => *others,
            _ => 1,
        };
        untold.receipt.cover(receipt);
        if untold.due.is_none() {
            untold.due = Some(Instant::now() + PATIENCE);
            self.changed.notify_one();
        }
        untold.events
    }

    /// It is time to tell.
    pub(super) fn tell(&self) {
        let mut untold = lock(&self.untold);
        if untold.events > 0 {
            untold.due = Some(Instant::now());
            self.changed.notify_one();
        }
    }

    /// What was to be told cannot be just now: it is when there is more of it, or when somebody says
    /// that it is [time](Self::tell).
    pub(super) fn put_off(&self, events: u64, receipt: Held) {
        tracing::warn!(
            events,
            "events were dropped; a handler that does not end keeps others from being told"
        );
        let mut untold = lock(&self.untold);
        untold.events += events;
        untold.receipt.cover(receipt);
    }

    /// What comes again is nothing to tell of.
    pub(super) fn forget_what_comes_again(&self) {
        let mut untold = lock(&self.untold);
        if untold.receipt.counts() {
            *untold = Untold::default();
        }
    }

    /// Waits until there may be something [to tell](Self::take_due).
    pub(super) async fn news(&self) {
        let due = lock(&self.untold).due;
        let late = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.changed.notified() => {}
            () = late => {}
        }
    }

    /// What is to be told by now.
    pub(super) fn take_due(&self) -> Option<Untold> {
        let mut untold = lock(&self.untold);
        let due = untold.due.is_some_and(|due| due <= Instant::now());
        due.then(|| std::mem::take(&mut *untold))
    }

    /// What was not told so far, if there is anything.
    pub(super) fn take(&self) -> Option<Untold> {
        let untold = std::mem::take(&mut *lock(&self.untold));
        (untold.events > 0).then_some(untold)
    }
}
