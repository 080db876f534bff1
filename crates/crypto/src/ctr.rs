//! AES-256-CTR: obfuscated connections and files from content delivery servers.

use std::fmt;

use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};

/// One direction of an AES-256-CTR stream with a 128-bit big-endian counter.
///
/// Encrypting and decrypting are the same operation. The keystream runs on over any number of
/// calls, however the data is cut.
pub struct Ctr {
    cipher: ctr::Ctr128BE<Aes256>,
}

impl Ctr {
    /// A stream at its beginning.
    #[must_use]
    pub fn new(key: &[u8; 32], iv: &[u8; 16]) -> Self {
        Self {
            cipher: ctr::Ctr128BE::new(key.into(), iv.into()),
        }
    }

    /// The stream of a file on a content delivery server, from `offset` bytes into the file on.
    ///
    /// The counter of a part is the file's `encryption_iv` with its last four bytes replaced by
    /// `offset / 16`, so parts are decrypted in any order. Offsets end at 64 GiB, far above any
    /// file; beyond that the block number wraps.
    #[must_use]
    #[doc(alias = "upload.fileCdnRedirect")]
    pub fn for_cdn(key: &[u8; 32], iv: &[u8; 16], offset: u64) -> Self {
        let mut counter = *iv;
        counter[12..].copy_from_slice(&((offset / 16) as u32).to_be_bytes());
        let mut stream = Self::new(key, &counter);
        let mut skipped = [0; 16];
        stream.apply(&mut skipped[..(offset % 16) as usize]);
        stream
    }

    /// Encrypts or decrypts `data` in place and moves the stream on by its length.
    pub fn apply(&mut self, data: &mut [u8]) {
        self.cipher.apply_keystream(data);
    }
}

impl fmt::Debug for Ctr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ctr(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cdn_part_decrypts_alone_at_any_offset() {
        let (key, mut iv) = ([0x42; 32], [0x17; 16]);
        iv[12..].fill(0);
        let mut file: Vec<u8> = (0..1000u32).map(|i| i as u8).collect();
        let plain = file.clone();
        Ctr::for_cdn(&key, &iv, 0).apply(&mut file);
        for offset in [0usize, 16, 160, 7, 33] {
            let mut part = file[offset..offset + 64].to_vec();
            // Whatever the last four bytes of the file's vector are, the offset replaces them.
            let mut noisy = iv;
            noisy[12..].fill(0xee);
            Ctr::for_cdn(&key, &noisy, offset as u64).apply(&mut part);
            assert_eq!(part, plain[offset..offset + 64]);
        }
    }

    #[test]
    fn the_counter_carries_into_the_upper_bytes() {
        let mut low = [0u8; 32];
        Ctr::new(&[1; 32], &[0xff; 16]).apply(&mut low);
        let mut wrapped = [0u8; 16];
        Ctr::new(&[1; 32], &[0; 16]).apply(&mut wrapped);
        assert_eq!(low[16..], wrapped);
    }
}
