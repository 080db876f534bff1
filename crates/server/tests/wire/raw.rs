//! A client that makes each message by hand, over any channel.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use heliogram_api::LAYER;
use heliogram_api::functions::{InitConnection, InvokeWithLayer};
use heliogram_crypto::{AuthKey, RsaPublicKey, Side, message};
use heliogram_mtproto::Now;
use heliogram_mtproto::exchange::{ClientConfig, ClientExchange, ClientStep};
use heliogram_mtproto::framing::Frame;
use heliogram_mtproto::server::unpack;
use heliogram_simulation::hostile::messages;
use heliogram_tl::{Call, Encode, from_bytes, to_bytes};

use crate::channel::Channel;
use crate::peer::{PATIENCE, seed};

const RPC_RESULT: u32 = 0xf35c_6d01;
const RPC_ERROR: u32 = 0x2144_ca19;

/// The code of a transport error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) i32);

/// What counts up in a session, whatever the connection.
#[derive(Default)]
struct Counters {
    last_id: i64,
    content: i32,
}

/// A session made by hand.
pub(crate) struct Raw<C> {
    pub(crate) channel: C,
    pub(crate) key: AuthKey,
    pub(crate) session: i64,
    pub(crate) salt: i64,
    counters: Rc<RefCell<Counters>>,
    /// Messages that nobody asked for yet.
    inbox: VecDeque<Bytes>,
}

impl<C: Channel> Raw<C> {
    /// Makes a key: a temporary one if it ends after so many seconds.
    pub(crate) fn new(
        mut channel: C,
        pem: &str,
        dc: i32,
        expires_in: Option<i32>,
    ) -> Result<Self, Refused> {
        let origin = Instant::now();
        let now = || Now {
            mono: origin.elapsed(),
            unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
        };
        let config = ClientConfig {
            keys: Arc::new([RsaPublicKey::from_pem(pem).unwrap()]),
            dc,
            expires_in,
        };
        let (mut exchange, mut packet) = ClientExchange::start(config, seed(), now());
        loop {
            channel.send(&packet);
            let answer = match wait(&mut channel) {
                Frame::Packet(answer) => answer,
                Frame::Error(code) => return Err(Refused(code)),
                other => panic!("{other:?}"),
            };
            match exchange.handle(now(), &answer).unwrap() {
                ClientStep::Send(next, further) => (exchange, packet) = (next, further),
                ClientStep::Done(made) => return Ok(Self::with_key(channel, made.key, made.salt)),
            }
        }
    }

    /// A new session of a key that is there.
    pub(crate) fn with_key(channel: C, key: AuthKey, salt: i64) -> Self {
        let session = i64::from_le_bytes(seed()[..8].try_into().unwrap());
        Self {
            channel,
            key,
            session,
            salt,
            counters: Rc::default(),
            inbox: VecDeque::new(),
        }
    }

    /// The same session on another connection.
    pub(crate) fn twin<D>(&self, channel: D) -> Raw<D> {
        Raw {
            channel,
            key: self.key.clone(),
            session: self.session,
            salt: self.salt,
            counters: Rc::clone(&self.counters),
            inbox: VecDeque::new(),
        }
    }

    /// The id the next message will have.
    pub(crate) fn next_id(&mut self) -> i64 {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let id = ((unix.as_nanos() << 32) / 1_000_000_000) as i64 & !3;
        let mut counters = self.counters.borrow_mut();
        counters.last_id = id.max(counters.last_id + 4);
        counters.last_id
    }

    /// Sends a request; answers its message id.
    pub(crate) fn request(&mut self, call: &impl Encode) -> i64 {
        let id = self.next_id();
        self.request_as(id, call);
        id
    }

    /// Sends a request under an id.
    pub(crate) fn request_as(&mut self, id: i64, call: &impl Encode) {
        self.counters.borrow_mut().content += 1;
        let seq_no = 2 * self.counters.borrow().content - 1;
        self.send(id, seq_no, &to_bytes(call));
    }

    /// Sends a message that needs no acknowledgement.
    pub(crate) fn say(&mut self, value: &impl Encode) {
        let id = self.next_id();
        let seq_no = 2 * self.counters.borrow().content;
        self.send(id, seq_no, &to_bytes(value));
    }

    fn send(&mut self, id: i64, seq_no: i32, body: &[u8]) {
        let mut plain = Vec::new();
        for word in [self.salt, self.session, id] {
            plain.extend_from_slice(&word.to_le_bytes());
        }
        plain.extend_from_slice(&seq_no.to_le_bytes());
        plain.extend_from_slice(&(body.len() as i32).to_le_bytes());
        plain.extend_from_slice(body);
        let padding = vec![0; message::padding_len(plain.len(), 0)];
        let mut packet = Vec::new();
        message::seal(&self.key, Side::Client, &plain, &padding, &mut packet).unwrap();
        self.channel.send(&packet);
    }

    /// The messages of the next packet; the containers are taken apart.
    pub(crate) fn packet(&mut self) -> Result<Vec<Bytes>, Refused> {
        let mut packet = match wait(&mut self.channel) {
            Frame::Packet(packet) => packet,
            Frame::Error(code) => return Err(Refused(code)),
            other => panic!("{other:?}"),
        };
        let opened = message::open(&self.key, Side::Server, &mut packet).unwrap();
        assert_eq!(opened.session_id, self.session);
        let messages = messages(&opened).into_iter();
        Ok(messages.map(|(_, body)| body).collect())
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, request: i64) -> Result<Result<Bytes, String>, Refused> {
        loop {
            let answered =
                |body: &Bytes| word(body) == RPC_RESULT && body[4..12] == request.to_le_bytes();
            if let Some(at) = self.inbox.iter().position(answered) {
                let result = self.inbox.remove(at).unwrap().slice(12..);
                let result = unpack(&result).unwrap();
                if word(&result) != RPC_ERROR {
                    return Ok(Ok(result));
                }
                let text = String::from_utf8_lossy(&result[9..9 + usize::from(result[8])]);
                return Ok(Err(text.into_owned()));
            }
            let came = self.packet()?;
            self.inbox.extend(came);
        }
    }

    /// Calls a method; the name of the error if it is refused.
    pub(crate) fn call<R: Call>(&mut self, call: R) -> Result<R::Output, String> {
        let id = self.request(&call);
        let answer = self.answer(id).unwrap()?;
        Ok(from_bytes(&answer).unwrap())
    }

    /// Calls a method and says first what the program is.
    pub(crate) fn introduce<R: Call>(&mut self, call: R) -> Result<R::Output, String> {
        let text = || "test".to_owned();
        let init = InitConnection::new(1, text(), text(), text(), text(), text(), text(), call);
        self.call(InvokeWithLayer::new(LAYER, init))
    }
}

/// The next thing that comes, which must.
pub(crate) fn wait(channel: &mut impl Channel) -> Frame {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < PATIENCE, "nothing comes");
        if let Some(frame) = channel.receive().unwrap() {
            return frame;
        }
    }
}

/// The constructor id a message begins with.
pub(crate) fn word(body: &[u8]) -> u32 {
    u32::from_le_bytes(body[..4].try_into().unwrap())
}
