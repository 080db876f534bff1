//! The encrypted session, client's side.

mod binding;
mod config;
mod epoch;
mod error;
mod event;
mod inbox;
mod outbox;
mod pending;
mod ping;
mod quick_ack;
mod refusal;
mod salts;
mod service;
#[cfg(test)]
mod tests;
mod timers;

use std::{collections::VecDeque, fmt, time::Duration};

use bytes::Bytes;
pub use config::{PingConfig, RequestId, Salt, SendOptions, SessionConfig};
use epoch::{Epoch, Service};
pub use error::SessionError;
pub use event::{Event, FailReason, ResetReason, RpcFailure};
use heliogram_crypto::{AuthKey, Random, SeededRandom};
use pending::{Phase, Requests};
use ping::Ping;
pub use quick_ack::Packet;
use quick_ack::Unconfirmed;
use salts::Salts;

use crate::{Now, acks::Acks, seen::Seen, time::PeerClock, wire};

/// Longest body of one request, in bytes, after packing.
pub const MAX_BODY: usize = 1_044_448;

/// Events kept at most; more packets are refused until they are taken.
const MAX_EVENTS: usize = 8192;
/// For how many events memory is kept once there are none.
const KEPT_EVENTS: usize = 64;
/// Service messages kept at most.
const MAX_SERVICE: usize = 1024;
/// Acknowledgements leave after this time or number by themselves.
const ACK_DELAY: Duration = Duration::from_secs(10);
const ACK_COUNT: usize = 32;

/// An encrypted session with a server: requests in, answers and updates out.
///
/// It outlives connections. Whoever owns a socket calls, in this order:
///
/// 1. an input: [`handle_connected`](Self::handle_connected), [`handle_packet`](Self::handle_packet)
///    for each packet, [`handle_timeout`](Self::handle_timeout) when the deadline has passed,
///    [`handle_disconnected`](Self::handle_disconnected); or a command: [`send`](Self::send),
///    [`cancel`](Self::cancel), [`destroy_session`](Self::destroy_session);
/// 2. [`poll_packet`](Self::poll_packet) until it answers `false`, each packet to the socket;
/// 3. [`poll_event`](Self::poll_event) until it answers `None`;
/// 4. [`poll_timeout`](Self::poll_timeout) for the next deadline.
///
/// Each request ends in exactly one [`Event::Reply`] or [`Event::Failed`], unless it is cancelled.
/// After a reconnect the server is asked what it knows of unanswered requests; those it has not
/// received go out again under new message ids, the others are waited for. None runs twice.
///
/// When [`Event::SessionReset`] comes, the server regards what follows as a new session; a new
/// connection begins where the owner calls `handle_connected`. Both are places to repeat what the
/// API wants at the start (`initConnection`).
pub struct Session {
    key: AuthKey,
    rng: SeededRandom,
    clock: PeerClock,
    connected: bool,
    epoch: Epoch,
    previous: Option<Previous>,
    requests: Requests,
    max_pending: usize,
    service: VecDeque<Service>,
    /// Message ids whose state is to be asked.
    ask: Vec<i64>,
    next_sweep: Duration,
    acks: Acks,
    salts: Salts,
    salts_wanted: bool,
    ping: Ping,
    seen: Seen,
    /// What the server was asked to confirm at once.
    unconfirmed: Unconfirmed,
    /// The server was asked to forget the key.
    key_leaves: bool,
    /// Refusals since the last message that was none.
    refusals: u32,
    events: VecDeque<Event>,
}

/// A session id given up, kept until it is known what became of its requests.
struct Previous {
    epoch: Epoch,
    until: Duration,
}

impl Session {
    /// A session of `key` with a new, random id. `seed` must be fresh randomness.
    #[must_use]
    pub fn new(config: SessionConfig, key: AuthKey, seed: [u8; 32], now: Now) -> Self {
        let mut rng = SeededRandom::new(seed);
        let epoch = Epoch::new(new_session_id(&mut rng));
        Self {
            key,
            clock: PeerClock::new(now, config.time_offset_ms),
            connected: false,
            epoch,
            previous: None,
            requests: Requests::default(),
            max_pending: config.max_pending,
            service: VecDeque::new(),
            ask: Vec::new(),
            next_sweep: now.mono,
            acks: Acks::new(ACK_DELAY, ACK_COUNT),
            salts: Salts::new(config.salt, &config.salts, now.mono),
            salts_wanted: false,
            ping: Ping::new(config.ping, now.mono),
            seen: Seen::default(),
            unconfirmed: Unconfirmed::default(),
            key_leaves: false,
            refusals: 0,
            events: VecDeque::new(),
            rng,
        }
    }

    /// The present session id.
    #[must_use]
    pub fn session_id(&self) -> i64 {
        self.epoch.session_id
    }

