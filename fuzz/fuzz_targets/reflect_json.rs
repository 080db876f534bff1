//! JSON that shall become a value of the API.
#![no_main]

use heliogram_tl::reflect::{Expected, from_json, pretty, to_json};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// The definition expected where the text does not name one.
    definition: u16,
    json: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let table = heliogram_api::table();
    let at = usize::from(input.definition) % table.len();
    let Some(def) = table.definitions().nth(at) else {
        return;
    };
    let _ = from_json(table, input.json, Expected::Answer(def.name()));
    for expected in [Expected::Any, Expected::Name(def.name())] {
        let Ok(bytes) = from_json(table, input.json, expected) else {
            continue;
        };
        let json = to_json(table, &bytes).expect("what was taken is a value");
        let back = from_json(table, &json, Expected::Any).expect("what was written can be read");
        assert!(back == bytes, "{json}");
        assert!(!pretty(table, &bytes).contains("<unreadable"), "{json}");
    }
});
