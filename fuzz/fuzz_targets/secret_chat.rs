//! Packets of a secret chat from somebody who has its key and knows no rules, and stored chats.
#![no_main]

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
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

#[derive(Arbitrary, Debug)]
enum Step {
    /// A packet from nowhere.
    Packet(Vec<u8>),
    /// An object under the key.
    Object(Vec<u8>),
    /// A message with numbers near the right ones.
    Message {
        layer: i8,
        taken: u8,
        skipped: u8,
        message: Vec<u8>,
    },
    /// A service message with numbers near the right ones.
    Service {
        taken: u8,
        skipped: u8,
        action: u8,
        rest: Vec<u8>,
    },
    /// A message of the chat's own user.
    Send(u32),
    /// Time goes by, in days.
    Wait(u8),
    /// The program starts again.
    Restart,
    /// Stored bytes from nowhere.
    Stored(Vec<u8>),
}

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
        secret::seal(
            &self.key,
            Role::Creator,
            &object[..len],
            &padding,
            &mut packet,
        )
        .expect("whole blocks");
        packet
    }

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

fuzz_target!(|steps: Vec<Step>| {
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
    for step in steps {
        match step {
            Step::Packet(mut packet) => assert!(chat.handle_packet(now, &mut packet).is_err()),
            Step::Object(object) => {
                let _ = chat.handle_packet(now, &mut peer.seal(&object));
            }
            Step::Message {
                layer,
                taken,
                skipped,
                message,
            } => {
                let layer = LAYER + i32::from(layer);
                let mut packet = peer.message(layer, taken, skipped, &message);
                let _ = chat.handle_packet(now, &mut packet);
            }
            Step::Service {
                taken,
                skipped,
                action,
                rest,
            } => {
                let mut message = [&0x7316_4160u32.to_le_bytes()[..], &[5; 8]].concat();
                message.extend(ACTIONS[usize::from(action) % ACTIONS.len()].to_le_bytes());
                message.extend(rest);
                let mut packet = peer.message(LAYER, taken, skipped, &message);
                let _ = chat.handle_packet(now, &mut packet);
            }
            Step::Send(n) => {
                let _ = chat.send(now, n.into(), &[[7; 4], n.to_le_bytes()].concat());
            }
            Step::Wait(days) => {
                now = now.plus(Duration::from_secs(u64::from(days) * 86_400));
                chat.handle_timeout(now);
            }
            Step::Restart => {
                let stored = chat.snapshot().expect("no event waits").to_bytes();
                let read = read(&stored).expect("what was written can be read");
                chat = SecretChat::restore(read, LAYER, [4; 32]);
            }
            Step::Stored(bytes) => assert!(read(&bytes).is_none(), "nobody guesses the checksum"),
        }
        while let Some(packet) = chat.poll_packet() {
            chat.handle_sent(packet.number);
        }
        while chat.poll_event().is_some() {}
        let _ = chat.poll_timeout();
    }
});

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
