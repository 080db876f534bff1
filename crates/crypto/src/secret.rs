//! The envelope of messages in secret chats (end-to-end encryption, MTProto 2.0).
//!
//! A packet is `key_fingerprint (8) ‖ msg_key (16) ‖ AES-256-IGE(length (4) ‖ object ‖ padding)`.
//! It differs from [`message`] in its short header; keys are derived alike, and the fingerprint of
//! a key is [`AuthKey::id`]. Files have keys of their own, see [`FileKey`].

use std::fmt;

use crate::{
    auth_key::AuthKey,
    hash::{cut, equal, sha1},
    ige::{ige_decrypt, ige_encrypt},
    message::{self, PREFIX, Side},
    v1,
};

mod file;
#[cfg(test)]
mod tests;

pub use file::{FileCipher, FileKey};

/// Bytes of the encrypted part before the object: its length.
pub const HEADER: usize = 4;
/// The most padding that makes whole blocks in MTProto 1.
const MAX_PADDING_V1: usize = 15;

/// One of the two ends of a secret chat; their messages use different parts of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that asked for the chat (`x` = 0).
    Creator,
    /// The end that accepted it (`x` = 8).
    Acceptor,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Creator => Self::Acceptor,
            Self::Acceptor => Self::Creator,
        }
    }

    const fn side(self) -> Side {
        match self {
            Self::Creator => Side::Client,
            Self::Acceptor => Side::Server,
        }
    }
}

/// Why a packet of a secret chat was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// One of the rules for all encrypted messages is broken.
    Message(message::OpenError),
    /// The packet is made with MTProto 1.0, whose padding nobody authenticates (SEC-32).
    Version1,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(e) => write!(f, "{e}"),
            Self::Version1 => f.write_str("the message is encrypted with MTProto 1.0"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<message::OpenError> for OpenError {
    fn from(error: message::OpenError) -> Self {
        Self::Message(error)
    }
}

/// Appends the packet of one message to `out`.
///
/// `object` is the encoded `decryptedMessageLayer`, `padding` random bytes as many as
/// [`message::padding_len`] says for the object and [`HEADER`].
///
/// # Errors
/// [`message::SealError`] when the lengths do not make whole blocks; `out` is then as it was.
///
/// ```
/// use heliogram_crypto::{AuthKey, message::padding_len, secret::{self, Role}};
///
/// let key = AuthKey::new([7; 256]);
/// let padding = vec![0; padding_len(secret::HEADER + 4, 0)]; // random, in earnest
/// let mut packet = Vec::new();
/// secret::seal(&key, Role::Creator, b"ping", &padding, &mut packet)?;
/// assert_eq!(secret::open(&key, Role::Creator, &mut packet)?, b"ping");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal(
    key: &AuthKey,
    from: Role,
    object: &[u8],
    padding: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), message::SealError> {
    let start = out.len();
    out.reserve(PREFIX + HEADER + object.len() + padding.len());
    out.resize(start + PREFIX, 0);
    out.extend_from_slice(&(object.len() as u32).to_le_bytes());
    out.extend_from_slice(object);
    out.extend_from_slice(padding);
    let packet = out.get_mut(start..).unwrap_or_default();
    if let Err(error) = message::seal_in_place(key, from.side(), packet) {
        out.truncate(start);
        return Err(error);
    }
    Ok(())
}

/// Opens a packet in place and gives the object in it.
///
/// No field is looked at before the message key has been compared, in constant time, with that
/// of the whole decrypted data. After that come the length and padding rules.
///
/// # Errors
/// [`OpenError`]. A packet that MTProto 1.0 made is told apart from a forged one, but not opened.
pub fn open<'a>(key: &AuthKey, from: Role, packet: &'a mut [u8]) -> Result<&'a [u8], OpenError> {
    let len = packet.len();
    match message::decrypt(key, from.side(), packet) {
        Ok(()) => {}
        Err(message::OpenError::MsgKey) if is_version_1(key, from, packet) => {
            return Err(OpenError::Version1);
        }
        Err(error) => return Err(error.into()),
    }
    let data = packet.get(PREFIX..).unwrap_or_default();
    if data.len() < HEADER + message::MIN_PADDING {
        return Err(message::OpenError::TooShort { len }.into());
    }
    Ok(message::body(data, HEADER)?)
}

/// Whether a packet that [`message::decrypt`] has garbled was made with MTProto 1.
fn is_version_1(key: &AuthKey, from: Role, packet: &mut [u8]) -> bool {
    let Some((prefix, data)) = packet.split_first_chunk_mut::<PREFIX>() else {
        return false;
    };
    let msg_key = cut::<16>(prefix, 8);
    let (aes_key, aes_iv) = message::derive(key, from.side(), &msg_key);
    if ige_encrypt(&aes_key, &aes_iv, data).is_err() {
        return false;
    }
    let (aes_key, aes_iv) = v1::derive(key, &msg_key);
    if ige_decrypt(&aes_key, &aes_iv, data).is_err() {
        return false;
    }
    let length = usize::try_from(i32::from_le_bytes(cut(data, 0))).unwrap_or(usize::MAX);
    let end = length.saturating_add(HEADER);
    data.get(..end).is_some_and(|plain| {
        data.len() - end <= MAX_PADDING_V1 && equal(&sha1(&[plain])[4..], &msg_key)
    })
}
