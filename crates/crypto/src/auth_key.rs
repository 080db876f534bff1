//! The 2048-bit secret a client and a server agreed on.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::hash::{cut, equal, sha1};

/// An authorization key.
///
/// Clones share one copy of the secret, which is wiped when the last of them goes. `Debug` shows
/// the key's public id and nothing else; `==` takes the same time for any two keys.
#[derive(Clone)]
#[doc(alias = "auth_key")]
pub struct AuthKey {
    bytes: Arc<Zeroizing<[u8; 256]>>,
    hash: [u8; 20],
}

impl AuthKey {
    /// The key of these bytes, big-endian, as the key exchange gives or storage keeps them.
    #[must_use]
    pub fn new(bytes: [u8; 256]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let hash = sha1(&[&*bytes]);
        Self {
            bytes: Arc::new(bytes),
            hash,
        }
    }

    /// The key of these bytes, or `None` unless there are exactly 256.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self::new(bytes.try_into().ok()?))
    }

    /// The number that names the key at the front of every packet (`auth_key_id`).
    #[must_use]
    #[doc(alias = "auth_key_id")]
    pub fn id(&self) -> i64 {
        i64::from_le_bytes(cut(&self.hash, 12))
    }

    /// The other end of the key's hash, which the key exchange uses (`auth_key_aux_hash`).
    #[must_use]
    pub fn aux_hash(&self) -> [u8; 8] {
        cut(&self.hash, 0)
    }

    /// The 256 secret bytes, for storage.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 256] {
        &self.bytes
    }

    /// `new_nonce_hash1`, `2` or `3` by `number`: how the server shows that it has this key.
    #[must_use]
    #[doc(alias = "new_nonce_hash1")]
    pub fn new_nonce_hash(&self, number: u8, new_nonce: &[u8; 32]) -> [u8; 16] {
        cut(&sha1(&[new_nonce, &[number], &self.aux_hash()]), 4)
    }

    /// `len` bytes from `at` on, for deriving keys. The record layer uses the first 128 only.
    pub(crate) fn part(&self, at: usize, len: usize) -> &[u8] {
        self.bytes.get(at..at + len).unwrap_or_default()
    }
}

impl PartialEq for AuthKey {
    fn eq(&self, other: &Self) -> bool {
        equal(&self.bytes[..], &other.bytes[..])
    }
}

impl Eq for AuthKey {}

impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthKey(id {:016x})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_13_debug_of_a_key_shows_its_id_only() {
        let key = AuthKey::new([0xab; 256]);
        assert_eq!(format!("{key:?}"), format!("AuthKey(id {:016x})", key.id()));
        assert!(!format!("{key:?}").contains("abab"));
    }

    #[test]
    fn keys_of_a_wrong_length_are_refused() {
        assert!(AuthKey::from_slice(&[0; 255]).is_none());
        assert!(AuthKey::from_slice(&[0; 257]).is_none());
        assert_eq!(AuthKey::from_slice(&[1; 256]), Some(AuthKey::new([1; 256])));
        assert_ne!(AuthKey::new([1; 256]), AuthKey::new([2; 256]));
    }
}
