use std::fmt;

use heliogram_crypto::dh::DhError;
use heliogram_tl::DecodeError;

/// Why two ends have no key: the chat must be discarded (`messages.discardEncryption`) and the
/// user be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementError {
    /// The other end's public value is unfit (SEC-32).
    Dh(DhError),
    /// The other end has another key (SEC-32): somebody is in between, or one end has a mistake.
    Fingerprint,
}

impl fmt::Display for AgreementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dh(e) => write!(f, "no key for the secret chat: {e}")?,
            Self::Fingerprint => f.write_str("the two ends of the secret chat have other keys")?,
        }
        f.write_str("; discard the chat and tell the user")
    }
}

impl std::error::Error for AgreementError {}

impl From<DhError> for AgreementError {
    fn from(error: DhError) -> Self {
        Self::Dh(error)
    }
}

/// Why a packet was not taken. It was ignored, unless the chat is [over](Self::Over).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PacketError {
    /// The packet names a key that is not in use, or not any more.
    UnknownKey,
    /// The packet is damaged or forged; what exactly is wrong is not told.
    Unauthentic,
    /// The packet's length or padding breaks the rules.
    BadLayout,
    /// The packet is made with MTProto 1.0: the other end's program is too old.
    Version1,
    /// The message has fewer than 15 random bytes and must be ignored.
    ShortRandom {
        /// How many it has.
        len: usize,
    },
    /// Events wait to be taken; read them, then hand in the packet again.
    Backlog,
    /// The chat is over, because of this packet or an earlier one.
    Over(AbortReason),
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey => f.write_str("the packet is for a key that is not in use"),
            Self::Unauthentic => f.write_str("the packet is not authentic"),
            Self::BadLayout => f.write_str("the packet has a wrong length or padding"),
            Self::Version1 => f.write_str(
                "the packet is encrypted with MTProto 1.0; the other end must update its program",
            ),
            Self::ShortRandom { len } => {
                write!(f, "the message has {len} random bytes, fewer than 15")
            }
            Self::Backlog => f.write_str("too many events wait to be taken"),
            Self::Over(reason) => write!(f, "{reason}"),
        }
    }
}

impl std::error::Error for PacketError {}

/// Why a chat is over: discard it (`messages.discardEncryption`) and tell the user.
///
/// All of these come from the other end itself, or are limits of the protocol: packets of others
/// are not authentic, and only ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "messages.discardEncryption")]
pub enum AbortReason {
    /// A message cannot be read.
    Malformed(DecodeError),
    /// A message is not wrapped in `decryptedMessageLayer`, so it has no numbers.
    NotLayered {
        /// The constructor in its place.
        id: u32,
    },
    /// A number has the wrong parity: the message may be mirrored (SEC-32).
    Parity,
    /// The other end claims to have received less than it had (SEC-32).
    InSeqBack {
        /// Messages it had received.
        had: u32,
        /// Messages it claims now.
        claimed: u32,
    },
    /// The other end claims to have received messages that were never sent (SEC-32).
    InSeqFuture {
        /// Messages that were sent.
        sent: u32,
        /// Messages it claims.
        claimed: u32,
    },
    /// A message is of a lower layer than one before it (SEC-32).
    LayerBack {
        /// The layer before.
        had: i32,
        /// The layer of the message.
        claimed: i32,
    },
    /// The other end wants messages again that are not there any more, or never were.
    Resend {
        /// The first number it wants, as on the wire.
        start: i32,
        /// The last number it wants, as on the wire.
        end: i32,
    },
    /// A message about a new key that is not due.
    UnexpectedKeyMessage,
    /// The public value for a new key is unfit (SEC-32).
    KeyExchange(DhError),
    /// The other end has another new key (SEC-32).
    KeyFingerprint,
    /// The chat has had as many messages as its numbers can count.
    OutOfNumbers,
    /// The chat had to answer more than it could send.
    Overrun,
    /// The chat was over when it was stored.
    Stored,
}

impl fmt::Display for AbortReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret chat is over: ")?;
        match self {
            Self::Malformed(e) => write!(f, "a message cannot be read, {e}"),
            Self::NotLayered { id } => write!(f, "a message {id:#010x} has no numbers"),
            Self::Parity => f.write_str("a message's numbers are those of the wrong end"),
            Self::InSeqBack { had, claimed } => {
                write!(
                    f,
                    "the other end had {had} messages and now claims {claimed}"
                )
            }
            Self::InSeqFuture { sent, claimed } => {
                write!(
                    f,
                    "the other end claims {claimed} messages, {sent} were sent"
                )
            }
            Self::LayerBack { had, claimed } => {
                write!(f, "a message of layer {claimed} follows one of layer {had}")
            }
            Self::Resend { start, end } => {
                write!(f, "messages {start} to {end} cannot be sent again")
            }
            Self::UnexpectedKeyMessage => f.write_str("a message about a new key is not due"),
            Self::KeyExchange(e) => write!(f, "no new key, {e}"),
            Self::KeyFingerprint => f.write_str("the other end has another new key"),
            Self::OutOfNumbers => f.write_str("its numbers are used up"),
            Self::Overrun => f.write_str("too many answers wait to be sent"),
            Self::Stored => f.write_str("it was when it was stored"),
        }?;
        f.write_str("; discard it and tell the user")
    }
}

impl std::error::Error for AbortReason {}

/// Why a message was not taken for sending; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The message is longer than [`MAX_MESSAGE`](super::MAX_MESSAGE).
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// The message is not a TL value: empty, or not a multiple of four bytes.
    NotTl {
        /// Its length in bytes.
        len: usize,
    },
    /// The message is one the chat sends by itself: about resending, layers or keys.
    Reserved,
    /// As many messages wait to be sent as are kept; wait until the server has taken some.
    Backlog,
    /// The chat is over.
    Over(AbortReason),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { len } => write!(
                f,
                "a message of {len} bytes is over the limit of {}",
                super::MAX_MESSAGE
            ),
            Self::NotTl { len } => write!(f, "{len} bytes are no TL value"),
            Self::Reserved => f.write_str("the chat sends service messages of this kind itself"),
            Self::Backlog => f.write_str("too many messages wait to be sent"),
            Self::Over(reason) => write!(f, "{reason}"),
        }
    }
}

impl std::error::Error for SendError {}
