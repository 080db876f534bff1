//! Framings under any split of the bytes, and under hostile ones.
#![allow(clippy::unwrap_used, missing_docs)]

use heliogram_mtproto::framing::{Frame, FrameError, Framing, MAX_FRAME, Obfuscation, Transport};
use proptest::prelude::*;

fn transports() -> impl Strategy<Value = (Transport, Option<Obfuscation>)> {
    let obfuscation = prop_oneof![
        Just(None),
        any::<i16>().prop_map(|dc_id| Some(Obfuscation {
            dc_id,
            secret: None
        })),
    ];
    (prop::sample::select(Transport::ALL.to_vec()), obfuscation)
}

/// A packet as sessions make them: an encrypted one, or plaintext.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let encrypted = (0..80_usize, any::<u8>()).prop_map(|(blocks, fill)| {
        let mut packet = vec![fill; 24 + 48 + blocks * 16];
        packet[0] = 1;
        packet
    });
    let plain = (1..100_usize, any::<i64>())
        .prop_map(|(words, id)| heliogram_mtproto::plain::seal(id, &vec![7; words * 4]));
    prop_oneof![encrypted, plain]
}

/// Hands `wire` over in pieces; gathers what comes out.
fn receive(framing: &mut Framing, wire: &[u8], cuts: &[usize]) -> Result<Vec<Frame>, FrameError> {
    let mut frames = Vec::new();
    let mut rest = wire;
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
        framing.receive(piece);
        while let Some(frame) = framing.next_frame()? {
            frames.push(frame);
        }
        rest = tail;
    }
    Ok(frames)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_the_bytes_gives_the_same_frames(
        (transport, obfuscation) in transports(),
        packets in prop::collection::vec((packet(), any::<bool>()), 1..8),
        back in prop::collection::vec(packet(), 0..4),
        cuts in prop::collection::vec(1..200_usize, 1..20),
        seed in any::<[u8; 32]>(),
    ) {
        let mut client = Framing::client(transport, obfuscation, seed);
        let mut server = Framing::server([seed[0]; 32]);
        let mut wire = Vec::new();
        for (packet, quick) in &packets {
            if *quick && transport != Transport::Full {
                client.encode_with_quick_ack(packet, &mut wire).unwrap();
            } else {
                client.encode(packet, &mut wire).unwrap();
            }
        }
        let expected: Vec<_> = packets.iter().map(|(p, _)| Frame::Packet(p.clone())).collect();
        prop_assert_eq!(receive(&mut server, &wire, &cuts), Ok(expected));
        prop_assert_eq!(server.transport(), Some(transport));
        prop_assert_eq!(server.dc_id(), obfuscation.map(|o| o.dc_id));
        let last_quick = packets.last().unwrap().1 && transport != Transport::Full;
        prop_assert_eq!(server.quick_ack_wanted(), last_quick);

        let (mut wire, mut expected) = (Vec::new(), Vec::new());
        for (n, packet) in back.iter().enumerate() {
            server.encode(packet, &mut wire).unwrap();
            expected.push(Frame::Packet(packet.clone()));
            server.encode_error(-404 - n as i32, &mut wire).unwrap();
            expected.push(Frame::Error(-404 - n as i32));
            if transport != Transport::Full {
                server.encode_quick_ack(0x8000_1234 + n as u32, &mut wire).unwrap();
                expected.push(Frame::QuickAck(0x8000_1234 + n as u32));
            }
        }
        prop_assert_eq!(receive(&mut client, &wire, &cuts), Ok(expected));
    }

    #[test]
    fn hostile_bytes_end_in_an_error_or_wait_for_more(
        noise in prop::collection::vec(any::<u8>(), 0..3000),
        start in prop::sample::select(vec![
            vec![], vec![0xef], vec![0xee; 4], vec![0xdd; 4], vec![16, 0, 0, 0, 0, 0, 0, 0],
        ]),
        cuts in prop::collection::vec(1..200_usize, 1..20),
        (transport, obfuscation) in transports(),
    ) {
        let wire = [start, noise.clone()].concat();
        let mut server = Framing::server([1; 32]);
        if receive(&mut server, &wire, &cuts).is_err() {
            server.receive(&wire);
            prop_assert_eq!(server.next_frame(), Err(FrameError::Closed));
        }
        let mut client = Framing::client(transport, obfuscation, [1; 32]);
        let _ = receive(&mut client, &noise, &cuts);
    }

    #[test]
    fn sec_30_damage_in_a_full_frame_is_noticed(
        packet in packet(),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let mut client = Framing::client(Transport::Full, None, [1; 32]);
        let mut wire = Vec::new();
        client.encode(&packet, &mut wire).unwrap();
        // A changed length makes the receiver wait or fail; the rest fails at once.
        let at = 8 + at.index(wire.len() - 8);
        wire[at] ^= 1 << bit;
        let mut server = Framing::server([1; 32]);
        server.receive(&wire);
        prop_assert_eq!(server.next_frame(), Err(FrameError::BadChecksum));
    }
}

