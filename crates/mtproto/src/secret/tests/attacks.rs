//! Each breaks one rule. Who has no key is ignored, who has one ends the chat.

use heliogram_crypto::{dh::DhError, ige_encrypt, sha1};

use super::{action::Action, *};

fn forged(author: &mut SecretChat, change: impl FnOnce(&mut Forged)) -> Forged {
    let mut forged = Forged::by(author);
    change(&mut forged);
    forged
}

#[test]
fn sec_32_a_foreign_fingerprint_is_refused_by_both_ends() {
    let offer = Offer::new(&group(), [1; 32], b"");
    let acceptance = Acceptance::new(&group(), offer.g_a(), [2; 32], b"").unwrap();
    let (g_b, fingerprint) = (*acceptance.g_b(), acceptance.fingerprint());
    let error = offer.complete(&g_b, fingerprint ^ 1, LAYER, [3; 32], NOW);
    let error = error.unwrap_err();
    assert_eq!(error, AgreementError::Fingerprint);
    assert!(error.to_string().contains("discard the chat"));
    let error = acceptance.complete(fingerprint ^ 1, LAYER, [3; 32], NOW);
    assert_eq!(error.unwrap_err(), AgreementError::Fingerprint);
}

#[test]
fn sec_32_somebody_in_between_cannot_make_the_pictures_equal() {
    let alice = Offer::new(&group(), [1; 32], b"");
    let mallory = Offer::new(&group(), [5; 32], b"");
    let to_alice = Acceptance::new(&group(), alice.g_a(), [6; 32], b"").unwrap();
    let bob = Acceptance::new(&group(), mallory.g_a(), [2; 32], b"").unwrap();
    let (g_b, fingerprint) = (*to_alice.g_b(), to_alice.fingerprint());
    let alice = alice
        .complete(&g_b, fingerprint, LAYER, [3; 32], NOW)
        .unwrap();
    let fingerprint = bob.fingerprint();
    let bob = bob.complete(fingerprint, LAYER, [4; 32], NOW).unwrap();
    assert_ne!(alice.visualization(), bob.visualization());
}

#[test]
fn sec_32_public_values_out_of_range_are_refused() {
    let prime = *group().prime();
    let mut minus_one = prime;
    minus_one[255] -= 1;
    let mut margin = [0; 256];
    margin[8] = 1;
    let range = [
        vec![],
        vec![0],
        vec![1],
        prime.to_vec(),
        minus_one.to_vec(),
        vec![9; 257],
    ];
    for (values, error) in [
        (range.to_vec(), DhError::PublicRange),
        (vec![margin.to_vec(), vec![2]], DhError::PublicMargin),
    ] {
        for value in values {
            let accepted = Acceptance::new(&group(), &value, [2; 32], b"");
            assert_eq!(accepted.unwrap_err(), AgreementError::Dh(error));
            let offer = Offer::new(&group(), [1; 32], b"");
            let completed = offer.complete(&value, 5, LAYER, [3; 32], NOW);
            assert_eq!(completed.unwrap_err(), AgreementError::Dh(error));
            let (mut alice, mut bob) = greeted();
            let request = Action::RequestKey { id: 1, g_a: value }.write(5).to_vec();
            let result = forged(&mut bob, |f| f.message = request).to(&mut alice);
            assert_over(&mut alice, result, AbortReason::KeyExchange(error));
        }
    }
}

#[test]
fn sec_32_a_wrong_parity_aborts() {
    for (in_by, out_by) in [(1, 0), (0, 1), (1, 1), (-1, 0), (0, -1)] {
        let (mut alice, mut bob) = greeted();
        let result = forged(&mut bob, |f| {
            f.in_seq_no += in_by;
            f.out_seq_no += out_by;
        })
        .to(&mut alice);
        assert_over(&mut alice, result, AbortReason::Parity);
    }
    let (mut alice, mut bob) = greeted();
    let result = forged(&mut alice, |f| f.out_seq_no = -1).to(&mut bob);
    assert_over(&mut bob, result, AbortReason::Parity);
}

