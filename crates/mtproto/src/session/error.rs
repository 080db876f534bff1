use std::fmt;

/// Why a packet was not accepted; the connection must be closed and made anew.
///
/// Requests in flight are safe: they are asked about on the new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionError {
    /// The packet is not an authentic message under this key; what exactly is wrong is not told.
    Unauthentic,
    /// The length field or the padding breaks the rules.
    BadLayout,
    /// The message belongs to another session.
    WrongSession,
    /// The message id is not one a server gives.
    BadMessageId(i64),
    /// The message is older than all that are remembered.
    TooOld(i64),
    /// The message was not sent within the last 300 or the next 30 seconds.
    OutsideWindow(i64),
    /// A container breaks the rules.
    BadContainer,
    /// The message ends early or is otherwise no TL value.
    BadContent,
    /// Events wait to be taken; read them before handing in more packets.
    Backlog,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthentic => write!(f, "a packet is not authentic"),
            Self::BadLayout => write!(f, "a packet has a wrong length or padding"),
            Self::WrongSession => write!(f, "a packet belongs to another session"),
            Self::BadMessageId(id) => write!(f, "message id {id:#x} is not a server's"),
            Self::TooOld(id) => write!(f, "message {id:#x} is older than all remembered"),
            Self::OutsideWindow(id) => write!(f, "message {id:#x} is not of this time"),
            Self::BadContainer => write!(f, "a container breaks the rules"),
            Self::BadContent => write!(f, "a message cannot be read"),
            Self::Backlog => write!(f, "too many events wait to be taken"),
        }
    }
}

impl std::error::Error for SessionError {}
