use std::{error, fmt, io, sync::Arc};

use super::ProxyError;

/// The server could not be reached, or the connection to it was lost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NetworkError {
    /// Nothing accepts connections at the addresses of a data centre.
    Connect {
        /// The data centre.
        dc: i32,
        /// The addresses tried, for people.
        addresses: Box<str>,
        /// What the operating system said last.
        source: Arc<io::Error>,
    },
    /// The proxy does not lead to a data centre.
    Proxy {
        /// The data centre.
        dc: i32,
        /// The kind and the address of the proxy, for people.
        proxy: Box<str>,
        /// What is wrong with it.
        source: ProxyError,
    },
    /// A connection was accepted and then nothing came.
    Silent {
        /// The data centre.
        dc: i32,
        /// The address.
        address: Box<str>,
    },
    /// The connection ended, again and again, before the server had answered anything.
    Dropped {
        /// The data centre.
        dc: i32,
        /// The address.
        address: Box<str>,
    },
    /// The server refuses connections because there are too many of them (transport error -429).
    TooManyConnections {
        /// The data centre.
        dc: i32,
    },
    /// No address of this data centre is known.
    NoAddress {
        /// The data centre.
        dc: i32,
    },
    /// The server lost the session while a call was under way; the call may or may not have run.
    MayHaveRun {
        /// The method called.
        method: &'static str,
    },
}

impl NetworkError {
    pub(super) fn method(&self) -> Option<&'static str> {
        match self {
            Self::MayHaveRun { method } => Some(method),
            _ => None,
        }
    }

    pub(super) fn is_retryable(&self) -> bool {
        !matches!(self, Self::MayHaveRun { .. } | Self::NoAddress { .. })
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect {
                dc,
                addresses,
                source,
            } => write!(
                f,
                "cannot connect to data centre {dc} at {addresses}: {source}. Check that the \
                 address is right, the server runs and the network lets you through."
            ),
            Self::Proxy { dc, proxy, source } => {
                write!(f, "the {proxy} does not lead to data centre {dc}: {source}")
            }
            Self::Silent { dc, address } => write!(
                f,
                "data centre {dc} at {address} accepted the connection and then said nothing. \
                 Check that a Telegram server listens there, or try another transport."
            ),
            Self::Dropped { dc, address } => write!(
                f,
                "data centre {dc} at {address} closed the connection before it answered. \
                 Check that a Telegram server listens there, or try another transport."
            ),
            Self::TooManyConnections { dc } => write!(
                f,
                "data centre {dc} refuses connections because there are too many from this \
                 address. Wait some minutes and open fewer."
            ),
            Self::NoAddress { dc } => write!(
                f,
                "no address of data centre {dc} is known. Name it in the servers given to the \
                 client."
            ),
            Self::MayHaveRun { method } => write!(
                f,
                "the server lost the session while {method} was under way, so the call may or may \
                 not have run. Check before you repeat it."
            ),
        }
    }
}

impl error::Error for NetworkError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Connect { source, .. } => Some(&**source),
            Self::Proxy { source, .. } => Some(source),
            _ => None,
        }
    }
}
