//! Who listens where: the table by which updates find conversations.

use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use heliogram_api::enums;

use super::{
    ConversationError,
    seat::{Ended, Heard, Receipts, Seat},
    transcript::Left,
};
use crate::{
    Error, Event, Filter, Message, PeerId, Result, dispatch::UpdateCx, events::Context, net::lock,
    updates::Receipt,
};

/// The conversations of a client.
#[derive(Default)]
pub(crate) struct Desk {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    seats: HashMap<PeerId, Vec<Arc<Seat>>>,
    watches: Vec<Arc<Watch>>,
    /// What ended conversations leave to the others.
    returned: VecDeque<(Event, Receipt)>,
    closed: bool,
}

impl Desk {
    /// Whether there is any conversation, so that updates have to be followed.
    pub(crate) fn is_open(&self) -> bool {
        !lock(&self.table).seats.is_empty()
    }

    /// The client ends, and every conversation with it.
    pub(crate) fn close(&self) {
        let mut table = lock(&self.table);
        table.closed = true;
        table.watches.clear();
        for (_, receipt) in table.returned.drain(..) {
            receipt.forfeit();
        }
        for seat in std::mem::take(&mut table.seats).into_values().flatten() {
            table.end(&seat, Ended::Closed);
        }
    }

    /// The account is signed out, and every conversation with it.
    pub(crate) fn sign_out(&self) {
        self.end(None, Ended::SignedOut);
    }

    /// The next that conversations which have ended leave to other readers, to be shown to them
    /// before anything that was [offered](Self::offer) since.
    pub(crate) fn take_returned(&self) -> Option<(Event, Receipt)> {
        lock(&self.table).returned.pop_front()
    }

    /// Shows an event to the conversations; answers whether one of them took it, so that nobody
    /// else is to see it.
    ///
    /// Whoever takes it has a receipt: it counts as dealt with when it was handed out.
    pub(crate) fn offer(&self, cx: &Context, event: &Event, receipts: &mut Receipts<'_>) -> bool {
        let heard = heard(cx, event);
        let (seats, watches) = {
            let table = lock(&self.table);
            if table.seats.is_empty() {
                return false;
            }
            let seats = heard.and_then(|(chat, _)| table.seats.get(&chat));
            (seats.cloned(), table.watches.clone())
        };
        let mut taken = false;
        if let Some((_, heard)) = heard {
            for seat in seats.into_iter().flatten() {
                taken |= match ends(cx, event, &seat) {
                    true => self.call_off(&seat),
                    false => self.tell(&seat, heard, receipts),
                };
            }
        }
        if !watches.is_empty() {
            taken |= self.show(cx, event, &watches, taken, receipts);
        }
        taken
    }

    /// Tells a conversation; answers whether nobody else is to know.
    fn tell(&self, seat: &Seat, heard: Heard<'_>, receipts: &mut Receipts<'_>) -> bool {
        let (taken, spilled) = seat.hear(heard, receipts);
        for (left, receipt) in spilled {
            lock(&self.table).give_back(event(left), receipt);
        }
        taken
    }

    /// Lets the filters look that are waiting for an event. `kept` is whether a conversation has it
    /// anyway.
    fn show(
        &self,
        cx: &Context,
        event: &Event,
        watches: &[Arc<Watch>],
        kept: bool,
        receipts: &mut Receipts<'_>,
    ) -> bool {
        let cx = UpdateCx::new(cx.client().clone(), event.clone());
        let mut taken = false;
        for watch in watches {
            let place = watch.seat.place;
            let here = place.covers(event);
            if watch.reach == Reach::Here && !here {
                continue;
            }
            // A filter is the caller's code, and what runs it here serves everybody.
            let holds = catch_unwind(AssertUnwindSafe(|| watch.filter.holds(&cx)));
            let mut own = None;
            let caught = match holds {
                Ok(false) => continue,
                Ok(true) => {
                    own = (here && place.exclusive).then(|| receipts.one(&place));
                    Ok(event.clone())
                }
                Err(_) => Err(ConversationError::FilterPanicked),
            };
            let mut table = lock(&self.table);
            if !table.forget(watch) {
                // Nobody waits for it any more.
                continue;
            }
            taken |= own.is_some();
            *lock(&watch.caught) = Some(Caught {
                what: caught,
                receipt: own.filter(|_| !kept),
            });
            drop(table);
            watch.seat.ring();
        }
        taken
    }

    /// Ends a conversation by the word for that, which was its last; answers whether nobody else is
    /// to have it.
    fn call_off(&self, seat: &Arc<Seat>) -> bool {
        self.leave(seat);
        seat.place.exclusive
    }

    /// Lets a conversation listen from now on.
    pub(super) fn sit(&self, seat: &Arc<Seat>) -> Result<()> {
        let mut table = lock(&self.table);
        if table.closed {
            return Err(Error::Closed);
        }
        let seats = table.seats.entry(seat.place.chat).or_default();
        if seat.place.exclusive && seats.iter().any(|s| s.place.overlaps(&seat.place)) {
            let chat = seat.place.chat.as_i64();
            return Err(ConversationError::AlreadyOpen { chat }.into());
        }
        seats.push(Arc::clone(seat));
        Ok(())
    }

