//! Both ends of an encrypted session, and somebody between them who has the key and knows no rules.

use std::{collections::HashSet, time::Duration};

use heliogram_crypto::{
    AuthKey, Side,
    message::{self, padding_len},
};
use heliogram_mtproto::{
    Event, Now, RequestId, RpcFailure, SendOptions, Session, SessionConfig,
    server::{ServerEvent, ServerSalts, ServerSession, open},
};
use heliogram_tl::Bytes;

use crate::{Input, Seed};

const SALT: i64 = 0x5a17;
const START: Duration = Duration::from_secs(1_800_000_000);
const CONTAINER: u32 = 0x73f1_f8dc;
const RPC_RESULT: u32 = 0xf35c_6d01;

/// The two ends, and what they are known to have said.
struct Line {
    key: AuthKey,
    now: Now,
    client: Session,
    server: ServerSession,
    /// Requests of which the client has not said how they ended.
    open: HashSet<RequestId>,
    last: Option<RequestId>,
    /// Message ids of requests that the server has.
    running: Vec<i64>,
}

impl Line {
    fn new() -> Self {
        let key = AuthKey::new([0x37; 256]);
        let now = Now {
            mono: START,
            unix: START,
        };
        let config = SessionConfig {
            salt: SALT,
            time_offset_ms: Some(0),
            ..SessionConfig::default()
        };
        let mut client = Session::new(config, key.clone(), [1; 32], now);
        let salts = ServerSalts::new(key.clone()).with_initial(SALT, now);
        let id = client.session_id();
        let mut server = ServerSession::new(key.clone(), id, salts, [2; 32], now);
        client.handle_connected(now);
        server.handle_connected(now);
        Self {
            key,
            now,
            client,
            server,
            open: HashSet::new(),
            last: None,
            running: Vec::new(),
        }
    }

    /// A packet under the key, with a message id that lies `ahead` seconds in the future.
    fn seal(&self, from: Side, ahead: i8, low: u8, seq: u32, body: &[u8]) -> Vec<u8> {
        let id = (self.now.unix.as_secs() as i64 + i64::from(ahead)) << 32 | i64::from(low);
        let body = &body[..body.len() & !3];
        let mut plain = SALT.to_le_bytes().to_vec();
        plain.extend(self.client.session_id().to_le_bytes());
        plain.extend(id.to_le_bytes());
        plain.extend(seq.to_le_bytes());
        plain.extend((body.len() as u32).to_le_bytes());
        plain.extend(body);
        let padding = vec![7; padding_len(plain.len(), 0)];
        let mut packet = Vec::new();
        message::seal(&self.key, from, &plain, &padding, &mut packet).expect("whole blocks");
        packet
    }

    fn to_client(&mut self, mut packet: Vec<u8>) {
        let _ = self.client.handle_packet(self.now, &mut packet);
    }

    fn to_server(&mut self, mut packet: Vec<u8>) {
        if let Ok(opened) = open(&self.key, &mut packet) {
            let _ = self.server.handle_opened(self.now, &opened);
        }
    }

    /// Lets both ends say what they have to say, and hear each other unless packets get lost.
    fn talk(&mut self, lost: bool) {
        for _ in 0..4 {
            for packet in self.client.poll_packets(self.now, 1 << 16) {
                if !lost {
                    self.to_server(packet.bytes);
                }
            }
            while let Some(event) = self.server.poll_event() {
                if let ServerEvent::Request { msg_id, .. } = event {
                    self.running.push(msg_id);
                }
            }
            for packet in self.server.poll_packets(self.now, 1 << 16) {
                if !lost {
                    self.to_client(packet);
                }
            }
            while let Some(event) = self.client.poll_event() {
                if let Event::Reply { id, .. } | Event::Failed { id, .. } = event {
                    assert!(self.open.remove(&id), "a request ends once");
                }
            }
        }
        assert!(
            self.client.pending() == self.open.len(),
            "and none is forgotten"
        );
        let _ = (self.client.poll_timeout(), self.server.poll_timeout());
    }

