use std::fmt;

use heliogram_crypto::{dh::DhError, handshake::AnswerError, rsa::RsaError};
use heliogram_tl::DecodeError;

use crate::plain::PlainError;

/// The rules a key exchange can break, one variant for each; none of them leaves a key behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The packet is no plaintext packet.
    Packet(PlainError),
    /// The message is not the one that is due at this point.
    UnexpectedMessage {
        /// Its constructor.
        id: u32,
    },
    /// The message ends early or is otherwise malformed.
    Malformed(DecodeError),
    /// `nonce` is not the client's (SEC-01).
    Nonce,
    /// `server_nonce` is not the server's (SEC-02).
    ServerNonce,
    /// `pq` is longer than 8 bytes or no product of two different primes (SEC-03).
    Pq,
    /// The factors are not those of `pq` (SEC-03).
    Factors,
    /// The other side has none of the RSA keys that are known here (SEC-04).
    UnknownKey,
    /// The RSA key cannot be used (SEC-04).
    Rsa(RsaError),
    /// What the client encrypted cannot be read; why is not told.
    Undecryptable,
    /// The encrypted part is damaged or forged (SEC-05).
    Answer(AnswerError),
    /// The group or a public value is unfit (SEC-06 to SEC-10).
    Dh(DhError),
    /// `new_nonce_hash1`, 2 or 3 does not match (SEC-11, SEC-12).
    NewNonceHash {
        /// Which of them.
        number: u8,
    },
    /// `retry_id` is not that of the last attempt.
    RetryId,
    /// The server wanted another key again and again (SEC-12).
    TooManyRetries,
    /// The server ended the exchange.
    Refused,
    /// The key is for another data centre, or for a test server where this is none.
    WrongDc {
        /// The one asked for.
        dc: i32,
    },
    /// A temporary key that would never or not soon enough expire.
    ExpiresIn {
        /// Seconds asked for.
        seconds: i32,
    },
}

impl ExchangeError {
    /// The transport error a server answers, see
    /// [`Framing::encode_error`](crate::framing::Framing::encode_error).
    #[must_use]
    pub fn transport_code(&self) -> i32 {
        match self {
            Self::WrongDc { .. } => -444,
            _ => -404,
        }
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(e) => write!(f, "{e}"),
            Self::UnexpectedMessage { id } => {
                write!(
                    f,
                    "message {id:#010x} has no place at this point of the key exchange"
                )
            }
            Self::Malformed(e) => write!(f, "a message of the key exchange cannot be read: {e}"),
            Self::Nonce => write!(f, "the client's nonce does not come back"),
            Self::ServerNonce => write!(f, "the server's nonce changed"),
            Self::Pq => write!(f, "pq is no product of two primes"),
            Self::Factors => write!(f, "p and q are not the factors of pq"),
            Self::UnknownKey => {
                write!(f, "the server has none of the RSA keys this client trusts")
            }
            Self::Rsa(e) => write!(f, "{e}"),
            Self::Undecryptable => write!(f, "the client's part cannot be decrypted"),
            Self::Answer(e) => write!(f, "{e}"),
            Self::Dh(e) => write!(f, "{e}"),
            Self::NewNonceHash { number } => write!(f, "new_nonce_hash{number} does not match"),
            Self::RetryId => write!(f, "retry_id is not that of the last attempt"),
            Self::TooManyRetries => write!(f, "the server wanted another key too often"),
            Self::Refused => write!(f, "the server ended the key exchange"),
            Self::WrongDc { dc } => write!(f, "this is not data centre {dc}"),
            Self::ExpiresIn { seconds } => {
                write!(f, "a temporary key cannot expire in {seconds} seconds")
            }
        }
    }
}

impl std::error::Error for ExchangeError {}

impl From<PlainError> for ExchangeError {
    fn from(e: PlainError) -> Self {
        Self::Packet(e)
    }
}

impl From<DecodeError> for ExchangeError {
    fn from(e: DecodeError) -> Self {
        Self::Malformed(e)
    }
}

impl From<AnswerError> for ExchangeError {
    fn from(e: AnswerError) -> Self {
        Self::Answer(e)
    }
}

impl From<DhError> for ExchangeError {
    fn from(e: DhError) -> Self {
        Self::Dh(e)
    }
}

impl From<RsaError> for ExchangeError {
    fn from(e: RsaError) -> Self {
        Self::Rsa(e)
    }
}
