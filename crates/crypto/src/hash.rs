//! The hashes of the protocol: over a list of parts at once, or piece by piece.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Digest as _;
use subtle::ConstantTimeEq;

macro_rules! hash {
    ($name:ident, $function:ident, $inner:ty, $len:literal, $title:literal) => {
        #[doc = concat!($title, " of data that comes in pieces.")]
        #[derive(Clone, Default)]
        pub struct $name($inner);

        impl $name {
            /// A hash of nothing yet.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Adds `data` to what is hashed.
            pub fn update(&mut self, data: &[u8]) {
                self.0.update(data);
            }

            /// The hash of everything added.
            #[must_use]
            pub fn finish(self) -> [u8; $len] {
                self.0.finalize().into()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        #[doc = concat!($title, " of `parts`, one after another.")]
        #[must_use]
        pub fn $function(parts: &[&[u8]]) -> [u8; $len] {
            let mut hash = $name::new();
            for part in parts {
                hash.update(part);
            }
            hash.finish()
        }
    };
}

hash!(Md5, md5, md5::Md5, 16, "MD5");
hash!(Sha1, sha1, sha1::Sha1, 20, "SHA-1");
hash!(Sha256, sha256, sha2::Sha256, 32, "SHA-256");

/// HMAC-SHA256 of `parts`, one after another, under a key of any length.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key longer than a block is hashed first (RFC 2104); shorter ones are padded with zeros.
    let mut block = [0; 64];
    let hashed = sha256(&[key]);
    let short: &[u8] = if key.len() > block.len() {
        &hashed
    } else {
        key
    };
    for (to, from) in block.iter_mut().zip(short) {
        *to = *from;
    }
    let mut mac = Hmac::<sha2::Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256 of each of `messages`, which are two parts each.
///
/// The messages are hashed in turns of two blocks. A hash waits for its own last round most of
/// the time, and pieces this short let the processor go on with the next message meanwhile.
pub(crate) fn sha256_all(messages: &[[&[u8]; 2]]) -> Vec<[u8; 32]> {
    const BLOCK: usize = 64;
    const TURN: usize = 2 * BLOCK;
    let mut hashes = vec![Sha256::new(); messages.len()];
    let mut active: Vec<_> = messages
        .iter()
        .zip(&mut hashes)
        .map(|([first, second], hash)| {
            // Whole blocks from here on are hashed where they lie.
            let fill = second.len().min(first.len().wrapping_neg() % BLOCK);
            let (head, rest) = second.split_at(fill);
            hash.update(first);
            hash.update(head);
            (hash, rest)
        })
        .collect();
    while active.len() > 1 {
        for (hash, rest) in &mut active {
            let (turn, later) = rest.split_at(rest.len().min(TURN));
            hash.update(turn);
            *rest = later;
        }
        active.retain(|(_, rest)| !rest.is_empty());
    }
    for (hash, rest) in active {
        hash.update(rest);
    }
    hashes.into_iter().map(Sha256::finish).collect()
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// `N` bytes of `from`, starting at `at`.
///
/// For cutting keys out of hashes and auth keys with offsets known when compiling; a range
/// outside of `from` gives zeros.
pub(crate) fn cut<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(part) = from.get(at..at + N) {
        out.copy_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hash_like_the_whole() {
        assert_eq!(sha1(&[b"a", b"", b"bc"]), sha1(&[b"abc"]));
        assert_eq!(
            sha1(&[b"abc"])[..8],
            [0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a],
            "the published SHA-1 of abc"
        );
        assert_eq!(md5(&[b"abc"])[..4], [0x90, 0x01, 0x50, 0x98]);
        assert_eq!(sha256(&[b"abc"])[..4], [0xba, 0x78, 0x16, 0xbf]);
        let mut pieces = Md5::new();
        pieces.update(b"ab");
        pieces.update(b"c");
        assert_eq!(pieces.finish(), md5(&[b"abc"]));
    }

    #[test]
    fn hmac_gives_the_published_values() {
        // RFC 4231, test cases 2 and 6: a short key and one longer than a block.
        let mac = hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..6], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60]);
        let text = b"Test Using Larger Than Block-Size Key - Hash Key First";
        let mac = hmac_sha256(&[0xaa; 131], &[text]);
        assert_eq!(mac[..6], [0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0]);
    }

    #[test]
    fn messages_hash_together_like_each_alone() {
        let bytes: Vec<u8> = (0..2000u32).map(|i| (i * i / 8) as u8).collect();
        for first in [0, 1, 32, 64, 100] {
            for count in [0, 1, 2, 5] {
                let lens = [0, 31, 700, 32, 1503].into_iter().cycle();
                let messages: Vec<_> = lens
                    .take(count)
                    .map(|len| [&bytes[..first], &bytes[count..count + len]])
                    .collect();
                let wanted: Vec<_> = messages.iter().map(|parts| sha256(parts)).collect();
                assert_eq!(sha256_all(&messages), wanted);
            }
        }
    }

    #[test]
    fn comparison_sees_every_byte_and_the_length() {
        assert!(equal(b"same", b"same"));
        assert!(!equal(b"same", b"samf"));
        assert!(!equal(b"same", b"sam"));
        assert!(equal(b"", b""));
    }
}
