//! A server that does what a test says: real sockets, keys and sessions, and answers of the test's
//! choice. It counts what it runs, and can lose connections, keys and answers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod account;
mod attacks;
pub mod cdn;
mod connection;
pub mod numbering;
pub mod once;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use heliogram::{Client, ClientBuilder, Servers, api::functions as f};
use heliogram_crypto::{AuthKey, RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{Now, server::ServerSession};
use heliogram_simulation::hostile::ExchangeAttack;
use heliogram_tl::{Call, Constructor, to_bytes};
use tokio::{net::TcpListener, sync::watch};

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
    /// By how many seconds the server's clock is behind.
    behind: AtomicU64,
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
    /// The sessions, ids and sequence numbers of the messages that came, in their order.
    numbered: Vec<(i64, i64, i32)>,
    /// What clients acknowledged, in the order it came.
    acknowledged: Vec<i64>,
    /// Bytes that leave on the next connection as they are, packets or not.
    raw: Vec<u8>,
    numbering: numbering::Numbering,
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
            behind: AtomicU64::new(0),
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

    /// The sessions, ids and sequence numbers of the messages that came in packets, in their order.
    pub fn numbered(&self) -> Vec<(i64, i64, i32)> {
        self.state().numbered.clone()
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let behind = Duration::from_secs(self.behind.load(Ordering::SeqCst));
        Now {
            mono: self.origin.elapsed(),
            unix: unix - behind,
        }
    }

    fn seed(&self) -> [u8; 32] {
        let mut state = self.state();
        state.seed = state.seed.wrapping_add(1);
        [state.seed; 32]
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
