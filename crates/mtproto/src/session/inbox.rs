//! What packets bring: checks, containers, dispatch.

use std::ops::Range;

use bytes::{Buf, Bytes};
use heliogram_crypto::{
    Side,
    message::{self, OpenError, Opened},
};

use super::{Event, FailReason, MAX_EVENTS, RpcFailure, Session, SessionError, pending::Phase};
use crate::{
    Now, ids,
    seen::Verdict,
    tl,
    wire::{self, CONTAINER, INFLATE_LIMIT, MSG_COPY, Message, RPC_ERROR, RPC_RESULT},
};

/// What the handlers of one packet share.
pub(super) struct Inbound {
    pub(super) now: Now,
    /// The packet belongs to the previous session id.
    pub(super) previous: bool,
    /// How many bytes the packed data of the packet may still grow by.
    budget: usize,
}

/// What stands in front of the body of an opened packet.
struct Head {
    session_id: i64,
    msg_id: i64,
    seq_no: i32,
}

impl Head {
    fn of(opened: &Opened<'_>) -> Self {
        Self {
            session_id: opened.session_id,
            msg_id: opened.msg_id,
            seq_no: opened.seq_no,
        }
    }
}

impl Session {
    /// Takes a packet from the connection; it is decrypted where it lies.
    ///
    /// # Errors
    /// The packet breaks a rule. It was ignored; close the connection, make a new one, and go on
    /// with the same session.
    pub fn handle_packet(&mut self, now: Now, packet: &mut [u8]) -> Result<(), SessionError> {
        let opened = message::open(&self.key, Side::Server, packet).map_err(open_error)?;
        let head = Head::of(&opened);
        let body = Bytes::copy_from_slice(opened.body);
        self.take_opened(now, head, body)
    }

    /// Takes packets that came together, in their order; they are decrypted side by side.
    ///
    /// # Errors
    /// As for [`handle_packet`](Self::handle_packet): those before the one that breaks a rule were
    /// taken, those behind it were not looked at.
    pub fn handle_packets(
        &mut self,
        now: Now,
        mut packets: Vec<Vec<u8>>,
    ) -> Result<(), SessionError> {
        let opened = self.open_all(&mut packets);
        for (opened, packet) in opened.into_iter().zip(packets) {
            let (head, range) = opened.map_err(open_error)?;
            self.take_opened(now, head, Bytes::from(packet).slice(range))?;
        }
        Ok(())
    }

    /// Opens each packet where it lies: what stands in front of its body, and where that is.
    fn open_all(&self, packets: &mut [Vec<u8>]) -> Vec<Result<(Head, Range<usize>), OpenError>> {
        let mut opened = Vec::with_capacity(packets.len());
        for part in packets.chunks_mut(wire::MAX_LANES) {
            let mut part: Vec<_> = part
                .iter_mut()
                .map(|bytes| message::Packet {
                    key: &self.key,
                    from: Side::Server,
                    bytes,
                })
                .collect();
            let results = message::open_all(&mut part).into_iter();
            opened.extend(results.map(|r| r.map(|o| (Head::of(&o), o.body_range()))));
        }
        opened
    }

    fn take_opened(&mut self, now: Now, opened: Head, body: Bytes) -> Result<(), SessionError> {
        if self.events.len() >= MAX_EVENTS {
            return Err(SessionError::Backlog);
        }
        let previous = opened.session_id != self.epoch.session_id;
        let known = |p: &super::Previous| p.epoch.session_id == opened.session_id;
        if previous && !self.previous.as_ref().is_some_and(known) {
            return Err(SessionError::WrongSession);
        }
        if opened.msg_id & 1 == 0 || opened.msg_id <= 0 {
            return Err(SessionError::BadMessageId(opened.msg_id));
        }
        self.ping.heard(now.mono);
        let message = Message {
            msg_id: opened.msg_id,
            seq_no: opened.seq_no,
            body,
        };
        let mut inbound = Inbound {
            now,
            previous,
            budget: INFLATE_LIMIT,
        };
        self.take_outer(&mut inbound, message)
    }

    fn take_outer(&mut self, inbound: &mut Inbound, m: Message) -> Result<(), SessionError> {
        match self.seen.check(m.msg_id) {
            Verdict::New => {}
            Verdict::Duplicate => {
                self.acknowledge_all(inbound, &m);
                return Ok(());
            }
            Verdict::TooOld => return Err(SessionError::TooOld(m.msg_id)),
        }
        if !self.is_timely(inbound, &m) {
            self.take_proofs(inbound, &m)?;
            if !self.is_timely(inbound, &m) {
                return Ok(());
            }
        }
        self.seen.insert(m.msg_id);
        if m.constructor() != CONTAINER {
            return self.take(inbound, m);
        }
        let inner = wire::split(&m).map_err(|_| SessionError::BadContainer)?;
        for message in inner {
            self.take_inner(inbound, message)?;
        }
        Ok(())
    }

    /// Whether a message was sent just now, by a clock it has not set itself.
    fn is_timely(&self, inbound: &Inbound, m: &Message) -> bool {
        let time = self.clock.time(inbound.now);
        !self.clock.known() || ids::window(m.msg_id, time).is_ok()
    }

    /// Takes a message out of a container: it may have come before, by itself or in another one.
    fn take_inner(&mut self, inbound: &mut Inbound, m: Message) -> Result<(), SessionError> {
        if m.msg_id & 1 == 0 || m.msg_id <= 0 {
            return Err(SessionError::BadMessageId(m.msg_id));
        }
        match self.seen.check(m.msg_id) {
            Verdict::New => {
                self.seen.insert(m.msg_id);
                self.take(inbound, m)
            }
            Verdict::Duplicate => {
                self.acknowledge(inbound, &m);
                Ok(())
            }
            // The table of requests tells for an answer whether it is new; for all else nobody can.
            Verdict::TooOld if m.constructor() == RPC_RESULT => self.take(inbound, m),
            Verdict::TooOld => {
                self.acknowledge(inbound, &m);
                self.events.push_back(Event::Gap);
                Ok(())
            }
        }
    }