/// What a server says to a client's first bytes.
fn first_bytes(bytes: &[u8]) -> Result<Option<Frame>, FrameError> {
    let mut server = Framing::server([1; 32]);
    server.receive(bytes);
    server.next_frame()
}

#[test]
fn sec_30_lengths_are_refused_before_their_bytes_come() {
    let over = (MAX_FRAME as u32 + 4).to_le_bytes();
    let len = MAX_FRAME + 4;
    for start in [vec![0xee; 4], vec![0xdd; 4]] {
        let result = first_bytes(&[&start[..], &over].concat());
        assert_eq!(result, Err(FrameError::TooLong { len }));
    }
    let words = (len / 4) as u32;
    let abridged = [&[0xef, 0x7f][..], &words.to_le_bytes()[..3]].concat();
    assert_eq!(first_bytes(&abridged), Err(FrameError::TooLong { len }));
    let total = MAX_FRAME as u32 + 16;
    let full = [&total.to_le_bytes()[..], &[0; 4]].concat();
    assert_eq!(
        first_bytes(&full),
        Err(FrameError::TooLong { len: len + 12 })
    );
    assert!(first_bytes(&[&[0xef, 0x7f][..], &[0xff; 3]].concat()).is_err());
}

#[test]
fn each_broken_rule_has_its_error() {
    assert_eq!(first_bytes(&[0xef, 0]), Err(FrameError::Empty));
    assert_eq!(
        first_bytes(&[0xef, 1, 9, 9, 9, 9]),
        Err(FrameError::TooShort { len: 4 })
    );
    let odd = [&[0xee; 4][..], &[5, 0, 0, 0]].concat();
    assert_eq!(first_bytes(&odd), Err(FrameError::Misaligned { len: 5 }));
    let total = [&[8, 0, 0, 0][..], &[0; 4]].concat();
    assert_eq!(first_bytes(&total), Err(FrameError::BadTotal(8)));
    assert_eq!(first_bytes(b"GET / HTTP/1.1\r\n"), Err(FrameError::Http));
    assert_eq!(
        first_bytes(&[0x16, 3, 1, 2, 0, 1, 0, 1]),
        Err(FrameError::Tls)
    );
    assert_eq!(first_bytes(&[0x42; 64]), Err(FrameError::UnknownTransport));
    assert_eq!(
        first_bytes(&[0x42; 63]),
        Ok(None),
        "it may become obfuscated"
    );
    let mut server = Framing::server([1; 32]);
    assert_eq!(
        server.encode(&[1; 40], &mut Vec::new()),
        Err(FrameError::NotDetected)
    );
}

#[test]
fn sec_30_frames_of_the_full_transport_come_in_order() {
    let mut client = Framing::client(Transport::Full, None, [1; 32]);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    client.encode(&[1; 40], &mut first).unwrap();
    client.encode(&[2; 40], &mut second).unwrap();
    let mut server = Framing::server([1; 32]);
    server.receive(&[&first[..], &first].concat());
    assert_eq!(server.next_frame(), Ok(Some(Frame::Packet(vec![1; 40]))));
    assert_eq!(
        server.next_frame(),
        Err(FrameError::BadSequence {
            expected: 1,
            got: 0
        })
    );
}

