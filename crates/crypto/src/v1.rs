//! The envelope of MTProto 1, which lives on in one place: binding a temporary key to the
//! permanent one (`auth.bindTempAuthKey`). Elsewhere it is recognised only to be refused.
//!
//! Its padding is not authenticated, so a client only ever writes it; opening is for the server.

use zeroize::Zeroizing;

use crate::{
    auth_key::AuthKey,
    hash::{cut, equal, sha1},
    ige::{ige_decrypt, ige_encrypt},
    message::{Cipher, OpenError},
};

/// Bytes of an encoded `bind_auth_key_inner`.
pub const INNER: usize = 40;
/// Bytes of the whole `encrypted_message`.
pub const PACKET: usize = 24 + PLAIN + 8;
/// What the message key covers: 32 bytes of header and the inner message.
const PLAIN: usize = 32 + INNER;

/// `encrypted_message` of `auth.bindTempAuthKey`, sealed with the permanent key.
///
/// `msg_id` must be that of the very message the call travels in, `inner` is the encoded
/// `bind_auth_key_inner`, `random` is random.
#[must_use]
#[doc(alias = "auth.bindTempAuthKey")]
pub fn seal_binding(
    permanent: &AuthKey,
    msg_id: i64,
    inner: &[u8; INNER],
    random: &[u8; 24],
) -> [u8; PACKET] {
    let mut packet = [0; PACKET];
    let (prefix, data) = packet.split_at_mut(24);
    data[..16].copy_from_slice(&random[..16]);
    data[16..24].copy_from_slice(&msg_id.to_le_bytes());
    data[28..32].copy_from_slice(&(INNER as i32).to_le_bytes());
    data[32..PLAIN].copy_from_slice(inner);
    data[PLAIN..].copy_from_slice(&random[16..]);
    let msg_key = cut::<16>(&sha1(&[&data[..PLAIN]]), 4);
    let (aes_key, aes_iv) = derive(permanent, &msg_key);
    // 80 bytes are five blocks, so this cannot fail.
    let _ = ige_encrypt(&aes_key, &aes_iv, data);
    prefix[..8].copy_from_slice(&permanent.id().to_le_bytes());
    prefix[8..].copy_from_slice(&msg_key);
    packet
}

/// A binding as the server finds it in an `encrypted_message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The message id it was made for, to compare with that of the call.
    pub msg_id: i64,
    /// The encoded `bind_auth_key_inner`.
    pub inner: [u8; INNER],
}

/// Opens the `encrypted_message` of an `auth.bindTempAuthKey` that came to a server.
///
/// # Errors
/// [`OpenError`] when it was not made with this key, or is no binding.
pub fn open_binding(permanent: &AuthKey, packet: &[u8]) -> Result<Binding, OpenError> {
    let len = packet.len();
    let packet: &[u8; PACKET] = packet.try_into().map_err(|_| OpenError::TooShort { len })?;
    if !equal(&packet[..8], &permanent.id().to_le_bytes()) {
        return Err(OpenError::KeyId);
    }
    let msg_key = cut::<16>(packet, 8);
    let (aes_key, aes_iv) = derive(permanent, &msg_key);
    let mut data = cut::<{ PACKET - 24 }>(packet, 24);
    ige_decrypt(&aes_key, &aes_iv, &mut data).map_err(|_| OpenError::NotBlocks { len })?;
    if !equal(&sha1(&[&data[..PLAIN]])[4..], &msg_key) {
        return Err(OpenError::MsgKey);
    }
    let length = i32::from_le_bytes(cut(&data, 28));
    if length != INNER as i32 {
        return Err(OpenError::LengthRange { length });
    }
    Ok(Binding {
        msg_id: i64::from_le_bytes(cut(&data, 16)),
        inner: cut(&data, 32),
    })
}

/// Key and vector of a message from the client, or of any message of a secret chat.
pub(crate) fn derive(key: &AuthKey, msg_key: &[u8; 16]) -> Cipher {
    let a = Zeroizing::new(sha1(&[msg_key, key.part(0, 32)]));
    let b = Zeroizing::new(sha1(&[key.part(32, 16), msg_key, key.part(48, 16)]));
    let c = Zeroizing::new(sha1(&[key.part(64, 32), msg_key]));
    let d = Zeroizing::new(sha1(&[msg_key, key.part(96, 32)]));
    let (mut aes_key, mut aes_iv) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
    aes_key[..8].copy_from_slice(&a[..8]);
    aes_key[8..20].copy_from_slice(&b[8..]);
    aes_key[20..].copy_from_slice(&c[4..16]);
    aes_iv[..12].copy_from_slice(&a[8..]);
    aes_iv[12..20].copy_from_slice(&b[..8]);
    aes_iv[20..24].copy_from_slice(&c[16..]);
    aes_iv[24..].copy_from_slice(&d[..8]);
    (aes_key, aes_iv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_opens_with_its_own_key_only() {
        let key = AuthKey::new([3; 256]);
        let sealed = seal_binding(&key, 77, &[9; INNER], &[1; 24]);
        assert_eq!(
            open_binding(&key, &sealed),
            Ok(Binding {
                msg_id: 77,
                inner: [9; INNER]
            })
        );
        assert_eq!(
            open_binding(&AuthKey::new([4; 256]), &sealed),
            Err(OpenError::KeyId)
        );
        assert_eq!(
            open_binding(&key, &sealed[1..]),
            Err(OpenError::TooShort { len: 103 })
        );
    }

    #[test]
    fn a_damaged_binding_is_refused() {
        let key = AuthKey::new([3; 256]);
        let sealed = seal_binding(&key, 77, &[9; INNER], &[1; 24]);
        // The last block holds unauthenticated padding too, but its chain does not let a flip
        // stay inside of that.
        for at in 8..PACKET {
            let mut damaged = sealed;
            damaged[at] ^= 1;
            assert_eq!(
                open_binding(&key, &damaged),
                Err(OpenError::MsgKey),
                "byte {at}"
            );
        }
    }
}
