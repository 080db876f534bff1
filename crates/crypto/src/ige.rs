//! AES-256 in infinite garble extension mode, the cipher of MTProto.
//!
//! The mode chains in both directions, so one message is a single chain of AES rounds and no
//! block can start before the one before has ended. All there is to win is to keep everything
//! else off that chain: `x86` does it with AES-NI where the processor has it. Elsewhere the
//! `ige` crate runs over whatever the `aes` crate finds. Several messages at once are what
//! [`lanes`](crate::lanes) is for.

use std::fmt;

use aes::Aes256;
use ige::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, array::Array};

use crate::hash::Sha256;

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

/// The data is not a whole number of 16-byte blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBlocks {
    /// Length of the data, in bytes.
    pub len: usize,
}

impl fmt::Display for NotBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes are not a whole number of 16-byte blocks",
            self.len
        )
    }
}

impl std::error::Error for NotBlocks {}

/// Encrypts `data` in place.
///
/// The first half of `iv` stands for the ciphertext before the data, the second half for the
/// plaintext before it.
///
/// # Errors
/// [`NotBlocks`] unless the length is a multiple of 16; the data is then untouched.
pub fn ige_encrypt(key: &[u8; 32], iv: &[u8; 32], data: &mut [u8]) -> Result<(), NotBlocks> {
    let blocks = blocks(data)?;
    #[cfg(target_arch = "x86_64")]
    if x86::run::<true>(key, iv, blocks) {
        return Ok(());
    }
    portable_encrypt(key, iv, blocks);
    Ok(())
}

/// Decrypts `data` in place; the inverse of [`ige_encrypt`] with the same key and `iv`.
///
/// # Errors
/// [`NotBlocks`] unless the length is a multiple of 16; the data is then untouched.
pub fn ige_decrypt(key: &[u8; 32], iv: &[u8; 32], data: &mut [u8]) -> Result<(), NotBlocks> {
    let blocks = blocks(data)?;
    #[cfg(target_arch = "x86_64")]
    if x86::run::<false>(key, iv, blocks) {
        return Ok(());
    }
    portable_decrypt(key, iv, blocks);
    Ok(())
}

/// Decrypts `data` in place and hashes it on the way; `hash` may have taken whole and half blocks
/// before.
///
/// Both are chains of steps that wait for one another. In pieces this short the processor hashes
/// one while it decrypts the next.
///
/// # Errors
/// As [`ige_decrypt`]; nothing is hashed then.
pub(crate) fn ige_decrypt_hashing(
    key: &[u8; 32],
    iv: &[u8; 32],
    data: &mut [u8],
    hash: &mut Sha256,
) -> Result<(), NotBlocks> {
    let blocks = blocks(data)?;
    let mut show = |piece: &[u8]| hash.update(piece);
    #[cfg(target_arch = "x86_64")]
    if x86::decrypt_in_pieces(key, iv, blocks, pieces(), &mut show) {
        return Ok(());
    }
    portable_decrypt_in_pieces(key, iv, blocks, pieces(), show);
    Ok(())
}

/// Lengths in blocks: the other half of a block of SHA-256, then two whole ones at a time.
fn pieces() -> impl Iterator<Item = usize> {
    std::iter::once(2).chain(std::iter::repeat(8))
}

pub(crate) fn blocks(data: &mut [u8]) -> Result<&mut [[u8; 16]], NotBlocks> {
    let len = data.len();
    match data.as_chunks_mut() {
        (blocks, []) => Ok(blocks),
        _ => Err(NotBlocks { len }),
    }
}

pub(crate) fn portable_encrypt(key: &[u8; 32], iv: &[u8; 32], blocks: &mut [[u8; 16]]) {
    let mut mode = ige::Encryptor::<Aes256>::new(key.into(), iv.into());
    mode.encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
}

pub(crate) fn portable_decrypt(key: &[u8; 32], iv: &[u8; 32], blocks: &mut [[u8; 16]]) {
    let mut mode = ige::Decryptor::<Aes256>::new(key.into(), iv.into());
    mode.decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
}

