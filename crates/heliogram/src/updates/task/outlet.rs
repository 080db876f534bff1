//! What comes out of the engine, on its way to readers.

use std::{future, sync::Arc};

use heliogram_api::enums;
use tokio::time::{Instant, sleep_until};

use super::{Driver, known::Before};
use crate::{
    Client, Event, PeerId,
    conversation::Receipts,
    events::{Context, Unreadable},
    updates::{
        Receipt,
        careful::Found,
        company::Company,
        engine::Engine,
        ledger::{self, Ledger},
        mailbox::{Letter, Mailbox},
        marks::as_edit,
        normalize::Payload,
        own::PATIENCE,
    },
};

/// Why nothing can be handed out.
#[derive(Clone)]
pub(super) enum Obstacle {
    /// A reader has too much to read.
    Mailbox(Arc<Mailbox>),
    /// Too much was not acknowledged yet.
    Ledger,
    /// A call of this client is under way, at most until then.
    Call(Instant),
}

/// A message of this account that came from the server, while calls are under way that may have
/// sent it.
pub(super) struct Doubt {
    payload: Payload,
    /// The tickets of those calls are before this one.
    calls: u64,
    until: Instant,
}

/// What is to be handed to the readers as soon as they have room.
pub(super) struct Ready {
    event: Event,
    receipt: Receipt,
    /// When the update came in from the server.
    arrived: Instant,
}