#[test]
fn sec_32_a_mirrored_message_is_not_authentic() {
    let (mut alice, mut bob) = greeted();
    say(&mut alice, 1);
    let own = packets(&mut alice).remove(0);
    assert_eq!(deliver(&own, &mut alice), Err(PacketError::Unauthentic));
    assert_eq!(deliver(&own, &mut bob), Ok(Received::InOrder));
}

#[test]
fn sec_32_a_replayed_message_is_dropped_without_a_look_at_it() {
    let (mut alice, mut bob) = greeted();
    say(&mut bob, 1);
    let packet = packets(&mut bob).remove(0);
    assert_eq!(deliver(&packet, &mut alice), Ok(Received::InOrder));
    assert_eq!(texts(&mut alice), [1]);
    assert_eq!(deliver(&packet, &mut alice), Ok(Received::Duplicate));
    // Not even what would end the chat is seen in a message that was there before.
    let again = forged(&mut bob, |f| {
        f.out_seq_no -= 2;
        f.in_seq_no = in_seq(f.role, 1000);
        f.layer = 8;
        f.message = Action::Resend { start: 7, end: 1 }.write(5)[..16].to_vec();
    });
    assert_eq!(again.to(&mut alice), Ok(Received::Duplicate));
    let early = forged(&mut bob, |f| f.out_seq_no += 2);
    assert_eq!(early.to(&mut alice), Ok(Received::Early));
    assert_eq!(early.to(&mut alice), Ok(Received::Duplicate));
    assert_eq!(events(&mut alice), []);
}

#[test]
fn sec_32_an_in_seq_no_going_back_aborts() {
    for early in [false, true] {
        let (mut alice, mut bob) = greeted();
        let had = open(&mut alice).state.incoming.in_seq;
        assert!(had > 0);
        let result = forged(&mut bob, |f| {
            f.in_seq_no = in_seq(f.role, had - 1);
            f.out_seq_no += if early { 8 } else { 0 };
        })
        .to(&mut alice);
        let claimed = had - 1;
        assert_over(&mut alice, result, AbortReason::InSeqBack { had, claimed });
    }
}

#[test]
fn sec_32_an_in_seq_no_going_back_behind_a_gap_aborts_when_the_gap_is_filled() {
    let (mut alice, mut bob) = greeted();
    let claimed = open(&mut bob).state.incoming.next;
    say(&mut alice, 1);
    let early = forged(&mut bob, |f| f.out_seq_no += 2);
    assert_eq!(early.to(&mut alice), Ok(Received::Early));
    let missing = forged(&mut bob, |f| f.in_seq_no += 2);
    let result = missing.to(&mut alice);
    let had = claimed + 1;
    assert_over(&mut alice, result, AbortReason::InSeqBack { had, claimed });
}

#[test]
fn sec_32_an_in_seq_no_from_the_future_aborts() {
    for early in [false, true] {
        let (mut alice, mut bob) = greeted();
        let sent = open(&mut alice).state.outgoing.next;
        let claimed = sent + 1;
        let result = forged(&mut bob, |f| {
            f.in_seq_no = in_seq(f.role, claimed);
            f.out_seq_no += if early { 8 } else { 0 };
        })
        .to(&mut alice);
        assert_over(
            &mut alice,
            result,
            AbortReason::InSeqFuture { sent, claimed },
        );
    }
}

#[test]
fn sec_32_a_layer_going_down_aborts() {
    let (mut alice, mut bob) = greeted();
    assert_eq!(
        forged(&mut bob, |f| f.layer = 150).to(&mut alice),
        Ok(Received::InOrder)
    );
    let result = forged(&mut bob, |f| {
        f.layer = 149;
        f.out_seq_no += 2;
    })
    .to(&mut alice);
    let (had, claimed) = (150, 149);
    assert_over(&mut alice, result, AbortReason::LayerBack { had, claimed });
}

#[test]
fn sec_32_version_1_is_refused_and_said_to_be_that() {
    let (mut alice, mut bob) = greeted();
    let mut packet = version_1(&key(&mut bob), &text(1));
    let result = alice.handle_packet(NOW, &mut packet);
    assert_eq!(result, Err(PacketError::Version1));
    assert!(PacketError::Version1.to_string().contains("must update"));
    say(&mut bob, 1);
    settle(&mut alice, &mut bob);
    assert_eq!(texts(&mut alice), [1], "the chat goes on");
}

