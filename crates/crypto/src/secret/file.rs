//! Keys of the files in secret chats.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    hash::{cut, md5},
    ige::{NotBlocks, ige_decrypt, ige_encrypt},
    random::Random,
};

/// The one-time key and vector of a file in a secret chat.
///
/// Both are wiped on drop and never printed; they travel inside of the encrypted message.
#[derive(Clone)]
pub struct FileKey {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 32]>,
}

impl FileKey {
    /// A new key for one file.
    #[must_use]
    pub fn random(rng: &mut dyn Random) -> Self {
        let mut this = Self::new([0; 32], [0; 32]);
        rng.fill(&mut this.key[..]);
        rng.fill(&mut this.iv[..]);
        this
    }

    /// The key that a message names.
    #[must_use]
    pub fn new(key: [u8; 32], iv: [u8; 32]) -> Self {
        Self {
            key: Zeroizing::new(key),
            iv: Zeroizing::new(iv),
        }
    }

    /// The key, for the message that carries it.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The initialisation vector, for the message that carries it.
    #[must_use]
    pub fn iv(&self) -> &[u8; 32] {
        &self.iv
    }

    /// The number the server is told, by which both ends see that they mean the same key.
    #[must_use]
    #[doc(alias = "key_fingerprint")]
    pub fn fingerprint(&self) -> i32 {
        let digest = md5(&[&self.key[..], &self.iv[..]]);
        i32::from_le_bytes(cut(&digest, 0)) ^ i32::from_le_bytes(cut(&digest, 4))
    }

    /// A cipher for the parts of the file, which must come in order.
    #[must_use]
    pub fn cipher(&self) -> FileCipher {
        FileCipher {
            key: self.key.clone(),
            iv: self.iv.clone(),
        }
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(..)")
    }
}

/// Encrypts or decrypts a file part by part; the last part is filled up to whole blocks.
///
/// ```
/// use heliogram_crypto::secret::FileKey;
///
/// let key = FileKey::new([1; 32], [2; 32]); // random, in earnest
/// let mut file = [5; 64];
/// let mut cipher = key.cipher();
/// for part in file.chunks_mut(32) {
///     cipher.encrypt(part)?;
/// }
/// key.cipher().decrypt(&mut file)?;
/// assert_eq!(file, [5; 64]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileCipher {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 32]>,
}

impl FileCipher {
    /// Encrypts the next part in place.
    ///
    /// # Errors
    /// [`NotBlocks`] unless the length is a multiple of 16; nothing is changed then.
    pub fn encrypt(&mut self, part: &mut [u8]) -> Result<(), NotBlocks> {
        let plain = Zeroizing::new(last_block(part));
        ige_encrypt(&self.key, &self.iv, part)?;
        self.chain(&last_block(part), &plain, part.len());
        Ok(())
    }

    /// Decrypts the next part in place.
    ///
    /// # Errors
    /// [`NotBlocks`] unless the length is a multiple of 16; nothing is changed then.
    pub fn decrypt(&mut self, part: &mut [u8]) -> Result<(), NotBlocks> {
        let sealed = last_block(part);
        ige_decrypt(&self.key, &self.iv, part)?;
        self.chain(&sealed, &last_block(part), part.len());
        Ok(())
    }

    /// The vector of the next part: the last block of this one, encrypted and plain.
    fn chain(&mut self, sealed: &[u8; 16], plain: &[u8; 16], len: usize) {
        if len > 0 {
            self.iv[..16].copy_from_slice(sealed);
            self.iv[16..].copy_from_slice(plain);
        }
    }
}

impl fmt::Debug for FileCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileCipher(..)")
    }
}

fn last_block(data: &[u8]) -> [u8; 16] {
    cut(data, data.len().saturating_sub(16))
}
