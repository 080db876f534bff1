mod link;
mod words;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use heliogram_api::functions::{InitConnection, InvokeWithLayer, auth, help};
use heliogram_api::{LAYER, enums, types};
use heliogram_crypto::{AuthKey, RsaPublicKey, Side, message};
use heliogram_mtproto::exchange::{ClientConfig, ClientExchange, ClientStep};
use heliogram_mtproto::framing::{Frame, Obfuscation, Transport};
use heliogram_mtproto::{Event, Now, RequestId, RpcFailure, SendOptions, Session, SessionConfig};
use heliogram_server::{Account, TestServer};
use heliogram_tl::{Call, Constructor, Decode, from_bytes, to_bytes};

use link::Link;
pub(crate) use words::{document_of, input_of, text_of};

/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A client with nothing but the protocol core and a blocking socket.
pub(crate) struct Peer {
    session: Session,
    link: Link,
    origin: Instant,
    key: AuthKey,
    updates: Vec<enums::Updates>,
    /// How many connections it took so far.
    pub(crate) connections: u32,
    /// Whether rubbish is taken for what it is, and not for the end of the test.
    forgiving: bool,
    /// Everything that came, in order.
    pub(crate) heard: Vec<Heard>,
}

/// Something that came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// A packet as it came, and the message in it; none if it was not sealed with the key.
    Packet(Vec<u8>, Option<Vec<u8>>),
    /// A transport error.
    Error(i32),
    /// The server started a new session.
    NewSession,
}

impl Peer {
    /// Makes a key on a data centre and introduces itself.
    pub(crate) fn connect(server: &TestServer, dc: i32) -> Self {
        Self::framed(server, dc, Transport::Intermediate, None)
    }

    /// The same over another framing.
    pub(crate) fn framed(
        server: &TestServer,
        dc: i32,
        transport: Transport,
        obfuscation: Option<Obfuscation>,
    ) -> Self {
        let address = server.dcs()[dc as usize - 1].address;
        Self::at(
            address,
            &server.public_key_pem(),
            dc,
            transport,
            obfuscation,
        )
    }

    /// The same for a server that is known by its address and key.
    pub(crate) fn at(
        address: SocketAddr,
        pem: &str,
        dc: i32,
        transport: Transport,
        obfuscation: Option<Obfuscation>,
    ) -> Self {
        let mut link = Link::dial(address, transport, obfuscation);
        let origin = Instant::now();
        let key = RsaPublicKey::from_pem(pem).unwrap();
        let config = ClientConfig {
            keys: Arc::new([key]),
            dc,
            expires_in: None,
        };
        let (mut exchange, mut packet) = ClientExchange::start(config, seed(), now(origin));
        let made = loop {
            assert!(link.send(&packet));
            let answer = loop {
                match link.receive().unwrap() {
                    Some(Frame::Packet(answer)) => break answer,
                    Some(other) => panic!("{other:?}"),
                    None => assert!(origin.elapsed() < PATIENCE),
                }
            };
            match exchange.handle(now(origin), &answer).unwrap() {
                ClientStep::Send(next, further) => (exchange, packet) = (next, further),
                ClientStep::Done(made) => break made,
            }
        };
        let config = SessionConfig {
            salt: made.salt,
            ..SessionConfig::default()
        };
        let key = made.key.clone();
        let mut session = Session::new(config, made.key, seed(), now(origin));
        session.handle_connected(now(origin));
        let mut peer = Self {
            session,
            link,
            origin,
            key,
            updates: Vec::new(),
            connections: 1,
            forgiving: false,
            heard: Vec::new(),
        };
        let text = || "test".to_owned();
        let call = help::GetConfig::new();
        let init = InitConnection::new(1, text(), text(), text(), text(), text(), text(), call);
        peer.call(InvokeWithLayer::new(LAYER, init)).unwrap();
        peer
    }

