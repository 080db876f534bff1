use std::{error, fmt};

use heliogram_crypto::srp::SrpError;
use heliogram_mtproto::{SessionError, exchange::ExchangeError, framing::FrameError};
use heliogram_tl::DecodeError;

/// What is at the other end broke the rules of the protocol, or does not know this session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// What listens at the address does not speak MTProto.
    NotMtproto {
        /// The data centre it should be.
        dc: i32,
        /// The address.
        address: Box<str>,
        /// What it seems to be, such as `HTTP`, where that can be told.
        speaks: Option<&'static str>,
    },
    /// The server has none of the RSA keys this client trusts.
    UnknownServerKey {
        /// The data centre.
        dc: i32,
        /// The address.
        address: Box<str>,
    },
    /// The key exchange broke a rule.
    Exchange {
        /// The data centre.
        dc: i32,
        /// The rule.
        source: ExchangeError,
    },
    /// The bytes of the connection broke a rule of its transport.
    Frame {
        /// The data centre.
        dc: i32,
        /// The rule.
        source: FrameError,
    },
    /// An encrypted packet broke a rule.
    Session {
        /// The data centre.
        dc: i32,
        /// The rule.
        source: SessionError,
    },
    /// The server does not know the key of this session (transport error -404).
    AuthKeyUnknown {
        /// The data centre.
        dc: i32,
    },
    /// The server says it is another data centre (transport error -444).
    WrongDc {
        /// The data centre it should be.
        dc: i32,
    },
    /// The server closed the connection with an error number of the transport.
    Transport {
        /// The data centre.
        dc: i32,
        /// The number, negative.
        code: i32,
    },
    /// The answer to a call is not of the type the schema gives.
    BadAnswer {
        /// The method called.
        method: &'static str,
        /// What is wrong and where; `None` where it could not be unpacked.
        source: Option<DecodeError>,
    },
    /// The server refused the message of a call again and again.
    Refused {
        /// The method called.
        method: &'static str,
        /// The code of `bad_msg_notification`.
        code: i32,
    },
    /// The server sends the client from one data centre to another without end.
    TooManyMoves {
        /// The method called.
        method: &'static str,
    },
    /// The server's part of a password check broke a rule; nothing about the password was sent.
    Password {
        /// The rule.
        source: SrpError,
    },
}

impl ProtocolError {
    pub(super) fn method(&self) -> Option<&'static str> {
        match self {
            Self::BadAnswer { method, .. }
            | Self::Refused { method, .. }
            | Self::TooManyMoves { method } => Some(method),
            _ => None,
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMtproto {
                dc,
                address,
                speaks,
            } => {
                write!(f, "what listens at {address} (for data centre {dc}) ")?;
                match speaks {
                    Some(what) => write!(f, "speaks {what}, not MTProto. ")?,
                    None => write!(f, "does not speak MTProto. ")?,
                }
                write!(f, "Check the host and the port.")
            }
            Self::UnknownServerKey { dc, address } => write!(
                f,
                "the server at {address} (data centre {dc}) has another public key than this \
                 client trusts. Give the client the server's key, or check the address."
            ),
            Self::Exchange { dc, source } => write!(
                f,
                "the key exchange with data centre {dc} failed: {source}. Check the address and \
                 the server's key."
            ),
            Self::Frame { dc, source } => write!(
                f,
                "data centre {dc} sent bytes that are no MTProto: {source}. Check the address or \
                 try another transport."
            ),
            Self::Session { dc, source } => write!(
                f,
                "data centre {dc} sent a packet that cannot be accepted: {source}. Check the \
                 clock of this machine."
            ),
            Self::AuthKeyUnknown { dc } => write!(
                f,
                "data centre {dc} does not know this session: it was ended, or belongs to another \
                 server. Nothing was deleted; sign in again with a new session."
            ),
            Self::WrongDc { dc } => write!(
                f,
                "the server says it is not data centre {dc}. Check the addresses, and whether \
                 test servers are wanted."
            ),
            Self::Transport { dc, code } => write!(
                f,
                "data centre {dc} closed the connection with the transport error {code}. Try \
                 again later."
            ),
            Self::BadAnswer {
                method,
                source: Some(source),
            } => {
                write!(f, "the answer to {method} cannot be read: {source}.")
            }
            Self::BadAnswer {
                method,
                source: None,
            } => {
                write!(f, "the answer to {method} cannot be unpacked.")
            }
            Self::Refused { method, code } => {
                write!(
                    f,
                    "the server refused the message of {method} (code {code})."
                )
            }
            Self::TooManyMoves { method } => write!(
                f,
                "the server sent {method} from one data centre to another too often. Try again \
                 later."
            ),
            Self::Password { source } => write!(
                f,
                "the server sent what it must not: {source}. Nothing about the password was sent; \
                 check which server this is."
            ),
        }
    }
}

impl error::Error for ProtocolError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange { source, .. } => Some(source),
            Self::Frame { source, .. } => Some(source),
            Self::Session { source, .. } => Some(source),
            Self::Password { source } => Some(source),
            Self::BadAnswer {
                source: Some(source),
                ..
            } => Some(source),
            _ => None,
        }
    }
}