/// A packet as MTProto 1.0 makes it: SHA-1, and padding that nobody authenticates.
fn version_1(key: &AuthKey, object: &[u8]) -> Vec<u8> {
    let k = key.as_bytes();
    let mut data = [&(object.len() as u32).to_le_bytes(), object].concat();
    let msg_key = sha1(&[&data])[4..].to_vec();
    data.resize(data.len().next_multiple_of(16), 0);
    let a = sha1(&[&msg_key, &k[..32]]);
    let b = sha1(&[&k[32..48], &msg_key, &k[48..64]]);
    let c = sha1(&[&k[64..96], &msg_key]);
    let d = sha1(&[&msg_key, &k[96..128]]);
    let aes_key = [&a[..8], &b[8..], &c[4..16]].concat();
    let aes_iv = [&a[8..], &b[..8], &c[16..], &d[..8]].concat();
    let (aes_key, aes_iv) = (aes_key.try_into().unwrap(), aes_iv.try_into().unwrap());
    ige_encrypt(&aes_key, &aes_iv, &mut data).unwrap();
    [&key.id().to_le_bytes()[..], &msg_key, &data].concat()
}

#[test]
fn sec_32_a_damaged_msg_key_is_refused_and_nothing_changes() {
    let (mut alice, mut bob) = greeted();
    say(&mut bob, 1);
    let packet = packets(&mut bob).remove(0);
    for at in 8..packet.data.len() {
        let mut damaged = packet.data.clone();
        damaged[at] ^= 4;
        let result = alice.handle_packet(NOW, &mut damaged);
        assert_eq!(result, Err(PacketError::Unauthentic), "byte {at}");
    }
    for end in 0..packet.data.len() {
        let result = alice.handle_packet(NOW, &mut packet.data[..end].to_vec());
        assert!(result.is_err(), "{end} bytes");
    }
    assert_eq!(deliver(&packet, &mut alice), Ok(Received::InOrder));
    assert_eq!(texts(&mut alice), [1]);
}

#[test]
fn sec_32_a_packet_for_an_unknown_key_is_ignored() {
    let (mut alice, mut bob) = greeted();
    let stranger = forged(&mut bob, |f| f.key = AuthKey::new([7; 256]));
    assert_eq!(stranger.to(&mut alice), Err(PacketError::UnknownKey));
    assert_eq!(alice.aborted(), None);
}

#[test]
fn sec_32_too_few_random_bytes_are_ignored() {
    let (mut alice, mut bob) = greeted();
    let forged = Forged::by(&mut bob);
    let mut object = [&0x1be3_1789u32.to_le_bytes()[..], &[11; 12]].concat();
    for word in [forged.layer, forged.in_seq_no, forged.out_seq_no] {
        object.extend(word.to_le_bytes());
    }
    object.extend(text(1));
    let result = alice.handle_packet(NOW, &mut forged.sealed(&object));
    assert_eq!(result, Err(PacketError::ShortRandom { len: 11 }));
    assert_eq!(forged.to(&mut alice), Ok(Received::InOrder));
}

#[test]
fn sec_32_resending_beyond_what_is_kept_aborts() {
    let wire = |n| out_seq(Role::Creator, n);
    let (mut probe, _) = greeted();
    let next = open(&mut probe).state.outgoing.next;
    for (start, end) in [
        (wire(0), wire(0)),           // the other end has confirmed it
        (wire(next), wire(next)),     // was never sent
        (wire(next - 1), wire(next)), // the end was never sent
        (wire(next + 1), wire(next)), // backwards
        (wire(0) - 1, wire(0) - 1),   // not this end's parity
        (-1, wire(next)),
        (wire(0), i32::MAX),
    ] {
        let (mut alice, mut bob) = greeted();
        let message = Action::Resend { start, end }.write(5).to_vec();
        let result = forged(&mut bob, |f| f.message = message).to(&mut alice);
        assert_over(&mut alice, result, AbortReason::Resend { start, end });
    }
}

