//! Requests between their sending and their answer.

use std::time::Duration;

use bytes::Bytes;

use super::{RequestId, binding::Binding};
use crate::rising::{RisingMap, RisingSet};

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Request {
    /// The body as it goes out, packed where that pays.
    pub(super) wire: Bytes,
    /// Those it has to follow that have not succeeded yet.
    pub(super) after: Vec<RequestId>,
    pub(super) phase: Phase,
    /// The server is asked to confirm at once that it came.
    pub(super) quick_ack: bool,
    /// How often the server refused it in a row.
    pub(super) refusals: u32,
    /// Must go out alone, because a container with it was refused.
    pub(super) alone: bool,
    /// The request is made anew for each message id it goes out under.
    pub(super) binding: Option<Binding>,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// In the queue.
    Queued,
    /// Waits for the request it follows.
    Held,
    /// Sent in the present session.
    Sent(Flight),
    /// Sent in the previous session, whose server may still tell what became of it.
    Limbo,
}

/// A sent request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) msg_id: i64,
    pub(super) seq_no: i32,
    /// Id of the container it went in, or its own.
    pub(super) outer: i64,
    /// Whether the server said that it has it.
    pub(super) received: bool,
    /// When to ask what the server knows of it (monotonic).
    pub(super) ask_at: Duration,
}

/// All requests that are not answered, and which of them are to be sent.
#[derive(Debug, Default)]
pub(super) struct Requests {
    map: RisingMap<RequestId, Request>,
    queue: RisingSet<RequestId>,
    /// How many requests follow another one.
    followers: usize,
    /// Those that failed lately.
    failed: RisingSet<RequestId>,
    /// Of ids up to this one it is forgotten whether they failed.
    failed_floor: RequestId,
    last: u64,
}

/// How many failed requests are remembered for those that are to follow them.
const FAILED: usize = 1024;

impl Requests {
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// The id the next request gets.
    pub(super) fn next_id(&mut self) -> RequestId {
        self.last += 1;
        RequestId(self.last)
    }

    /// Adds a request that binds a key.
    pub(super) fn insert_binding(&mut self, id: RequestId, binding: Binding) {
        self.insert(id, Bytes::new(), Vec::new());
        if let Some(request) = self.map.get_mut(id) {
            request.binding = Some(binding);
        }
    }

    /// Whether a request can still be followed: it is under way, or has succeeded.
    pub(super) fn can_be_followed(&self, id: RequestId) -> bool {
        let known = id > self.failed_floor && id.0 <= self.last && id.0 > 0;
        self.map.contains(id) || known && !self.failed.contains(id)
    }

    pub(super) fn insert(&mut self, id: RequestId, wire: Bytes, mut after: Vec<RequestId>) {
        after.retain(|a| self.map.contains(*a));
        self.followers += usize::from(!after.is_empty());
        let request = Request {
            wire,
            after,
            phase: Phase::Queued,
            quick_ack: false,
            refusals: 0,
            alone: false,
            binding: None,
        };
        self.map.insert(id, request);
        self.queue.insert(id);
    }

    pub(super) fn get(&self, id: RequestId) -> Option<&Request> {
        self.map.get(id)
    }

    pub(super) fn get_mut(&mut self, id: RequestId) -> Option<&mut Request> {
        self.map.get_mut(id)
    }

    /// Whether a request need not wait for those it follows to be sent first.
    pub(super) fn may_go(&self, id: RequestId) -> bool {
        let Some(request) = self.map.get(id) else {
            return false;
        };
        let sent = |leader: &Request| matches!(leader.phase, Phase::Sent(_));
        self.leaders(request).all(sent)
    }

    /// What a request has to follow that is still under way.
    pub(super) fn leaders<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = &'a Request> {
        request.after.iter().filter_map(|id| self.map.get(*id))
    }

    /// Whether something that a request has to follow has failed.
    pub(super) fn is_orphan(&self, id: RequestId) -> bool {
        let request = self.map.get(id);
        request.is_some_and(|r| !r.after.iter().all(|a| self.can_be_followed(*a)))
    }

    /// The sent form of a request, if it is in flight in the present session.
    pub(super) fn flight_mut(&mut self, id: RequestId) -> Option<&mut Flight> {
        match self.map.get_mut(id).map(|r| &mut r.phase) {
            Some(Phase::Sent(flight)) => Some(flight),
            _ => None,
        }
    }

    pub(super) fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Queued requests, oldest first.
    pub(super) fn queued(&self) -> impl Iterator<Item = RequestId> {
        self.queue.iter()
    }

    /// Puts a request back to be sent under a new message id.
    pub(super) fn requeue(&mut self, id: RequestId) {
        if let Some(request) = self.map.get_mut(id) {
            request.phase = Phase::Queued;
            self.queue.insert(id);
        }
    }

    /// Takes a request out of the queue until the one it follows is answered.
    pub(super) fn hold(&mut self, id: RequestId) {
        self.set_phase(id, Phase::Held);
    }

    /// Moves a request out of the queue.
    pub(super) fn set_phase(&mut self, id: RequestId, phase: Phase) {
        if let Some(request) = self.map.get_mut(id) {
            request.phase = phase;
            self.queue.remove(id);
        }
    }

    /// Ends a request. What followed it is freed if it succeeded, and handed out to be failed
    /// otherwise, where it has not been sent.
    pub(super) fn finish(&mut self, id: RequestId, succeeded: bool) -> Vec<RequestId> {
        let Some(request) = self.map.remove(id) else {
            return Vec::new();
        };
        self.queue.remove(id);
        self.followers -= usize::from(!request.after.is_empty());
        if !succeeded {
            self.failed.insert(id);
            if self.failed.len() > FAILED {
                self.failed_floor = self.failed.pop_first().unwrap_or(self.failed_floor);
            }
        }
        if self.followers == 0 {
            return Vec::new();
        }
        let waiting: Vec<_> = self
            .map
            .iter()
            .filter(|(_, r)| {
                r.after.contains(&id) && matches!(r.phase, Phase::Queued | Phase::Held)
            })
            .map(|(id, _)| id)
            .collect();
        if !succeeded {
            return waiting;
        }
        for follower in waiting {
            if let Some(request) = self.map.get_mut(follower) {
                request.after.retain(|leader| *leader != id);
                self.followers -= usize::from(request.after.is_empty());
            }
            self.requeue(follower);
        }
        Vec::new()
    }
}
