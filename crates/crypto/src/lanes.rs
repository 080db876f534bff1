//! Several messages through AES-256-IGE side by side, each with a key of its own.
//!
//! One message cannot go faster than one block's rounds after the other's, see [`ige_encrypt`],
//! but a processor can do the rounds of several messages in the time of one. So whoever has more
//! than one at a time, as transfers with parts in flight and servers with many clients do, gives
//! them all at once. Lengths need not be equal, and there may be any number of lanes: those who
//! find no place at first follow when others have ended.
//!
//! Whole messages go through [`message::open_all`] and [`message::seal_all`], which use this.
//!
//! ```
//! use heliogram_crypto::lanes::{self, Lane};
//!
//! let (mut first, mut second) = ([1; 48], [2; 1600]);
//! lanes::encrypt(&mut [
//!     Lane { key: &[3; 32], iv: &[4; 32], data: &mut first },
//!     Lane { key: &[5; 32], iv: &[6; 32], data: &mut second },
//! ])?;
//! heliogram_crypto::ige_decrypt(&[5; 32], &[6; 32], &mut second)?;
//! assert_eq!(second, [2; 1600]);
//! # Ok::<(), heliogram_crypto::NotBlocks>(())
//! ```
//!
//! [`ige_encrypt`]: crate::ige_encrypt
//! [`message::open_all`]: crate::message::open_all
//! [`message::seal_all`]: crate::message::seal_all

use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::ige::x86;
use crate::ige::{NotBlocks, blocks, portable_decrypt, portable_encrypt};

/// One of the messages that are encrypted or decrypted side by side.
pub struct Lane<'a> {
    /// The key of this message.
    pub key: &'a [u8; 32],
    /// What stands before the data: ciphertext in the first half, plaintext in the second.
    pub iv: &'a [u8; 32],
    /// What is encrypted or decrypted where it lies; whole blocks of 16 bytes.
    pub data: &'a mut [u8],
}

impl fmt::Debug for Lane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("len", &self.data.len())
            .finish_non_exhaustive()
    }
}

/// How lanes are worked on, the fastest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Eight at a time with VAES on the 512-bit registers of AVX-512.
    Vaes,
    /// Up to six at a time with AES-NI.
    AesNi,
    /// One after another, on any processor.
    Portable,
}

impl Engine {
    /// All of them, the fastest first.
    pub const ALL: [Self; 3] = [Self::Vaes, Self::AesNi, Self::Portable];

    /// The fastest that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::Vaes.or_slower()
    }

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Vaes => x86::available() && x86::vaes_available(),
            #[cfg(target_arch = "x86_64")]
            Self::AesNi => x86::available(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Vaes | Self::AesNi => false,
            Self::Portable => true,
        }
    }

    /// This one, or else the next slower one that the processor has.
    #[must_use]
    pub fn or_slower(self) -> Self {
        Self::ALL
            .into_iter()
            .skip_while(|engine| *engine != self)
            .find(|engine| engine.is_available())
            .unwrap_or(Self::Portable)
    }
}

/// Encrypts every lane where it lies.
///
/// # Errors
/// [`NotBlocks`] unless the length of every lane is a multiple of 16; all are then untouched.
pub fn encrypt(lanes: &mut [Lane<'_>]) -> Result<(), NotBlocks> {
    encrypt_with(Engine::best(), lanes)
}

/// Decrypts every lane where it lies.
///
/// # Errors
/// [`NotBlocks`] unless the length of every lane is a multiple of 16; all are then untouched.
pub fn decrypt(lanes: &mut [Lane<'_>]) -> Result<(), NotBlocks> {
    decrypt_with(Engine::best(), lanes)
}

/// [`encrypt`] with this engine, or the next slower one that the processor has.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_with(engine: Engine, lanes: &mut [Lane<'_>]) -> Result<(), NotBlocks> {
    run::<true>(engine, lanes)
}

/// [`decrypt`] with this engine, or the next slower one that the processor has.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_with(engine: Engine, lanes: &mut [Lane<'_>]) -> Result<(), NotBlocks> {
    run::<false>(engine, lanes)
}

fn run<const ENCRYPT: bool>(engine: Engine, lanes: &mut [Lane<'_>]) -> Result<(), NotBlocks> {
    for lane in &mut *lanes {
        blocks(lane.data)?;
    }
    match engine.or_slower() {
        #[cfg(target_arch = "x86_64")]
        fast @ (Engine::Vaes | Engine::AesNi)
            if x86::run_all::<ENCRYPT>(fast == Engine::Vaes, lanes) => {}
        _ => {
            for lane in lanes {
                let blocks = blocks(lane.data)?;
                if ENCRYPT {
                    portable_encrypt(lane.key, lane.iv, blocks);
                } else {
                    portable_decrypt(lane.key, lane.iv, blocks);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
