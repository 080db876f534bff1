use std::fmt;

use bytes::Bytes;

use super::{RequestId, Salt};

/// What a [`Session`](super::Session) has to tell its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A request was answered; the result is unpacked.
    Reply {
        /// Which request.
        id: RequestId,
        /// The encoded answer, or the error the server answers instead.
        result: Result<Bytes, RpcFailure>,
    },
    /// A request ended without an answer.
    Failed {
        /// Which request.
        id: RequestId,
        /// Why.
        reason: FailReason,
    },
    /// The server confirmed at once that it has a request, which is not answered yet (a quick
    /// acknowledgement, see [`SendOptions::quick_ack`](super::SendOptions)).
    Received {
        /// Which request.
        id: RequestId,
    },
    /// The server sent something of its own accord: an encoded `Updates`.
    Update(Bytes),
    /// The server started a new session: updates may have been missed, fetch the difference.
    NewSession {
        /// The server's number of the new session.
        unique_id: i64,
    },
    /// Messages were lost for good, maybe updates among them: fetch the difference.
    Gap,
    /// The session continues under a new session id; the server regards the connection as new.
    SessionReset(ResetReason),
    /// Newly learned salts, worth keeping with the key; the one in use comes first.
    SaltsChanged(Vec<Salt>),
    /// The server's clock minus the wall clock in milliseconds, worth keeping.
    TimeOffsetChanged(i64),
    /// The server has not answered in time: close the connection and make a new one.
    PeerDead,
    /// An answer about another session of this key that was to be destroyed.
    SessionDestroyed {
        /// The session.
        session_id: i64,
        /// Whether the server knew it.
        existed: bool,
    },
    /// The answer to [`Session::destroy_key`](super::Session::destroy_key): whether the server has
    /// forgotten the key.
    KeyDestroyed(bool),
}

impl Event {
    /// The request that this event is the end of.
    #[must_use]
    pub fn ended(&self) -> Option<RequestId> {
        match self {
            Self::Reply { id, .. } | Self::Failed { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// An error a server answers to a request (`rpc_error`).
#[derive(Clone, PartialEq, Eq)]
pub struct RpcFailure {
    /// The class, such as 420.
    pub code: i32,
    /// The name, such as `FLOOD_WAIT_30`.
    pub message: String,
}

impl RpcFailure {
    /// An error of this class and name.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Debug for RpcFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.code, self.message)
    }
}

impl fmt::Display for RpcFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (error {})", self.message, self.code)
    }
}

impl std::error::Error for RpcFailure {}

/// Why a request ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailReason {
    /// The request is longer than [`MAX_BODY`](super::MAX_BODY).
    TooLarge {
        /// Its length in bytes.
        len: usize,
    },
    /// As many requests wait as the session allows.
    QueueFull,
    /// The server refused the request's message again and again with this code.
    Refused {
        /// The code of `bad_msg_notification`, see [`BadMsg`](crate::BadMsg).
        code: i32,
    },
    /// The server had received the request, or may have, and cannot be asked any more: it may have
    /// run. Sending it again is the caller's decision.
    MayHaveRun,
    /// The answer cannot be read: broken packing, or larger than the limit when unpacked.
    BadAnswer,
    /// The request it had to follow ([`SendOptions::after`](super::SendOptions)) kept failing.
    PredecessorFailed,
}

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { len } => {
                write!(
                    f,
                    "a request of {len} bytes is over the limit of {}",
                    super::MAX_BODY
                )
            }
            Self::QueueFull => write!(f, "too many requests wait for an answer"),
            Self::Refused { code } => {
                write!(
                    f,
                    "the server refused the message: {}",
                    crate::BadMsg::describe(*code)
                )
            }
            Self::MayHaveRun => {
                write!(
                    f,
                    "the server lost the session; the request may or may not have run"
                )
            }
            Self::BadAnswer => write!(f, "the answer cannot be unpacked"),
            Self::PredecessorFailed => write!(f, "the request this one had to follow failed"),
        }
    }
}

/// Why a session continues under a new id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetReason {
    /// The clock was ahead of the server's, and message ids must not go back (code 17).
    ClockAhead,
    /// Sequence numbers got out of step (codes 32 and 33).
    SequenceBroken,
    /// The server refused container after container (code 64).
    ContainersRefused,
}
