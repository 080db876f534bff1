//! The making of an authorization key, both roles.
//!
//! The client's machine is consumed by each step, so a failed exchange cannot be continued:
//! [`ClientExchange::start`], then [`ClientExchange::handle`] for each packet until it answers
//! [`ClientStep::Done`]. A packet lost on the way is sent again as it was.

mod client;
mod error;
mod inner;
mod server;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
pub use client::{ClientConfig, ClientExchange, ClientStep};
pub use error::ExchangeError;
use heliogram_crypto::AuthKey;
use heliogram_tl::{Decode, from_prefix};
pub use server::{KeyRefusal, ServerConfig, ServerExchange, ServerStep};

/// How often a client tries again when the server wants another key.
const MAX_RETRIES: u32 = 5;

/// What a key exchange leads to, on either side.
#[derive(Clone)]
pub struct Established {
    /// The authorization key.
    pub key: AuthKey,
    /// The first server salt.
    pub salt: i64,
    /// The server's clock minus the wall clock, in milliseconds; 0 at the server.
    pub time_offset_ms: i64,
    /// When a temporary key expires, in seconds of the server's clock; `None` for a permanent one.
    pub expires_at: Option<i64>,
}

impl fmt::Debug for Established {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Established")
            .field("time_offset_ms", &self.time_offset_ms)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Reads a message that must be of type `T`; what follows it is padding.
fn read<T: Decode>(body: &Bytes) -> Result<T, ExchangeError> {
    Ok(from_prefix(body)?)
}

/// A number as the exchange writes it: big-endian, without leading zeros.
fn big_endian(n: u64) -> Bytes {
    let bytes = n.to_be_bytes();
    let zeros = (n.leading_zeros() / 8) as usize;
    Bytes::copy_from_slice(bytes.get(zeros..).unwrap_or_default())
}

/// A number of at most 8 bytes.
fn number(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
}
