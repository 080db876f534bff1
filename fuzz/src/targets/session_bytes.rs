//! Session strings of every program, and records as stores keep them.

use std::net::SocketAddr;

use heliogram::storage::{PeerRow, SessionFormat, SessionString, StoredKind};
use heliogram_crypto::AuthKey;

/// Bytes as a record, and as a session string.
pub fn run(data: &[u8]) {
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
}

/// One session in every format there is, and a record of a peer.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let session = SessionString {
        dc: 2,
        address: Some(SocketAddr::from(([149, 154, 167, 51], 443))),
        test_mode: false,
        auth_key: AuthKey::new([0x5a; 256]),
        user_id: Some(777_000),
        bot: Some(false),
        api_id: Some(12345),
    };
    use SessionFormat as Format;
    let formats = [
        Format::Heliogram,
        Format::Telethon,
        Format::GramJs,
        Format::Pyrogram,
        Format::Pyrogram267,
        Format::Pyrogram263,
    ];
    let strings = formats.iter().filter_map(|&format| {
        let text = session.encode(format).ok()?;
        Some((format!("{format:?}").to_lowercase(), text.into_bytes()))
    });
    let row = PeerRow {
        id: -1_000_000_000_007,
        kind: StoredKind::Supergroup,
        access_hash: Some(99),
        usernames: vec!["garden_club".into()],
        phone: None,
        name: Some("Garden club".into()),
        min: false,
        from_message: None,
    };
    strings
        .chain([("peer".to_owned(), row.to_bytes())])
        .collect()
}