/// Waits until the obstacle is gone. That the ledger has room is told by itself.
pub(super) async fn unblocked(obstacle: Option<Obstacle>) {
    match obstacle {
        Some(Obstacle::Mailbox(mailbox)) => mailbox.room().await,
        Some(Obstacle::Ledger) => future::pending().await,
        Some(Obstacle::Call(until)) => sleep_until(until).await,
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

    /// Hands an event to all readers; answers whether there was any.
    fn put(&self, ready: Ready) -> bool {
        let Ready {
            event,
            receipt,
            arrived,
        } = ready;
        let company = Company::of(self.readers.len());
        let mut taken = false;
        for reader in &self.readers {
            let took = reader.put(Letter {
                event: Ok(event.clone()),
                receipt: receipt.clone(),
                company: company.clone(),
                arrived,
            });
            taken |= took;
            if !took {
                company.leave();
            }
        }
        if !taken {
            // They went away meanwhile: it is for the next who reads.
            receipt.forfeit();
        }
        taken
    }

    /// Tells all readers something of which nothing depends on whether they hear it.
    fn tell(&self, event: &Event) {
        for reader in &self.readers {
            reader.put(Letter {
                event: Ok(event.clone()),
                receipt: Receipt::default(),
                company: Company::default(),
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
        if self.left_behind && !readers.is_empty() {
            // Somebody reads who was not there then: all of it comes again first.
            return true;
        }
        let ledger = self.hub.ledger();
        let outlet = Outlet { readers, ledger };
        loop {
            self.blocked = outlet.obstacle().or_else(|| self.unanswered());
            if self.blocked.is_some() {
                return false;
            }
            if let Some(ready) = self.ready.pop_front() {
                self.put(&outlet, ready);
            } else if let Some((event, receipt)) = self.hub.take_left() {
                self.pass_left(&outlet, event, receipt);
            } else if let Some((event, receipt)) = self.hub.desk().take_returned() {
                self.pass_returned(&outlet, event, receipt);
            } else if let Some(payload) = self.next() {
                self.hand_out(client, &outlet, payload);
            } else if self.doubt.is_none() && !self.end_albums() && !self.tell_notice(&outlet) {
                break;
            }
        }
        self.count(&outlet);
        true
    }

    fn put(&mut self, outlet: &Outlet, ready: Ready) {
        self.left_behind |= !outlet.put(ready);
    }

    /// Albums of which nothing more is to come are ready; answers whether there were any.
    fn end_albums(&mut self) -> bool {
        let missing = self.requests.is_fetching();
        let whole = self.albums.handle_timeout(self.now(), missing);
        self.ready
            .extend(whole.into_iter().map(|(event, receipt)| Ready {
                event,
                receipt,
                arrived: Instant::now(),
            }));
        !self.ready.is_empty()
    }

    /// What was not handed out is for those who read next.
    pub(super) fn abandon_ready(&mut self) {
        self.ready
            .drain(..)
            .for_each(|ready| ready.receipt.forfeit());
    }

    /// What is to be handed out next. A message that may be this client's own becomes a doubt.
    fn next(&mut self) -> Option<Payload> {
        if let Some(doubt) = self.doubt.take() {
            return Some(doubt.payload);
        }
        let payload = self.engine.as_mut()?.poll_update()?;
        if !is_written_by(&payload.update, self.account) {
            return Some(payload);
        }
        let sent = self.hub.sent();
        let Some(calls) = sent.awaited().filter(|_| !sent.has_sent(&payload.update)) else {
            return Some(payload);
        };
        self.doubt = Some(Doubt {
            payload,
            calls,
            until: Instant::now() + PATIENCE,
        });
        None
    }

    /// The calls that may have sent the message which is in doubt, while it is in doubt.
    fn unanswered(&self) -> Option<Obstacle> {
        let doubt = self.doubt.as_ref()?;
        let sent = self.hub.sent();
        if sent.has_sent(&doubt.payload.update) || !sent.is_awaited(doubt.calls) {
            return None;
        }
        if doubt.until <= Instant::now() {
            sent.give_up(doubt.calls);
            return None;
        }
        Some(Obstacle::Call(doubt.until))
    }

    /// Sees to it that an update gets to whom it is for: a conversation, or all readers.
    fn hand_out(&mut self, client: &Client, outlet: &Outlet, payload: Payload) {
        if self.hub.sent().has_sent(&payload.update) {
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
        let mut open = || match &changed {
            None => outlet.ledger.open(Some(Arc::clone(cx.update()))),
            Some((message, known)) => outlet.ledger.open_change(Arc::clone(message), *known),
        };
        let room = outlet.ledger.len() < ledger::MOST / 2;
        let mut receipts = Receipts::new(room, &mut open);
        let taken = self.hub.desk().offer(&cx, &event, &mut receipts);
        while let Some((event, receipt)) = self.hub.desk().take_returned() {
            self.pass_returned(outlet, event, receipt);
        }
        if taken {
            return;
        }
        if outlet.readers.is_empty() {
            self.left_behind = true;
            // One that was given back keeps the place of all that come after it.
            if changed.is_some() || !outlet.ledger.is_held() {
                receipts.rest().forfeit();
            }
            return;
        }
        self.pass(event, receipts.rest(), payload.arrived);
    }

    /// Tells all readers of what they will never get, or those who read next: nothing else would say
    /// that something happened there.
    fn tell_loss(&mut self, outlet: &Outlet, event: Event) {
        if outlet.readers.is_empty() {
            self.left_behind = true;
            if outlet.ledger.is_held() {
                return;
            }
        }
        let ready = Ready {
            event,
            receipt: outlet.ledger.open(None),
            arrived: Instant::now(),
        };
        self.put(outlet, ready);
    }

    /// Hands out what an ended conversation leaves to others, or keeps it for those who read next.
    fn pass_returned(&mut self, outlet: &Outlet, event: Event, receipt: Receipt) {
        if !receipt.is_of(&outlet.ledger) {
            // It was taken before those who read now began: it comes again by itself.
        } else if outlet.readers.is_empty() {
            self.left_behind = true;
            receipt.forfeit();
        } else {
            self.pass(event, receipt, Instant::now());
        }
    }

    /// What a reader has left goes to the others as it is, albums too. If it was taken before those who
    /// read now began, it comes again by itself.
    fn pass_left(&mut self, outlet: &Outlet, event: Event, receipt: Receipt) {
        if receipt.is_of(&outlet.ledger) {
            self.ready.push_back(Ready {
                event,
                receipt,
                arrived: Instant::now(),
            });
        }
    }

    /// Nobody reads now: what readers and ended conversations have left comes again.
    pub(super) fn forfeit_returned(&mut self) {
        let hub = self.hub.clone();
        let next = || hub.take_left().or_else(|| hub.desk().take_returned());
        while let Some((_, receipt)) = next() {
            self.left_behind = true;
            receipt.forfeit();
        }
    }

    /// An event is ready for all readers, with the albums around it.
    fn pass(&mut self, event: Event, receipt: Receipt, arrived: Instant) {
        let now = self.now();
        let all = self.albums.pass(now, event, receipt);
        self.ready.extend(all.map(|(event, receipt)| Ready {
            event,
            receipt,
            arrived,
        }));
    }

    /// Tells readers of a gap; answers whether there was any news of that kind.
    fn tell_notice(&mut self, outlet: &Outlet) -> bool {
        let Some(notice) = self.engine.as_mut().and_then(Engine::poll_notice) else {
            return false;
        };
        match self.notices.take(notice, self.hub.meter()) {
            Some(gap) if gap.is_loss() => self.tell_loss(outlet, Event::Gap(gap)),
            Some(gap) => outlet.tell(&Event::Gap(gap)),
            None => {}
        }
        true
    }

    /// Takes the counters that moved; all that moved them was handed out.
    fn count(&mut self, outlet: &Outlet) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        self.notices.count(engine.counts(), self.hub.meter());
        self.hub.set_quarantined(self.notices.quarantined());
        if let Some(changes) = engine.take_changes() {
            outlet.ledger.moved(changes.into());
        }
    }

    /// Tells readers of what cannot be read.
    pub(super) fn unreadable(&mut self, found: Found) {
        self.hub.meter().unreadable.count();
        let event = Event::Unreadable(Unreadable {
            bytes: found.bytes,
            chat: found.channel.and_then(PeerId::channel),
            range: found.range,
        });
        let readers = self.hub.readers().unwrap_or_default();
        let ledger = self.hub.ledger();
        // Told at once, ahead of what is on its way; a full mailbox drops its oldest.
        self.tell_loss(&Outlet { readers, ledger }, event);
    }
}

/// Whether an update brings a message that this account wrote.
fn is_written_by(update: &enums::Update, account: Option<i64>) -> bool {
    let message = match update {
        enums::Update::NewMessage(u) => &u.message,
        enums::Update::NewChannelMessage(u) => &u.message,
        _ => return false,
    };
    let (out, peer) = match message {
        enums::Message::Message(m) => (m.out, &m.peer_id),
        enums::Message::Service(m) => (m.out, &m.peer_id),
        _ => return false,
    };
    // What is written to oneself does not count as outgoing everywhere.
    let to_itself = matches!(peer, enums::Peer::User(u) if Some(u.user_id) == account);
    out || to_itself
}