#[test]
fn what_cannot_be_framed_leaves_nothing_behind() {
    for transport in Transport::ALL {
        let mut client = Framing::client(transport, None, [1; 32]);
        let mut wire = Vec::new();
        assert_eq!(client.encode(&[], &mut wire), Err(FrameError::Empty));
        assert_eq!(
            client.encode(&[1; 41], &mut wire),
            Err(FrameError::Misaligned { len: 41 })
        );
        let long = vec![1; MAX_FRAME + 4];
        assert!(matches!(
            client.encode(&long, &mut wire),
            Err(FrameError::TooLong { .. })
        ));
        assert!(wire.is_empty());
        client.encode(&[1; 40], &mut wire).unwrap();
        assert_eq!(first_bytes(&wire), Ok(Some(Frame::Packet(vec![1; 40]))));
    }
}

#[test]
fn sec_30_memory_stays_below_one_frame_and_one_read() {
    let mut server = Framing::server([1; 32]);
    server.receive(&[&[0xee; 4][..], &(MAX_FRAME as u32).to_le_bytes()].concat());
    let mut frames = 0;
    for _ in 0..200 {
        server.receive(&[7; 1 << 16]);
        while let Ok(Some(_)) = server.next_frame() {
            frames += 1;
        }
    }
    assert_eq!(frames, 1, "what follows is no frame any more");
    assert_eq!(server.next_frame(), Err(FrameError::Closed));
}

#[test]
fn a_proxys_secret_separates_its_clients_from_others() {
    let secret = [9; 16];
    let obfuscation = Obfuscation {
        dc_id: -2,
        secret: Some(secret),
    };
    let mut wire = Vec::new();
    Framing::client(Transport::PaddedIntermediate, Some(obfuscation), [3; 32])
        .encode(&[1; 40], &mut wire)
        .unwrap();
    let mut proxy = Framing::server_with_secret(secret, [1; 32]);
    proxy.receive(&wire);
    assert_eq!(proxy.next_frame(), Ok(Some(Frame::Packet(vec![1; 40]))));
    assert_eq!(proxy.dc_id(), Some(-2));
    assert_eq!(first_bytes(&wire), Err(FrameError::UnknownTransport));
    assert!(!format!("{obfuscation:?}").contains('9'));
}

#[test]
fn a_quick_acknowledgement_inside_of_a_frame_is_understood() {
    // Servers may send it as a payload on the padded transport.
    let mut client = Framing::client(Transport::PaddedIntermediate, None, [1; 32]);
    let token = 0x8123_4567_u32;
    let frame = [
        &8_u32.to_le_bytes()[..],
        &(-1_i32).to_le_bytes(),
        &token.to_le_bytes(),
    ]
    .concat();
    let nop = [&4_u32.to_le_bytes()[..], &[0; 4]].concat();
    client.receive(&[nop, frame].concat());
    assert_eq!(client.next_frame(), Ok(Some(Frame::QuickAck(token))));
}

#[test]
fn servers_pad_by_less_than_a_word_and_clients_by_less_than_a_block() {
    const BARE: usize = 4 + 40;
    let mut client = Framing::client(Transport::PaddedIntermediate, None, [1; 32]);
    let mut server = Framing::server([2; 32]);
    let (mut up, mut down) = (Vec::new(), Vec::new());
    client.encode(&[7; 40], &mut up).unwrap();
    server.receive(&up);
    server.next_frame().unwrap();
    let (mut longest_up, mut longest_down) = (0, 0);
    for _ in 0..200 {
        up.clear();
        client.encode(&[7; 40], &mut up).unwrap();
        longest_up = longest_up.max(up.len() - BARE);
        down.clear();
        server.encode(&[9; 40], &mut down).unwrap();
        longest_down = longest_down.max(down.len() - BARE);
    }
    assert_eq!((longest_up, longest_down), (15, 3));
}
