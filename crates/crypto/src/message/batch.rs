//! Several messages at once.
//!
//! The cipher and the hash of one message are chains of steps that wait for one another; those of
//! several messages fill each other's gaps.

use std::fmt;

use super::{OpenError, Opened, Opening, SealError, Sealing, Side, open, steps::Cipher};
use crate::{
    auth_key::AuthKey,
    hash::sha256_all,
    lanes::{self, Engine, Lane},
};

/// One of the packets that [`open_all`] opens or [`seal_all`] makes.
pub struct Packet<'a> {
    /// The key it is sealed with.
    pub key: &'a AuthKey,
    /// The side that sends it.
    pub from: Side,
    /// The packet as [`open`](super::open) or [`seal_in_place`](super::seal_in_place) take it.
    pub bytes: &'a mut [u8],
}

impl fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packet")
            .field("key", self.key)
            .field("from", &self.from)
            .field("len", &self.bytes.len())
            .finish()
    }
}

/// Opens packets in place, each as [`open`](super::open) does, but several side by side.
///
/// There may be any number, of any lengths, with one key or many; eight at a time are as many as
/// pay. The results stand in the order of the packets, and none depends on another packet.
///
/// ```
/// use heliogram_crypto::{AuthKey, Side, message::{self, Packet}};
///
/// let key = AuthKey::new([7; 256]);
/// let mut plain = vec![0; message::PREFIX + message::HEADER]; // an empty body
/// plain.resize(plain.len() + 16, 0);
/// let mut buffers = [plain.clone(), plain];
///
/// let from = Side::Server;
/// let mut packets: Vec<_> =
///     buffers.iter_mut().map(|bytes| Packet { key: &key, from, bytes }).collect();
/// assert!(message::seal_all(&mut packets).iter().all(Result::is_ok));
/// packets[1].bytes[60] ^= 1;
///
/// let opened = message::open_all(&mut packets);
/// assert_eq!(opened[0].map(|message| message.body), Ok(&[][..]));
/// assert_eq!(opened[1], Err(message::OpenError::MsgKey));
/// ```
#[must_use]
pub fn open_all<'a>(packets: &'a mut [Packet<'_>]) -> Vec<Result<Opened<'a>, OpenError>> {
    if let [packet] = packets {
        return vec![open(packet.key, packet.from, packet.bytes)];
    }
    open_all_with(Engine::best(), packets)
}

/// Seals packets in place, each as [`seal_in_place`](super::seal_in_place) does, but several side
/// by side; see [`open_all`].
#[must_use]
pub fn seal_all(packets: &mut [Packet<'_>]) -> Vec<Result<[u8; 32], SealError>> {
    seal_all_with(Engine::best(), packets)
}

fn open_all_with<'a>(
    engine: Engine,
    packets: &'a mut [Packet<'_>],
) -> Vec<Result<Opened<'a>, OpenError>> {
    let mut openings: Vec<_> = packets
        .iter_mut()
        .map(|packet| Opening::new(packet.key, packet.from, packet.bytes))
        .collect();
    let mut lanes: Vec<_> = openings
        .iter_mut()
        .flatten()
        .map(|opening| lane(&opening.cipher, opening.data))
        .collect();
    // All are whole blocks; data that stayed encrypted would not match its message key.
    let _ = lanes::decrypt_with(engine, &mut lanes);
    let hashed: Vec<_> = openings.iter().flatten().map(Opening::hashed).collect();
    let mut larges = sha256_all(&hashed).into_iter();
    openings
        .into_iter()
        .map(|opening| {
            let opening = opening?;
            let large = larges.next().ok_or(OpenError::MsgKey)?;
            opening.finish(&large)
        })
        .collect()
}

fn seal_all_with(engine: Engine, packets: &mut [Packet<'_>]) -> Vec<Result<[u8; 32], SealError>> {
    let mut sealings: Vec<_> = packets
        .iter_mut()
        .map(|packet| Sealing::new(packet.key, packet.from, packet.bytes))
        .collect();
    let hashed: Vec<_> = sealings.iter().flatten().map(Sealing::hashed).collect();
    let larges = sha256_all(&hashed);
    let ciphers: Vec<_> = sealings
        .iter_mut()
        .flatten()
        .zip(&larges)
        .map(|(sealing, large)| sealing.label(large))
        .collect();
    let mut lanes: Vec<_> = sealings
        .iter_mut()
        .flatten()
        .zip(&ciphers)
        .map(|(sealing, cipher)| lane(cipher, sealing.plain))
        .collect();
    let encrypted = lanes::encrypt_with(engine, &mut lanes)
        .map_err(|partial| SealError::NotBlocks { len: partial.len });
    let mut larges = larges.into_iter();
    sealings
        .into_iter()
        .map(|sealing| {
            let len = sealing?.plain.len();
            encrypted?;
            larges.next().ok_or(SealError::NotBlocks { len })
        })
        .collect()
}

fn lane<'a>((key, iv): &'a Cipher, data: &'a mut [u8]) -> Lane<'a> {
    Lane { key, iv, data }
}

#[cfg(test)]
mod tests;
