use std::fmt;

/// The rules of framing that bytes of a connection can break; each of them closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// A frame is longer than [`MAX_FRAME`](super::MAX_FRAME).
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A frame without a payload.
    Empty,
    /// The length of a payload is no multiple of 4.
    Misaligned {
        /// Its length in bytes.
        len: usize,
    },
    /// A payload too short to be a packet, from a client.
    TooShort {
        /// Its length in bytes.
        len: usize,
    },
    /// Full framing: the length field is below 12 or no multiple of 4.
    BadTotal(u32),
    /// Full framing: the frame is not the next one in order.
    BadSequence {
        /// The number that was due.
        expected: u32,
        /// The number found.
        got: u32,
    },
    /// Full framing: the checksum does not match.
    BadChecksum,
    /// The first bytes of a connection belong to no known framing.
    UnknownTransport,
    /// The first bytes of a connection are those of an HTTP request.
    Http,
    /// The first bytes of a connection are those of TLS.
    Tls,
    /// Something is to be sent before the client has chosen a framing.
    NotDetected,
    /// This framing has no quick acknowledgements.
    NoQuickAck,
    /// The connection broke a rule before; nothing more is read from it.
    Closed,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { len } => {
                write!(
                    f,
                    "a frame of {len} bytes is over the limit of {}",
                    super::MAX_FRAME
                )
            }
            Self::Empty => write!(f, "a frame without a payload"),
            Self::Misaligned { len } => {
                write!(f, "a payload of {len} bytes is no multiple of 4 bytes")
            }
            Self::TooShort { len } => write!(f, "a payload of {len} bytes is no packet"),
            Self::BadTotal(len) => write!(f, "a frame claims a total of {len} bytes"),
            Self::BadSequence { expected, got } => {
                write!(f, "frame {got} came where frame {expected} was due")
            }
            Self::BadChecksum => write!(f, "the checksum of a frame does not match"),
            Self::UnknownTransport => write!(f, "the first bytes belong to no MTProto transport"),
            Self::Http => write!(f, "the other side speaks HTTP, not MTProto over TCP"),
            Self::Tls => write!(f, "the other side speaks TLS, not MTProto over TCP"),
            Self::NotDetected => write!(f, "the client has not chosen a transport yet"),
            Self::NoQuickAck => write!(f, "the full transport has no quick acknowledgements"),
            Self::Closed => write!(f, "the connection broke a rule of its transport before"),
        }
    }
}

impl std::error::Error for FrameError {}