fn portable_decrypt_in_pieces(
    key: &[u8; 32],
    iv: &[u8; 32],
    mut blocks: &mut [[u8; 16]],
    sizes: impl Iterator<Item = usize>,
    mut show: impl FnMut(&[u8]),
) {
    let mut mode = ige::Decryptor::<Aes256>::new(key.into(), iv.into());
    for n in sizes {
        if blocks.is_empty() {
            break;
        }
        let (piece, rest) = blocks.split_at_mut(n.min(blocks.len()));
        mode.decrypt_blocks(Array::cast_slice_from_core_mut(piece));
        show(piece.as_flattened());
        blocks = rest;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::sha256;

    /// The mode as its definition reads, one block after another.
    fn by_definition(key: &[u8; 32], iv: &[u8; 32], data: &mut [u8]) {
        use aes::cipher::{BlockCipherEncrypt, KeyInit};
        let cipher = Aes256::new(key.into());
        let (mut before_out, mut before_in) = ([0u8; 16], [0u8; 16]);
        before_out.copy_from_slice(&iv[..16]);
        before_in.copy_from_slice(&iv[16..]);
        for block in data.as_chunks_mut::<16>().0 {
            let input = *block;
            for (byte, mask) in block.iter_mut().zip(before_out) {
                *byte ^= mask;
            }
            cipher.encrypt_block((&mut *block).into());
            for (byte, mask) in block.iter_mut().zip(before_in) {
                *byte ^= mask;
            }
            (before_out, before_in) = (*block, input);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_path_agrees_with_the_definition(
            key: [u8; 32],
            iv: [u8; 32],
            data in (0usize..40).prop_flat_map(|n| proptest::collection::vec(any::<u8>(), n * 16)),
        ) {
            let mut wanted = data.clone();
            by_definition(&key, &iv, &mut wanted);

            let mut ours = data.clone();
            prop_assert_eq!(ige_encrypt(&key, &iv, &mut ours), Ok(()));
            prop_assert_eq!(&ours, &wanted);
            prop_assert_eq!(ige_decrypt(&key, &iv, &mut ours), Ok(()));
            prop_assert_eq!(&ours, &data);

            let mut portable = data.clone();
            portable_encrypt(&key, &iv, portable.as_chunks_mut().0);
            prop_assert_eq!(&portable, &wanted);
            portable_decrypt(&key, &iv, portable.as_chunks_mut().0);
            prop_assert_eq!(&portable, &data);

            for half in [&key[..0], &key] {
                let mut hash = Sha256::new();
                hash.update(half);
                let mut ours = wanted.clone();
                prop_assert_eq!(ige_decrypt_hashing(&key, &iv, &mut ours, &mut hash), Ok(()));
                prop_assert_eq!(&ours, &data);
                prop_assert_eq!(hash.finish(), sha256(&[half, &data]));
            }
            let (mut shown, mut portable) = (Vec::new(), wanted.clone());
            let blocks = portable.as_chunks_mut().0;
            let show = |piece: &[u8]| shown.extend_from_slice(piece);
            portable_decrypt_in_pieces(&key, &iv, blocks, pieces(), show);
            prop_assert_eq!(&shown, &data);
            prop_assert_eq!(&portable, &data);
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_fast_path_runs_exactly_where_the_processor_can() {
        let mut block = [[0; 16]];
        assert_eq!(
            x86::run::<true>(&[0; 32], &[0; 32], &mut block),
            x86::available()
        );
        assert_eq!(x86::available(), is_x86_feature_detected!("aes"));
    }

    #[test]
    fn partial_blocks_are_refused_and_left_alone() {
        let mut data = [7; 17];
        assert_eq!(
            ige_encrypt(&[0; 32], &[0; 32], &mut data),
            Err(NotBlocks { len: 17 })
        );
        assert_eq!(
            ige_decrypt(&[0; 32], &[0; 32], &mut data[..15]),
            Err(NotBlocks { len: 15 })
        );
        let mut hash = Sha256::new();
        assert_eq!(
            ige_decrypt_hashing(&[0; 32], &[0; 32], &mut data, &mut hash),
            Err(NotBlocks { len: 17 })
        );
        assert_eq!(hash.finish(), sha256(&[]));
        assert_eq!(data, [7; 17]);
        assert_eq!(ige_encrypt(&[0; 32], &[0; 32], &mut []), Ok(()));
    }
}
