//! JSON that shall become a value of the API.

use heliogram_tl::reflect::{Expected, from_json, pretty, to_json};

use super::decode_api::values;
use crate::{Input, Seed};

/// The definition expected where the text does not name one, and the text.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let table = heliogram_api::table();
    let at = usize::from(input.u16()) % table.len();
    let (Some(def), Some(json)) = (
        table.definitions().nth(at),
        input.rest().utf8_chunks().next(),
    ) else {
        return;
    };
    let json = json.valid();
    let _ = from_json(table, json, Expected::Answer(def.name()));
    for expected in [Expected::Any, Expected::Name(def.name())] {
        let Ok(bytes) = from_json(table, json, expected) else {
            continue;
        };
        let json = to_json(table, &bytes).expect("what was taken is a value");
        let back = from_json(table, &json, Expected::Any).expect("what was written can be read");
        assert!(back == bytes, "{json}");
        assert!(!pretty(table, &bytes).contains("<unreadable"), "{json}");
    }
}

/// Short values of the API, as JSON.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let table = heliogram_api::table();
    let short = values().into_iter().filter(|(_, bytes)| bytes.len() < 1000);
    let json = short.filter_map(|(_, bytes)| to_json(table, &bytes).ok());
    let seed = |(n, json): (usize, String)| {
        let seed = Seed::new().u16(n as u16).raw(json.as_bytes());
        seed.named(format!("value-{n:02}"))
    };
    json.enumerate().map(seed).collect()
}
