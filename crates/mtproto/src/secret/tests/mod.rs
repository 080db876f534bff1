//! Two ends against each other, and against somebody who has the key and breaks the rules.

mod attacks;
mod hostile;
mod order;
mod rekey;
mod simulation;
mod storage;

use std::{sync::LazyLock, time::Duration};

use heliogram_crypto::{AuthKey, SeededRandom, dh::Group};

use super::{
    envelope::{Envelope, in_seq, out_seq},
    outbox::encrypt,
    *,
};

const NOW: Now = Now {
    mono: Duration::from_secs(9),
    unix: Duration::from_secs(1_800_000_000),
};
/// A message that is none of the chat's own.
const TEXT: u32 = 0x91cc_4674;

fn group() -> Group {
    Group::known(3).unwrap()
}

fn text(n: u32) -> Vec<u8> {
    [TEXT, n].map(u32::to_le_bytes).concat()
}

/// The creator and the acceptor, with nothing sent yet.
fn pair() -> (SecretChat, SecretChat) {
    let offer = Offer::new(&group(), [1; 32], b"of the server");
    let acceptance = Acceptance::new(&group(), offer.g_a(), [2; 32], b"of the server").unwrap();
    let (g_b, fingerprint) = (*acceptance.g_b(), acceptance.fingerprint());
    let bob = acceptance.complete(fingerprint, LAYER, [3; 32], NOW);
    let alice = offer.complete(&g_b, fingerprint, LAYER, [4; 32], NOW);
    (alice.unwrap(), bob.unwrap())
}

/// A pair that has told each other its layers and confirmed that.
fn greeted() -> (SecretChat, SecretChat) {
    static STATES: LazyLock<[State; 2]> = LazyLock::new(|| {
        let (mut alice, mut bob) = greet();
        [&mut alice, &mut bob].map(|chat| open(chat).state.clone())
    });
    let [alice, bob] = STATES.clone();
    (
        SecretChat::open(alice, [5; 32]),
        SecretChat::open(bob, [6; 32]),
    )
}

fn greet() -> (SecretChat, SecretChat) {
    let (mut alice, mut bob) = pair();
    settle(&mut alice, &mut bob);
    for _ in 0..2 {
        say(&mut alice, 0);
        settle(&mut alice, &mut bob);
        say(&mut bob, 0);
        settle(&mut alice, &mut bob);
    }
    events(&mut alice);
    events(&mut bob);
    (alice, bob)
}

fn open(chat: &mut SecretChat) -> &mut Open {
    match &mut chat.life {
        Life::Open(open) => open,
        Life::Over(reason) => panic!("{reason}"),
    }
}

fn keys(chat: &mut SecretChat) -> &mut keys::Keys {
    &mut open(chat).state.keys
}

fn key(chat: &mut SecretChat) -> AuthKey {
    keys(chat).current.auth.clone()
}

fn packets(chat: &mut SecretChat) -> Vec<Packet> {
    std::iter::from_fn(|| chat.poll_packet()).collect()
}

fn events(chat: &mut SecretChat) -> Vec<Event> {
    std::iter::from_fn(|| chat.poll_event()).collect()
}

/// The texts among the events.
fn texts(chat: &mut SecretChat) -> Vec<u32> {
    let number = |body: bytes::Bytes| u32::from_le_bytes(body[4..8].try_into().unwrap());
    events(chat)
        .into_iter()
        .filter_map(|event| match event {
            Event::Message { body, .. } => Some(number(body)),
            _ => None,
        })
        .collect()
}

fn say(chat: &mut SecretChat, n: u32) {
    chat.send(NOW, n.into(), &text(n)).unwrap();
}

fn deliver(packet: &Packet, to: &mut SecretChat) -> Result<Received, PacketError> {
    to.handle_packet(NOW, &mut packet.data.clone())
}

/// Everything both ends have to send arrives, until nobody has anything to say.
fn settle(alice: &mut SecretChat, bob: &mut SecretChat) {
    loop {
        let (of_alice, of_bob) = (packets(alice), packets(bob));
        if of_alice.is_empty() && of_bob.is_empty() {
            return;
        }
        for packet in of_alice {
            alice.handle_sent(packet.number);
            deliver(&packet, bob).unwrap();
        }
        for packet in of_bob {
            bob.handle_sent(packet.number);
            deliver(&packet, alice).unwrap();
        }
    }
}

/// A message as its author would make it, but for what a test changes.
struct Forged {
    role: Role,
    key: AuthKey,
    layer: i32,
    in_seq_no: i32,
    out_seq_no: i32,
    message: Vec<u8>,
}

impl Forged {
    /// What `author` would send next, without it knowing.
    fn by(author: &mut SecretChat) -> Self {
        let state = &open(author).state;
        Self {
            role: state.role,
            key: state.keys.current.auth.clone(),
            layer: state.layer(),
            in_seq_no: in_seq(state.role, state.incoming.next),
            out_seq_no: out_seq(state.role, state.outgoing.next),
            message: text(7),
        }
    }

    fn packet(&self) -> Vec<u8> {
        let mut rng = SeededRandom::new([8; 32]);
        let object = Envelope {
            layer: self.layer,
            in_seq_no: self.in_seq_no,
            out_seq_no: self.out_seq_no,
            message: &self.message,
        }
        .write(&mut rng);
        self.sealed(&object)
    }

    fn sealed(&self, object: &[u8]) -> Vec<u8> {
        encrypt(
            &self.key,
            self.role,
            object,
            &mut SeededRandom::new([9; 32]),
        )
    }

    fn to(&self, victim: &mut SecretChat) -> Result<Received, PacketError> {
        victim.handle_packet(NOW, &mut self.packet())
    }
}

/// The chat is over for this reason, says so once, and has forgotten everything.
fn assert_over(chat: &mut SecretChat, result: Result<Received, PacketError>, reason: AbortReason) {
    assert_eq!(result, Err(PacketError::Over(reason)));
    assert_eq!(chat.aborted(), Some(reason));
    assert_eq!(events(chat).last(), Some(&Event::Aborted(reason)));
    assert!(matches!(chat.life, Life::Over(_)));
    assert!(reason.to_string().contains("discard"));
    let again = chat.handle_packet(NOW, &mut [0; 64]);
    assert_eq!(again, Err(PacketError::Over(reason)));
    assert_eq!(chat.send(NOW, 1, &text(1)), Err(SendError::Over(reason)));
    assert_eq!(chat.poll_packet(), None);
    assert_eq!(chat.poll_event(), None);
    assert_eq!(chat.poll_timeout(), None);
}