    /// Logs in with the code the server gives.
    pub(crate) fn logged_in(server: &TestServer, account: &Account) -> Self {
        let mut peer = Self::connect(server, 2);
        let phone = account.phone().to_owned();
        let settings = types::CodeSettings::new();
        let call = auth::SendCode::new(phone.clone(), 1, "hash".into(), settings);
        let enums::auth::SentCode::SentCode(sent) = peer.call(call).unwrap() else {
            panic!()
        };
        let code = server.code_for(&phone).unwrap();
        let call = auth::SignIn {
            phone_code: Some(code),
            ..auth::SignIn::new(phone, sent.phone_code_hash)
        };
        peer.call(call).unwrap();
        peer
    }

    /// Makes the account of a test number.
    pub(crate) fn sign_up(&mut self, phone: &str, code: &str) {
        let settings = types::CodeSettings::new();
        let call = auth::SendCode::new(phone.to_owned(), 1, "hash".into(), settings);
        let enums::auth::SentCode::SentCode(sent) = self.call(call).unwrap() else {
            panic!()
        };
        let hash = sent.phone_code_hash;
        let call = auth::SignIn {
            phone_code: Some(code.to_owned()),
            ..auth::SignIn::new(phone.to_owned(), hash.clone())
        };
        self.call(call).unwrap();
        let call = auth::SignUp::new(phone.to_owned(), hash, "Alice".into(), String::new());
        self.call(call).unwrap();
    }

