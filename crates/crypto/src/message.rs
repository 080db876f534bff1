//! The envelope of every encrypted message (MTProto 2.0).
//!
//! A packet is `auth_key_id (8) ‖ msg_key (16) ‖ AES-256-IGE(salt (8) ‖ session_id (8) ‖
//! msg_id (8) ‖ seq_no (4) ‖ length (4) ‖ body ‖ padding)`. Both sides work in place: the sender
//! fills a buffer whose first [`PREFIX`] bytes are free, the receiver gets slices of its packet.

use std::{fmt, ops::Range};

use zeroize::Zeroizing;

use crate::{
    auth_key::AuthKey,
    hash::{cut, equal, sha256},
    ige::{ige_decrypt, ige_encrypt},
};

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

/// Why a packet was not opened, one variant for each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// Shorter than the smallest message.
    TooShort {
        /// Length of the packet, in bytes.
        len: usize,
    },
    /// The encrypted part is not a whole number of blocks.
    NotBlocks {
        /// Length of the packet, in bytes.
        len: usize,
    },
    /// `auth_key_id` names another key (SEC-14).
    KeyId,
    /// `msg_key` is not that of the decrypted data: forged, damaged, or of another key (SEC-15).
    MsgKey,
    /// The length field is not a multiple of four (SEC-16).
    LengthUnaligned {
        /// The length field.
        length: i32,
    },
    /// The length field is negative or larger than what there is (SEC-16).
    LengthRange {
        /// The length field.
        length: i32,
    },
    /// Less padding than 12 bytes or more than 1024 (SEC-17).
    Padding {
        /// Bytes of padding.
        len: usize,
    },
    /// The message belongs to another session (SEC-18).
    Session,
}

impl OpenError {
    /// Whether the packet failed before it was known to come from someone who has the key.
    ///
    /// What follows such a failure must be the same for all of them: close, and connect again.
    #[must_use]
    pub const fn is_unauthenticated(self) -> bool {
        matches!(
            self,
            Self::TooShort { .. } | Self::NotBlocks { .. } | Self::KeyId | Self::MsgKey
        )
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { len } => write!(f, "an encrypted packet of {len} bytes is too short"),
            Self::NotBlocks { len } => {
                write!(
                    f,
                    "an encrypted packet of {len} bytes is not made of whole blocks"
                )
            }
            Self::KeyId => f.write_str("the packet is for another authorization key"),
            Self::MsgKey => f.write_str("the message key does not match the message"),
            Self::LengthUnaligned { length } => {
                write!(f, "the message's length {length} is not a multiple of 4")
            }
            Self::LengthRange { length } => {
                write!(f, "the message's length {length} does not fit its packet")
            }
            Self::Padding { len } => {
                write!(f, "{len} bytes of padding, where 12 to 1024 are allowed")
            }
            Self::Session => f.write_str("the message belongs to another session"),
        }
    }
}

impl std::error::Error for OpenError {}

/// A message that cannot be sealed: a mistake of the caller, not of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// Header, body and padding together are no whole number of blocks, or none at all.
    NotBlocks {
        /// Their length, in bytes.
        len: usize,
    },
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::NotBlocks { len } = self;
        write!(
            f,
            "{len} bytes to encrypt are not a whole number of 16-byte blocks"
        )
    }
}

impl std::error::Error for SealError {}

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
    let len = packet.len().saturating_sub(PREFIX);
    let Some((prefix, plain)) = packet.split_first_chunk_mut::<PREFIX>() else {
        return Err(SealError::NotBlocks { len });
    };
    if plain.is_empty() {
        return Err(SealError::NotBlocks { len });
    }
    let large = msg_key_large(key, from, plain);
    let msg_key = cut::<16>(&large, 8);
    let (aes_key, aes_iv) = derive(key, from, &msg_key);
    ige_encrypt(&aes_key, &aes_iv, plain).map_err(|_| SealError::NotBlocks { len })?;
    prefix[..8].copy_from_slice(&key.id().to_le_bytes());
    prefix[8..].copy_from_slice(&msg_key);
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
    let len = packet.len();
    if len < BODY + MIN_PADDING {
        return Err(OpenError::TooShort { len });
    }
    let large = decrypt(key, from, packet)?;
    read(packet.get(PREFIX..).unwrap_or_default(), &large)
}

