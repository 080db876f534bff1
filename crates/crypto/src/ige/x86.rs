//! The same mode with the AES instructions of x86-64.
//!
//! A block is fourteen dependent rounds; the two xors of the mode would add to that chain, so
//! both are folded into the round key of the last round, which is xored in anyway:
//! the output is `last(t, k14 ^ input before)` and the state the next block starts from is
//! `last(t, k14 ^ k0 ^ input before ^ next input)`. Nothing but rounds is left on the chain.
//!
//! `lanes` runs one chain or several, `vaes` several on wide registers. This module and those two
//! below it are the only ones of Heliogram with `unsafe` in them.
#![allow(unsafe_code)]

mod lanes;
mod vaes;

use std::arch::x86_64::{
    __m128i, _mm_aesdec_si128, _mm_aesdeclast_si128, _mm_aesenc_si128, _mm_aesenclast_si128,
    _mm_aesimc_si128, _mm_loadu_si128, _mm_set_epi32, _mm_set1_epi32, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_slli_si128, _mm_storeu_si128, _mm_xor_si128,
};

pub(crate) use self::vaes::available as vaes_available;
use crate::lanes::Lane;

/// Round keys in the order they are used.
type Schedule = [__m128i; 15];

/// Whether this processor has the instructions.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("aes") && is_x86_feature_detected!("ssse3")
}

/// Encrypts or decrypts one message in place, or does nothing and returns false where the processor cannot.
pub(super) fn run<const ENCRYPT: bool>(
    key: &[u8; 32],
    iv: &[u8; 32],
    blocks: &mut [[u8; 16]],
) -> bool {
    let can = available();
    if can {
        // SAFETY: the processor was just seen to have the features the function is built with.
        unsafe { lanes::run_one::<ENCRYPT>(key, iv, blocks) };
    }
    can
}

/// Decrypts one message in place and shows it in pieces of `sizes` blocks, or does nothing and
/// returns false where the processor cannot.
pub(super) fn decrypt_in_pieces(
    key: &[u8; 32],
    iv: &[u8; 32],
    blocks: &mut [[u8; 16]],
    sizes: impl Iterator<Item = usize>,
    show: impl FnMut(&[u8]),
) -> bool {
    let can = available();
    if can {
        // SAFETY: the processor was just seen to have the features the function is built with.
        unsafe { lanes::decrypt_in_pieces(key, iv, blocks, sizes, show) };
    }
    can
}

/// Encrypts or decrypts every lane in place, with the wide registers too if `wide`, or does
/// nothing and returns false where the processor cannot.
pub(crate) fn run_all<const ENCRYPT: bool>(wide: bool, lanes: &mut [Lane<'_>]) -> bool {
    let can = available();
    if can {
        // SAFETY: the processor was just seen to have the features the function is built with.
        unsafe { lanes::run_all::<ENCRYPT>(wide, lanes) };
    }
    can
}

/// One of the thirteen middle rounds.
#[target_feature(enable = "aes")]
#[inline]
fn round<const ENCRYPT: bool>(state: __m128i, key: __m128i) -> __m128i {
    if ENCRYPT {
        _mm_aesenc_si128(state, key)
    } else {
        _mm_aesdec_si128(state, key)
    }
}

/// The last round.
#[target_feature(enable = "aes")]
#[inline]
fn last<const ENCRYPT: bool>(state: __m128i, key: __m128i) -> __m128i {
    if ENCRYPT {
        _mm_aesenclast_si128(state, key)
    } else {
        _mm_aesdeclast_si128(state, key)
    }
}

/// The round keys of AES-256.
#[target_feature(enable = "aes,ssse3")]
#[inline]
fn expand(key: &[u8; 32]) -> Schedule {
    let [low, high] = halves(key);
    let mut keys = [_mm_setzero_si128(); 15];
    (keys[0], keys[1]) = (low, high);
    let mut constant = 1;
    for i in 2..15 {
        let before = keys[i - 1];
        // The last word of the round key before goes to all four columns, rotated for even
        // rounds; equal columns make the row shift of the last AES round do nothing, so that
        // round is the substitution the key schedule needs.
        let mixed = if i % 2 == 0 {
            let rotated = _mm_shuffle_epi8(before, _mm_set1_epi32(0x0c0f_0e0d));
            let mixed = _mm_aesenclast_si128(rotated, _mm_set1_epi32(constant));
            constant *= 2;
            mixed
        } else {
            let same = _mm_shuffle_epi8(before, _mm_set1_epi32(0x0f0e_0d0c));
            _mm_aesenclast_si128(same, _mm_setzero_si128())
        };
        let mut prefix = keys[i - 2];
        prefix = xor(prefix, _mm_slli_si128::<4>(prefix));
        prefix = xor(prefix, _mm_slli_si128::<8>(prefix));
        keys[i] = xor(prefix, mixed);
    }
    keys
}

/// The round keys of the inverse cipher.
#[target_feature(enable = "aes,ssse3")]
#[inline]
fn inverse(mut keys: Schedule) -> Schedule {
    keys.reverse();
    for key in &mut keys[1..14] {
        *key = _mm_aesimc_si128(*key);
    }
    keys
}

#[target_feature(enable = "sse2")]
#[inline]
fn xor(a: __m128i, b: __m128i) -> __m128i {
    _mm_xor_si128(a, b)
}

#[target_feature(enable = "sse2")]
#[inline]
fn halves(bytes: &[u8; 32]) -> [__m128i; 2] {
    let (halves, _) = bytes.as_chunks::<16>();
    match halves {
        [low, high] => [load(low), load(high)],
        _ => [_mm_set_epi32(0, 0, 0, 0); 2],
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn load(block: &[u8; 16]) -> __m128i {
    // SAFETY: the reference covers 16 readable bytes, and this load needs no alignment.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn store(block: &mut [u8; 16], value: __m128i) {
    // SAFETY: the reference covers 16 writable bytes, and this store needs no alignment.
    unsafe { _mm_storeu_si128(block.as_mut_ptr().cast(), value) }
}
