//! What is wrong with a message that was not opened or sealed.

use std::fmt;

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
