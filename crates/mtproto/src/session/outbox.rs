//! What goes into the next packet.

use bytes::Bytes;
use heliogram_crypto::{Random, Side};

use super::{
    FailReason, Session,
    epoch::{Sent, Service},
    pending::{Flight, Phase, Request},
    quick_ack::Packet,
    timers,
};
use crate::{
    Now, RequestId, tl,
    wire::{self, CONTAINER_BYTES, Header, MAX_IDS, MAX_INNER, Message},
};

/// How long a server that holds its answer waits for a first message; how long after each for
/// others to come along; and how long for those at most. In milliseconds.
const HOLD: i32 = 25_000;
const HOLD_AFTER: i32 = 10;
const HOLD_DELAY: i32 = 30;

/// A packet under construction.
#[derive(Default)]
struct Batch {
    messages: Vec<Message>,
    requests: Vec<RequestId>,
    /// Messages of requests that ask for a quick acknowledgement.
    to_confirm: Vec<i64>,
    bytes: usize,
    /// The one message must not go into a container.
    alone: bool,
    /// A message goes out under the id it had, which needs a container with a new one.
    again: bool,
}

impl Batch {
    fn push(&mut self, message: Message) {
        self.bytes += message.size();
        self.messages.push(message);
    }

    /// Whether a message of this size may join.
    fn has_room(&self, size: usize) -> bool {
        !self.alone
            && self.messages.len() < MAX_INNER
            && (self.requests.is_empty() || self.bytes + size <= CONTAINER_BYTES)
    }
}

impl Session {
    /// Puts the next packet into `out`, replacing what is there; `false` if there is none to send.
    ///
    /// The packet goes to [`Framing::encode`](crate::framing::Framing::encode) as it is. It is not
    /// confirmed at once; [`poll_packets`](Self::poll_packets) tells which are to be.
    pub fn poll_packet(&mut self, now: Now, out: &mut Vec<u8>) -> bool {
        let made = self.lay_out_next(now, out).is_some();
        if made {
            wire::seal_laid_out(&self.key, Side::Client, out);
        }
        made
    }

    /// The next packets, up to eight, encrypted side by side; as many as are needed to fill `room`
    /// bytes, and none only if there is none to send.
    ///
    /// The same as that many calls of [`poll_packet`](Self::poll_packet), in less time.
    pub fn poll_packets(&mut self, now: Now, room: usize) -> Vec<Packet> {
        let mut asking = Vec::new();
        let mut packets = wire::gather(room, |out| match self.lay_out_next(now, out) {
            Some(messages) => {
                asking.push(messages);
                true
            }
            None => false,
        });
        let tokens = wire::seal_all(&self.key, Side::Client, &mut packets);
        let packets = packets.into_iter().zip(asking).zip(tokens);
        packets
            .map(|((bytes, messages), token)| {
                let quick_ack = !messages.is_empty();
                if quick_ack {
                    self.unconfirmed.add(token, messages);
                }
                Packet { bytes, quick_ack }
            })
            .collect()
    }

    /// Puts a packet into `out`, replacing what is there, that has a server which only speaks when
    /// spoken to, as over HTTP, hold its answer for up to 25 s until it has something to say (raw
    /// `http_wait`); `false` while not connected.
    #[doc(alias = "http_wait")]
    pub fn poll_wait(&mut self, now: Now, out: &mut Vec<u8>) -> bool {
        let mut batch = Batch::default();
        if self.connected {
            self.add(now, Service::HttpWait, &mut batch);
        }
        let made = batch.messages.pop().map(|m| self.lay_out(now, &m, out));
        if made.is_some() {
            wire::seal_laid_out(&self.key, Side::Client, out);
        }
        made.is_some()
    }

    /// Makes the next packet but for its encryption, if there is one; gives the messages in it that
    /// the server is to confirm at once.
    fn lay_out_next(&mut self, now: Now, out: &mut Vec<u8>) -> Option<Vec<i64>> {
        let (message, to_confirm) = self.next_message(now)?;
        self.lay_out(now, &message, out);
        Some(to_confirm)
    }

