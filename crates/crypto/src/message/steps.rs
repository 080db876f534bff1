//! What opening and sealing do before, between and after the cipher and the hash, which run for
//! one message or for many.

use zeroize::Zeroizing;

use super::{
    BODY, HEADER, MAX_PADDING, MIN_PADDING, OpenError, Opened, PREFIX, SealError, Side,
    quick_ack_token,
};
use crate::{
    auth_key::AuthKey,
    hash::{cut, equal, sha256},
};

/// Key and vector of one message.
pub(super) type Cipher = (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>);

/// A packet whose outside is in order.
pub(super) struct Opening<'k, 'a> {
    key: &'k AuthKey,
    from: Side,
    msg_key: [u8; 16],
    /// What the data is decrypted with.
    pub(super) cipher: Cipher,
    /// The encrypted part, which is whole blocks.
    pub(super) data: &'a mut [u8],
}

impl<'k, 'a> Opening<'k, 'a> {
    /// Checks what can be checked without decrypting.
    pub(super) fn new(
        key: &'k AuthKey,
        from: Side,
        packet: &'a mut [u8],
    ) -> Result<Self, OpenError> {
        let len = packet.len();
        if len < BODY + MIN_PADDING {
            return Err(OpenError::TooShort { len });
        }
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
        Ok(Self {
            key,
            from,
            msg_key,
            cipher: derive(key, from, &msg_key),
            data,
        })
    }

    /// What the message key is the hash of, once the data is decrypted.
    pub(super) fn hashed(&self) -> [&[u8]; 2] {
        [self.secret(), self.data]
    }

    /// The part of the key that is hashed before the data.
    pub(super) fn secret(&self) -> &'k [u8] {
        secret(self.key, self.from)
    }

    /// Checks the message key against that hash, and only then reads the data.
    pub(super) fn finish(self, large: &[u8; 32]) -> Result<Opened<'a>, OpenError> {
        if !equal(&large[8..24], &self.msg_key) {
            return Err(OpenError::MsgKey);
        }
        read(self.data, large)
    }
}

/// A message that can be sealed.
pub(super) struct Sealing<'k, 'a> {
    key: &'k AuthKey,
    from: Side,
    prefix: &'a mut [u8; PREFIX],
    /// Header, body and padding, which are whole blocks.
    pub(super) plain: &'a mut [u8],
}

impl<'k, 'a> Sealing<'k, 'a> {
    /// Checks that there are whole blocks to encrypt.
    pub(super) fn new(
        key: &'k AuthKey,
        from: Side,
        packet: &'a mut [u8],
    ) -> Result<Self, SealError> {
        let len = packet.len().saturating_sub(PREFIX);
        match packet.split_first_chunk_mut() {
            Some((prefix, plain)) if !plain.is_empty() && len.is_multiple_of(16) => Ok(Self {
                key,
                from,
                prefix,
                plain,
            }),
            _ => Err(SealError::NotBlocks { len }),
        }
    }

    /// What the message key is the hash of, until the data is encrypted.
    pub(super) fn hashed(&self) -> [&[u8]; 2] {
        [secret(self.key, self.from), self.plain]
    }

    /// Writes the front of the packet, and tells what the rest is to be encrypted with.
    pub(super) fn label(&mut self, large: &[u8; 32]) -> Cipher {
        let msg_key = cut::<16>(large, 8);
        self.prefix[..8].copy_from_slice(&self.key.id().to_le_bytes());
        self.prefix[8..].copy_from_slice(&msg_key);
        derive(self.key, self.from, &msg_key)
    }
}

/// Reads the header of authentic data and applies the rules for lengths.
fn read<'a>(data: &'a [u8], large: &[u8; 32]) -> Result<Opened<'a>, OpenError> {
    let length = i32::from_le_bytes(cut(data, 28));
    if length % 4 != 0 {
        return Err(OpenError::LengthUnaligned { length });
    }
    let after = data.get(HEADER..).unwrap_or_default();
    let body = usize::try_from(length)
        .ok()
        .and_then(|length| after.get(..length))
        .ok_or(OpenError::LengthRange { length })?;
    let padding = after.len() - body.len();
    if !(MIN_PADDING..=MAX_PADDING).contains(&padding) {
        return Err(OpenError::Padding { len: padding });
    }
    Ok(Opened {
        salt: i64::from_le_bytes(cut(data, 0)),
        session_id: i64::from_le_bytes(cut(data, 8)),
        msg_id: i64::from_le_bytes(cut(data, 16)),
        seq_no: i32::from_le_bytes(cut(data, 24)),
        body,
        quick_ack: quick_ack_token(large),
    })
}

/// The part of the key that is hashed before the data.
fn secret(key: &AuthKey, from: Side) -> &[u8] {
    key.part(88 + from.offset(), 32)
}

fn derive(key: &AuthKey, from: Side, msg_key: &[u8; 16]) -> Cipher {
    let x = from.offset();
    let a = Zeroizing::new(sha256(&[msg_key, key.part(x, 36)]));
    let b = Zeroizing::new(sha256(&[key.part(40 + x, 36), msg_key]));
    let mut aes_key = Zeroizing::new(*a);
    let mut aes_iv = Zeroizing::new(*b);
    aes_key[8..24].copy_from_slice(&b[8..24]);
    aes_iv[8..24].copy_from_slice(&a[8..24]);
    (aes_key, aes_iv)
}
