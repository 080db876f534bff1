//! The padding around the data, and taking it off again.

use zeroize::Zeroizing;

use super::{MAX_DATA, RsaError, private::Undecryptable};
use crate::{
    bn::Number,
    hash::{cut, equal, sha256},
    ige::{ige_decrypt, ige_encrypt},
    random::Random,
};

/// Data with its random padding.
const PADDED: usize = 192;
/// Tries at a number below the modulus. Even for the smallest modulus one in 256 succeeds.
const MAX_TRIES: usize = 1 << 16;

/// RSA_PAD: a number below `n` that hides `data` behind a random key.
pub(super) fn pad(
    data: &[u8],
    n: &Number,
    rng: &mut dyn Random,
) -> Result<Zeroizing<Number>, RsaError> {
    let len = data.len();
    if len > MAX_DATA {
        return Err(RsaError::TooLong { len });
    }
    let mut padded = Zeroizing::new([0; PADDED]);
    rng.fill(&mut padded[..]);
    padded[..len].copy_from_slice(data);
    for _ in 0..MAX_TRIES {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill(&mut key[..]);
        let message = wrap(&padded, &key);
        if *message < *n {
            return Ok(message);
        }
    }
    Err(RsaError::Random)
}

/// `(key xor SHA-256(sealed)) ‖ sealed`, where `sealed` is the reversed data with its hash.
fn wrap(padded: &[u8; PADDED], key: &[u8; 32]) -> Zeroizing<Number> {
    let mut message = Zeroizing::new([0; 256]);
    let (mask, sealed) = message.split_at_mut(32);
    sealed[..PADDED].copy_from_slice(padded);
    sealed[..PADDED].reverse();
    sealed[PADDED..].copy_from_slice(&sha256(&[key, padded]));
    // 224 bytes are fourteen blocks, so this cannot fail.
    let _ = ige_encrypt(key, &[0; 32], sealed);
    for ((out, key), hash) in mask.iter_mut().zip(key).zip(sha256(&[sealed])) {
        *out = key ^ hash;
    }
    message
}

/// The inverse: the padded data.
pub(super) fn unpad(
    mut message: Zeroizing<Number>,
) -> Result<Zeroizing<[u8; PADDED]>, Undecryptable> {
    let (mask, sealed) = message.split_at_mut(32);
    let mut key = Zeroizing::new(sha256(&[sealed]));
    for (out, byte) in key.iter_mut().zip(&*mask) {
        *out ^= byte;
    }
    let _ = ige_decrypt(&key, &[0; 32], sealed);
    sealed[..PADDED].reverse();
    let padded = Zeroizing::new(cut::<PADDED>(sealed, 0));
    if equal(&sha256(&[&key[..], &padded[..]]), &sealed[PADDED..]) {
        Ok(padded)
    } else {
        Err(Undecryptable)
    }
}
