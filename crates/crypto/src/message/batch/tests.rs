use proptest::{collection::vec, prelude::*};

use super::*;
use crate::message::{BODY, HEADER, PREFIX, open, padding_len, quick_ack_token, seal_in_place};

/// A packet to be sealed or opened, with a key of its own.
#[derive(Clone)]
struct Own {
    key: AuthKey,
    from: Side,
    bytes: Vec<u8>,
}

fn packets(of: &mut [Own]) -> Vec<Packet<'_>> {
    of.iter_mut()
        .map(|own| Packet {
            key: &own.key,
            from: own.from,
            bytes: &mut own.bytes,
        })
        .collect()
}

/// An unsealed packet whose length field says `length`.
fn unsealed(number: u8, length: i32, body: &[u8], padding: usize) -> Own {
    let mut bytes = vec![number; PREFIX + HEADER];
    bytes[BODY - 4..].copy_from_slice(&length.to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len() + padding, number ^ 0xff);
    Own {
        key: AuthKey::new(std::array::from_fn(|i| number ^ i as u8)),
        from: if number.is_multiple_of(3) {
            Side::Client
        } else {
            Side::Server
        },
        bytes,
    }
}

fn honest(number: u8, body: &[u8]) -> Own {
    let padding = padding_len(HEADER + body.len(), number);
    unsealed(number, body.len() as i32, body, padding)
}

fn sealed(mut own: Own) -> Own {
    seal_in_place(&own.key, own.from, &mut own.bytes).unwrap();
    own
}

/// Seals and opens all of them on every engine and compares with one after another.
fn check(plain: &[Own]) {
    let mut single = plain.to_vec();
    let keys: Vec<_> = single
        .iter_mut()
        .map(|own| seal_in_place(&own.key, own.from, &mut own.bytes))
        .collect();
    for engine in Engine::ALL {
        let mut ours = plain.to_vec();
        assert_eq!(seal_all_with(engine, &mut packets(&mut ours)), keys);
        for (ours, single) in ours.iter().zip(&single) {
            assert!(ours.bytes == single.bytes, "{engine:?} seals otherwise");
        }
        let mut opened_singly = single.clone();
        let wanted: Vec<_> = opened_singly
            .iter_mut()
            .map(|own| open(&own.key, own.from, &mut own.bytes))
            .collect();
        let mut again = ours.clone();
        assert_eq!(open_all_with(engine, &mut packets(&mut ours)), wanted);
        assert_eq!(open_all(&mut packets(&mut again)), wanted);
    }
}

#[test]
fn every_number_of_messages_gives_what_single_ones_give() {
    for count in 0..=17u8 {
        let body = [0x33; 200];
        let all: Vec<_> = (0..count).map(|number| honest(number, &body)).collect();
        check(&all);
        let sized = (0..count).map(|number| honest(number, &body[..usize::from(number) * 4]));
        check(&sized.collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_messages_give_what_single_ones_give(
        bodies in vec((0usize..300).prop_flat_map(|n| vec(any::<u8>(), n * 4)), 1..=8),
        first: u8,
    ) {
        let number = |at: usize| first.wrapping_add(at as u8);
        let all: Vec<_> =
            bodies.iter().enumerate().map(|(at, body)| honest(number(at), body)).collect();
        check(&all);
    }

    #[test]
    fn hostile_bytes_among_good_packets_are_refused_without_a_panic(
        mut hostile in vec(any::<u8>(), 0..200),
        at in 0usize..5,
        right_key: bool,
    ) {
        let mut all: Vec<_> = (0..5).map(|number| sealed(honest(number, b"good"))).collect();
        if let (true, Some(id)) = (right_key, hostile.first_chunk_mut()) {
            *id = all[at].key.id().to_le_bytes();
        }
        all[at].bytes = hostile;
        for (place, opened) in open_all(&mut packets(&mut all)).into_iter().enumerate() {
            prop_assert_eq!(opened.is_ok(), place != at);
        }
    }
}

#[test]
fn a_bad_packet_gets_the_error_it_gets_alone_and_spoils_no_other() {
    let whole = || sealed(honest(1, b"12345678"));
    let with = |change: fn(&mut Vec<u8>)| {
        let mut own = whole();
        change(&mut own.bytes);
        own
    };
    let bad = [
        with(|bytes| bytes.truncate(BODY)),
        with(Vec::clear),
        with(|bytes| bytes.push(0)),
        with(|bytes| bytes[2] ^= 1),
        with(|bytes| bytes[9] ^= 1),
        with(|bytes| *bytes.last_mut().unwrap() ^= 0x80),
        sealed(unsealed(2, 3, b"1234", 12)),
        sealed(unsealed(4, -4, b"1234", 12)),
        sealed(unsealed(5, 8, b"12345678", 8)),
        sealed(unsealed(7, 0, b"", 1040)),
    ];
    let mut all = Vec::new();
    for (number, bad) in bad.iter().enumerate() {
        all.push(sealed(honest(number as u8, b"good")));
        all.push(bad.clone());
    }
    for engine in Engine::ALL {
        let (mut together, mut alone) = (all.clone(), all.clone());
        let wanted = alone
            .iter_mut()
            .map(|own| open(&own.key, own.from, &mut own.bytes));
        let wanted: Vec<_> = wanted.collect();
        let mut packets = packets(&mut together);
        let opened = open_all_with(engine, &mut packets);
        assert_eq!(opened, wanted);
        for pair in opened.chunks(2) {
            assert_eq!(pair[0].map(|good| good.body), Ok(&b"good"[..]));
            assert!(pair[1].is_err());
        }
    }
}

#[test]
fn what_cannot_be_sealed_is_told_and_left_alone() {
    let good = honest(1, b"good");
    let mut partial = good.clone();
    partial.bytes.push(7);
    let mut empty = good.clone();
    empty.bytes.truncate(PREFIX);
    let mut all = [partial.clone(), good.clone(), empty, good];
    let len = partial.bytes.len() - PREFIX;
    let results = seal_all(&mut packets(&mut all));
    assert_eq!(results[0], Err(SealError::NotBlocks { len }));
    assert_eq!(results[2], Err(SealError::NotBlocks { len: 0 }));
    assert!(all[0].bytes == partial.bytes);
    let opened = open_all(&mut packets(&mut all))
        .into_iter()
        .map(|opened| opened.map(|opened| opened.quick_ack))
        .collect::<Vec<_>>();
    for at in [1, 3] {
        let token = results[at].map(|large| quick_ack_token(&large)).unwrap();
        assert_eq!(opened[at], Ok(token));
    }
}

#[test]
fn debug_shows_the_id_of_the_key_and_no_bytes() {
    let mut all = [honest(1, b"secrets!")];
    let id = format!("{:?}", all[0].key);
    let len = all[0].bytes.len();
    assert_eq!(
        format!("{:?}", packets(&mut all)[0]),
        format!("Packet {{ key: {id}, from: Server, len: {len} }}")
    );
}
