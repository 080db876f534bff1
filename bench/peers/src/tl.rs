//! Decoding and encoding of whole answers.

use std::hint::black_box;

use bytes::Bytes;
use grammers_tl_types::{Deserializable, Serializable, enums as theirs};
use heliogram_api::enums as ours;

use crate::{allocations, race};

pub(crate) fn run() {
    println!("TL, microseconds (grammers / heliogram, ratio), allocations, live bytes");
    for (name, for_us, for_them) in [
        ("messages-100", "messages-100.bin", "messages-100.bin"),
        ("messages-rich", "messages-rich.bin", "messages-rich-230.bin"),
    ] {
        let read = |file: &str| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/");
            std::fs::read(format!("{path}{file}")).expect("the fixtures stand beside this crate")
        };
        let (mine, yours) = (Bytes::from(read(for_us)), read(for_them));
        let decode_mine =
            || heliogram_tl::from_bytes::<ours::messages::Messages>(&mine).expect("decodes");
        let decode_yours =
            || theirs::messages::Messages::from_bytes(&yours).expect("decodes");
        let (a, b) = race(20, 50, || drop(black_box(decode_yours())), || drop(black_box(decode_mine())));
        println!("decode {name:14} {:8.1} / {:8.1}  {:4.2}x", a * 1e6, b * 1e6, a / b);
        let (value_mine, value_yours) = (decode_mine(), decode_yours());
        let (a, b) = race(
            20,
            100,
            || drop(black_box(value_yours.to_bytes())),
            || drop(black_box(heliogram_tl::to_bytes(&value_mine))),
        );
        println!("encode {name:14} {:8.1} / {:8.1}  {:4.2}x", a * 1e6, b * 1e6, a / b);
        println!(
            "memory {name:14} grammers {:?}, heliogram {:?}, wire {} bytes",
            allocations::count(decode_yours),
            allocations::count(decode_mine),
            mine.len()
        );
    }
    println!(
        "sizes  Message {} / {}, Update {} / {}",
        size_of::<theirs::Message>(),
        size_of::<ours::Message>(),
        size_of::<theirs::Update>(),
        size_of::<ours::Update>()
    );
}
