//! Chats at rest.

use heliogram_crypto::dh::{DhError, Primes};
use proptest::prelude::*;

use super::{
    keys::{Exchange, Exponent},
    *,
};

pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    Snapshot::from_bytes(bytes, &mut Primes::new(), &mut SeededRandom::new([1; 32]))
}

/// The chat after a restart.
fn restarted(chat: &SecretChat) -> SecretChat {
    let bytes = chat.snapshot().unwrap().to_bytes();
    let again = SecretChat::restore(read(&bytes).unwrap(), LAYER, [6; 32]);
    assert_eq!(*again.snapshot().unwrap().to_bytes(), *bytes);
    again
}

/// A chat with something in every place.
fn full() -> SecretChat {
    let (mut alice, mut bob) = greeted();
    (0..5).for_each(|n| say(&mut alice, n));
    packets(&mut alice);
    alice.handle_sent(3);
    (0..5).for_each(|n| say(&mut bob, n));
    for packet in packets(&mut bob).iter().skip(2) {
        deliver(packet, &mut alice).unwrap();
    }
    events(&mut alice);
    alice
}

#[test]
fn a_chat_comes_back_in_every_state_of_its_keys() {
    let exponent = Exponent::draw(&group(), &mut SeededRandom::new([1; 32])).0;
    let other = AuthKey::new([9; 256]);
    let mut chat = full();
    for exchange in [
        Exchange::Idle,
        Exchange::Requested { id: -7, exponent },
        Exchange::Accepted {
            id: 8,
            key: other.clone(),
        },
        Exchange::Switched { id: 9 },
    ] {
        keys(&mut chat).exchange = exchange;
        for previous in [None, Some(other.clone())] {
            keys(&mut chat).previous = previous;
            restarted(&chat);
        }
    }
}

#[test]
fn what_the_server_has_not_taken_comes_again_after_a_restart() {
    let (mut alice, mut bob) = greeted();
    (0..4).for_each(|n| say(&mut alice, n));
    let sent = packets(&mut alice);
    alice.handle_sent(sent[0].number);
    alice.handle_sent(sent[2].number);
    deliver(&sent[0], &mut bob).unwrap();
    deliver(&sent[1], &mut bob).unwrap();
    let mut alice = restarted(&alice);
    let again = packets(&mut alice);
    let numbers: Vec<u32> = again.iter().map(|p| p.number).collect();
    assert_eq!(numbers, [sent[1].number, sent[3].number]);
    assert_eq!(deliver(&again[0], &mut bob), Ok(Received::Duplicate));
    assert_eq!(deliver(&again[1], &mut bob), Ok(Received::Early));
    settle(&mut alice, &mut bob);
    assert_eq!(texts(&mut bob), [0, 1, 2, 3]);
}

#[test]
fn a_newer_program_tells_its_layer_and_an_older_one_does_not_take_it_back() {
    let (mut alice, mut bob) = greeted();
    let snapshot = alice.snapshot().unwrap();
    alice = SecretChat::restore(snapshot, LAYER + 1, [6; 32]);
    assert_eq!(packets(&mut alice).len(), 1);
    let (mut alice, _) = (restarted(&alice), ());
    settle(&mut alice, &mut bob);
    assert_eq!(
        events(&mut bob).last(),
        Some(&Event::PeerLayer { layer: LAYER + 1 })
    );
    assert_eq!(open(&mut alice).state.own_layer, LAYER + 1);
}

#[test]
fn events_are_taken_before_a_chat_is_stored() {
    let (mut alice, mut bob) = greeted();
    say(&mut bob, 1);
    settle(&mut alice, &mut bob);
    assert!(alice.snapshot().is_none());
    events(&mut alice);
    assert!(alice.snapshot().is_some());
}

#[test]
fn a_chat_that_is_over_stays_over_and_has_no_keys_left() {
    let (mut alice, mut bob) = greeted();
    let mut forged = Forged::by(&mut bob);
    forged.in_seq_no += 1;
    let _ = forged.to(&mut alice);
    events(&mut alice);
    let bytes = alice.snapshot().unwrap().to_bytes();
    assert_eq!(bytes.len(), 44);
    let again = SecretChat::restore(read(&bytes).unwrap(), LAYER, [6; 32]);
    assert_eq!(again.aborted(), Some(AbortReason::Stored));
    assert_eq!(again.visualization(), None);
}

#[test]
fn offers_and_acceptances_come_back() {
    let (mut primes, mut rng) = (Primes::new(), SeededRandom::new([1; 32]));
    let offer = Offer::new(&group(), [1; 32], b"");
    let acceptance = Acceptance::new(&group(), offer.g_a(), [2; 32], b"").unwrap();
    let (a, b) = (offer.to_bytes(), acceptance.to_bytes());
    let offer = Offer::from_bytes(&a, &mut primes, &mut rng).unwrap();
    let acceptance = Acceptance::from_bytes(&b, &mut primes, &mut rng).unwrap();
    let (g_b, fingerprint) = (*acceptance.g_b(), acceptance.fingerprint());
    let bob = acceptance
        .complete(fingerprint, LAYER, [3; 32], NOW)
        .unwrap();
    let alice = offer
        .complete(&g_b, fingerprint, LAYER, [4; 32], NOW)
        .unwrap();
    assert_eq!(alice.visualization(), bob.visualization());

    let chat = alice.snapshot().unwrap().to_bytes();
    let foreign = SnapshotError::Foreign;
    assert_eq!(
        Offer::from_bytes(&b, &mut primes, &mut rng).unwrap_err(),
        foreign
    );
    assert_eq!(
        Acceptance::from_bytes(&chat, &mut primes, &mut rng).unwrap_err(),
        foreign
    );
    assert_eq!(read(&a).unwrap_err(), foreign);
}

#[test]
fn damaged_bytes_are_refused_with_their_reason() {
    let bytes = full().snapshot().unwrap().to_bytes();
    assert_eq!(read(&[]).unwrap_err(), SnapshotError::Foreign);
    for end in 8..bytes.len() {
        assert_eq!(read(&bytes[..end]).unwrap_err(), SnapshotError::Damaged);
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1;
        let expected = match at {
            0..4 => SnapshotError::Foreign,
            4 => SnapshotError::Damaged,
            5..8 => SnapshotError::Version {
                found: 1 + (1 << (8 * (at - 4))),
            },
            _ => SnapshotError::Damaged,
        };
        assert_eq!(read(&damaged).unwrap_err(), expected, "byte {at}");
    }
    let unfit = restamped(&bytes, |bytes| bytes[16 + 255] += 6);
    let error = read(&unfit).unwrap_err();
    assert_eq!(error, SnapshotError::Group(DhError::NotSafePrime));
}

/// Changes stored bytes and makes their checksum right again.
fn restamped(bytes: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut data = bytes[..bytes.len() - 32].to_vec();
    change(&mut data);
    let sum = heliogram_crypto::sha256(&[&data]);
    data.extend(sum);
    data
}

proptest! {
    #[test]
    fn stamped_nonsense_never_panics(
        at in 272usize..4000,
        junk in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let bytes = full().snapshot().unwrap().to_bytes();
        let changed = restamped(&bytes, |data| {
            for (byte, junk) in data.iter_mut().skip(at).zip(junk) {
                *byte = junk;
            }
        });
        if let Ok(snapshot) = read(&changed) {
            let mut chat = SecretChat::restore(snapshot, LAYER, [1; 32]);
            let _ = chat.send(NOW, 1, &text(1));
            chat.handle_timeout(NOW);
            packets(&mut chat);
        }
    }
}
