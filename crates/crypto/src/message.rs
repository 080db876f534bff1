//! The envelope of every encrypted message (MTProto 2.0).
//!
//! A packet is `auth_key_id (8) ‖ msg_key (16) ‖ AES-256-IGE(salt (8) ‖ session_id (8) ‖
//! msg_id (8) ‖ seq_no (4) ‖ length (4) ‖ body ‖ padding)`. Both sides work in place: the sender
//! fills a buffer whose first [`PREFIX`] bytes are free, the receiver gets slices of its packet.
//!
//! Whoever has several packets at a time takes [`open_all`] and [`seal_all`], which do the same
//! as [`open`] and [`seal_in_place`] several times as fast.

use std::{fmt, ops::Range};

use self::steps::{Opening, Sealing};
pub use self::{
    batch::{Packet, open_all, seal_all},
    errors::{OpenError, SealError},
};
use crate::{
    auth_key::AuthKey,
    hash::{Sha256, cut, sha256},
    ige::{ige_decrypt_hashing, ige_encrypt},
};

mod batch;
mod errors;
mod steps;

/// Bytes before the encrypted part: `auth_key_id` and `msg_key`.
pub const PREFIX: usize = 24;
/// Bytes of the encrypted part before the body: salt, session, message id, number and length.
pub const HEADER: usize = 32;
/// Where the body begins in a packet.
pub const BODY: usize = PREFIX + HEADER;
/// The fewest bytes of padding a message may have.
pub const MIN_PADDING: usize = 12;
/// The most bytes of padding a message may have.
pub const MAX_PADDING: usize = 1024;

/// Which side sent a message; the two directions use different parts of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The side that opened the connection.
    Client,
    /// The side that was connected to.
    Server,
}

impl Side {
    /// Offset into the auth key, `x` in the specification.
    const fn offset(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 8,
        }
    }
}

/// An opened message: its header, and its body as a slice of the packet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    /// `server_salt` the sender used.
    pub salt: i64,
    /// The session the message belongs to.
    pub session_id: i64,
    /// The message's id.
    pub msg_id: i64,
    /// The message's sequence number.
    pub seq_no: i32,
    /// The message itself.
    pub body: &'a [u8],
    /// Token of the quick acknowledgement that would answer this packet.
    pub quick_ack: u32,
}

impl Opened<'_> {
    /// Where the body stands in the packet it was opened from.
    #[must_use]
    pub fn body_range(&self) -> Range<usize> {
        BODY..BODY + self.body.len()
    }

    /// The message, provided that it belongs to this session (SEC-18).
    ///
    /// # Errors
    /// [`OpenError::Session`] when it belongs to another.
    pub fn in_session(self, session_id: i64) -> Result<Self, OpenError> {
        if self.session_id == session_id {
            Ok(self)
        } else {
            Err(OpenError::Session)
        }
    }
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("msg_id", &self.msg_id)
            .field("seq_no", &self.seq_no)
            .field("len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Bytes of padding for a message whose header and body have `len` bytes.
///
/// The least that is allowed and completes a block, plus up to fifteen blocks by the low four
/// bits of `random`, which hide the true length.
#[must_use]
pub const fn padding_len(len: usize, random: u8) -> usize {
    let least = MIN_PADDING + (16 - (len + MIN_PADDING) % 16) % 16;
    least + (random & 15) as usize * 16
}

/// Appends the packet of one message to `out`.
///
/// `plain` is the header and the body, `padding` random bytes as many as [`padding_len`] says.
/// Returns the long form of the message key, of which [`quick_ack_token`] makes the token.
///
/// # Errors
/// [`SealError`] when the lengths do not make whole blocks; `out` is then as it was.
pub fn seal(
    key: &AuthKey,
    from: Side,
    plain: &[u8],
    padding: &[u8],
    out: &mut Vec<u8>,
) -> Result<[u8; 32], SealError> {
    let start = out.len();
    out.reserve(PREFIX + plain.len() + padding.len());
    out.resize(start + PREFIX, 0);
    out.extend_from_slice(plain);
    out.extend_from_slice(padding);
    let sealed = seal_in_place(key, from, out.get_mut(start..).unwrap_or_default());
    if sealed.is_err() {
        out.truncate(start);
    }
    sealed
}

/// Turns a buffer of [`PREFIX`] free bytes, header, body and padding into a packet.
///
/// # Errors
/// [`SealError`] when what follows the free bytes is not whole blocks; nothing is changed then.
pub fn seal_in_place(key: &AuthKey, from: Side, packet: &mut [u8]) -> Result<[u8; 32], SealError> {
    let mut sealing = Sealing::new(key, from, packet)?;
    let len = sealing.plain.len();
    let large = sha256(&sealing.hashed());
    let (aes_key, aes_iv) = sealing.label(&large);
    ige_encrypt(&aes_key, &aes_iv, sealing.plain).map_err(|_| SealError::NotBlocks { len })?;
    Ok(large)
}

/// Opens a packet in place.
///
/// No field is looked at before the message key has been compared, in constant time, with that
/// of the whole decrypted data. After that come the length and padding rules. The session is
/// the caller's to compare, with [`Opened::in_session`].
///
/// # Errors
/// [`OpenError`], one variant for each broken rule.
pub fn open<'a>(key: &AuthKey, from: Side, packet: &'a mut [u8]) -> Result<Opened<'a>, OpenError> {
    let opening = Opening::new(key, from, packet)?;
    let len = opening.data.len();
    let (aes_key, aes_iv) = &opening.cipher;
    let mut hash = Sha256::new();
    hash.update(opening.secret());
    ige_decrypt_hashing(aes_key, aes_iv, opening.data, &mut hash)
        .map_err(|_| OpenError::NotBlocks { len })?;
    opening.finish(&hash.finish())
}

/// Opens a packet from a transport that may add up to 15 bytes behind it (padded intermediate).
///
/// # Errors
/// As [`open`], which see.
pub fn open_padded<'a>(
    key: &AuthKey,
    from: Side,
    packet: &'a mut [u8],
) -> Result<Opened<'a>, OpenError> {
    let extra = packet.len().saturating_sub(PREFIX) % 16;
    let len = packet.len() - extra;
    open(key, from, packet.get_mut(..len).unwrap_or_default())
}

/// The token that acknowledges a packet quickly: the start of its long message key.
#[must_use]
pub fn quick_ack_token(msg_key_large: &[u8; 32]) -> u32 {
    u32::from_le_bytes(cut(msg_key_large, 0)) | 1 << 31
}

/// The key at the front of a packet, or `None` when the packet is too short to have one.
///
/// Plaintext packets have the key 0.
#[must_use]
pub fn key_id(packet: &[u8]) -> Option<i64> {
    packet.first_chunk().map(|id| i64::from_le_bytes(*id))
}

#[cfg(test)]
mod tests;
