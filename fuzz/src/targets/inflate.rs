//! Packed data.

use heliogram_mtproto::server::unpack;
use heliogram_tl::{Bytes, Writer, deflate, inflate};

const GZIP_PACKED: u32 = 0x3072_cfa1;
/// As much as is taken in one packet.
const LIMIT: usize = 16 << 20;

/// Bytes as packed data, and as a request that is packed.
pub fn run(data: &[u8]) {
    // A limit that is often reached, and one that hardly ever is.
    for limit in [512, LIMIT] {
        if let Ok(plain) = inflate(data, limit) {
            assert!(plain.len() <= limit);
        }
    }
    if let Some(packed) = deflate(data) {
        assert_eq!(inflate(&packed, data.len()).as_deref(), Ok(data));
    }
    let mut request = Writer::with_capacity(data.len() + 12);
    request.u32(GZIP_PACKED);
    request.bytes(data);
    for request in [request.into_vec(), data.to_vec()] {
        if let Ok(plain) = unpack(&Bytes::from(request)) {
            assert!(plain.len() <= LIMIT);
        }
    }
}

/// Packed text, packed zeros, and a packed request that is packed.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let pack = |plain: &[u8]| deflate(plain).expect("it gets smaller");
    let text = "the same again and again ".repeat(40);
    let mut twice = Writer::with_capacity(600);
    twice.u32(GZIP_PACKED);
    twice.bytes(&pack(text.as_bytes()));
    vec![
        ("text".to_owned(), pack(text.as_bytes())),
        ("zeros".to_owned(), pack(&[0; 100_000])),
        ("twice".to_owned(), twice.into_vec()),
        ("empty".to_owned(), Vec::new()),
    ]
}
