use std::{error, fmt, io, sync::Arc};

use heliogram_mtproto::{FailReason, RpcFailure};

use crate::{
    Error,
    error::{NetworkError, ProtocolError, RpcError, UsageError},
    storage,
};

/// Why a connection does not work; each call that waits for it gets a copy.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Network(NetworkError),
    Protocol(ProtocolError),
    Storage(Arc<dyn error::Error + Send + Sync>),
    Random(Arc<io::Error>),
    Closed,
    /// The temporary key is gone: the server lost it, or it has reached its age. The next connection
    /// makes another one.
    TemporaryKey,
}

impl Fault {
    /// Whether trying again is of no use, on a connection that worked before or has never.
    pub(super) fn is_final(&self, worked: bool) -> bool {
        match self {
            Self::Network(NetworkError::NoAddress { .. }) => true,
            Self::Network(NetworkError::Proxy { source, .. }) => !worked && source.is_lasting(),
            Self::Network(_) => false,
            Self::Protocol(
                ProtocolError::UnknownServerKey { .. } | ProtocolError::WrongDc { .. },
            ) => true,
            Self::Protocol(ProtocolError::NotMtproto { .. }) => !worked,
            Self::Protocol(_) | Self::TemporaryKey => false,
            Self::Storage(_) | Self::Random(_) | Self::Closed => true,
        }
    }

    /// Whether the server asks for fewer connections.
    pub(super) fn is_flood(&self) -> bool {
        matches!(self, Self::Network(NetworkError::TooManyConnections { .. }))
    }

    /// Whether the server does not know the key.
    pub(super) fn is_key_unknown(&self) -> bool {
        matches!(self, Self::Protocol(ProtocolError::AuthKeyUnknown { .. }))
    }

    /// An error about storing a key.
    pub(super) fn storage(e: storage::Error) -> Self {
        Self::Storage(Arc::new(e))
    }
}

impl From<NetworkError> for Fault {
    fn from(e: NetworkError) -> Self {
        Self::Network(e)
    }
}

impl From<ProtocolError> for Fault {
    fn from(e: ProtocolError) -> Self {
        Self::Protocol(e)
    }
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        Self::Random(Arc::new(e))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Network(e) => e.into(),
            Fault::Protocol(e) => e.into(),
            Fault::Storage(e) => Self::Storage(Box::new(Shared(e))),
            Fault::Random(e) => Self::Io(io::Error::new(e.kind(), e.to_string())),
            Fault::Closed | Fault::TemporaryKey => Self::Closed,
        }
    }
}

/// An error that several calls got.
#[derive(Debug)]
struct Shared(Arc<dyn error::Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Shared {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source()
    }
}

/// Why a connection gave a call no answer.
#[derive(Debug)]
pub(super) enum CallError {
    /// The server refused it.
    Rpc(RpcFailure),
    /// The session gave it up.
    Failed(FailReason),
    /// The connection does not work.
    Fault(Fault),
    /// The connection was closed before it took the call; another one may carry it.
    NotTaken,
    /// What it has to follow is not under way on this connection.
    OutOfOrder,
    /// The answer did not come within the time it had.
    Late,
}

impl CallError {
    /// The error for the caller of `method`.
    pub(super) fn into_error(self, method: &'static str) -> Error {
        match self {
            Self::Rpc(e) => RpcError::new(method, e.code, &e.message).into(),
            Self::Fault(fault) => fault.into(),
            Self::NotTaken => Error::Closed,
            Self::OutOfOrder | Self::Failed(FailReason::PredecessorFailed) => {
                Error::Skipped { method }
            }
            Self::Late => Error::Timeout { what: method },
            Self::Failed(reason) => match reason {
                FailReason::TooLarge { len } => UsageError::TooLarge { len }.into(),
                FailReason::QueueFull => UsageError::TooManyCalls.into(),
                FailReason::Refused { code } => ProtocolError::Refused { method, code }.into(),
                FailReason::BadAnswer => ProtocolError::BadAnswer {
                    method,
                    source: None,
                }
                .into(),
                _ => NetworkError::MayHaveRun { method }.into(),
            },
        }
    }
}