    fn lay_out(&mut self, now: Now, message: &Message, out: &mut Vec<u8>) {
        let header = Header {
            salt: self.salts.current(self.clock.time(now)),
            session_id: self.epoch.session_id,
        };
        wire::lay_out(header, message, &mut self.rng, out);
    }

    fn next_message(&mut self, now: Now) -> Option<(Message, Vec<i64>)> {
        if !self.connected {
            return None;
        }
        let mut batch = Batch::default();
        self.add_lone_request(now, &mut batch);
        if !batch.alone {
            self.add_service(now, &mut batch);
            self.add_requests(now, &mut batch);
            self.add_acks(now, &mut batch);
        }
        let to_confirm = std::mem::take(&mut batch.to_confirm);
        Some((self.close(now, batch)?, to_confirm))
    }

    /// The oldest request of those that were refused together with others.
    fn add_lone_request(&mut self, now: Now, batch: &mut Batch) {
        let alone = |id: &RequestId| self.requests.get(*id).is_some_and(|r| r.alone);
        let Some(id) = self.requests.queued().next().filter(alone) else {
            return;
        };
        batch.alone = self.add_request(now, id, batch);
    }

    fn add_requests(&mut self, now: Now, batch: &mut Batch) {
        if !self.requests.has_queued() {
            return;
        }
        // Ids are taken out first: adding one changes the queue.
        let queued: Vec<_> = self.requests.queued().take(MAX_INNER).collect();
        for id in queued {
            let Some(request) = self.requests.get(id) else {
                continue;
            };
            if request.alone || !batch.has_room(request.wire.len() + 28) {
                break;
            }
            if !request.after.is_empty() && self.requests.is_orphan(id) {
                // It was sent before its predecessor failed, and the server never had it.
                self.fail(id, FailReason::PredecessorFailed);
                continue;
            }
            self.add_request(now, id, batch);
        }
    }

    /// Adds a request unless it has to wait for another one; answers whether it was added.
    fn add_request(&mut self, now: Now, id: RequestId, batch: &mut Batch) -> bool {
        if !self.requests.may_go(id) {
            return false;
        }
        if self.epoch.in_flight.is_empty() {
            self.ping.waiting(now.mono);
            self.next_sweep = now.mono + timers::SWEEP;
        }
        let (msg_id, seq_no) = self.number(now, true);
        let body = self.body_of(id, msg_id);
        let ask_at = now.mono + timers::ASK_UNACKED;
        let flight = Flight {
            msg_id,
            seq_no,
            outer: msg_id,
            received: false,
            ask_at,
        };
        self.requests.set_phase(id, Phase::Sent(flight));
        self.epoch.in_flight.insert(msg_id, id);
        batch.requests.push(id);
        if self.requests.get(id).is_some_and(|r| r.quick_ack) {
            batch.to_confirm.push(msg_id);
        }
        batch.push(Message {
            msg_id,
            seq_no,
            body,
        });
        true
    }

    /// The body of a request for the message it will travel in.
    fn body_of(&mut self, id: RequestId, msg_id: i64) -> Bytes {
        let Some(request) = self.requests.get(id) else {
            return Bytes::new();
        };
        if let Some(binding) = &request.binding {
            let (key, session) = (self.key.id(), self.epoch.session_id);
            return binding.request(key, session, msg_id, &mut self.rng);
        }
        let sent = |leader: &Request| match leader.phase {
            Phase::Sent(flight) => Some(flight.msg_id),
            _ => None,
        };
        let leaders: Vec<_> = self.requests.leaders(request).filter_map(sent).collect();
        wire::invoke_after(&leaders, &request.wire)
    }

    fn add_acks(&mut self, now: Now, batch: &mut Batch) {
        let due = if batch.messages.is_empty() {
            self.acks.due(now.mono)
        } else {
            !self.acks.is_empty() && batch.has_room(0)
        };
        if due {
            let ids = self.acks.take();
            self.add(now, Service::Acks(ids), batch);
        }
    }

