//! How long calls may take. The connection minds it, which is cheaper than a timer for each of them;
//! so it takes calls even while it cannot send them.

use std::{collections::VecDeque, time::Duration};

use heliogram_mtproto::RequestId;
use tokio::time::Instant;

use super::{Actor, socket::far_future};
use crate::net::{clock::Clock, connection::Request, fault::CallError};

/// How many calls are taken at once while they cannot be sent.
const BATCH: usize = 256;
/// How many calls that were taken back may be kept before they are looked for.
const MOST_LEFT: usize = 64;

/// When to look for calls whose time is over, and those that cannot be sent yet.
#[derive(Default)]
pub(super) struct Limits {
    /// No call is due before this.
    due: Option<Duration>,
    /// At most one for each caller, and some that were taken back.
    parked: VecDeque<Box<Request>>,
    /// How many calls were taken back since those that are kept were looked through.
    taken_back: usize,
}

impl Limits {
    /// Whether no calls wait here; they came before those in the queue.
    pub(super) fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    /// When to look.
    pub(super) fn due(&self, clock: Clock) -> Instant {
        self.due.map_or_else(far_future, |due| clock.at(due))
    }

    /// Minds the time of a call.
    pub(super) fn note(&mut self, request: &Request) {
        if let Some(due) = request.reply.due() {
            self.due = Some(self.due.map_or(due, |first| first.min(due)));
        }
    }

    /// Somebody does not wait for a call any more. Those are dropped before they are the most.
    pub(super) fn take_back(&mut self) {
        self.taken_back += 1;
        if self.taken_back > MOST_LEFT.max(self.parked.len() / 2) {
            self.taken_back = 0;
            self.parked.retain(|request| !request.reply.is_closed());
        }
    }

    /// No call is under way.
    pub(super) fn rest(&mut self) {
        if self.parked.is_empty() {
            *self = Self::default();
        }
    }
}

impl Actor {
    /// Keeps a call that cannot be sent yet, and some of those queued behind it.
    pub(super) fn park(&mut self, request: Box<Request>) {
        let now = self.net.clock.now().mono;
        let (mut next, mut kept) = (Some(request), 0);
        while let Some(mut request) = next {
            request.begin(now);
            self.limits.note(&request);
            self.limits.parked.push_back(request);
            kept += 1;
            next = (kept < BATCH).then(|| self.inbox.try_recv().ok()).flatten();
        }
    }

    /// Sends the calls that were kept, as long as there is room for them.
    pub(super) fn unpark(&mut self) {
        while self.has_room()
            && let Some(request) = self.limits.parked.pop_front()
        {
            self.send(self.net.clock.now(), request, 0);
        }
    }

    /// The next call that was not sent, at the end of the connection.
    pub(super) fn next_waiting(&mut self) -> Option<Box<Request>> {
        let parked = self.limits.parked.pop_front();
        parked.or_else(|| self.inbox.try_recv().ok())
    }

    /// Ends the calls whose time is over.
    pub(super) fn expire(&mut self) {
        let now = self.net.clock.now();
        if self.limits.due.is_none_or(|due| due > now.mono) {
            return;
        }
        let is_due = |request: &Request| request.reply.due().is_some_and(|due| due <= now.mono);
        let under_way = self.in_flight.iter();
        let late = under_way.filter(|(_, call)| is_due(&call.request));
        let late: Vec<RequestId> = late.map(|(id, _)| *id).collect();
        for id in late {
            self.answer(id, Err(CallError::Late));
            if let Some((_, session)) = &mut self.session {
                session.cancel(now, id);
            }
        }
        self.limits.due = None;
        for call in self.in_flight.values() {
            self.limits.note(&call.request);
        }
        // Those that wait for another key were sent before those that were not.
        let unbound = std::mem::take(&mut self.unbound).into_iter();
        let waiting: Vec<_> = unbound.chain(self.limits.parked.drain(..)).collect();
        for request in waiting {
            if is_due(&request) {
                request.reply.send(Err(CallError::Late));
            } else {
                self.limits.note(&request);
                self.limits.parked.push_back(request);
            }
        }
    }
}
