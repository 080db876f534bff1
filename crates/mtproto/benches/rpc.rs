//! Round trips of requests through a client's and a server's session in one process: everything but
//! the sockets.
//!
//! `cargo bench -p heliogram-mtproto --bench rpc` prints calls a second, one core, by how many calls
//! are under way at once.

// A measurement stops at the first thing that goes wrong, and prints what it found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::time::{Duration, Instant};

use bytes::Bytes;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::{
    Event, Now, SendOptions, Session, SessionConfig,
    server::{self, ServerEvent, ServerSalts, ServerSession},
};

/// How long each case is measured.
const TIME: Duration = Duration::from_millis(700);
/// As long as a small call of the API with its answer.
const CALL: [u8; 24] = [7; 24];
const ANSWER: [u8; 64] = [9; 64];

struct Pair {
    client: Session,
    server: ServerSession,
    key: AuthKey,
    origin: Instant,
    /// Packets that travelled.
    packets: u64,
    out: Vec<u8>,
}

impl Pair {
    fn new() -> Self {
        let key = AuthKey::new(std::array::from_fn(|i| i as u8));
        let origin = Instant::now();
        let now = now(origin);
        let salts = ServerSalts::new(key.clone());
        let config = SessionConfig {
            salt: salts.current(now),
            time_offset_ms: Some(0),
            ..SessionConfig::default()
        };
        let mut client = Session::new(config, key.clone(), [1; 32], now);
        client.handle_connected(now);
        let mut server = ServerSession::new(key.clone(), client.session_id(), salts, [2; 32], now);
        server.handle_connected(now);
        Self {
            client,
            server,
            key,
            origin,
            packets: 0,
            out: Vec::new(),
        }
    }

    /// Makes so many calls at once and waits for their answers.
    fn round(&mut self, calls: usize) {
        let now = now(self.origin);
        for _ in 0..calls {
            self.client
                .send(now, Bytes::from_static(&CALL), SendOptions::default());
        }
        let mut answered = 0;
        while answered < calls {
            self.client.handle_timeout(now);
            while self.client.poll_packet(now, &mut self.out) {
                self.packets += 1;
                let opened = server::open(&self.key, &mut self.out).unwrap();
                self.server.handle_opened(now, &opened).unwrap();
            }
            while let Some(event) = self.server.poll_event() {
                if let ServerEvent::Request { msg_id, .. } = event {
                    self.server
                        .reply(now, msg_id, Ok(Bytes::from_static(&ANSWER)));
                }
            }
            self.server.handle_timeout(now);
            while self.server.poll_packet(now, &mut self.out) {
                self.packets += 1;
                self.client.handle_packet(now, &mut self.out).unwrap();
            }
            while let Some(event) = self.client.poll_event() {
                match event {
                    Event::Reply { result, .. } => {
                        result.unwrap();
                        answered += 1;
                    }
                    Event::Failed { reason, .. } => panic!("{reason}"),
                    _ => {}
                }
            }
        }
    }
}

fn now(origin: Instant) -> Now {
    let mono = origin.elapsed();
    Now {
        mono,
        unix: Duration::from_secs(1_790_000_000) + mono,
    }
}

fn main() {
    // `cargo test --benches` runs this too; there is nothing to test here.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    for at_once in [1, 8, 64, 512] {
        let mut pair = Pair::new();
        pair.round(1);
        let (began, before) = (Instant::now(), pair.packets);
        let mut calls = 0;
        while began.elapsed() < TIME {
            pair.round(at_once);
            calls += at_once;
        }
        let rate = calls as f64 / began.elapsed().as_secs_f64();
        let packets = (pair.packets - before) as f64 / calls as f64;
        println!("{at_once:>4} at once: {rate:>9.0} calls/s, {packets:.2} packets a call");
    }
}
