//! What comes out of the engine, on its way to readers.

use std::{future, sync::Arc};

use tokio::time::Instant;

use super::{Driver, known::Before};
use crate::{
    Client, Event, PeerId,
    events::{Context, Unreadable},
    updates::{
        Receipt,
        careful::Found,
        engine::Engine,
        ledger::{self, Ledger},
        mailbox::{Letter, Mailbox},
        marks::as_edit,
        normalize::Payload,
    },
};

/// Why nothing can be handed out.
#[derive(Clone)]
pub(super) enum Obstacle {
    /// A reader has too much to read.
    Mailbox(Arc<Mailbox>),
    /// Too much was not acknowledged yet.
    Ledger,
}

/// Waits until the obstacle is gone. That the ledger has room is told by itself.
pub(super) async fn unblocked(obstacle: Option<Obstacle>) {
    match obstacle {
        Some(Obstacle::Mailbox(mailbox)) => mailbox.room().await,
        Some(Obstacle::Ledger) => future::pending().await,
        None => {}
    }
}

/// The readers of one moment, and what they have in their hands.
struct Outlet {
    readers: Vec<Arc<Mailbox>>,
    ledger: Arc<Ledger>,
}

impl Outlet {
    fn obstacle(&self) -> Option<Obstacle> {
        if self.ledger.len() >= ledger::MOST {
            return Some(Obstacle::Ledger);
        }
        let full = self.readers.iter().find(|reader| !reader.has_room());
        full.cloned().map(Obstacle::Mailbox)
    }

    /// Hands an event to all readers.
    fn put(&self, event: &Event, receipt: Receipt, arrived: Instant) {
        let mut taken = false;
        for reader in &self.readers {
            taken |= reader.put(Letter {
                event: Ok(event.clone()),
                receipt: receipt.clone(),
                arrived,
            });
        }
        if !taken {
            // They went away meanwhile: it is for the next who reads.
            receipt.forfeit();
        }
    }

    /// Tells all readers something that is not part of history.
    fn tell(&self, event: &Event) {
        for reader in &self.readers {
            reader.put(Letter {
                event: Ok(event.clone()),
                receipt: Receipt::default(),
                arrived: Instant::now(),
            });
        }
    }
}

impl Driver {
    /// Hands ready events to all readers, then notes how far they have come; answers whether
    /// everything is out.
    pub(super) fn deliver(&mut self, client: &Client) -> bool {
        self.blocked = None;
        let Some(readers) = self.hub.readers().filter(|_| self.engine.is_some()) else {
            return true;
        };
        let ledger = self.hub.ledger();
        let outlet = Outlet { readers, ledger };
        // What conversations have given back was dealt with once already.
        self.pass_returned(&outlet);
        loop {
            self.blocked = outlet.obstacle();
            if self.blocked.is_some() {
                return false;
            }
            let next = self.engine.as_mut().and_then(Engine::poll_update);
            let Some(payload) = next else {
                break;
            };
            self.hand_out(client, &outlet, payload);
        }
        let missing = self.requests.is_fetching();
        for (album, receipt) in self.albums.handle_timeout(self.now(), missing) {
            outlet.put(&album, receipt, Instant::now());
        }
        self.tell_notices(&outlet);
        true
    }

    /// Sees to it that an update gets to whom it is for: a conversation, or all readers.
    fn hand_out(&mut self, client: &Client, outlet: &Outlet, payload: Payload) {
        if self.known.sent(&payload.update) {
            return;
        }
        let (update, changed) = match self.known.take_ahead(&payload.update) {
            Before::New => (payload.update, None),
            Before::Changed(known) => {
                let message = Arc::new(payload.update.clone());
                (as_edit(payload.update), Some((message, known)))
            }
            Before::Same => {
                // It goes on being known until it is counted.
                drop(outlet.ledger.open(Some(Arc::new(payload.update))));
                return;
            }
        };
        let cx = Context::new(client, update, payload.entities);
        let event = Event::from_update(&cx);
        let open = || match &changed {
            None => outlet.ledger.open(Some(Arc::clone(cx.update()))),
            Some((message, known)) => outlet.ledger.open_change(Arc::clone(message), *known),
        };
        if self.hub.desk().offer(&cx, &event) {
            drop(open());
            return;
        }
        self.pass_returned(outlet);
        if outlet.readers.is_empty() {
            // One that was given back keeps the place of all that come after it.
            let first = !std::mem::replace(&mut self.left_behind, true);
            if first || changed.is_some() {
                open().forfeit();
            }
            return;
        }
        self.pass(outlet, event, open(), payload.arrived);
    }

    /// Hands out what ended conversations leave to others.
    fn pass_returned(&mut self, outlet: &Outlet) {
        for event in self.hub.desk().take_returned() {
            self.pass(outlet, event, Receipt::default(), Instant::now());
        }
    }

    /// Hands an event to all readers, with the albums around it.
    fn pass(&mut self, outlet: &Outlet, event: Event, receipt: Receipt, arrived: Instant) {
        let now = self.now();
        for (event, receipt) in self.albums.pass(now, event, receipt) {
            outlet.put(&event, receipt, arrived);
        }
    }

    /// Tells readers of gaps, and takes the counters that moved.
    fn tell_notices(&mut self, outlet: &Outlet) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        while let Some(notice) = engine.poll_notice() {
            if let Some(gap) = self.notices.take(notice, self.hub.meter()) {
                outlet.tell(&Event::Gap(gap));
            }
        }
        self.notices.count(engine.counts(), self.hub.meter());
        self.hub.set_quarantined(self.notices.quarantined());
        if let Some(changes) = engine.take_changes() {
            outlet.ledger.moved(changes.into());
        }
    }

    /// Tells readers of what cannot be read.
    pub(super) fn unreadable(&self, found: Found) {
        self.hub.meter().unreadable.count();
        let event = Event::Unreadable(Unreadable {
            bytes: found.bytes,
            chat: found.channel.and_then(PeerId::channel),
            range: found.range,
        });
        let readers = self.hub.readers().unwrap_or_default();
        let ledger = self.hub.ledger();
        // Told at once, ahead of what is on its way; a full mailbox drops its oldest.
        Outlet { readers, ledger }.tell(&event);
    }
}