    fn send(&mut self, body: &[u8], follows: bool) {
        let body = Bytes::copy_from_slice(&body[..body.len() & !3]);
        let mut options = SendOptions::default();
        options.after.extend(self.last.filter(|_| follows));
        let id = self.client.send(self.now, body, options);
        self.open.insert(id);
        self.last = Some(id);
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 10 {
            0 => self.to_client(input.piece().to_vec()),
            1 | 2 => {
                let (side, ahead) = (input.byte() & 1, input.byte() as i8);
                let (low, seq) = (input.byte(), u32::from(input.u16()));
                match side {
                    0 => {
                        let packet = self.seal(Side::Server, ahead, low, seq, input.piece());
                        self.to_client(packet);
                    }
                    _ => {
                        let packet = self.seal(Side::Client, ahead, low, seq, input.piece());
                        self.to_server(packet);
                    }
                }
            }
            3 => {
                let follows = input.byte() & 1 == 1;
                self.send(input.piece(), follows);
            }
            4 => {
                if let Some(id) = self.last.take() {
                    self.client.cancel(self.now, id);
                    self.open.remove(&id);
                }
            }
            5 => {
                self.now = self.now.plus(Duration::from_secs(input.byte().into()));
                self.client.handle_timeout(self.now);
                self.server.handle_timeout(self.now);
            }
            6 => {
                self.client.handle_disconnected(self.now);
                self.server.handle_disconnected(self.now);
                self.client.handle_connected(self.now);
                self.server.handle_connected(self.now);
            }
            7 | 8 => {
                let Some(msg_id) = self.running.pop() else {
                    return;
                };
                let body = Bytes::copy_from_slice(input.piece());
                let answer = match body.is_empty() {
                    true => Err(RpcFailure::new(400, "MSG_WAIT_FAILED")),
                    false => Ok(body),
                };
                self.server.reply(self.now, msg_id, answer);
            }
            _ => self
                .server
                .push(self.now, Bytes::copy_from_slice(input.piece())),
        }
    }
}

/// Steps, each with whether the packets after it get lost.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut line = Line::new();
    for _ in 0..64 {
        if input.is_empty() {
            break;
        }
        line.step(&mut input);
        line.talk(input.byte() & 3 == 3);
    }
}

/// Calls that are answered, lost and repeated, and each of the protocol's own messages.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let call = [&0x1fb3_3026_u32.to_le_bytes()[..], &[1; 8]].concat();
    let ask =
        |seed: Seed, follows: u8, lost: u8| seed.byte(3).byte(follows).piece(&call).byte(lost);
    let answer = |seed: Seed| seed.byte(7).piece(&[4; 16]).byte(0);
    let plain = answer(answer(ask(ask(Seed::new(), 0, 0), 1, 0)));
    let lost = answer(ask(ask(Seed::new(), 0, 3), 1, 3).byte(6).byte(0));
    let failed = ask(ask(Seed::new(), 0, 0), 1, 0).byte(7).piece(&[]).byte(0);
    let silent = ask(Seed::new(), 0, 3)
        .byte(5)
        .byte(20)
        .byte(0)
        .byte(5)
        .byte(200)
        .byte(0);
    let mut all = vec![
        plain.named("answered"),
        lost.named("lost"),
        failed.named("failed"),
        silent.named("silent"),
    ];
    let service: [(&str, u32, usize); 10] = [
        ("acks", 0x62d6_b459, 24),
        ("bad-msg", 0xa7ef_f811, 16),
        ("bad-salt", 0xedab_447b, 24),
        ("state-request", 0xda69_fb52, 24),
        ("state-info", 0x04de_b57d, 16),
        ("detailed-info", 0x276d_3ec6, 24),
        ("new-session", 0x9ec2_0908, 24),
        ("pong", 0x3477_73c5, 16),
        ("container", CONTAINER, 28),
        ("result", RPC_RESULT, 20),
    ];
    for (name, id, len) in service {
        let body = [&id.to_le_bytes()[..], &vec![1; len]].concat();
        for side in [0, 1] {
            let seed = ask(Seed::new(), 0, 0)
                .byte(1)
                .byte(side)
                .byte(0)
                .byte(1 - side);
            let seed = seed.u16(u16::from(side)).piece(&body).byte(0);
            all.push(answer(seed).named(format!("{name}-{side}")));
        }
    }
    all
}