    /// A message from outside of the accepted time: what proves to be an answer to something sent
    /// just now can set the clock right, and shows that all it came with was sent just now, too.
    /// Without a proof nothing in it is looked at.
    fn take_proofs(&mut self, inbound: &mut Inbound, m: &Message) -> Result<(), SessionError> {
        let mut messages = vec![m.clone()];
        if m.constructor() == CONTAINER {
            messages = wire::split(m).map_err(|_| SessionError::BadContainer)?;
        }
        let mut proven = false;
        for message in messages {
            if self.is_proof(inbound, &message) {
                proven = true;
                self.take_body(inbound, &message, &message.body)?;
            }
        }
        if proven {
            Ok(())
        } else {
            Err(SessionError::OutsideWindow(m.msg_id))
        }
    }

    fn take(&mut self, inbound: &mut Inbound, m: Message) -> Result<(), SessionError> {
        self.acknowledge(inbound, &m);
        if m.constructor() == MSG_COPY {
            let inner = wire::copied(&m).map_err(|_| SessionError::BadContainer)?;
            if self.seen.contains(inner.msg_id) {
                self.acknowledge(inbound, &inner);
                return Ok(());
            }
            return self.take_inner(inbound, inner);
        }
        if m.constructor() == RPC_RESULT {
            return self.take_result(inbound, m.body);
        }
        let body = wire::unpack(m.body.clone(), &mut inbound.budget);
        self.take_body(inbound, &m, &body.map_err(|_| SessionError::BadContent)?)
    }

    /// Takes `rpc_result`: the end of a request.
    fn take_result(&mut self, inbound: &mut Inbound, mut body: Bytes) -> Result<(), SessionError> {
        let Some((head, _)) = body.split_first_chunk::<12>() else {
            return Err(SessionError::BadContent);
        };
        let &[_, _, _, _, a, b, c, d, e, f, g, h] = head;
        let msg_id = i64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let Some(&id) = self.epoch_of(inbound).in_flight.get(msg_id) else {
            return Ok(());
        };
        self.refusals = 0;
        body.advance(head.len());
        let result = body;
        if wire::constructor(&result) == RPC_ERROR {
            let error: tl::types::RpcError =
                heliogram_tl::from_prefix(&result).map_err(|_| SessionError::BadContent)?;
            let failure = RpcFailure {
                code: error.error_code,
                message: error.error_message,
            };
            if !self.waits_again(inbound, id, &failure) {
                self.answer(inbound, msg_id, Err(failure));
            }
            return Ok(());
        }
        match wire::unpack(result, &mut inbound.budget) {
            Ok(result) => self.answer(inbound, msg_id, Ok(result)),
            Err(_) => {
                self.epoch_of(inbound).in_flight.remove(msg_id);
                self.fail(id, FailReason::BadAnswer);
            }
        }
        Ok(())
    }

    fn answer(&mut self, inbound: &Inbound, msg_id: i64, result: Result<Bytes, RpcFailure>) {
        let Some(id) = self.epoch_of(inbound).in_flight.remove(msg_id) else {
            return;
        };
        let succeeded = result.is_ok();
        self.events.push_back(Event::Reply { id, result });
        self.finish(id, succeeded);
    }

    /// Whether a request has to go out again because one that it follows does.
    fn waits_again(&mut self, inbound: &Inbound, id: super::RequestId, e: &RpcFailure) -> bool {
        if inbound.previous || !matches!(&*e.message, "MSG_WAIT_FAILED" | "MSG_WAIT_TIMEOUT") {
            return false;
        }
        let Some(request) = self.requests.get_mut(id) else {
            return false;
        };
        request.refusals += 1;
        let Phase::Sent(flight) = request.phase else {
            return false;
        };
        if request.refusals > super::refusal::LIMIT || self.requests.is_orphan(id) {
            return false;
        }
        let request = self.requests.get(id);
        if request.is_none_or(|r| self.requests.leaders(r).next().is_none()) {
            return false;
        }
        let leader_runs = self.requests.may_go(id);
        self.epoch.in_flight.remove(flight.msg_id);
        if leader_runs && e.message == "MSG_WAIT_TIMEOUT" {
            self.requests.requeue(id);
        } else {
            self.requests.hold(id);
        }
        true
    }

    pub(super) fn epoch_of(&mut self, inbound: &Inbound) -> &mut super::Epoch {
        match &mut self.previous {
            Some(previous) if inbound.previous => &mut previous.epoch,
            _ => &mut self.epoch,
        }
    }

    /// Acknowledges a message that wants it; those of the previous session id cannot be.
    fn acknowledge(&mut self, inbound: &Inbound, m: &Message) {
        if m.is_content() && !inbound.previous {
            self.acks.push(m.msg_id, inbound.now.mono);
        }
    }

    /// Acknowledges a repeated packet again, because the first acknowledgement may be lost.
    fn acknowledge_all(&mut self, inbound: &Inbound, m: &Message) {
        self.acknowledge(inbound, m);
        if m.constructor() == CONTAINER {
            for inner in wire::split(m).unwrap_or_default() {
                if self.seen.contains(inner.msg_id) {
                    self.acknowledge(inbound, &inner);
                }
            }
        }
    }
}

/// All that is wrong before the message is known to be authentic is one and the same error.
fn open_error(error: OpenError) -> SessionError {
    if error.is_unauthenticated() {
        SessionError::Unauthentic
    } else {
        SessionError::BadLayout
    }
}
