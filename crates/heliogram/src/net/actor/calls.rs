//! The calls that a connection carries.

use std::ops::RangeInclusive;

use bytes::Bytes;
use heliogram_mtproto::{Now, RequestId, RpcFailure, SendOptions};

use super::Actor;
use crate::{
    invoke::Purpose,
    net::{
        connection::{Request, Signal},
        fault::CallError,
        header,
        numbers::ByNumber,
    },
};

/// Calls under way on one connection; more wait in line.
const MAX_IN_FLIGHT: usize = 4096;
/// For how many calls memory is kept once there are none.
const KEPT: usize = 64;
/// Calls taken from the queue before the socket is looked at again, if there are as many.
const BATCHES: RangeInclusive<usize> = 40..=500;
/// How often a call is sent anew because the server wants to know the app first.
const MAX_INTRODUCTIONS: u32 = 3;

/// A call that waits for its answer.
pub(super) struct InFlight {
    pub(super) request: Box<Request>,
    /// What failed at once must not be followed; its event is on the way.
    taken: bool,
    /// Whether it went out with the app's introduction in front.
    introduces: bool,
    introductions: u32,
}

impl InFlight {
    fn answer(self, result: Result<Bytes, CallError>) {
        let ok = result.is_ok();
        tracing::debug!(method = self.request.method, ok, "answered");
        self.request.reply.send(result);
    }
}

impl Actor {
    /// Hands an answer to its caller, or introduces the app where the server wants that first.
    pub(super) fn take_reply(&mut self, id: RequestId, result: Result<Bytes, RpcFailure>) {
        let Some(call) = self.in_flight.remove(&id) else {
            return;
        };
        match &result {
            Ok(_) => {
                self.introduced |= call.introduces;
                self.backoff.reset();
            }
            Err(e) if e.message == "AUTH_KEY_PERM_EMPTY" && self.is_temporary() => {
                self.unbound.push(call.request);
                return;
            }
            Err(e) => {
                let unknown = matches!(
                    e.message.as_str(),
                    "CONNECTION_NOT_INITED" | "CONNECTION_LAYER_INVALID"
                );
                if unknown && call.introductions < MAX_INTRODUCTIONS {
                    self.introduced = false;
                    self.send(self.net.clock.now(), call.request, call.introductions + 1);
                    return;
                }
            }
        }
        call.answer(result.map_err(CallError::Rpc));
    }

    /// Whether the session's key is a temporary one.
    pub(super) fn is_temporary(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|(key, _)| key.life.is_some())
    }

    pub(super) fn answer(&mut self, id: RequestId, result: Result<Bytes, CallError>) {
        if let Some(call) = self.in_flight.remove(&id) {
            call.answer(result);
        }
    }

    /// The request of a call under way that another one can follow or that can be taken back.
    fn of_ticket(&self, ticket: u64) -> Option<RequestId> {
        let mut all = self.in_flight.iter();
        let (id, _) = all.find(|(_, call)| call.taken && call.request.ticket == ticket)?;
        Some(*id)
    }

    /// Takes a call and those queued behind it, so that they can share a packet.
    pub(super) fn take(&mut self, request: Box<Request>) {
        let now = self.net.clock.now();
        let (most, mut taken) = (self.batch(), 0);
        let mut next = Some(request);
        while let Some(mut request) = next {
            request.begin(now.mono);
            self.send(now, request, 0);
            taken += 1;
            let more = taken < most && self.has_room();
            next = more.then(|| self.inbox.try_recv().ok()).flatten();
        }
    }

    /// How many calls to take at once: half of those there are, so that the server works on one half
    /// while the other is encrypted.
    fn batch(&self) -> usize {
        let all = self.in_flight.len() + self.inbox.len();
        (all / 2).clamp(*BATCHES.start(), *BATCHES.end())
    }

    /// Whether one more call may be sent.
    pub(super) fn has_room(&self) -> bool {
        self.in_flight.len() < MAX_IN_FLIGHT
    }

    /// Gives back the memory of many calls once none is under way.
    pub(super) fn shrink(&mut self) {
        self.limits.rest();
        if self.in_flight.capacity() > KEPT {
            self.in_flight = ByNumber::default();
        }
    }

    pub(super) fn send(&mut self, now: Now, request: Box<Request>, introductions: u32) {
        if request.reply.is_closed() {
            return;
        }
        self.limits.note(&request);
        let introduces = !self.introduced;
        let header = introduces.then(|| self.net.header(self.purpose));
        // CDNs have no updates to hold back, and do not know the wrapper.
        let quiet = match self.purpose {
            Purpose::Upload | Purpose::Download => true,
            Purpose::Main => !self.net.config.receive_updates,
            Purpose::Cdn => false,
        };
        let body = header::wrap(header, quiet, &request.body);
        let after = request.after.map(|ticket| self.of_ticket(ticket));
        let Some((_, session)) = &mut self.session else {
            request.reply.send(Err(CallError::NotTaken));
            return;
        };
        if after == Some(None) {
            request.reply.send(Err(CallError::OutOfOrder));
            return;
        }
        let options = SendOptions {
            compress: request.compress,
            after: after.flatten().map_or_else(Vec::new, |id| vec![id]),
            quick_ack: request.quick_ack,
        };
        let pending = session.pending();
        let id = session.send(now, body, options);
        let taken = session.pending() > pending;
        tracing::debug!(method = request.method, id = id.get(), "sent");
        self.in_flight.insert(
            id,
            InFlight {
                request,
                taken,
                introduces,
                introductions,
            },
        );
    }

    pub(super) fn take_signal(&mut self, signal: Signal) {
        match signal {
            Signal::Cancel(ticket) => self.cancel(ticket),
            Signal::DestroyKey(told) => {
                if let Some((_, session)) = &mut self.session {
                    self.key_leaves = Some(told);
                    session.destroy_key();
                }
            }
        }
    }

    /// Nobody waits for this call any more.
    fn cancel(&mut self, ticket: u64) {
        let Some(id) = self.of_ticket(ticket) else {
            self.limits.take_back();
            return;
        };
        self.in_flight.remove(&id);
        if let Some((_, session)) = &mut self.session {
            session.cancel(self.net.clock.now(), id);
        }
    }
}
