//! A server's session against a client that says exactly what a test wants.

mod duties;
mod rules;

use heliogram_crypto::RandomExt;
use heliogram_tl::{Constructor, Decode, Encode, from_prefix, to_bytes};

use super::*;
use crate::{
    tl::{
        functions::{DestroySession, GetFutureSalts, Ping, PingDelayDisconnect, RpcDropAnswer},
        types::{
            BadMsgNotification, BadServerSalt, DestroySessionNone, FutureSalts, HttpWait,
            MsgDetailedInfo, MsgResendReq, MsgsAck, MsgsStateInfo, MsgsStateReq, NewSessionCreated,
            Pong,
        },
    },
    wire::{CONTAINER, Header, RPC_RESULT},
};

const CALL: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

struct Rig {
    session: ServerSession,
    key: AuthKey,
    salts: ServerSalts,
    now: Now,
    ids: MsgIds,
    seq: SeqNos,
    rng: SeededRandom,
}

impl Rig {
    fn new() -> Self {
        let mono = Duration::from_secs(1000);
        let now = Now {
            mono,
            unix: Duration::from_secs(1_790_000_000),
        };
        let key = AuthKey::new(std::array::from_fn(|i| i as u8));
        let salts = ServerSalts::new(key.clone());
        let mut session = ServerSession::new(key.clone(), 55, salts.clone(), [1; 32], now);
        session.handle_connected(now);
        let rng = SeededRandom::new([2; 32]);
        Self {
            session,
            key,
            salts,
            now,
            ids: MsgIds::default(),
            seq: SeqNos::default(),
            rng,
        }
    }

    fn message(&mut self, body: impl Into<Bytes>, content: bool) -> Message {
        let msg_id = self.ids.next(self.now.unix, || 0, IdKind::Client);
        Message {
            msg_id,
            seq_no: self.seq.next(content),
            body: body.into(),
        }
    }

    fn deliver(&mut self, message: &Message) {
        let salt = self.salts.current(self.now);
        self.deliver_with_salt(message, salt);
    }

    fn deliver_with_salt(&mut self, message: &Message, salt: i64) {
        assert_eq!(
            self.try_deliver(
                message,
                Header {
                    salt,
                    session_id: 55
                }
            ),
            Ok(())
        );
    }

    fn try_deliver(&mut self, message: &Message, header: Header) -> Result<(), ServerSessionError> {
        let mut packet = Vec::new();
        wire::lay_out(header, message, &mut self.rng, &mut packet);
        wire::seal_laid_out(&self.key, Side::Client, &mut packet);
        let opened = open(&self.key, &mut packet).unwrap();
        self.session.handle_opened(self.now, &opened)
    }

    /// Sends a request; answers its id.
    fn call(&mut self) -> i64 {
        let message = self.message(Bytes::from_static(&CALL), true);
        self.deliver(&message);
        message.msg_id
    }

    fn say(&mut self, value: &impl Encode) -> i64 {
        let message = self.message(to_bytes(value), false);
        self.deliver(&message);
        message.msg_id
    }

    /// Everything the session sends now, containers taken apart.
    fn sent(&mut self) -> Vec<Message> {
        let mut all = Vec::new();
        let mut packet = Vec::new();
        while self.session.poll_packet(self.now, &mut packet) {
            let opened = message::open(&self.key, Side::Server, &mut packet).unwrap();
            let body = Bytes::copy_from_slice(opened.body);
            let outer = Message {
                msg_id: opened.msg_id,
                seq_no: opened.seq_no,
                body,
            };
            match outer.constructor() {
                CONTAINER => all.extend(wire::split(&outer).unwrap()),
                _ => all.push(outer),
            }
        }
        all
    }

    fn sent_of<T: Constructor>(&mut self) -> Vec<T> {
        self.sent()
            .iter()
            .filter(|m| m.constructor() == T::ID)
            .map(read)
            .collect()
    }

    fn results(&mut self) -> Vec<Message> {
        self.sent()
            .into_iter()
            .filter(|m| m.constructor() == RPC_RESULT)
            .collect()
    }

    /// The code with which what was just delivered is refused.
    fn code(&mut self) -> Option<i32> {
        let sent = self.sent();
        sent.iter().find_map(|m| match m.constructor() {
            BadMsgNotification::ID => Some(read::<BadMsgNotification>(m).error_code),
            BadServerSalt::ID => Some(read::<BadServerSalt>(m).error_code),
            _ => None,
        })
    }

    fn requests(&mut self) -> Vec<i64> {
        std::iter::from_fn(|| self.session.poll_event())
            .filter_map(|e| match e {
                ServerEvent::Request { msg_id, .. } => Some(msg_id),
                _ => None,
            })
            .collect()
    }

    fn wait(&mut self, secs: u64) {
        self.now = self.now.plus(Duration::from_secs(secs));
        self.session.handle_timeout(self.now);
    }
}

fn read<T: Decode>(m: &Message) -> T {
    from_prefix(&m.body).unwrap()
}