    /// Calls a method, over as many connections as it takes.
    pub(crate) fn call<C: Call>(&mut self, call: C) -> Result<C::Output, RpcFailure> {
        let now = self.now();
        let wanted = self
            .session
            .send(now, to_bytes(&call), SendOptions::default());
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "no answer to {}", C::NAME);
            if !self.turn() {
                self.reconnect();
            }
            while let Some(event) = self.session.poll_event() {
                match event {
                    Event::Reply { id, result } if id == wanted => {
                        return result.map(|body| from_bytes(&body).unwrap());
                    }
                    Event::Failed { id, reason } if id == wanted => panic!("{reason:?}"),
                    other => self.note(other),
                }
            }
        }
    }

    /// The next update, which must come.
    pub(crate) fn next_update(&mut self) -> enums::Updates {
        let began = Instant::now();
        while self.updates.is_empty() {
            assert!(began.elapsed() < PATIENCE, "no update");
            assert!(self.turn(), "the connection is gone");
            while let Some(event) = self.session.poll_event() {
                self.note(event);
            }
        }
        self.updates.remove(0)
    }

    /// Returns once the server has closed the connection.
    pub(crate) fn wait_for_the_end(&mut self) {
        let began = Instant::now();
        while self.turn() {
            assert!(began.elapsed() < PATIENCE, "the connection stays");
        }
    }

    /// Connects again.
    pub(crate) fn reconnect(&mut self) {
        self.session.handle_disconnected(self.now());
        self.link = self.link.again();
        self.connections += 1;
        self.session.handle_connected(self.now());
    }

    /// Connects to another address with the same key.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        self.link.address = address;
        self.reconnect();
    }

    /// The transport error that another address answers this key with.
    pub(crate) fn transport_error_at(&mut self, address: SocketAddr) -> i32 {
        self.move_to(address);
        let now = self.now();
        self.session.send(
            now,
            to_bytes(&help::GetConfig::new()),
            SendOptions::default(),
        );
        let mut packet = Vec::new();
        while self.session.poll_packet(now, &mut packet) {
            self.link.send(&packet);
        }
        loop {
            match self.link.receive() {
                Ok(Some(Frame::Error(code))) => return code,
                Ok(Some(other)) => panic!("{other:?}"),
                Ok(None) => assert!(self.origin.elapsed() < PATIENCE),
                Err(()) => return 0,
            }
        }
    }

    /// Moves packets both ways once; `false` if the connection is gone.
    fn turn(&mut self) -> bool {
        let now = self.now();
        if self
            .session
            .poll_timeout()
            .is_some_and(|due| due <= now.mono)
        {
            self.session.handle_timeout(now);
        }
        if !self.flush() {
            return false;
        }
        match self.link.receive() {
            Ok(Some(Frame::Packet(packet))) => self.take(packet),
            Ok(Some(Frame::Error(code))) if self.forgiving => {
                self.heard.push(Heard::Error(code));
                false
            }
            Ok(Some(other)) => panic!("{other:?}"),
            Ok(None) => true,
            Err(()) => false,
        }
    }

    /// Sends what is to be sent; `false` if the connection is gone.
    fn flush(&mut self) -> bool {
        let now = self.now();
        let mut packet = Vec::new();
        while self.session.poll_packet(now, &mut packet) {
            if !self.link.send(&packet) {
                return false;
            }
        }
        true
    }

    /// `false` if the packet breaks a rule, after which a connection is closed.
    fn take(&mut self, mut packet: Vec<u8>) -> bool {
        let mut copy = packet.clone();
        let opened = message::open(&self.key, Side::Server, &mut copy);
        let body = opened.ok().map(|opened| opened.body.to_vec());
        self.heard.push(Heard::Packet(packet.clone(), body));
        match self.session.handle_packet(self.now(), &mut packet) {
            Ok(()) => true,
            Err(_) if self.forgiving => false,
            Err(error) => panic!("{error:?}"),
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Update(body) => self.updates.push(from_bytes(&body).unwrap()),
            Event::NewSession { .. } => self.heard.push(Heard::NewSession),
            _ => {}
        }
    }

    /// From now on what breaks rules ends a connection, not the test; what came before is
    /// forgotten.
    pub(crate) fn forgive(&mut self) {
        self.forgiving = true;
        self.heard.clear();
    }

    /// Sends a call, and does not wait for the answer.
    pub(crate) fn ask<C: Call>(&mut self, call: C) -> RequestId {
        let now = self.now();
        let id = self
            .session
            .send(now, to_bytes(&call), SendOptions::default());
        self.flush();
        id
    }

    /// Sends two calls in one packet, and does not wait for the answers.
    pub(crate) fn ask_together<A: Call, B: Call>(&mut self, first: A, second: B) {
        for body in [to_bytes(&first), to_bytes(&second)] {
            self.session.send(self.now(), body, SendOptions::default());
        }
        self.flush();
    }

    /// The next requests that are answered, so many of them, in the order of their answers.
    pub(crate) fn answers(&mut self, count: usize) -> Vec<RequestId> {
        let began = Instant::now();
        let mut answered = Vec::new();
        while answered.len() < count {
            assert!(began.elapsed() < PATIENCE, "{answered:?} are answered only");
            answered.extend(self.answers_within(Duration::ZERO));
        }
        answered
    }

    /// The requests that are answered within this time, in the order of their answers; ends early
    /// with the connection.
    pub(crate) fn answers_within(&mut self, time: Duration) -> Vec<RequestId> {
        let began = Instant::now();
        let mut answered = Vec::new();
        loop {
            let there = self.turn();
            while let Some(event) = self.session.poll_event() {
                match event {
                    Event::Reply { id, .. } => answered.push(id),
                    other => self.note(other),
                }
            }
            if !there || began.elapsed() >= time {
                return answered;
            }
        }
    }

    /// How many bytes still come, until the server closes the connection.
    pub(crate) fn bytes_to_the_end(&mut self) -> usize {
        self.link.bytes_to_the_end()
    }

    /// The messages that came by themselves in a packet, read as `T`.
    pub(crate) fn heard_alone<T: Constructor + Decode>(&self) -> Vec<T> {
        let bodies = self.heard.iter().filter_map(|heard| match heard {
            Heard::Packet(_, Some(body)) => Some(body),
            _ => None,
        });
        bodies
            .filter(|body| body.starts_with(&T::ID.to_le_bytes()))
            .map(|body| from_bytes(&body.clone().into()).unwrap())
            .collect()
    }

    fn now(&self) -> Now {
        now(self.origin)
    }
}

fn now(origin: Instant) -> Now {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Now {
        mono: origin.elapsed(),
        unix,
    }
}

pub(crate) fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}
