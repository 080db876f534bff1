//! Packets of a secret chat from somebody who has its key and knows no rules, and stored chats.

use std::{sync::OnceLock, time::Duration};

use heliogram_crypto::{
    AuthKey, Random, SeededRandom,
    dh::{Group, Primes},
    message::padding_len,
    secret::{self, Role},
};
use heliogram_mtproto::{
    Now,
    secret::{Acceptance, LAYER, SecretChat, Snapshot},
};

use crate::{Input, Seed};

const ACTIONS: [u32; 8] = [
    0x5111_10b0,
    0xf304_8883,
    0xf3c9_611b,
    0x6fe1_735b,
    0xdd05_ec6b,
    0xec2e_0b9b,
    0xa82f_dd63,
    0x6561_4304,
];

/// The end that has the key, as far as it follows the rules.
struct Peer {
    key: AuthKey,
    rng: SeededRandom,
    sent: i32,
}

impl Peer {
    fn seal(&mut self, object: &[u8]) -> Vec<u8> {
        let len = object.len() & !3;
        let mut padding = vec![0; padding_len(secret::HEADER + len, 1)];
        self.rng.fill(&mut padding);
        let mut packet = Vec::new();
        let object = &object[..len];
        secret::seal(&self.key, Role::Creator, object, &padding, &mut packet)
            .expect("whole blocks");
        packet
    }

    /// A message with numbers near the right ones.
    fn message(&mut self, layer: i32, taken: u8, skipped: u8, message: &[u8]) -> Vec<u8> {
        let number = self.sent + i32::from(skipped);
        self.sent += i32::from(skipped == 0);
        let mut object = [&0x1be3_1789u32.to_le_bytes()[..], &[15; 16]].concat();
        for word in [layer, 2 * i32::from(taken), 2 * number + 1] {
            object.extend(word.to_le_bytes());
        }
        object.extend(message);
        self.seal(&object)
    }
}

/// Steps: packets from nowhere (0), objects under the key (1), messages (2) and service messages
/// (3) with numbers near the right ones, own messages (4), days that go by (5), new starts of the
/// program (6) and stored bytes from nowhere (7).
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let time = Duration::from_secs(1_800_000_000);
    let mut now = Now {
        mono: time,
        unix: time,
    };
    let (key, stored) = START.get_or_init(start);
    let restored = read(stored).expect("what was written can be read");
    let mut chat = SecretChat::restore(restored, LAYER, [3; 32]);
    let mut peer = Peer {
        key: key.clone(),
        rng: SeededRandom::new([1; 32]),
        sent: 0,
    };
    while !input.is_empty() {
        match input.byte() % 8 {
            0 => {
                let mut packet = input.piece().to_vec();
                assert!(chat.handle_packet(now, &mut packet).is_err());
            }
            1 => {
                let _ = chat.handle_packet(now, &mut peer.seal(input.piece()));
            }
            2 => {
                let layer = LAYER + i32::from(input.byte() as i8);
                let (taken, skipped) = (input.byte(), input.byte());
                let mut packet = peer.message(layer, taken, skipped, input.piece());
                let _ = chat.handle_packet(now, &mut packet);
            }
            3 => {
                let (taken, skipped) = (input.byte(), input.byte());
                let action = ACTIONS[usize::from(input.byte()) % ACTIONS.len()];
                let mut message = [&0x7316_4160u32.to_le_bytes()[..], &[5; 8]].concat();
                message.extend(action.to_le_bytes());
                message.extend(input.piece());
                let mut packet = peer.message(LAYER, taken, skipped, &message);
                let _ = chat.handle_packet(now, &mut packet);
            }
            4 => {
                let n = input.u32();
                let _ = chat.send(now, n.into(), &[[7; 4], n.to_le_bytes()].concat());
            }
            5 => {
                let days = u64::from(input.byte());
                now = now.plus(Duration::from_secs(days * 86_400));
                chat.handle_timeout(now);
            }
            6 => {
                let stored = chat.snapshot().expect("no event waits").to_bytes();
                let read = read(&stored).expect("what was written can be read");
                chat = SecretChat::restore(read, LAYER, [4; 32]);
            }
            _ => assert!(read(input.piece()).is_none(), "nobody guesses the checksum"),
        }
        while let Some(packet) = chat.poll_packet() {
            chat.handle_sent(packet.number);
        }
        while chat.poll_event().is_some() {}
        let _ = chat.poll_timeout();
    }
}

/// Talk in order and out of order, each service action, and a new start in between.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let text = [&0x91cc_4674_u32.to_le_bytes()[..], &[1; 24]].concat();
    let say = |seed: Seed, skipped: u8| seed.byte(2).byte(0).byte(0).byte(skipped).piece(&text);
    let talk = say(say(say(Seed::new(), 0), 1), 0).byte(4).u32(9).byte(6);
    let late = say(say(Seed::new(), 3), 0)
        .byte(5)
        .byte(40)
        .byte(6)
        .byte(4)
        .u32(1);
    let mut all = vec![say(talk, 0).named("talk"), late.named("late")];
    for action in 0..ACTIONS.len() as u8 {
        let seed = Seed::new()
            .byte(3)
            .byte(0)
            .byte(0)
            .byte(action)
            .piece(&[2; 16]);
        all.push(seed.byte(6).named(format!("action-{action}")));
    }
    all
}

/// The key and the chat each run begins with; to agree on them takes too long for every one.
static START: OnceLock<(AuthKey, Vec<u8>)> = OnceLock::new();

fn start() -> (AuthKey, Vec<u8>) {
    let unix = Duration::from_secs(1_800_000_000);
    let now = Now { mono: unix, unix };
    let group = Group::known(3).expect("the known group");
    let secret = group.secret(&mut SeededRandom::new([1; 32]));
    let acceptance =
        Acceptance::new(&group, secret.public(), [2; 32], b"").expect("an honest value");
    let key = AuthKey::new(*secret.agree(acceptance.g_b()).expect("an honest value"));
    let chat = acceptance
        .complete(key.id(), LAYER, [3; 32], now)
        .expect("the same key");
    let stored = chat.snapshot().expect("no event waits").to_bytes();
    (key, stored.to_vec())
}

fn read(bytes: &[u8]) -> Option<Snapshot> {
    let mut rng = SeededRandom::new([5; 32]);
    Snapshot::from_bytes(bytes, &mut Primes::new(), &mut rng).ok()
}
