//! The encrypted session, server's side.
//!
//! A server opens a packet with [`open`], finds the [`ServerSession`] of its auth key and session
//! id, or makes one, and hands the opened message to it. Answers and updates go back through it.

mod inbox;
mod ledger;
mod outbox;
mod outgoing;
mod salts;
mod service;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, fmt, time::Duration};

use bytes::Bytes;
pub use heliogram_crypto::message::{OpenError, Opened, key_id as peek_key_id};
use heliogram_crypto::{AuthKey, Random, SeededRandom, Side, message};
use ledger::{Ledger, State};
use outgoing::{Kind, Outgoing};
pub use salts::ServerSalts;

use crate::{
    BadMsg, Now, RpcFailure,
    acks::Acks,
    ids::{IdKind, MsgIds, SeqNos},
    tl,
    wire::{self, Message},
};

/// Acknowledgements leave after this time or number by themselves.
const ACK_DELAY: Duration = Duration::from_secs(1);
const ACK_COUNT: usize = 16;
/// How often messages that wait for acknowledgement are looked through.
const SWEEP: Duration = Duration::from_secs(15);
/// Requests in work at most, and events kept at most.
const MAX_RUNNING: usize = 8192;
/// Service answers kept at most.
const MAX_SERVICE: usize = 4096;

/// Opens a packet that a client sealed with `key`; it is decrypted where it lies.
///
/// # Errors
/// The rule that the packet breaks; the connection must be closed.
pub fn open<'a>(key: &AuthKey, packet: &'a mut [u8]) -> Result<Opened<'a>, OpenError> {
    message::open(key, Side::Client, packet)
}

/// Unpacks a request that is `gzip_packed`, up to 16 MiB; others are answered as they are.
///
/// [`ServerEvent::Request`] is unpacked already, but clients also pack the request inside of
/// wrappers such as `invokeWithLayer` and `invokeAfterMsg`, which only the application takes off.
///
/// # Errors
/// [`ServerSessionError::BadContent`]: the data is broken, too large, or packed twice.
pub fn unpack(request: &Bytes) -> Result<Bytes, ServerSessionError> {
    wire::unpack(request.clone(), &mut wire::INFLATE_LIMIT.clone())
        .map_err(|_| ServerSessionError::BadContent)
}

/// What a [`ServerSession`] has to tell the application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// A request to run, once; answer with [`ServerSession::reply`].
    Request {
        /// What to answer to.
        msg_id: i64,
        /// The encoded request, unpacked.
        body: Bytes,
    },
    /// The client does not want the answer to this request any more; it was told that the request
    /// was dropped while running.
    Cancelled {
        /// The request.
        msg_id: i64,
    },
    /// Another session of this key is to be forgotten; answer with
    /// [`ServerSession::session_destroyed`].
    DestroySession {
        /// The session.
        session_id: i64,
    },
    /// The auth key is to be forgotten; answer with [`ServerSession::key_destroyed`].
    DestroyKey,
    /// Updates that the client did not acknowledge were given up to save memory: push
    /// `updatesTooLong`.
    PushesLost,
    /// The client has been silent for longer than it asked to be allowed: close the connection.
    CloseConnection,
    /// The client says how long the answer to its HTTP request may wait for messages
    /// (`http_wait`); on other connections it means nothing.
    HttpWait {
        /// The longest time from the first message to the answer.
        max_delay: Duration,
        /// How long to wait for further messages after each.
        wait_after: Duration,
        /// The longest time until the answer, with or without messages.
        max_wait: Duration,
    },
}

/// Why a message was refused without an answer; the connection must be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerSessionError {
    /// The session id is 0 or not this session's.
    WrongSession,
    /// A message of the protocol itself cannot be read.
    BadContent,
    /// Too much is in work; answer transport error -429.
    Backlog,
}

impl fmt::Display for ServerSessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongSession => "a message of another session",
            Self::BadContent => "a message of the protocol itself cannot be read",
            Self::Backlog => "too many requests are in work",
        })
    }
}

impl std::error::Error for ServerSessionError {}