    /// How many requests wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.requests.len()
    }

    /// Whether a connection is up, as far as the owner has said.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected
    }

    /// The server's clock, as well as it is known: time since the Unix epoch.
    #[must_use]
    pub fn server_time(&self, now: Now) -> Duration {
        self.clock.time(now)
    }

    /// Takes an encoded request to be sent, now or once connected.
    ///
    /// A request that is too large, one too many, or to follow one that has failed fails at once,
    /// with [`Event::Failed`].
    #[doc(alias = "invoke")]
    pub fn send(&mut self, _now: Now, body: Bytes, options: SendOptions) -> RequestId {
        let id = self.requests.next_id();
        let wire = if options.compress {
            wire::pack(body)
        } else {
            body
        };
        let reason = match wire.len() {
            len if len > MAX_BODY => FailReason::TooLarge { len },
            _ if self.requests.len() >= self.max_pending => FailReason::QueueFull,
            _ if !options
                .after
                .iter()
                .all(|a| self.requests.can_be_followed(*a)) =>
            {
                FailReason::PredecessorFailed
            }
            _ => {
                self.requests.insert(id, wire, options.after);
                if let Some(request) = self.requests.get_mut(id) {
                    request.quick_ack = options.quick_ack;
                }
                return id;
            }
        };
        self.events.push_back(Event::Failed { id, reason });
        id
    }

    /// Forgets a request: no event will name it again, and the server is asked to drop its answer
    /// (raw `rpc_drop_answer`).
    pub fn cancel(&mut self, _now: Now, id: RequestId) {
        let Some(request) = self.requests.get(id) else {
            // It may have ended with nobody having looked yet.
            self.events.retain(|event| event.ended() != Some(id));
            return;
        };
        match request.phase {
            Phase::Sent(flight) => {
                self.epoch.in_flight.remove(flight.msg_id);
                self.push_service(Service::DropAnswer(flight.msg_id));
            }
            Phase::Limbo => {
                if let Some(previous) = &mut self.previous {
                    let in_flight = &mut previous.epoch.in_flight;
                    let theirs = in_flight.iter().find(|(_, other)| **other == id);
                    if let Some((msg_id, _)) = theirs {
                        in_flight.remove(msg_id);
                    }
                }
            }
            Phase::Queued | Phase::Held => {}
        }
        self.finish(id, false);
    }

    /// Asks the server to forget another session of this key (raw `destroy_session`); the answer
    /// is [`Event::SessionDestroyed`].
    pub fn destroy_session(&mut self, session_id: i64) {
        if session_id != self.epoch.session_id {
            self.push_service(Service::DestroySession(session_id));
        }
    }

    /// Asks the server to forget the key of the session, which is good for nothing after that (raw
    /// `destroy_auth_key`); the answer is [`Event::KeyDestroyed`].
    #[doc(alias = "destroy_auth_key")]
    pub fn destroy_key(&mut self) {
        if !self.key_leaves {
            self.key_leaves = true;
            self.push_service(Service::DestroyKey);
        }
    }

    /// A connection is up and carries this session's packets only.
    pub fn handle_connected(&mut self, now: Now) {
        self.connected = true;
        self.ping.connected(now.mono);
        self.salts.ask_again(now.mono);
        self.salts_wanted = self.salts.take_due(now.mono, self.clock.time(now));
        self.ask.clear();
        for (msg_id, &id) in self.epoch.in_flight.iter() {
            self.ask.push(msg_id);
            if let Some(flight) = self.requests.flight_mut(id) {
                flight.ask_at = now.mono + timers::ASK_UNACKED;
            }
        }
    }

    /// The connection is gone. Requests stay and wait for the next one.
    pub fn handle_disconnected(&mut self, now: Now) {
        self.connected = false;
        self.ask.clear();
        // What was said about this connection's messages is asked anew on the next one.
        self.service.retain(Service::outlives_connections);
        self.unconfirmed.clear();
        self.end_previous(now);
    }

    /// The next event, or `None`.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        if event.is_none() && self.events.capacity() > KEPT_EVENTS {
            self.events = VecDeque::new();
        }
        event
    }

    fn push_service(&mut self, service: Service) {
        if self.service.len() < MAX_SERVICE {
            self.service.push_back(service);
        }
    }

    fn fail(&mut self, id: RequestId, reason: FailReason) {
        if self.requests.get(id).is_some() {
            self.events.push_back(Event::Failed { id, reason });
            self.finish(id, false);
        }
    }

    /// Ends a request whose event was given out, and fails what had to follow it if it failed.
    fn finish(&mut self, id: RequestId, succeeded: bool) {
        let mut orphans = self.requests.finish(id, succeeded);
        while let Some(orphan) = orphans.pop() {
            let reason = FailReason::PredecessorFailed;
            self.events.push_back(Event::Failed { id: orphan, reason });
            orphans.extend(self.requests.finish(orphan, false));
        }
    }

    /// Gives up the previous session id: what may have run under it fails.
    fn end_previous(&mut self, _now: Now) {
        let Some(previous) = self.previous.take() else {
            return;
        };
        let mut ids: Vec<_> = previous.epoch.in_flight.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        for id in ids {
            self.fail(id, FailReason::MayHaveRun);
        }
        self.destroy_session(previous.epoch.session_id);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("connected", &self.connected)
            .field("pending", &self.requests.len())
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

fn new_session_id(rng: &mut SeededRandom) -> i64 {
    loop {
        match rng.u64() as i64 {
            0 => {}
            id => return id,
        }
    }
}
