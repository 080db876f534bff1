//! The hashes of the protocol: over a list of parts at once, or piece by piece.

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
    fn comparison_sees_every_byte_and_the_length() {
        assert!(equal(b"same", b"same"));
        assert!(!equal(b"same", b"samf"));
        assert!(!equal(b"same", b"sam"));
        assert!(equal(b"", b""));
    }
}