/// Decrypts a packet in place and compares both of its keys, the message key in constant time.
///
/// No field of the data has been looked at when this returns the long form of the message key.
pub(crate) fn decrypt(key: &AuthKey, from: Side, packet: &mut [u8]) -> Result<[u8; 32], OpenError> {
    let len = packet.len();
    let Some((prefix, data)) = packet.split_first_chunk_mut::<PREFIX>() else {
        return Err(OpenError::TooShort { len });
    };
    if !data.len().is_multiple_of(16) {
        return Err(OpenError::NotBlocks { len });
    }
    if !equal(&prefix[..8], &key.id().to_le_bytes()) {
        return Err(OpenError::KeyId);
    }
    let msg_key = cut::<16>(prefix, 8);
    let (aes_key, aes_iv) = derive(key, from, &msg_key);
    ige_decrypt(&aes_key, &aes_iv, data).map_err(|_| OpenError::NotBlocks { len })?;
    let large = msg_key_large(key, from, data);
    if !equal(&large[8..24], &msg_key) {
        return Err(OpenError::MsgKey);
    }
    Ok(large)
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

/// Reads the header of authentic data and applies the rules for lengths.
fn read<'a>(data: &'a [u8], large: &[u8; 32]) -> Result<Opened<'a>, OpenError> {
    let body = body(data, HEADER)?;
    Ok(Opened {
        salt: i64::from_le_bytes(cut(data, 0)),
        session_id: i64::from_le_bytes(cut(data, 8)),
        msg_id: i64::from_le_bytes(cut(data, 16)),
        seq_no: i32::from_le_bytes(cut(data, 24)),
        body,
        quick_ack: quick_ack_token(large),
    })
}

/// What a header of `header` bytes, the last four of them the length, says is the body.
///
/// The length must be a multiple of four within the data, and leave the right amount of padding.
pub(crate) fn body(data: &[u8], header: usize) -> Result<&[u8], OpenError> {
    let length = i32::from_le_bytes(cut(data, header.saturating_sub(4)));
    if length % 4 != 0 {
        return Err(OpenError::LengthUnaligned { length });
    }
    let after = data.get(header..).unwrap_or_default();
    let body = usize::try_from(length)
        .ok()
        .and_then(|length| after.get(..length))
        .ok_or(OpenError::LengthRange { length })?;
    let padding = after.len() - body.len();
    if !(MIN_PADDING..=MAX_PADDING).contains(&padding) {
        return Err(OpenError::Padding { len: padding });
    }
    Ok(body)
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

fn msg_key_large(key: &AuthKey, from: Side, plain: &[u8]) -> [u8; 32] {
    sha256(&[key.part(88 + from.offset(), 32), plain])
}

/// Key and vector of one message.
pub(crate) type Derived = (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>);

pub(crate) fn derive(key: &AuthKey, from: Side, msg_key: &[u8; 16]) -> Derived {
    let x = from.offset();
    let a = Zeroizing::new(sha256(&[msg_key, key.part(x, 36)]));
    let b = Zeroizing::new(sha256(&[key.part(40 + x, 36), msg_key]));
    let mut aes_key = Zeroizing::new(*a);
    let mut aes_iv = Zeroizing::new(*b);
    aes_key[8..24].copy_from_slice(&b[8..24]);
    aes_iv[8..24].copy_from_slice(&a[8..24]);
    (aes_key, aes_iv)
}

#[cfg(test)]
mod tests;
