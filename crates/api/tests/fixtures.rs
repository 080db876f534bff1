//! Answers as they come over the wire: decoded and encoded again, they are the same bytes.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use heliogram_api::{enums, types};
use heliogram_tl::{Bytes, DecodeErrorKind, from_bytes, to_bytes};

const PLAIN: &[u8] = include_bytes!("../../../bench/fixtures/messages-100.bin");
const RICH: &[u8] = include_bytes!("../../../bench/fixtures/messages-rich.bin");

fn decode(data: &[u8]) -> enums::messages::Messages {
    from_bytes(&Bytes::copy_from_slice(data)).unwrap()
}

#[test]
fn decoding_and_encoding_gives_the_same_bytes() {
    for data in [PLAIN, RICH] {
        assert_eq!(&to_bytes(&decode(data))[..], data);
    }
}

#[test]
fn every_truncation_is_an_error() {
    for data in [PLAIN, RICH] {
        for end in (0..data.len()).step_by(37) {
            let cut = Bytes::copy_from_slice(&data[..end]);
            assert!(
                from_bytes::<enums::messages::Messages>(&cut).is_err(),
                "cut at {end}"
            );
        }
    }
}

#[test]
fn flipped_bits_end_in_a_value_or_an_error() {
    for data in [PLAIN, RICH] {
        let mut errors = 0;
        for at in (0..data.len()).step_by(13) {
            let mut bent = data.to_vec();
            bent[at] ^= 1 << (at % 8);
            errors +=
                usize::from(from_bytes::<enums::messages::Messages>(&Bytes::from(bent)).is_err());
        }
        assert!(errors > 100, "only {errors} of the flips were noticed");
    }
}

#[test]
fn an_unknown_constructor_is_named_with_its_place() {
    let bytes = Bytes::from_static(&[1, 2, 3, 4]);
    let error = from_bytes::<enums::Peer>(&bytes).unwrap_err();
    assert_eq!(error.at, 0);
    assert_eq!(
        error.kind,
        DecodeErrorKind::UnknownConstructor {
            id: 0x0403_0201,
            expected: "Peer"
        }
    );
}

/// `inputPeerUserFromMessage` holds an `InputPeer`, which may hold one again, and so on.
#[test]
fn hostile_nesting_ends_before_the_stack_does() {
    let level = [0x1c, 0x0a, 0x7b, 0xa8];
    let data = Bytes::from(level.repeat(100_000));
    let small_stack = std::thread::Builder::new().stack_size(1 << 20);
    let error = small_stack
        .spawn(move || from_bytes::<enums::InputPeer>(&data).unwrap_err())
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(error.kind, DecodeErrorKind::TooDeep);
}

#[test]
fn sizes_stay_small() {
    assert!(
        size_of::<enums::Message>() <= 256,
        "{}",
        size_of::<enums::Message>()
    );
    assert!(
        size_of::<enums::Update>() <= 128,
        "{}",
        size_of::<enums::Update>()
    );
    assert!(
        size_of::<types::Message>() <= 512,
        "{}",
        size_of::<types::Message>()
    );
}
