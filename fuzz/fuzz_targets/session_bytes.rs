//! Session strings of every program, and records as stores keep them.
#![no_main]

use heliogram::storage::{PeerRow, SessionString};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(row) = PeerRow::from_bytes(data) {
        let back = PeerRow::from_bytes(&row.to_bytes()).expect("what was written can be read");
        assert!(back == row);
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok((session, format)) = SessionString::decode(text) else {
        return;
    };
    if let Ok(written) = session.encode(format) {
        let (_, again) = SessionString::decode(&written).expect("what was written can be read");
        assert!(again == format);
    }
});