    /// A conversation is over.
    pub(super) fn leave(&self, seat: &Arc<Seat>) {
        let mut table = lock(&self.table);
        table.watches.retain(|w| !Arc::ptr_eq(&w.seat, seat));
        // While the table is held, so that what is left comes before what is not taken any more.
        table.end(seat, Ended::Cancelled);
        if let Some(seats) = table.seats.get_mut(&seat.place.chat) {
            seats.retain(|s| !Arc::ptr_eq(s, seat));
            if seats.is_empty() {
                table.seats.remove(&seat.place.chat);
            }
        }
    }

    /// Calls off the conversations in a chat, or all; answers how many there were.
    pub(super) fn cancel(&self, chat: Option<PeerId>) -> usize {
        self.end(chat, Ended::Cancelled)
    }

    fn end(&self, chat: Option<PeerId>, why: Ended) -> usize {
        let mut table = lock(&self.table);
        let seats: Vec<_> = match chat {
            Some(chat) => table.seats.remove(&chat).unwrap_or_default(),
            None => {
                let all = std::mem::take(&mut table.seats);
                all.into_values().flatten().collect()
            }
        };
        for seat in &seats {
            table.end(seat, why);
        }
        seats.len()
    }

    pub(super) fn watch(&self, watch: &Arc<Watch>) {
        lock(&self.table).watches.push(Arc::clone(watch));
    }

    /// Nobody waits for it any more. What it has caught and nobody took is for others.
    pub(super) fn unwatch(&self, watch: &Arc<Watch>) {
        let mut table = lock(&self.table);
        table.forget(watch);
        let caught = lock(&watch.caught).take();
        if let Some(Caught {
            what: Ok(event),
            receipt: Some(receipt),
        }) = caught
        {
            table.give_back(event, receipt);
        }
    }
}

impl Table {
    /// Takes a watch away; answers whether it was there.
    fn forget(&mut self, watch: &Arc<Watch>) -> bool {
        let before = self.watches.len();
        self.watches.retain(|w| !Arc::ptr_eq(w, watch));
        self.watches.len() < before
    }

    fn end(&mut self, seat: &Seat, why: Ended) {
        for (left, receipt) in seat.end(why) {
            match why {
                // They are for the account that was signed in.
                Ended::SignedOut => receipt.forfeit(),
                _ => self.give_back(event(left), receipt),
            }
        }
    }

    /// It is for others; for those of a later run if nobody reads any more.
    fn give_back(&mut self, event: Event, receipt: Receipt) {
        match self.closed {
            true => receipt.forfeit(),
            false => self.returned.push_back((event, receipt)),
        }
    }
}

/// Whether a message is the word that ends a conversation.
fn ends(cx: &Context, event: &Event, seat: &Seat) -> bool {
    let Some(word) = &seat.cancel_on else {
        return false;
    };
    if !matches!(event, Event::NewMessage(_)) || !seat.place.covers(event) || seat.has_ended() {
        return false;
    }
    let cx = UpdateCx::new(cx.client().clone(), event.clone());
    // A filter is the caller's code, and what runs it here serves everybody.
    catch_unwind(AssertUnwindSafe(|| word.holds(&cx))).unwrap_or_else(|_| {
        tracing::error!("the filter of `cancel_on` panicked: the message counts as any other");
        false
    })
}

/// What nobody asked for, as others see it.
fn event(left: Left<Message>) -> Event {
    match left {
        Left::Message(message) => Event::NewMessage(message),
        Left::Edit(message) => Event::MessageEdited(message),
    }
}

/// Where a watch looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// In the chat of its conversation.
    Here,
    Everywhere,
}

/// Somebody who waits for one event that passes a filter.
pub(super) struct Watch {
    seat: Arc<Seat>,
    filter: Filter,
    reach: Reach,
    caught: Mutex<Option<Caught>>,
}

/// What a watch was there for.
struct Caught {
    what: Result<Event, ConversationError>,
    /// If nobody else has the event.
    receipt: Option<Receipt>,
}

impl Watch {
    pub(super) fn new(seat: &Arc<Seat>, filter: Filter, reach: Reach) -> Self {
        Self {
            seat: Arc::clone(seat),
            filter,
            reach,
            caught: Mutex::default(),
        }
    }

    /// What it was waited for, once it is there.
    pub(super) fn take(&self) -> Option<Result<Event, ConversationError>> {
        lock(&self.caught).take().map(|caught| caught.what)
    }
}

/// What an event is to a conversation in its chat: what others wrote, changed or have read.
fn heard<'a>(cx: &Context, event: &'a Event) -> Option<(PeerId, Heard<'a>)> {
    match event {
        Event::NewMessage(m) => {
            let said = !m.is_outgoing() && !m.is_service();
            return said.then_some((m.peer_id(), Heard::Message(m)));
        }
        Event::MessageEdited(m) => {
            return (!m.is_outgoing()).then_some((m.peer_id(), Heard::Edit(m)));
        }
        _ => {}
    }
    let (chat, to, topic) = match &**cx.update() {
        enums::Update::ReadHistoryOutbox(u) => (PeerId::from_peer(&u.peer)?, u.max_id, None),
        enums::Update::ReadChannelOutbox(u) => (PeerId::channel(u.channel_id)?, u.max_id, None),
        enums::Update::ReadChannelDiscussionOutbox(u) => (
            PeerId::channel(u.channel_id)?,
            u.read_max_id,
            Some(u.top_msg_id),
        ),
        _ => return None,
    };
    Some((chat, Heard::Read(to, topic)))
}

#[cfg(test)]
mod tests;
