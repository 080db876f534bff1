//! Proxies: what stands between the client and the servers.

pub(super) mod greet;
mod link;
mod secret;

use std::{convert::Infallible, fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use heliogram_mtproto::proxy::Socks5;
use zeroize::Zeroizing;

pub(super) use self::secret::Secret;
use crate::UsageError;

/// A way to the servers through somebody else: SOCKS5, HTTP `CONNECT`, or a proxy made for MTProto.
///
/// Made by one of its functions or out of a link, as apps and channels give them away: `tg://proxy`,
/// `tg://socks`, `https://t.me/proxy`, `https://t.me/socks`, `socks5://name:password@host:port` and
/// `http://name:password@host:port`. Its text and its debug form hold no secrets.
///
/// ```
/// use heliogram::Proxy;
///
/// let proxy: Proxy = "socks5://me:secret@10.0.0.1:1080".parse()?;
/// assert_eq!(proxy.to_string(), "SOCKS5 proxy 10.0.0.1:1080");
/// assert_eq!(proxy, Proxy::socks5("10.0.0.1", 1080).login("me", "secret"));
/// let proxy: Proxy = "tg://proxy?server=a.example&port=443&secret=dd00112233445566778899aabbccddeeff"
///     .parse()?;
/// assert_eq!(proxy.to_string(), "MTProxy a.example:443");
/// # Ok::<(), heliogram::UsageError>(())
/// ```
#[doc(alias = "MTProxy")]
#[doc(alias = "ConnectionTcpMTProxyRandomizedIntermediate")]
#[doc(alias = "inputClientProxy")]
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    host: Box<str>,
    port: u16,
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Socks5(Option<Login>),
    Http(Option<Login>),
    MtProxy(Secret),
}

/// A name and a password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) name: Zeroizing<String>,
    pub(super) password: Zeroizing<String>,
}

impl Proxy {
    fn new(host: impl Into<Box<str>>, port: u16, kind: Kind) -> Self {
        Self {
            host: host.into(),
            port,
            kind,
        }
    }

    /// A SOCKS5 proxy (RFC 1928); it resolves the servers' names.
    #[doc(alias = "PySocks")]
    #[must_use]
    pub fn socks5(host: impl Into<Box<str>>, port: u16) -> Self {
        Self::new(host, port, Kind::Socks5(None))
    }

    /// An HTTP proxy that allows `CONNECT`; it resolves the servers' names.
    #[must_use]
    pub fn http(host: impl Into<Box<str>>, port: u16) -> Self {
        Self::new(host, port, Kind::Http(None))
    }

    /// A proxy made for MTProto, with its secret in hexadecimal, base64 or base64url.
    ///
    /// Secrets that begin with `dd` or `ee` ask for the padded transport, those with `ee` also for
    /// a connection that looks like a visit to the web site named in the secret.
    ///
    /// # Errors
    /// [`UsageError::Proxy`] for a secret that is none.
    pub fn mtproxy(host: impl Into<Box<str>>, port: u16, secret: &str) -> Result<Self, UsageError> {
        Ok(Self::new(host, port, Kind::MtProxy(secret.parse()?)))
    }

    /// Signs in at the proxy with a name and a password; one made for MTProto has neither and
    /// stays as it is.
    #[must_use]
    pub fn login(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        if let Kind::Socks5(login) | Kind::Http(login) = &mut self.kind {
            *login = Some(Login {
                name: Zeroizing::new(name.into()),
                password: Zeroizing::new(password.into()),
            });
        }
        self
    }

    /// Its host name or IP address, IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is one made for MTProto.
    pub(crate) fn is_mtproxy(&self) -> bool {
        matches!(self.kind, Kind::MtProxy(_))
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Makes sure that what was given can be said to a proxy at all.
    pub(crate) fn check(&self) -> Result<(), UsageError> {
        if self.host.is_empty() || self.port == 0 {
            return Err(UsageError::Proxy("it has no host or no port"));
        }
        let sayable = match &self.kind {
            Kind::Socks5(login) => {
                let login = login.as_ref().map(Login::parts);
                Socks5::start("localhost", 1, login).is_ok()
            }
            Kind::Http(Some(login)) => !login.name.contains(':'),
            Kind::Http(None) | Kind::MtProxy(_) => true,
        };
        if sayable {
            Ok(())
        } else {
            let why = "its name or password is empty, too long or holds what cannot be said";
            Err(UsageError::Proxy(why))
        }
    }
}

impl Login {
    pub(super) fn parts(&self) -> (&str, &str) {
        (&self.name, &self.password)
    }

    /// As `Basic` authorization wants it.
    pub(super) fn basic(&self) -> Zeroizing<String> {
        let joined = Zeroizing::new([&**self.name, ":", &**self.password].concat());
        Zeroizing::new(STANDARD.encode(joined.as_bytes()))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Socks5(_) => "SOCKS5 proxy ",
            Kind::Http(_) => "HTTP proxy ",
            Kind::MtProxy(_) => "MTProxy ",
        })?;
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self}, ")?;
        f.write_str(match self.kind {
            Kind::Socks5(None) | Kind::Http(None) => "no login)",
            Kind::Socks5(Some(_)) | Kind::Http(Some(_)) => "login hidden)",
            Kind::MtProxy(_) => "secret hidden)",
        })
    }
}

impl FromStr for Proxy {
    type Err = UsageError;

    fn from_str(link: &str) -> Result<Self, UsageError> {
        let proxy = link::parse(link)?;
        proxy.check()?;
        Ok(proxy)
    }
}

impl TryFrom<&str> for Proxy {
    type Error = UsageError;

    fn try_from(link: &str) -> Result<Self, UsageError> {
        link.parse()
    }
}

impl TryFrom<String> for Proxy {
    type Error = UsageError;

    fn try_from(link: String) -> Result<Self, UsageError> {
        link.parse()
    }
}

impl From<Infallible> for UsageError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_text_nor_the_debug_form_holds_a_secret() {
        let key = "dd00112233445566778899aabbccddeeff";
        for proxy in [
            Proxy::socks5("h", 1).login("hush", "hush"),
            Proxy::http("h", 1).login("hush", "hush"),
            Proxy::mtproxy("h", 1, key).unwrap(),
        ] {
            let text = format!("{proxy} {proxy:?} {:#?}", Some(&proxy));
            assert!(!text.contains("hush") && !text.contains("112233"), "{text}");
            assert!(text.contains("h:1") && text.contains("hidden"), "{text}");
        }
    }

    #[test]
    fn what_no_proxy_can_be_told_is_refused_before_anything_is_sent() {
        let long = "x".repeat(256);
        for proxy in [
            Proxy::socks5("", 1),
            Proxy::socks5("h", 0),
            Proxy::socks5("h", 1).login("", "p"),
            Proxy::socks5("h", 1).login("n", long),
            Proxy::http("h", 1).login("a:b", "p"),
        ] {
            let refused = proxy.check().unwrap_err();
            assert!(matches!(refused, UsageError::Proxy(_)), "{proxy}");
        }
    }

    #[test]
    fn a_login_for_http_is_in_base64() {
        let proxy = Proxy::http("h", 1).login("Aladdin", "open sesame");
        let Kind::Http(Some(login)) = proxy.kind() else {
            panic!("{proxy:?}")
        };
        assert_eq!(&*login.basic(), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