    fn add_service(&mut self, now: Now, batch: &mut Batch) {
        while !self.ask.is_empty() {
            let rest = self.ask.split_off(self.ask.len().min(MAX_IDS));
            let ids = std::mem::replace(&mut self.ask, rest);
            self.add(now, Service::StateRequest(ids), batch);
        }
        if self.ping.wanted {
            let ping_id = self.random_i64();
            self.add(now, Service::Ping { ping_id }, batch);
        }
        if std::mem::take(&mut self.salts_wanted) {
            self.add(now, Service::FutureSalts, batch);
        }
        while batch.messages.len() < MAX_INNER - 2 && batch.bytes < CONTAINER_BYTES {
            let Some(service) = self.service.pop_front() else {
                break;
            };
            self.add(now, service, batch);
        }
    }

    /// Numbers, encodes and remembers a service message.
    fn add(&mut self, now: Now, service: Service, batch: &mut Batch) {
        if let Service::Again {
            msg_id,
            seq_no,
            body,
        } = service
        {
            batch.again = true;
            batch.push(Message {
                msg_id,
                seq_no,
                body,
            });
            return;
        }
        let (msg_id, seq_no) = self.number(now, false);
        let body = match &service {
            Service::Acks(ids) => wire::encode(&tl::types::MsgsAck {
                msg_ids: ids.clone(),
            }),
            Service::Ping { ping_id } => {
                self.ping.sent(*ping_id, msg_id, now.mono);
                let disconnect_delay = self.ping.disconnect_delay();
                wire::encode(&tl::functions::PingDelayDisconnect {
                    ping_id: *ping_id,
                    disconnect_delay,
                })
            }
            Service::FutureSalts => wire::encode(&tl::functions::GetFutureSalts {
                num: super::salts::COUNT as i32,
            }),
            Service::StateRequest(ids) => wire::encode(&tl::types::MsgsStateReq {
                msg_ids: ids.clone(),
            }),
            Service::StateInfo { req_msg_id, info } => wire::encode(&tl::types::MsgsStateInfo {
                req_msg_id: *req_msg_id,
                info: info.clone().into(),
            }),
            Service::ResendRequest(ids) => wire::encode(&tl::types::MsgResendReq {
                msg_ids: ids.clone(),
            }),
            Service::DropAnswer(req_msg_id) => wire::encode(&tl::functions::RpcDropAnswer {
                req_msg_id: *req_msg_id,
            }),
            Service::DestroySession(session_id) => wire::encode(&tl::functions::DestroySession {
                session_id: *session_id,
            }),
            Service::DestroyKey => wire::encode(&tl::functions::DestroyAuthKey {}),
            Service::HttpWait => wire::encode(&tl::types::HttpWait {
                max_delay: HOLD_DELAY,
                wait_after: HOLD_AFTER,
                max_wait: HOLD,
            }),
            Service::Again { .. } => return,
        };
        self.epoch
            .remember(now.mono, msg_id, Sent::Service(service));
        batch.push(Message {
            msg_id,
            seq_no,
            body,
        });
    }

    /// Makes one message of the batch: the only one, or a container.
    fn close(&mut self, now: Now, mut batch: Batch) -> Option<Message> {
        if batch.messages.len() <= 1 && !batch.again {
            return batch.messages.pop();
        }
        let (msg_id, seq_no) = self.number(now, false);
        for id in &batch.requests {
            if let Some(flight) = self.requests.flight_mut(*id) {
                flight.outer = msg_id;
            }
        }
        let inner = batch.messages.iter().map(|m| m.msg_id).collect();
        self.epoch
            .remember(now.mono, msg_id, Sent::Container(inner));
        Some(Message {
            msg_id,
            seq_no,
            body: wire::join(&batch.messages),
        })
    }

    fn number(&mut self, now: Now, content: bool) -> (i64, i32) {
        let Self {
            epoch, clock, rng, ..
        } = self;
        epoch.number(clock.time(now), || rng.u64(), content)
    }

    fn random_i64(&mut self) -> i64 {
        self.rng.u64() as i64
    }
}
