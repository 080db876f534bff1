//! A client with nothing but the protocol core and a socket, for many of them in one thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use heliogram_api::functions::{InitConnection, InvokeWithLayer, auth, help};
use heliogram_api::{LAYER, enums, types};
use heliogram_crypto::{AuthKey, RsaPublicKey};
use heliogram_mtproto::exchange::{ClientConfig, ClientExchange, ClientStep};
use heliogram_mtproto::framing::{Frame, Framing, Transport};
use heliogram_mtproto::{Event, Now, SendOptions, Session, SessionConfig};
use heliogram_server::{Account, TestServer};
use heliogram_tl::{from_bytes, to_bytes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Most calls in hand on one connection.
const WINDOW: usize = 16;

/// A key of a data centre, and where that is.
pub(crate) struct Key {
    key: AuthKey,
    salt: i64,
    address: SocketAddr,
}

impl Key {
    /// Makes a key.
    pub(crate) async fn make(server: &TestServer) -> Self {
        let address = server.dcs()[1].address;
        let origin = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut framing = Framing::client(Transport::Intermediate, None, fresh());
        let config = ClientConfig {
            keys: Arc::new([RsaPublicKey::from_pem(&server.public_key_pem()).unwrap()]),
            dc: 2,
            expires_in: None,
        };
        let (mut exchange, mut packet) = ClientExchange::start(config, fresh(), now(origin));
        loop {
            let mut out = Vec::new();
            framing.encode(&packet, &mut out).unwrap();
            stream.write_all(&out).await.unwrap();
            let answer = frame(&mut stream, &mut framing).await.unwrap();
            match exchange.handle(now(origin), &answer).unwrap() {
                ClientStep::Send(next, further) => (exchange, packet) = (next, further),
                ClientStep::Done(made) => {
                    return Self {
                        key: made.key,
                        salt: made.salt,
                        address,
                    };
                }
            }
        }
    }

    /// Logs the key in.
    pub(crate) async fn log_in(&self, server: &TestServer, account: &Account) {
        let mut caller = Caller::connect(self).await;
        let phone = account.phone().to_owned();
        let settings = types::CodeSettings::new();
        let call = auth::SendCode::new(phone.clone(), 1, "hash".into(), settings);
        let answer = caller.answer(to_bytes(&call)).await;
        let enums::auth::SentCode::SentCode(sent) = from_bytes(&answer).unwrap() else {
            panic!("no code was sent")
        };
        let call = auth::SignIn {
            phone_code: server.code_for(&phone),
            ..auth::SignIn::new(phone, sent.phone_code_hash)
        };
        caller.answer(to_bytes(&call)).await;
    }
}

/// One connection with one session.
pub(crate) struct Caller {
    session: Session,
    framing: Framing,
    stream: TcpStream,
    address: SocketAddr,
    origin: Instant,
    out: Vec<u8>,
    waiting: usize,
    refusals: bool,
}

impl Caller {
    /// Connects and introduces itself.
    pub(crate) async fn connect(key: &Key) -> Self {
        let origin = Instant::now();
        let config = SessionConfig {
            salt: key.salt,
            ..SessionConfig::default()
        };
        let mut session = Session::new(config, key.key.clone(), fresh(), now(origin));
        session.handle_connected(now(origin));
        let mut caller = Self {
            session,
            framing: Framing::client(Transport::Intermediate, None, fresh()),
            stream: TcpStream::connect(key.address).await.unwrap(),
            address: key.address,
            origin,
            out: Vec::new(),
            waiting: 0,
            refusals: false,
        };
        let text = || "bench".to_owned();
        let call = help::GetConfig::new();
        let init = InitConnection::new(1, text(), text(), text(), text(), text(), text(), call);
        caller
            .answer(to_bytes(&InvokeWithLayer::new(LAYER, init)))
            .await;
        caller
    }

    /// Makes the same call many times.
    pub(crate) async fn call(&mut self, body: Bytes, times: u32) {
        for _ in 0..times {
            self.queue(body.clone());
            while self.waiting >= WINDOW {
                self.turn().await;
            }
        }
        self.drain().await;
    }

    /// Begins a call.
    pub(crate) fn queue(&mut self, body: Bytes) {
        self.session
            .send(now(self.origin), body, SendOptions::default());
        self.waiting += 1;
    }

    /// Waits until every call is answered.
    pub(crate) async fn drain(&mut self) {
        while self.waiting > 0 {
            self.turn().await;
        }
    }

    /// The same for lines that lose packets: after so much silence it connects anew.
    pub(crate) async fn drain_within(&mut self, patience: Duration) {
        while self.waiting > 0 {
            if tokio::time::timeout(patience, self.turn()).await.is_err() {
                self.reconnect().await;
            }
        }
    }

    /// Whether calls may be refused.
    pub(crate) fn expect_refusals(&mut self, refusals: bool) {
        self.refusals = refusals;
    }

    /// Makes a call and gives its answer.
    async fn answer(&mut self, body: Bytes) -> Bytes {
        self.queue(body);
        loop {
            if let Some(answer) = self.turn().await {
                return answer;
            }
        }
    }

    /// Moves packets both ways once; gives the answer to a call if one came.
    async fn turn(&mut self) -> Option<Bytes> {
        self.flush().await;
        match frame(&mut self.stream, &mut self.framing).await {
            Some(mut packet) => {
                self.session
                    .handle_packet(now(self.origin), &mut packet)
                    .unwrap();
            }
            None => self.reconnect().await,
        }
        let mut answer = None;
        while let Some(event) = self.session.poll_event() {
            if let Event::Reply { result, .. } = event {
                self.waiting -= 1;
                answer = match result {
                    Ok(result) => Some(result),
                    Err(_) if self.refusals => None,
                    Err(refused) => panic!("{refused:?}"),
                };
            }
        }
        answer
    }

    async fn flush(&mut self) {
        let mut packet = Vec::new();
        self.out.clear();
        while self.session.poll_packet(now(self.origin), &mut packet) {
            self.framing.encode(&packet, &mut self.out).unwrap();
        }
        // A connection that is gone shows when it is read.
        let _ = self.stream.write_all(&self.out).await;
    }

    async fn reconnect(&mut self) {
        self.session.handle_disconnected(now(self.origin));
        self.framing = Framing::client(Transport::Intermediate, None, fresh());
        self.stream = TcpStream::connect(self.address).await.unwrap();
        self.session.handle_connected(now(self.origin));
    }
}

/// The next packet, or nothing if the connection is gone.
async fn frame(stream: &mut TcpStream, framing: &mut Framing) -> Option<Vec<u8>> {
    let mut input = [0; 16 * 1024];
    loop {
        match framing.next_frame().unwrap() {
            Some(Frame::Packet(packet)) => return Some(packet),
            Some(other) => panic!("{other:?}"),
            None => {}
        }
        match stream.read(&mut input).await {
            Ok(0) | Err(_) => return None,
            Ok(len) => framing.receive(&input[..len]),
        }
    }
}

fn now(origin: Instant) -> Now {
    Now {
        mono: origin.elapsed(),
        unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
    }
}

fn fresh() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}
