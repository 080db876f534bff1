use std::{error, fmt, io, sync::Arc};

use heliogram_mtproto::proxy::{ConnectError, FakeTlsError, Socks5Error};

/// Why a proxy is no way to a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ProxyError {
    /// Nothing accepts connections where the proxy should be.
    Unreachable(Arc<io::Error>),
    /// It accepted the connection and then said nothing.
    Silent,
    /// It closed the connection before it had answered.
    Dropped,
    /// A SOCKS5 proxy refused something or broke a rule.
    Socks5(Socks5Error),
    /// An HTTP proxy refused something or broke a rule.
    Http(ConnectError),
    /// A proxy that pretends to be a web site broke a rule.
    FakeTls(FakeTlsError),
    /// A proxy made for MTProto took the connection, and no server answered over it.
    NoServer,
}

impl ProxyError {
    /// Whether the next attempt cannot end differently.
    pub(crate) fn is_lasting(&self) -> bool {
        match self {
            Self::Socks5(e) => !matches!(e, Socks5Error::Refused(_)),
            Self::Http(e) => !matches!(
                e,
                ConnectError::Refused {
                    status: 500..600,
                    ..
                }
            ),
            Self::FakeTls(e) => matches!(e, FakeTlsError::Unproven | FakeTlsError::BadDomain),
            Self::Unreachable(_) | Self::Silent | Self::Dropped | Self::NoServer => false,
        }
    }

    /// Whether it has nothing to do with which server was asked for.
    pub(crate) fn is_of_proxy(&self) -> bool {
        match self {
            Self::Socks5(Socks5Error::Refused(_) | Socks5Error::BadHost)
            | Self::Http(ConnectError::Refused { .. } | ConnectError::BadHost)
            | Self::Silent
            | Self::Dropped
            | Self::NoServer => false,
            Self::Unreachable(_) | Self::Socks5(_) | Self::Http(_) | Self::FakeTls(_) => true,
        }
    }

    /// What to do about it.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "Check the proxy's address and that it runs",
            Self::Silent | Self::Dropped => {
                "Check the proxy's address, and that it is a proxy of this kind"
            }
            Self::Socks5(Socks5Error::LoginRequired) | Self::Http(ConnectError::LoginRequired) => {
                "Give the proxy its name and password with `login`"
            }
            Self::Socks5(Socks5Error::LoginRefused | Socks5Error::BadLogin)
            | Self::Http(ConnectError::LoginRefused) => "Check the proxy's name and password",
            Self::Socks5(Socks5Error::NoCommonMethod) => {
                "Leave the login out, or use another proxy"
            }
            Self::Socks5(Socks5Error::Refused(_)) | Self::Http(ConnectError::Refused { .. }) => {
                "Check that the proxy may connect to this server and port, or use another one"
            }
            Self::Socks5(_) | Self::Http(_) => {
                "Check that this is the proxy's address and what it speaks"
            }
            Self::FakeTls(FakeTlsError::Unproven) => {
                "Check the proxy's secret and this machine's clock"
            }
            Self::FakeTls(_) => "Check the proxy's address and secret",
            Self::NoServer => {
                "Check the proxy's secret and this machine's clock, or use another proxy"
            }
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(e) => write!(f, "it cannot be connected to: {e}")?,
            Self::Silent => f.write_str("it accepted the connection and then said nothing")?,
            Self::Dropped => f.write_str("it closed the connection before it answered")?,
            Self::Socks5(e) => e.fmt(f)?,
            Self::Http(e) => e.fmt(f)?,
            Self::FakeTls(e) => e.fmt(f)?,
            Self::NoServer => {
                f.write_str("it took the connection and nothing answers behind it")?;
            }
        }
        write!(f, ". {}.", self.remedy())
    }
}

impl error::Error for ProxyError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unreachable(e) => Some(&**e),
            Self::Socks5(e) => Some(e),
            Self::Http(e) => Some(e),
            Self::FakeTls(e) => Some(e),
            Self::Silent | Self::Dropped | Self::NoServer => None,
        }
    }
}

impl From<Socks5Error> for ProxyError {
    fn from(e: Socks5Error) -> Self {
        Self::Socks5(e)
    }
}

impl From<ConnectError> for ProxyError {
    fn from(e: ConnectError) -> Self {
        Self::Http(e)
    }
}

impl From<FakeTlsError> for ProxyError {
    fn from(e: FakeTlsError) -> Self {
        Self::FakeTls(e)
    }
}
