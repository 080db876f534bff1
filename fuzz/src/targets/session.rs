//! Both ends of an encrypted session, and somebody between them who has the key and knows no rules.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use heliogram_crypto::{
    AuthKey, Side,
    message::{self, padding_len},
};
use heliogram_mtproto::{
    Event, Now, RequestId, RpcFailure, SendOptions, Session, SessionConfig,
    server::{ServerEvent, ServerSalts, ServerSession, open},
};
use heliogram_tl::{Bytes, Writer};

use crate::{Input, Seed};

const SALT: i64 = 0x5a17;
const START: Duration = Duration::from_secs(1_800_000_000);
const CONTAINER: u32 = 0x73f1_f8dc;
const RPC_RESULT: u32 = 0xf35c_6d01;
const VECTOR: u32 = 0x1cb5_c415;
/// What is said about a message of the other end, whose id comes next: `rpc_result`,
/// `bad_msg_notification`, `bad_server_salt`, `msg_detailed_info`, `msg_new_detailed_info`, `pong`,
/// `future_salts`, `msgs_state_info`, `new_session_created`.
const ABOUT_ONE: [u32; 9] = [
    RPC_RESULT,
    0xa7ef_f811,
    0xedab_447b,
    0x276d_3ec6,
    0x809d_b6df,
    0x3477_73c5,
    0xae50_0895,
    0x04de_b57d,
    0x9ec2_0908,
];
/// The same of a list of messages: `msgs_ack`, `msgs_state_req`, `msg_resend_req`, `msgs_all_info`.
const ABOUT_SOME: [u32; 4] = [0x62d6_b459, 0xda69_fb52, 0x7d86_1a08, 0x8cc0_d131];
/// How many messages of each end are remembered.
const REMEMBERED: usize = 8;

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
    /// Message ids of what the client and the server said last.
    said: [VecDeque<i64>; 2],
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
            said: Default::default(),
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

    /// Remembers what a message is known by, so that somebody can lie about it.
    fn overhear(&mut self, from: Side, packet: &[u8]) {
        let mut copy = packet.to_vec();
        let opened = message::open(&self.key, from, &mut copy).expect("both ends have the key");
        let said = &mut self.said[usize::from(from == Side::Server)];
        if said.len() == REMEMBERED {
            said.pop_front();
        }
        said.push_back(opened.msg_id);
    }

    /// A message about one that the other end has sent, or waits to be answered.
    fn about(&self, to: Side, input: &mut Input<'_>) -> Vec<u8> {
        let (kind, which) = (usize::from(input.byte()), usize::from(input.byte()));
        let said = &self.said[usize::from(to == Side::Server)];
        let running = self.running.iter().filter(|_| to == Side::Client);
        let known: Vec<_> = said.iter().chain(running).collect();
        let id = known.get(which % known.len().max(1)).map_or(0, |id| **id);
        let mut body = Vec::new();
        match kind % (ABOUT_ONE.len() + ABOUT_SOME.len()) {
            kind if kind < ABOUT_ONE.len() => body.extend(ABOUT_ONE[kind].to_le_bytes()),
            kind => {
                for word in [
                    ABOUT_SOME[kind - ABOUT_ONE.len()],
                    VECTOR,
                    1 + u32::from(input.byte() / 128),
                ] {
                    body.extend(word.to_le_bytes());
                }
            }
        }
        body.extend(id.to_le_bytes());
        body.extend(input.piece());
        body
    }

    /// Lets both ends say what they have to say, and hear each other unless packets get lost.
    fn talk(&mut self, lost: bool) {
        for _ in 0..4 {
            for packet in self.client.poll_packets(self.now, 1 << 16) {
                self.overhear(Side::Client, &packet.bytes);
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
                self.overhear(Side::Server, &packet);
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
        let body = words(body);
        let mut options = SendOptions::default();
        options.after.extend(self.last.filter(|_| follows));
        let id = self.client.send(self.now, body, options);
        self.open.insert(id);
        self.last = Some(id);
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 12 {
            10 => {
                let (ahead, low) = (input.byte() as i8, input.byte() | 1);
                let body = self.about(Side::Client, input);
                let packet = self.seal(Side::Server, ahead, low, 1, &body);
                self.to_client(packet);
            }
            11 => {
                let (ahead, low) = (input.byte() as i8, input.byte() & !3);
                let body = self.about(Side::Server, input);
                let packet = self.seal(Side::Client, ahead, low, 1, &body);
                self.to_server(packet);
            }
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
                let body = words(input.piece());
                let answer = match body.is_empty() {
                    true => Err(RpcFailure::new(400, "MSG_WAIT_FAILED")),
                    false => Ok(body),
                };
                self.server.reply(self.now, msg_id, answer);
            }
            _ => self.server.push(self.now, words(input.piece())),
        }
    }
}

/// Whole words, of which everything consists.
fn words(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&bytes[..bytes.len() & !3])
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
    // What is packed, refused, and nested in what is packed, as an answer to a request that waits.
    let packed = heliogram_tl::deflate(&[7; 1000]).expect("it gets smaller");
    let mut gzip = Writer::new();
    gzip.u32(0x3072_cfa1);
    gzip.bytes(&packed);
    let mut error = Writer::new();
    error.words([0x2144_ca19, 420]);
    error.bytes(b"FLOOD_WAIT_3");
    for (name, body) in [("packed", gzip.into_vec()), ("refused", error.into_vec())] {
        let seed = ask(Seed::new(), 0, 0).raw(&[10, 0, 1, 0, 0]).piece(&body);
        all.push(answer(seed.byte(0)).named(format!("result-{name}")));
    }
    for kind in 0..(ABOUT_ONE.len() + ABOUT_SOME.len()) as u8 {
        for side in [10, 11] {
            let seed = answer(ask(ask(Seed::new(), 0, 0), 0, 0)).raw(&[side, 0, 1, kind, kind]);
            let seed = seed.piece(&[1; 24]).byte(0);
            all.push(answer(seed).named(format!("about-{kind:02}-{side}")));
        }
    }
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
