//! The cryptography of MTProto 2.0, for both ends of a connection.
//!
//! - [`message`]: the envelope of every encrypted message; [`v1`]: the old one, for binding
//!   temporary keys.
//! - [`lanes`]: several messages through the cipher side by side, which is several times as fast.
//! - [`secret`]: the envelope of messages in secret chats, and the keys of their files.
//! - [`rsa`], [`dh`], [`handshake`] and [`factorize`]: what a key exchange is made of.
//! - [`srp`]: passwords of two-step verification.
//! - [`ige_encrypt`], [`ige_decrypt`], [`Ctr`] and [`hash`]: the ciphers and hashes below.
//!
//! Nothing here reads a clock, opens a socket or asks the operating system for randomness:
//! random bytes come in through [`Random`]. Secrets are wiped when dropped, compared in constant
//! time, and never shown by `Debug`. Errors are small enums with one variant for each broken
//! rule; `SEC-nn` in their descriptions are the numbers of the project's security checklist.
//!
//! ```
//! use heliogram_crypto::{AuthKey, Side, message};
//!
//! let key = AuthKey::new([7; 256]);
//! let mut plain = [0; 32]; // salt, session, message id, sequence number, length
//! plain[28..].copy_from_slice(&4i32.to_le_bytes());
//! let plain = [&plain[..], b"ping"].concat();
//! let padding = vec![0; message::padding_len(plain.len(), 0)]; // random, in earnest
//!
//! let mut packet = Vec::new();
//! message::seal(&key, Side::Client, &plain, &padding, &mut packet)?;
//! assert_eq!(message::open(&key, Side::Client, &mut packet)?.body, b"ping");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

mod auth_key;
mod bn;
mod ctr;
pub mod dh;
mod factor;
pub mod handshake;
pub mod hash;
mod hex;
mod ige;
pub mod lanes;
pub mod message;
mod random;
pub mod rsa;
pub mod secret;
pub mod srp;
pub mod v1;

pub use self::{
    auth_key::AuthKey,
    bn::x25519_lookalike,
    ctr::Ctr,
    factor::factorize,
    hash::{Md5, Sha1, Sha256, equal, hmac_sha256, md5, sha1, sha256},
    ige::{NotBlocks, ige_decrypt, ige_encrypt},
    message::{OpenError, Opened, Side},
    random::{Random, RandomExt, SeededRandom},
    rsa::{RsaPrivateKey, RsaPublicKey},
};

/// Bytes that are wiped when dropped; secrets are handed out in it.
pub use zeroize::Zeroizing;
