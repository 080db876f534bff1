//! How long calls may take. The connection minds it, which is cheaper than a timer for each of them.

use std::{collections::VecDeque, time::Duration};

use heliogram_mtproto::RequestId;
use tokio::time::Instant;

use super::{Actor, socket::far_future};
use crate::net::{
    clock::Clock,
    connection::{MINDED, Request},
    fault::CallError,
};

/// When to look for calls whose time is over, and those that cannot be sent yet.
#[derive(Default)]
pub(super) struct Limits {
    /// No call is due before this.
    due: Option<Duration>,
    parked: VecDeque<Box<Request>>,
}

impl Limits {
    /// Whether one more call may be taken out of the queue without being sent.
    pub(super) fn has_room(&self) -> bool {
        self.parked.len() < MINDED
    }

    /// Whether calls wait here that came before those in the queue.
    pub(super) fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    /// When to look.
    pub(super) fn due(&self, clock: Clock) -> Instant {
        self.due.map_or_else(far_future, |due| clock.at(due))
    }

    /// Starts the time of a call, unless it runs or there is none.
    pub(super) fn begin(&mut self, now: Duration, request: &mut Request) {
        let Some(limit) = request.limit else { return };
        request.reply.limit(now, limit);
        self.note(request);
    }

    fn note(&mut self, request: &Request) {
        if let Some(due) = request.reply.due() {
            self.due = Some(self.due.map_or(due, |first| first.min(due)));
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
    /// Keeps a call that cannot be sent yet.
    pub(super) fn park(&mut self, mut request: Box<Request>) {
        self.limits.begin(self.net.clock.now().mono, &mut request);
        self.limits.parked.push_back(request);
    }

    /// Sends the calls that were kept, as long as there is room for them.
    pub(super) fn unpark(&mut self) {
        while !self.limits.is_empty() && self.has_room() {
            let Some(request) = self.limits.parked.pop_front() else {
                return;
            };
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
        let of_those = self.in_flight.iter();
        let late: Vec<RequestId> = of_those
            .filter(|(_, call)| is_due(&call.request))
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.answer(id, Err(CallError::Late));
            if let Some((_, session)) = &mut self.session {
                session.cancel(now, id);
            }
        }
        self.limits.due = None;
        for request in std::mem::take(&mut self.limits.parked) {
            if is_due(&request) {
                request.reply.send(Err(CallError::Late));
            } else {
                self.limits.note(&request);
                self.limits.parked.push_back(request);
            }
        }
        for call in self.in_flight.values() {
            self.limits.note(&call.request);
        }
    }
}