#[test]
fn sec_32_messages_without_numbers_and_broken_ones_abort() {
    let (mut alice, mut bob) = greeted();
    let bare = Action::NotifyLayer(150).write(5);
    let result = alice.handle_packet(NOW, &mut Forged::by(&mut bob).sealed(&bare));
    assert_over(
        &mut alice,
        result,
        AbortReason::NotLayered { id: 0x7316_4160 },
    );

    let broken: [&[u8]; 4] = [&[], &[1, 2, 3], &0x1be3_1789u32.to_le_bytes(), &[255; 40]];
    for object in broken {
        let (mut alice, mut bob) = greeted();
        let result = alice.handle_packet(NOW, &mut Forged::by(&mut bob).sealed(object));
        if object.len() % 4 == 3 {
            assert_eq!(result, Err(PacketError::BadLayout));
        } else {
            assert!(matches!(result, Err(PacketError::Over(_))), "{object:?}");
        }
    }
    let (mut alice, mut bob) = greeted();
    let cut = Action::NotifyLayer(150).write(5)[..16].to_vec();
    let result = forged(&mut bob, |f| f.message = cut).to(&mut alice);
    assert!(matches!(
        result,
        Err(PacketError::Over(AbortReason::Malformed(_)))
    ));
}

#[test]
fn sec_32_an_unknown_key_in_rekeying_is_refused() {
    // The other end accepts with a key that is not the one agreed on.
    let (mut alice, mut bob) = greeted();
    keys(&mut alice).current.messages = 101;
    say(&mut alice, 1);
    settle_one_way(&mut alice, &mut bob);
    let accept = packets(&mut bob);
    assert_eq!(accept.len(), 1);
    let keys::Exchange::Accepted { id, .. } = keys(&mut bob).exchange.clone() else {
        panic!("bob has accepted");
    };
    let (_, g_b) = keys::Exponent::draw(&group(), &mut SeededRandom::new([5; 32]));
    let message = Action::AcceptKey {
        id,
        g_b: g_b.to_vec(),
        fingerprint: 77,
    };
    let message = message.write(5).to_vec();
    let result = forged(&mut bob, |f| {
        f.message = message;
        f.out_seq_no -= 2;
    })
    .to(&mut alice);
    assert_over(&mut alice, result, AbortReason::KeyFingerprint);

    // The end that asked commits to another key than the one agreed on.
    let message = Action::CommitKey {
        id,
        fingerprint: 77,
    };
    let (mut alice, _) = greeted();
    let state = open(&mut bob).state.clone();
    let result = forged(&mut alice, |f| {
        f.message = message.write(5).to_vec();
        f.in_seq_no = in_seq(f.role, state.incoming.in_seq);
        f.out_seq_no = out_seq(f.role, state.incoming.next);
    })
    .to(&mut bob);
    assert_over(&mut bob, result, AbortReason::KeyFingerprint);
}

fn settle_one_way(from: &mut SecretChat, to: &mut SecretChat) {
    for packet in packets(from) {
        deliver(&packet, to).unwrap();
    }
}

#[test]
fn sec_32_messages_about_keys_that_are_not_due_abort() {
    let g_b = *group().secret(&mut SeededRandom::new([5; 32])).public();
    for message in [
        Action::AcceptKey {
            id: 1,
            g_b: g_b.to_vec(),
            fingerprint: 2,
        },
        Action::CommitKey {
            id: 1,
            fingerprint: 2,
        },
    ] {
        let (mut alice, mut bob) = greeted();
        let result = forged(&mut bob, |f| f.message = message.write(5).to_vec()).to(&mut alice);
        assert_over(&mut alice, result, AbortReason::UnexpectedKeyMessage);
    }
    // Nor may a second exchange begin within the first.
    let (mut alice, mut bob) = greeted();
    let request = |id| {
        let g_a = g_b.to_vec();
        Action::RequestKey { id, g_a }.write(5).to_vec()
    };
    let first = forged(&mut bob, |f| f.message = request(1));
    assert_eq!(first.to(&mut alice), Ok(Received::InOrder));
    let result = forged(&mut bob, |f| {
        f.message = request(2);
        f.out_seq_no += 2;
    })
    .to(&mut alice);
    assert_over(&mut alice, result, AbortReason::UnexpectedKeyMessage);
}
