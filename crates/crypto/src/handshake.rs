//! What the key exchange needs besides Diffie-Hellman and RSA: its temporary key, and the salt.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    hash::{cut, equal, sha1},
    ige::{ige_decrypt, ige_encrypt},
    random::Random,
};

/// Bytes of SHA-1 in front of what the temporary key encrypts.
const HASH: usize = 20;
/// The most bytes that may follow the answer inside its last block.
const MAX_TRAILING: usize = 15;

/// The encrypted part of a key exchange message is damaged or forged (SEC-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// Not a whole number of blocks, or too short for a hash.
    Length {
        /// Its length, in bytes.
        len: usize,
    },
    /// The hash in front is not that of the data behind it.
    Hash,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { len } => write!(f, "an encrypted answer cannot have {len} bytes"),
            Self::Hash => f.write_str("the hash of the encrypted answer does not match"),
        }
    }
}

impl std::error::Error for AnswerError {}

/// The key that protects the second half of a key exchange.
///
/// Both sides derive it from the nonces. Wiped on drop, never printed.
#[doc(alias = "tmp_aes_key")]
pub struct TempKey {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 32]>,
}

impl TempKey {
    /// The key of an exchange with these nonces.
    #[must_use]
    pub fn derive(new_nonce: &[u8; 32], server_nonce: &[u8; 16]) -> Self {
        let new_server = Zeroizing::new(sha1(&[new_nonce, server_nonce]));
        let server_new = Zeroizing::new(sha1(&[server_nonce, new_nonce]));
        let new_new = Zeroizing::new(sha1(&[new_nonce, new_nonce]));
        let (mut key, mut iv) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        key[..20].copy_from_slice(&new_server[..]);
        key[20..].copy_from_slice(&server_new[..12]);
        iv[..8].copy_from_slice(&server_new[12..]);
        iv[8..28].copy_from_slice(&new_new[..]);
        iv[28..].copy_from_slice(&new_nonce[..4]);
        Self { key, iv }
    }

    /// Encrypts `SHA-1(data) ‖ data`, filled up to a whole block with random bytes.
    #[must_use]
    pub fn seal(&self, data: &[u8], rng: &mut dyn Random) -> Vec<u8> {
        let used = HASH + data.len();
        let mut out = vec![0; used.next_multiple_of(16)];
        if let Some((hash, rest)) = out.split_first_chunk_mut::<HASH>() {
            *hash = sha1(&[data]);
            let (body, padding) = rest.split_at_mut(data.len());
            body.copy_from_slice(data);
            rng.fill(padding);
        }
        // The length was rounded to whole blocks, so this cannot fail.
        let _ = ige_encrypt(&self.key, &self.iv, &mut out);
        out
    }

    /// Decrypts in place and returns exactly the bytes the hash in front vouches for.
    ///
    /// How much of the last block is filling is not written down anywhere, so every length that
    /// is possible is hashed. No byte has to be understood before it is known to be genuine, and
    /// whoever parses the result can insist on its being consumed to the end.
    ///
    /// # Errors
    /// [`AnswerError`] when the length is impossible or no hash matches.
    pub fn open<'a>(&self, data: &'a mut [u8]) -> Result<&'a [u8], AnswerError> {
        let len = data.len();
        if len < 2 * HASH {
            return Err(AnswerError::Length { len });
        }
        ige_decrypt(&self.key, &self.iv, data).map_err(|_| AnswerError::Length { len })?;
        let (hash, rest) = data.split_at(HASH);
        (0..=MAX_TRAILING.min(rest.len()))
            .filter_map(|trailing| rest.get(..rest.len() - trailing))
            .find(|answer| equal(&sha1(&[answer]), hash))
            .ok_or(AnswerError::Hash)
    }
}

impl fmt::Debug for TempKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TempKey(..)")
    }
}

/// The first server salt of a key: its nonces' first eight bytes, xored.
#[must_use]
#[doc(alias = "server_salt")]
pub fn initial_salt(new_nonce: &[u8; 32], server_nonce: &[u8; 16]) -> i64 {
    i64::from_le_bytes(cut(new_nonce, 0)) ^ i64::from_le_bytes(cut(server_nonce, 0))
}

/// `new_nonce_hash` of `server_DH_params_fail`, where no key exists yet.
#[must_use]
#[doc(alias = "server_DH_params_fail")]
pub fn params_fail_hash(new_nonce: &[u8; 32]) -> [u8; 16] {
    cut(&sha1(&[new_nonce]), 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hex::hex, random::SeededRandom};

    #[test]
    fn key_and_vector_are_the_published_ones() {
        let key = TempKey::derive(
            &hex("845fad32d10a4c7967da49a89fbe508ad24aa3150992b499b3b2c72cdc0f364c"),
            &hex("d6701fcd212ceb87c966e5318f5564a8"),
        );
        let wanted: [[u8; 32]; 2] = [
            hex("d32e4a7f18252ae2b0406b84633e1117833ed75bda40011d1e1700e3e08a8ae7"),
            hex("4ffc40d969d49934ed3740ff66d9179947a5e1d85c4c7f15555920c1845fad32"),
        ];
        assert_eq!([*key.key, *key.iv], wanted);
    }

    #[test]
    fn every_length_comes_back_exactly() {
        let key = TempKey::derive(&[1; 32], &[2; 16]);
        let mut rng = SeededRandom::new([3; 32]);
        for len in 20..60 {
            let data: Vec<u8> = (0..len).collect();
            let mut sealed = key.seal(&data, &mut rng);
            assert_eq!(sealed.len() % 16, 0);
            assert_eq!(key.open(&mut sealed), Ok(&data[..]));
        }
    }

    #[test]
    fn sec_05_damaged_and_impossible_answers_are_refused() {
        let key = TempKey::derive(&[1; 32], &[2; 16]);
        let mut rng = SeededRandom::new([3; 32]);
        let mut sealed = key.seal(&[7; 100], &mut rng);
        for at in 0..104 {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(key.open(&mut damaged), Err(AnswerError::Hash), "byte {at}");
        }
        let mut cut_off = sealed[..112].to_vec();
        assert_eq!(key.open(&mut cut_off), Err(AnswerError::Hash));
        for len in [0, 1, 16, 32, 47, 127] {
            let mut data = sealed[..len].to_vec();
            assert_eq!(key.open(&mut data), Err(AnswerError::Length { len }));
        }
        let other = TempKey::derive(&[1; 32], &[9; 16]);
        assert_eq!(other.open(&mut sealed), Err(AnswerError::Hash));
    }

    #[test]
    fn sec_05_more_than_fifteen_bytes_of_filling_are_refused() {
        let key = TempKey::derive(&[1; 32], &[2; 16]);
        for (filling, good) in [(15, true), (16, false)] {
            let body = vec![5; 80 - HASH - filling];
            let mut data = sha1(&[&body]).to_vec();
            data.extend(&body);
            data.resize(80, 0);
            ige_encrypt(&key.key, &key.iv, &mut data).unwrap();
            assert_eq!(key.open(&mut data).is_ok(), good, "{filling}");
        }
    }
}
