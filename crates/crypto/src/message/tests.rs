use proptest::prelude::*;

use super::*;

fn key() -> AuthKey {
    AuthKey::new(std::array::from_fn(|i| i as u8))
}

/// Header and body, with a length field that may lie.
fn plain(length: i32, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for word in [11i64, 22, 33] {
        out.extend(word.to_le_bytes());
    }
    out.extend(5i32.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(body);
    out
}

fn sealed(length: i32, body: &[u8], padding: usize) -> Vec<u8> {
    let mut out = Vec::new();
    seal(
        &key(),
        Side::Server,
        &plain(length, body),
        &vec![0xee; padding],
        &mut out,
    )
    .unwrap();
    out
}

#[test]
fn what_was_sealed_opens_in_the_same_direction_only() {
    let packet = sealed(8, b"12345678", padding_len(40, 3));
    let opened = open(&key(), Side::Server, &mut packet.clone()).map(|o| {
        (
            o.salt,
            o.session_id,
            o.msg_id,
            o.seq_no,
            o.body.to_vec(),
            o.body_range(),
        )
    });
    assert_eq!(opened, Ok((11, 22, 33, 5, b"12345678".to_vec(), 56..64)));
    let mut copy = packet.clone();
    assert_eq!(
        open(&key(), Side::Client, &mut copy),
        Err(OpenError::MsgKey)
    );
    assert_eq!(key_id(&packet), Some(key().id()));
    assert_eq!(key_id(&packet[..7]), None);
}

#[test]
fn sealing_appends_and_leaves_no_trace_when_it_fails() {
    let mut out = b"before".to_vec();
    let bad = seal(&key(), Side::Client, &plain(0, b""), &[0; 11], &mut out);
    assert_eq!(bad, Err(SealError::NotBlocks { len: 43 }));
    assert_eq!(out, b"before");
    seal(&key(), Side::Client, &plain(0, b""), &[0; 16], &mut out).unwrap();
    assert!(open(&key(), Side::Client, &mut out[6..]).is_ok());
    assert_eq!(
        seal_in_place(&key(), Side::Client, &mut [0; 24]),
        Err(SealError::NotBlocks { len: 0 })
    );
}

#[test]
fn sec_14_a_packet_for_another_key_is_refused() {
    let mut packet = sealed(4, b"1234", 12);
    packet[3] ^= 1;
    assert_eq!(
        open(&key(), Side::Server, &mut packet),
        Err(OpenError::KeyId)
    );
    let mut plaintext = vec![0; 88];
    assert_eq!(
        open(&key(), Side::Server, &mut plaintext),
        Err(OpenError::KeyId)
    );
}

#[test]
fn sec_15_any_flipped_bit_is_refused_before_the_fields_are_read() {
    // The length lies as well: the message key has to be what stops it.
    let packet = sealed(-3, b"1234", 12);
    for at in 8..packet.len() {
        let mut damaged = packet.clone();
        damaged[at] ^= 0x40;
        assert_eq!(
            open(&key(), Side::Server, &mut damaged),
            Err(OpenError::MsgKey),
            "byte {at}"
        );
    }
}

#[test]
fn sec_16_a_lying_length_is_refused() {
    for length in [-4, i32::MIN, 20, 1 << 30] {
        let mut packet = sealed(length, b"1234", 12);
        let opened = open(&key(), Side::Server, &mut packet);
        assert_eq!(opened, Err(OpenError::LengthRange { length }));
    }
    for length in [3, -1, i32::MAX] {
        let mut packet = sealed(length, b"1234", 12);
        let opened = open(&key(), Side::Server, &mut packet);
        assert_eq!(opened, Err(OpenError::LengthUnaligned { length }));
    }
}

#[test]
fn sec_17_padding_outside_of_12_to_1024_is_refused() {
    // 48 bytes of data: bodies of 0 and 4 leave 16 and 12 bytes of padding, 8 leaves 8.
    for (length, outcome) in [(4, Ok(4)), (8, Err(OpenError::Padding { len: 8 }))] {
        let mut packet = sealed(length, &[0; 16], 0);
        assert_eq!(
            open(&key(), Side::Server, &mut packet).map(|o| o.body.len()),
            outcome
        );
    }
    let mut most = sealed(0, b"", 1024);
    assert!(open(&key(), Side::Server, &mut most).is_ok());
    let mut more = sealed(0, b"", 1040);
    assert_eq!(
        open(&key(), Side::Server, &mut more),
        Err(OpenError::Padding { len: 1040 })
    );
}

#[test]
fn sec_18_another_session_is_told_apart() {
    let mut packet = sealed(4, b"1234", 12);
    let opened = open(&key(), Side::Server, &mut packet).unwrap();
    assert_eq!(opened.in_session(22), Ok(opened));
    assert_eq!(opened.in_session(23), Err(OpenError::Session));
}

#[test]
fn short_and_unaligned_packets_are_refused() {
    for len in [0, 1, 23, 24, 56, 67] {
        let opened = open(&key(), Side::Server, &mut vec![0; len]).map(|_| ());
        assert_eq!(opened, Err(OpenError::TooShort { len }));
    }
    let mut packet = sealed(4, b"1234", 12);
    packet.push(0);
    let len = packet.len();
    assert_eq!(
        open(&key(), Side::Server, &mut packet),
        Err(OpenError::NotBlocks { len })
    );
}

#[test]
fn trailing_bytes_are_cut_off_on_padded_transports_only() {
    let packet = sealed(4, b"1234", 12);
    for extra in 0..16 {
        let mut longer = packet.clone();
        longer.resize(packet.len() + extra, 0xaa);
        let len = longer.len();
        assert_eq!(
            open_padded(&key(), Side::Server, &mut longer.clone()).map(|o| o.msg_id),
            Ok(33)
        );
        if extra > 0 {
            assert_eq!(
                open(&key(), Side::Server, &mut longer),
                Err(OpenError::NotBlocks { len })
            );
        }
    }
    assert_eq!(
        open_padded(&key(), Side::Server, &mut []),
        Err(OpenError::TooShort { len: 0 })
    );
}

#[test]
fn padding_completes_blocks_within_the_rules() {
    for len in (HEADER..HEADER + 200).step_by(4) {
        for random in [0u8, 1, 15, 16, 255] {
            let padding = padding_len(len, random);
            assert!((MIN_PADDING..=MAX_PADDING).contains(&padding));
            assert_eq!((len + padding) % 16, 0);
        }
        assert!(padding_len(len, 0) < MIN_PADDING + 16);
    }
}

#[test]
fn only_failures_before_the_message_key_count_as_unauthenticated() {
    assert!(OpenError::MsgKey.is_unauthenticated());
    assert!(OpenError::KeyId.is_unauthenticated());
    assert!(!OpenError::Padding { len: 0 }.is_unauthenticated());
    assert!(!OpenError::Session.is_unauthenticated());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_body_survives_the_envelope(
        body in (0usize..300).prop_flat_map(|n| proptest::collection::vec(any::<u8>(), n * 4)),
        random: u8,
        raw: [u8; 32],
        client: bool,
    ) {
        let key = AuthKey::new(std::array::from_fn(|i| raw[i % 32] ^ i as u8));
        let from = if client { Side::Client } else { Side::Server };
        let plain = plain(body.len() as i32, &body);
        let padding = vec![random; padding_len(plain.len(), random)];
        let mut packet = Vec::new();
        let large = seal(&key, from, &plain, &padding, &mut packet).unwrap();
        let opened = open(&key, from, &mut packet).unwrap();
        prop_assert_eq!(opened.body, &body[..]);
        prop_assert_eq!(opened.quick_ack, quick_ack_token(&large));
    }

    #[test]
    fn hostile_bytes_are_refused_without_a_panic(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..400),
        right_key: bool,
    ) {
        if let (true, Some(id)) = (right_key, bytes.first_chunk_mut()) {
            *id = key().id().to_le_bytes();
        }
        prop_assert!(open_padded(&key(), Side::Server, &mut bytes.clone()).is_err());
        prop_assert!(open(&key(), Side::Server, &mut bytes).is_err());
    }
}
