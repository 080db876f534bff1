//! Bytes of somebody who does not know the rules, with and without the key.

use heliogram_tl::Writer;
use proptest::prelude::*;

use super::*;

/// Words that lead somewhere, and others.
fn word() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0x1be3_1789), // decryptedMessageLayer
        Just(0x7316_4160), // decryptedMessageService
        Just(0xaa48_327d),
        Just(0x5111_10b0), // resend
        Just(0xf304_8883), // notifyLayer
        Just(0xf3c9_611b), // requestKey
        Just(0x6fe1_735b), // acceptKey
        Just(0xdd05_ec6b), // abortKey
        Just(0xec2e_0b9b), // commitKey
        Just(0xa82f_dd63), // noop
        0..20u32,
        any::<u32>(),
    ]
}

fn words(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(word(), 0..most)
        .prop_map(|words| words.into_iter().flat_map(u32::to_le_bytes).collect())
}

/// A message whose numbers are near the right ones.
#[derive(Clone, Debug)]
struct Near {
    layer: i32,
    in_by: i32,
    out_by: i32,
    message: Vec<u8>,
}

fn near() -> impl Strategy<Value = Near> {
    let layer = prop_oneof![Just(LAYER), any::<i32>()];
    let by = || prop_oneof![3 => Just(0), 2 => (-4..9i32).prop_map(|n| n * 2), 1 => any::<i32>()];
    let service = (word(), words(12)).prop_map(|(action, rest)| {
        let mut w = Writer::new();
        w.u32(0x7316_4160);
        w.i64(5);
        w.u32(action);
        w.raw(&rest);
        w.into_vec()
    });
    let message = prop_oneof![words(12), service];
    (layer, by(), by(), message).prop_map(|(layer, in_by, out_by, message)| Near {
        layer,
        in_by,
        out_by,
        message,
    })
}

/// What must hold whatever has come.
fn assert_bounded(chat: &mut SecretChat) {
    packets(chat);
    if let Life::Open(open) = &chat.life {
        assert!(open.state.incoming.queue.len() <= MAX_WAITING);
        assert!(open.state.outgoing.kept.len() <= MAX_KEPT + MAX_ANSWERS);
    }
    while chat.poll_event().is_some() {}
    let stored = chat.snapshot().unwrap().to_bytes();
    assert!(storage::read(&stored).is_ok());
}

proptest! {
    #[test]
    fn packets_without_the_key_change_nothing(
        mut packet in proptest::collection::vec(any::<u8>(), 0..300),
        known in any::<bool>(),
    ) {
        let (mut alice, _) = greeted();
        let before = alice.snapshot().unwrap().to_bytes();
        if known && let Some(id) = packet.first_chunk_mut() {
            *id = key(&mut alice).id().to_le_bytes();
        }
        prop_assert!(alice.handle_packet(NOW, &mut packet).is_err());
        prop_assert!(alice.aborted().is_none());
        prop_assert_eq!(&*alice.snapshot().unwrap().to_bytes(), &*before);
    }

    #[test]
    fn objects_under_the_key_never_panic(objects in proptest::collection::vec(words(20), 1..6)) {
        let (mut alice, mut bob) = greeted();
        let forged = Forged::by(&mut bob);
        for object in objects {
            let _ = alice.handle_packet(NOW, &mut forged.sealed(&object));
        }
        assert_bounded(&mut alice);
    }

    #[test]
    fn messages_under_the_key_never_panic(all in proptest::collection::vec(near(), 1..40)) {
        let (mut alice, mut bob) = greeted();
        (0..5).for_each(|n| say(&mut alice, n));
        for near in all {
            let mut forged = Forged::by(&mut bob);
            if let Life::Open(open) = &alice.life {
                forged.out_seq_no = out_seq(forged.role, open.state.incoming.next);
            }
            forged.layer = near.layer;
            forged.in_seq_no = forged.in_seq_no.wrapping_add(near.in_by);
            forged.out_seq_no = forged.out_seq_no.wrapping_add(near.out_by);
            forged.message = near.message;
            let _ = forged.to(&mut alice);
        }
        assert_bounded(&mut alice);
    }
}

/// Floods the creator with early messages, every third of them a request to resend.
fn flood(taken: bool) -> (SecretChat, Result<(), PacketError>) {
    let (mut alice, mut bob) = greeted();
    say(&mut alice, 1);
    let mut forged = Forged::by(&mut bob);
    let first = forged.out_seq_no;
    let number = open(&mut alice).state.outgoing.next - 1;
    let kept = out_seq(Role::Creator, number);
    let resend = action::Action::Resend {
        start: kept,
        end: kept,
    };
    let resend = resend.write(5).to_vec();
    for n in 0..3 * MAX_WAITING as i32 {
        forged.out_seq_no = first + 2 * (2 * n + 2);
        forged.message = match n % 3 {
            0 if n < 900 => resend.clone(),
            _ => text(n as u32),
        };
        if let Err(error) = forged.to(&mut alice) {
            return (alice, Err(error));
        }
        for packet in packets(&mut alice) {
            if taken && packet.number != number {
                alice.handle_sent(packet.number);
            }
        }
    }
    (alice, Ok(()))
}

#[test]
fn a_flood_of_early_messages_and_requests_stays_bounded() {
    let (mut alice, result) = flood(false);
    let overrun = PacketError::Over(AbortReason::Overrun);
    assert_eq!(result, Err(overrun), "more answers than anybody takes");
    assert_bounded(&mut alice);
    let (mut alice, result) = flood(true);
    assert_eq!(result, Err(overrun), "the first message is never taken");
    assert_bounded(&mut alice);
}
