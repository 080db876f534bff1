//! A server that does what a test says: real sockets, keys and sessions, and answers of the test's
//! choice. It counts what it runs, and can lose connections, keys and answers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod account;
pub mod cdn;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use heliogram::{Client, ClientBuilder, Servers, api::functions as f};
use heliogram_crypto::{AuthKey, RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{
    Now, RpcFailure,
    exchange::{ServerConfig, ServerExchange},
    framing::{Frame, Framing},
    server::{ServerEvent, ServerSalts, ServerSession, open, peek_key_id},
};
use heliogram_simulation::hostile::{ExchangeAttack, HostileServer, RecordAttack, Victim};
use heliogram_tl::{Call, Constructor, to_bytes};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the script answers to a call.
pub enum Answer {
    Result(Bytes),
    Error(i32, &'static str),
    /// The connection is cut before the call is run; the server never had it.
    CutBefore,
    /// The call is run and the connection is cut before the answer leaves.
    CutAfter(Bytes),
    /// No answer.
    Nothing,
}

/// A call as the script sees it.
pub struct Seen {
    /// Constructor id of the call, without what is wrapped around it.
    pub id: u32,
    /// The call without what is wrapped around it.
    pub body: Bytes,
    /// Whether the app was introduced with this call.
    pub introduced: bool,
    /// What it said about itself.
    pub introduction: Vec<String>,
    /// Whether updates are not wanted on this connection.
    pub without_updates: bool,
    /// How many calls with this id were run before.
    pub before: usize,
    pub dc: i32,
    /// The auth key it came with.
    pub key: i64,
}

type Script = dyn Fn(&Seen) -> Answer + Send + Sync;

pub struct Server {
    dcs: Vec<i32>,
    pub ports: Vec<u16>,
    pub key: RsaPrivateKey,
    state: Mutex<State>,
    script: Box<Script>,
    cut: watch::Sender<u64>,
    origin: Instant,
}

#[derive(Default)]
struct State {
    keys: HashMap<i64, (AuthKey, i64)>,
    sessions: HashMap<(i64, i64), ServerSession>,
    calls: HashMap<u32, usize>,
    introductions: usize,
    connections: usize,
    cancelled: usize,
    refusing: bool,
    unanswered: Vec<((i64, i64), i64)>,
    seed: u8,
    /// RSA keys of single data centres, in place of the common one.
    rsa: HashMap<i32, RsaPrivateKey>,
    /// Data centres that forget every key at once.
    forgetful: HashSet<i32>,
    /// The data centre of each auth key.
    made_at: HashMap<i64, i32>,
    /// The rule that key exchanges break.
    attack: Option<ExchangeAttack>,
    /// Whether a client went to the end of an exchange that broke a rule.
    fooled: bool,
    /// Packets that leave as they are, by session.
    injected: HashMap<(i64, i64), Vec<Vec<u8>>>,
    /// Bytes that leave on the next connection as they are, packets or not.
    raw: Vec<u8>,
}

/// The server's end of an exchange, honest or not.
enum Exchange {
    Honest(ServerExchange),
    Hostile(Box<HostileServer>),
}

/// Key generation takes a moment; all tests of a program share one.
fn rsa_key() -> RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::generate(&mut SeededRandom::new([5; 32])).unwrap())
        .clone()
}

impl Server {
    /// A server of one data centre.
    pub async fn start(script: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Self::start_dcs(1, script).await
    }

    /// A server of data centres 1 to `count`.
    pub async fn start_dcs(
        count: i32,
        script: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::start_on((1..=count).collect(), script).await
    }