/// One session of one client: requests out, answers and updates in.
///
/// The order of calls is that of [`Session`](crate::Session): an input or a command, then
/// [`poll_packet`](Self::poll_packet), [`poll_event`](Self::poll_event) and
/// [`poll_timeout`](Self::poll_timeout). It outlives connections: call
/// [`handle_connected`](Self::handle_connected) before the first message of each.
///
/// Each request comes out once, however often its message comes in. Answers and updates are kept,
/// within 64 MiB, until the client acknowledges them, and are sent again on a new connection.
pub struct ServerSession {
    key: AuthKey,
    session_id: i64,
    rng: SeededRandom,
    salts: ServerSalts,
    ids: MsgIds,
    seq: SeqNos,
    connected: bool,
    /// Lowest message id of the session's first packet; `None` before that.
    first_msg_id: Option<i64>,
    ledger: Ledger,
    /// Refusals, which go out alone and first.
    refusals: VecDeque<Message>,
    service: VecDeque<Message>,
    outgoing: Outgoing,
    acks: Acks,
    events: VecDeque<ServerEvent>,
    close_at: Option<Duration>,
    next_sweep: Duration,
    refuse_salt: bool,
    refuse_next: Option<BadMsg>,
}

impl ServerSession {
    /// A session that begins with the next message. `seed` must be fresh randomness.
    #[must_use]
    pub fn new(
        key: AuthKey,
        session_id: i64,
        salts: ServerSalts,
        seed: [u8; 32],
        now: Now,
    ) -> Self {
        Self {
            key,
            session_id,
            rng: SeededRandom::new(seed),
            salts,
            ids: MsgIds::default(),
            seq: SeqNos::default(),
            connected: false,
            first_msg_id: None,
            ledger: Ledger::default(),
            refusals: VecDeque::new(),
            service: VecDeque::new(),
            outgoing: Outgoing::default(),
            acks: Acks::new(ACK_DELAY, ACK_COUNT),
            events: VecDeque::new(),
            close_at: None,
            next_sweep: now.mono,
            refuse_salt: false,
            refuse_next: None,
        }
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> i64 {
        self.session_id
    }

    /// The auth key the session belongs to.
    #[must_use]
    pub fn key(&self) -> &AuthKey {
        &self.key
    }

    /// Whether a connection is up, as far as the owner has said.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether a request of this message id is in work.
    #[must_use]
    pub fn is_running(&self, msg_id: i64) -> bool {
        self.ledger.state(msg_id) == Some(State::Running)
    }

    /// Whether nothing waits to be sent or acknowledged and no request is in work.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.outgoing.is_empty() && self.ledger.running() == 0
    }

    /// The client speaks on a new connection: what it has not acknowledged is sent again.
    ///
    /// The session's former connection must not deliver anything any more.
    pub fn handle_connected(&mut self, now: Now) {
        self.connected = true;
        self.close_at = None;
        self.next_sweep = now.mono + SWEEP;
        self.outgoing.all_again();
    }

    /// The connection is gone.
    pub fn handle_disconnected(&mut self, _now: Now) {
        self.connected = false;
        self.close_at = None;
        self.refusals.clear();
        self.service.clear();
    }

    /// Answers a request, once; `false` if nobody waits for this answer.
    pub fn reply(&mut self, now: Now, msg_id: i64, result: Result<Bytes, RpcFailure>) -> bool {
        let result = match result {
            Ok(body) => wire::pack(body),
            Err(failure) => outgoing::rpc_error(&failure),
        };
        self.answer(now, msg_id, result)
    }

    /// Answers a request with a body that is not worth packing, such as a part of a file.
    pub fn reply_unpacked(&mut self, now: Now, msg_id: i64, body: Bytes) -> bool {
        self.answer(now, msg_id, body)
    }

    fn answer(&mut self, now: Now, msg_id: i64, result: Bytes) -> bool {
        if self.ledger.state(msg_id) != Some(State::Running) {
            return false;
        }
        let answer = self.add(now, wire::rpc_result(msg_id, &result), Kind::Answer(msg_id));
        self.ledger.set(msg_id, State::Answered(answer));
        self.acks.forget(msg_id);
        true
    }

    /// Sends an update, an encoded `Updates`.
    pub fn push(&mut self, now: Now, body: Bytes) {
        let body = wire::pack(body);
        self.add(now, body, Kind::Push);
    }

