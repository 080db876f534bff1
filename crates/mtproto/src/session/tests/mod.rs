//! A client's session against a server that says exactly what a test wants.

mod batches;
mod binding;
mod new_sessions;
mod quick_acks;
mod record;
mod refusals;
mod requests;
mod service;
mod waiting;

use std::time::Duration;

use bytes::Bytes;
use heliogram_crypto::{AuthKey, SeededRandom, Side, message};
use heliogram_tl::{Constructor, Decode, Encode, from_prefix, to_bytes};

use super::*;
use crate::{
    ids::{IdKind, MsgIds},
    tl::types::BadMsgNotification,
    wire::{CONTAINER, Header, Message},
};

const CALL: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// The session under test and what the script behind it needs.
struct Rig {
    session: Session,
    key: AuthKey,
    now: Now,
    ids: MsgIds,
    seq: i32,
    rng: SeededRandom,
}

impl Rig {
    /// A connected session whose first packet (ping and salts) was taken.
    fn new() -> Self {
        Self::with(SessionConfig {
            salt: 77,
            time_offset_ms: Some(0),
            ..SessionConfig::default()
        })
    }

    fn with(config: SessionConfig) -> Self {
        let mono = Duration::from_secs(1000);
        let now = Now {
            mono,
            unix: Duration::from_secs(1_790_000_000),
        };
        let key = AuthKey::new(std::array::from_fn(|i| i as u8));
        let mut session = Session::new(config, key.clone(), [1; 32], now);
        session.handle_connected(now);
        let rng = SeededRandom::new([2; 32]);
        let mut rig = Self {
            session,
            key,
            now,
            ids: MsgIds::default(),
            seq: 1,
            rng,
        };
        rig.sent();
        rig
    }

    fn wait(&mut self, secs: u64) {
        self.now = self.now.plus(Duration::from_secs(secs));
        self.session.handle_timeout(self.now);
    }

    fn call(&mut self) -> RequestId {
        self.session
            .send(self.now, Bytes::from_static(&CALL), SendOptions::default())
    }

    /// Everything the session sends now, containers taken apart; `true` marks what was in one.
    fn sent(&mut self) -> Vec<(Message, bool)> {
        let mut all = Vec::new();
        let mut packet = Vec::new();
        while self.session.poll_packet(self.now, &mut packet) {
            let opened = message::open(&self.key, Side::Client, &mut packet).unwrap();
            assert_eq!(opened.session_id, self.session.session_id());
            let body = Bytes::copy_from_slice(opened.body);
            let outer = Message {
                msg_id: opened.msg_id,
                seq_no: opened.seq_no,
                body,
            };
            if outer.constructor() == CONTAINER {
                let inner = wire::split(&outer).unwrap();
                all.extend(inner.into_iter().map(|m| (m, true)));
                all.push((outer, false));
            } else {
                all.push((outer, false));
            }
        }
        all
    }

    /// The messages of this constructor among those sent now.
    fn sent_of(&mut self, id: u32) -> Vec<Message> {
        self.sent()
            .into_iter()
            .map(|(m, _)| m)
            .filter(|m| m.constructor() == id)
            .collect()
    }

    /// The requests of [`Rig::call`] sent now.
    fn calls_sent(&mut self) -> Vec<Message> {
        self.sent_of(u32::from_le_bytes([1, 2, 3, 4]))
    }

    /// A message of the server with a fresh id.
    fn message(&mut self, body: impl Into<Bytes>, content: bool) -> Message {
        let msg_id = self.ids.next(self.now.unix, || 0, IdKind::Response);
        self.seq += 2;
        Message {
            msg_id,
            seq_no: if content { self.seq } else { self.seq - 1 },
            body: body.into(),
        }
    }

    fn packet(&mut self, message: &Message) -> Vec<u8> {
        let header = Header {
            salt: 5,
            session_id: self.session.session_id(),
        };
        self.packet_with(message, header)
    }

    fn packet_with(&mut self, message: &Message, header: Header) -> Vec<u8> {
        let mut out = Vec::new();
        wire::lay_out(header, message, &mut self.rng, &mut out);
        wire::seal_laid_out(&self.key, Side::Server, &mut out);
        out
    }

    fn deliver(&mut self, message: &Message) -> Result<(), SessionError> {
        let mut packet = self.packet(message);
        self.session.handle_packet(self.now, &mut packet)
    }

    /// Delivers a value that needs no acknowledgement; answers the message's id.
    fn say(&mut self, value: &impl Encode) -> i64 {
        let message = self.message(to_bytes(value), false);
        assert_eq!(self.deliver(&message), Ok(()));
        message.msg_id
    }

    fn answer(&mut self, req_msg_id: i64, result: &[u8]) {
        let message = self.message(wire::rpc_result(req_msg_id, result), true);
        assert_eq!(self.deliver(&message), Ok(()));
    }

    fn refuse(&mut self, bad_msg_id: i64, error_code: i32) {
        self.say(&BadMsgNotification {
            bad_msg_id,
            bad_msg_seqno: 0,
            error_code,
        });
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }

    /// Events that end requests.
    fn ends(&mut self) -> Vec<Event> {
        let end = |e: &Event| matches!(e, Event::Reply { .. } | Event::Failed { .. });
        self.events().into_iter().filter(end).collect()
    }

    fn container(&mut self, inner: &[Message]) -> Message {
        self.message(wire::join(inner), false)
    }
}

fn read<T: Decode + Constructor>(m: &Message) -> T {
    from_prefix(&m.body).unwrap()
}