    async fn start_on(
        dcs: Vec<i32>,
        script: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        let mut listeners = Vec::new();
        for _ in &dcs {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let ports = listeners
            .iter()
            .map(|l| l.local_addr().unwrap().port())
            .collect();
        let server = Arc::new(Self {
            dcs: dcs.clone(),
            ports,
            key: rsa_key(),
            state: Mutex::default(),
            script: Box::new(script),
            cut: watch::Sender::new(0),
            origin: Instant::now(),
        });
        for (dc, listener) in dcs.into_iter().zip(listeners) {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    server.state().connections += 1;
                    if !server.state().refusing {
                        tokio::spawn(Arc::clone(&server).serve(dc, stream));
                    }
                }
            });
        }
        server
    }

    /// The servers as clients know them beforehand: without the CDN.
    pub fn servers(&self) -> Servers {
        let mut servers = Servers::custom().public_key(self.key.public().to_pem());
        for (dc, port) in self.dcs.iter().zip(&self.ports) {
            if *dc != cdn::CDN {
                servers = servers.dc(*dc, "127.0.0.1", *port);
            }
        }
        servers
    }

    /// A client of this server that is quick to try again.
    pub fn client(&self) -> ClientBuilder {
        Client::builder(1, "abc")
            .server(self.servers())
            .max_backoff(Duration::from_millis(50))
    }

    /// How often a call was run.
    pub fn count<C: Call>(&self) -> usize {
        self.state().calls.get(&C::ID).copied().unwrap_or(0)
    }

    pub fn introductions(&self) -> usize {
        self.state().introductions
    }

    pub fn connections(&self) -> usize {
        self.state().connections
    }

    pub fn cancelled(&self) -> usize {
        self.state().cancelled
    }

    pub fn keys(&self) -> usize {
        self.state().keys.len()
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.cut.send_modify(|n| *n += 1);
    }

    /// Whether new connections are closed at once.
    pub fn refuse(&self, refusing: bool) {
        self.state().refusing = refusing;
    }

    pub fn forget_keys(&self) {
        let mut state = self.state();
        state.keys.clear();
        state.sessions.clear();
    }

    pub fn forget_sessions(&self) {
        self.state().sessions.clear();
    }

    /// Answers every call that has had no answer.
    pub fn answer_all(&self, result: &Bytes) {
        let now = self.now();
        let mut state = self.state();
        for (id, msg_id) in std::mem::take(&mut state.unanswered) {
            if let Some(session) = state.sessions.get_mut(&id) {
                session.reply(now, msg_id, Ok(result.clone()));
            }
        }
    }

    /// Pushes an update to all sessions that are connected.
    pub fn push(&self, update: &Bytes) {
        let now = self.now();
        for session in self
            .state()
            .sessions
            .values_mut()
            .filter(|s| s.is_connected())
        {
            session.push(now, update.clone());
        }
    }

    /// All later key exchanges break this rule.
    pub fn attack_exchange(&self, attack: ExchangeAttack) {
        self.state().attack = Some(attack);
    }

    /// Whether a client went to the end of an exchange that broke a rule.
    pub fn fooled(&self) -> bool {
        self.state().fooled
    }

    /// Attacks all sessions that are connected; `poison` is the update they must not take.
    pub fn attack_sessions(&self, attack: RecordAttack, poison: &Bytes) {
        let time = self.now().unix;
        let mut state = self.state();
        let connected = state.sessions.iter().filter(|(_, s)| s.is_connected());
        let packets: Vec<_> = connected
            .map(|(id, session)| {
                let victim = Victim {
                    key: session.key(),
                    session_id: session.session_id(),
                    salt: 0,
                    time,
                    poison,
                };
                (*id, attack.packets(&victim))
            })
            .collect();
        state.injected.extend(packets);
    }

    /// Sends these bytes on the next connection that is looked at, whatever its framing.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.state().raw = bytes.to_vec();
    }

    fn exchange(&self, dc: i32) -> Exchange {
        let seed = self.seed();
        let state = self.state();
        let key = state.rsa.get(&dc).unwrap_or(&self.key).clone();
        match state.attack {
            Some(attack) => Exchange::Hostile(Box::new(HostileServer::new(attack, key, dc, seed))),
            None => {
                let keys = [key].into();
                Exchange::Honest(ServerExchange::new(ServerConfig { keys, dc }, seed))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Now {
            mono: self.origin.elapsed(),
            unix,
        }
    }

    fn seed(&self) -> [u8; 32] {
        let mut state = self.state();
        state.seed = state.seed.wrapping_add(1);
        [state.seed; 32]
    }

    async fn serve(self: Arc<Self>, dc: i32, mut stream: TcpStream) {
        let mut exchange = self.exchange(dc);
        let mut framing = Framing::server(self.seed());
        let mut cut = self.cut.subscribe();
        let mut mine = None;
        let mut buf = vec![0; 65536];
        loop {
            let mut out = Vec::new();
            if let Some(session) = mine {
                self.flush(session, &mut framing, &mut out);
            }
            if !out.is_empty() && stream.write_all(&out).await.is_err() {
                break;
            }
            let n = tokio::select! {
                n = stream.read(&mut buf) => n.unwrap_or(0),
                _ = cut.changed() => break,
                () = tokio::time::sleep(Duration::from_millis(10)) => continue,
            };
            if n == 0 {
                break;
            }
            framing.receive(&buf[..n]);
            let mut out = Vec::new();
            let alive = self.take(dc, &mut framing, &mut exchange, &mut mine, &mut out);
            if stream.write_all(&out).await.is_err() || !alive {
                break;
            }
        }
        if let Some(session) = mine.and_then(|s| self.state().sessions.remove(&s).map(|v| (s, v))) {
            let (id, mut session) = session;
            session.handle_disconnected(self.now());
            self.state().sessions.insert(id, session);
        }
    }

    /// Takes what was read; `false` cuts the connection.
    fn take(
        &self,
        dc: i32,
        framing: &mut Framing,
        exchange: &mut Exchange,
        mine: &mut Option<(i64, i64)>,
        out: &mut Vec<u8>,
    ) -> bool {
        while let Ok(Some(frame)) = framing.next_frame() {
            let Frame::Packet(mut packet) = frame else {
                continue;
            };
            match peek_key_id(&packet) {
                Some(0) => {
                    if !self.take_plain(dc, exchange, &packet, framing, out) {
                        return false;
                    }
                }
                Some(id) => {
                    let Some((key, salt)) = self.state().keys.get(&id).cloned() else {
                        framing.encode_error(-404, out).unwrap();
                        return false;
                    };
                    if !self.take_sealed(dc, &key, salt, &mut packet, mine) {
                        return false;
                    }
                    if let Some(session) = *mine {
                        self.flush(session, framing, out);
                    }
                }
                None => return false,
            }
        }
        true
    }

    fn take_plain(
        &self,
        dc: i32,
        exchange: &mut Exchange,
        packet: &[u8],
        framing: &mut Framing,
        out: &mut Vec<u8>,
    ) -> bool {
        let (reply, done) = match exchange {
            Exchange::Honest(exchange) => match exchange.handle(self.now(), packet) {
                Ok(step) => (step.reply, step.done),
                Err(e) => {
                    framing.encode_error(e.transport_code(), out).unwrap();
                    return false;
                }
            },
            Exchange::Hostile(server) => {
                let reply = server.handle(self.now(), packet).unwrap();
                self.state().fooled |= server.finished();
                (reply, None)
            }
        };
        if let Some(done) = done {
            let mut state = self.state();
            state.made_at.insert(done.key.id(), dc);
            if !state.forgetful.contains(&dc) {
                state.keys.insert(done.key.id(), (done.key, done.salt));
            }
        }
        framing.encode(&reply, out).unwrap();
        true
    }

    fn take_sealed(
        &self,
        dc: i32,
        key: &AuthKey,
        salt: i64,
        packet: &mut [u8],
        mine: &mut Option<(i64, i64)>,
    ) -> bool {
        let now = self.now();
        let seed = self.seed();
        let opened = open(key, packet).unwrap();
        let id = (key.id(), opened.session_id);
        let mut state = self.state();
        let session = state.sessions.entry(id).or_insert_with(|| {
            let salts = ServerSalts::new(key.clone()).with_initial(salt, now);
            ServerSession::new(key.clone(), id.1, salts, seed, now)
        });
        if *mine != Some(id) {
            session.handle_connected(now);
            *mine = Some(id);
        }
        session.handle_opened(now, &opened).unwrap();
        let mut events = Vec::new();
        while let Some(event) = session.poll_event() {
            events.push(event);
        }
        // Calls that came in one packet with one that cuts the connection are run all the same.
        let mut alive = true;
        for event in events {
            match event {
                ServerEvent::Request { msg_id, body } => {
                    alive &= self.run(&mut state, dc, id, msg_id, &body);
                }
                ServerEvent::Cancelled { .. } => state.cancelled += 1,
                _ => {}
            }
        }
        alive
    }

    /// Runs a call; `false` cuts the connection.
    fn run(&self, state: &mut State, dc: i32, id: (i64, i64), msg_id: i64, body: &Bytes) -> bool {
        let mut seen = peel(body);
        seen.dc = dc;
        seen.key = id.0;
        seen.before = state.calls.get(&seen.id).copied().unwrap_or(0);
        let answer = (self.script)(&seen);
        if let Answer::CutBefore = answer {
            // As if the packet had never come: the session that saw it is put back.
            state.sessions.remove(&id);
            return false;
        }
        *state.calls.entry(seen.id).or_default() += 1;
        state.introductions += usize::from(seen.introduced);
        let now = self.now();
        let Some(session) = state.sessions.get_mut(&id) else {
            return false;
        };
        match answer {
            Answer::Result(bytes) => session.reply(now, msg_id, Ok(bytes)),
            Answer::Error(code, text) => {
                session.reply(now, msg_id, Err(RpcFailure::new(code, text)))
            }
            Answer::CutAfter(bytes) => {
                session.reply(now, msg_id, Ok(bytes));
                return false;
            }
            Answer::Nothing => {
                state.unanswered.push((id, msg_id));
                true
            }
            Answer::CutBefore => true,
        };
        true
    }

    fn flush(&self, id: (i64, i64), framing: &mut Framing, out: &mut Vec<u8>) {
        let now = self.now();
        let mut state = self.state();
        out.append(&mut state.raw);
        for packet in state.injected.remove(&id).unwrap_or_default() {
            framing.encode(&packet, out).unwrap();
        }
        let Some(session) = state.sessions.get_mut(&id) else {
            return;
        };
        session.handle_timeout(now);
        let mut packet = Vec::new();
        while session.poll_packet(now, &mut packet) {
            framing.encode(&packet, out).unwrap();
        }
    }
}

/// Takes off what is wrapped around a call.
fn peel(body: &Bytes) -> Seen {
    type Any = f::help::GetConfig;
    let mut rest = body.clone();
    let mut seen = Seen {
        id: 0,
        body: Bytes::new(),
        introduced: false,
        introduction: Vec::new(),
        without_updates: false,
        before: 0,
        dc: 0,
        key: 0,
    };
    loop {
        let id = u32::from_le_bytes(rest[..4].try_into().unwrap());
        if id == f::InvokeWithLayer::<Any>::ID {
            rest = rest.slice(8..);
        } else if id == f::InitConnection::<Any>::ID {
            seen.introduced = true;
            rest = rest.slice(12..);
            for _ in 0..6 {
                // All of them are short strings.
                let len = usize::from(rest[0]);
                let text = String::from_utf8(rest[1..=len].to_vec());
                seen.introduction.push(text.unwrap());
                rest = rest.slice((1 + len).next_multiple_of(4)..);
            }
        } else if id == f::InvokeWithoutUpdates::<Any>::ID {
            seen.without_updates = true;
            rest = rest.slice(4..);
        } else {
            seen.id = id;
            seen.body = rest;
            return seen;
        }
    }
}

/// An answer to `help.getConfig` that names no address.
pub fn config() -> Bytes {
    config_with(Vec::new())
}

/// An answer to `help.getConfig` with these addresses.
pub fn config_with(dc_options: Vec<heliogram::api::types::DcOption>) -> Bytes {
    let mut reader = heliogram_tl::Reader::new(&[]);
    let empty = <heliogram::api::types::Config as Constructor>::decode_bare(&mut reader);
    to_bytes(&heliogram::api::types::Config {
        this_dc: 1,
        dc_options,
        ..empty
    })
}

/// What every script answers: the configuration to whoever asks for it.
pub fn usual(seen: &Seen) -> Option<Answer> {
    (seen.id == f::help::GetConfig::ID).then(|| Answer::Result(config()))
}

/// Waits until something is so, for at most ten seconds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < end, "not so after ten seconds: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