    /// Answers [`ServerEvent::DestroySession`].
    pub fn session_destroyed(&mut self, now: Now, session_id: i64, existed: bool) {
        let body = match existed {
            true => wire::encode(&tl::types::DestroySessionOk { session_id }),
            false => wire::encode(&tl::types::DestroySessionNone { session_id }),
        };
        self.add_service(now, body);
    }

    /// Answers [`ServerEvent::DestroyKey`].
    pub fn key_destroyed(&mut self, now: Now, existed: bool) {
        let answer = match existed {
            true => tl::enums::DestroyAuthKeyRes::DestroyAuthKeyOk,
            false => tl::enums::DestroyAuthKeyRes::DestroyAuthKeyNone,
        };
        self.add_service(now, wire::encode(&answer));
    }

    /// The next event, or `None`.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// The next time, on the monotonic clock, at which [`Self::handle_timeout`] has work.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let acks = self.acks.deadline().filter(|_| self.connected);
        [acks, self.poll_duty()].into_iter().flatten().min()
    }

    /// As [`Self::poll_timeout`], for connections that send only when they are asked (HTTP):
    /// acknowledgements that are due are left out.
    #[must_use]
    pub fn poll_duty(&self) -> Option<Duration> {
        if !self.connected {
            return None;
        }
        let sweep = (!self.outgoing.is_empty()).then_some(self.next_sweep);
        [self.close_at, sweep].into_iter().flatten().min()
    }

    /// Messages that wait to be sent; acknowledgements do not count.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.refusals.len() + self.service.len() + self.outgoing.queued()
    }

    /// Does what is due; harmless when called early.
    pub fn handle_timeout(&mut self, now: Now) {
        if !self.connected {
            return;
        }
        if self.close_at.is_some_and(|at| now.mono >= at) {
            self.close_at = None;
            self.events.push_back(ServerEvent::CloseConnection);
        }
        if now.mono >= self.next_sweep {
            self.next_sweep = now.mono + SWEEP;
            self.outgoing.sweep(now.mono);
        }
    }

    /// Refuses the next packet with `bad_server_salt`, whatever its salt (a fault for tests).
    pub fn refuse_salt_once(&mut self) {
        self.refuse_salt = true;
    }

    /// Refuses the next packet with this code (a fault for tests).
    pub fn refuse_once(&mut self, code: BadMsg) {
        self.refuse_next = Some(code);
    }

    /// From now on announces large messages by `msg_detailed_info` where it would send them again.
    pub fn set_announcing(&mut self, announce: bool) {
        self.outgoing.announce = announce;
    }

    /// Sends any message, which the client has to acknowledge (a fault for tests).
    pub fn push_raw(&mut self, now: Now, body: Bytes) {
        self.add(now, body, Kind::Service);
    }

    /// Queues a message that has to be acknowledged; answers its id.
    fn add(&mut self, now: Now, body: Bytes, kind: Kind) -> i64 {
        let id_kind = match kind {
            Kind::Answer(_) => IdKind::Response,
            Kind::Push | Kind::Service => IdKind::Notification,
        };
        let message = self.message(now, body, id_kind, true);
        let msg_id = message.msg_id;
        if self.outgoing.add(message, kind) {
            self.events.push_back(ServerEvent::PushesLost);
        }
        msg_id
    }

    /// Queues a message that needs no acknowledgement; on a flood the oldest ones are dropped.
    fn add_service(&mut self, now: Now, body: Bytes) {
        let message = self.message(now, body, IdKind::Response, false);
        self.service.push_back(message);
        if self.service.len() > MAX_SERVICE {
            self.service.pop_front();
        }
    }

    fn message(&mut self, now: Now, body: Bytes, kind: IdKind, content: bool) -> Message {
        let Self { ids, rng, .. } = self;
        let msg_id = ids.next(now.unix, || rng.u64(), kind);
        Message {
            msg_id,
            seq_no: self.seq.next(content),
            body,
        }
    }
}

impl fmt::Debug for ServerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSession")
            .field("connected", &self.connected)
            .field("running", &self.ledger.running())
            .finish_non_exhaustive()
    }
}
