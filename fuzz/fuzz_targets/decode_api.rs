//! Any bytes as the body of any constructor or function of the API.
#![no_main]

use std::fmt::Debug;

use heliogram_tl::{
    Bytes, Decode, Encode, from_bytes,
    reflect::{Expected, to_json, to_json_as},
    to_bytes,
};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

#[derive(Arbitrary, Debug)]
struct Input {
    /// Which reader: a type or a function, in the order of the list.
    reader: u16,
    /// Which definition's id comes first; most inputs would never hit one otherwise.
    definition: u16,
    body: Vec<u8>,
}

include!(concat!(env!("OUT_DIR"), "/all.rs"));

fn check<T: Decode + Encode + Debug>(bytes: &Bytes) {
    let Ok(value) = from_bytes::<T>(bytes) else {
        return;
    };
    let written = to_bytes(&value);
    let back = from_bytes::<T>(&written).expect("what was written can be read");
    assert!(to_bytes(&back) == written, "{value:?}");
    let _ = format!("{value:#?}");
}

fuzz_target!(|input: Input| {
    let table = heliogram_api::table();
    let definitions = table.definitions();
    let at = usize::from(input.definition) % definitions.len();
    let Some(def) = table.definitions().nth(at) else {
        return;
    };
    let mut bytes = def.id().to_le_bytes().to_vec();
    bytes.extend_from_slice(&input.body);
    let _ = to_json(table, &bytes);
    let _ = to_json_as(table, &bytes, Expected::Answer(def.name()));
    let bytes = Bytes::from(bytes);
    ALL[usize::from(input.reader) % ALL.len()](&bytes);
});
