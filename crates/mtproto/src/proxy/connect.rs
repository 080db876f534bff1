use std::fmt;

use crate::http::{HEAD_MAX, HeadError, authority, is_host, parse};

/// Longest reason kept of a refusal, in bytes.
const REASON_MAX: usize = 64;

/// A client's part of asking an HTTP proxy for a connection (`CONNECT`, RFC 9110).
///
/// ```
/// use heliogram_mtproto::proxy::Connect;
///
/// let (mut connect, request) = Connect::start("example.com", 443, None)?;
/// assert!(request.starts_with(b"CONNECT example.com:443 HTTP/1.1\r\n"));
/// assert!(connect.receive(b"HTTP/1.1 200 Connection established\r\n\r\n")?);
/// # Ok::<(), heliogram_mtproto::proxy::ConnectError>(())
/// ```
#[derive(Debug)]
pub struct Connect {
    head: Vec<u8>,
    /// Whether the request named a user.
    with_login: bool,
    done: bool,
}

/// Why an HTTP proxy gives no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The server's name is empty or holds what no name does.
    BadHost,
    /// The answer breaks a rule.
    Head(HeadError),
    /// The proxy wants a name and a password, and none are given (status 407).
    LoginRequired,
    /// The proxy refuses the name and the password (status 407).
    LoginRefused,
    /// The proxy refuses with another status.
    Refused {
        /// The status, such as 403.
        status: u16,
        /// What it says beside it, cut short.
        reason: Box<str>,
    },
    /// The proxy says more than was asked for.
    TooMuch,
}

impl Connect {
    /// Begins; gives the request. `basic` is name and password as `Basic` wants them: joined by a
    /// colon, in base64.
    ///
    /// # Errors
    /// [`ConnectError::BadHost`].
    pub fn start(
        host: &str,
        port: u16,
        basic: Option<&str>,
    ) -> Result<(Self, Vec<u8>), ConnectError> {
        if !is_host(host) {
            return Err(ConnectError::BadHost);
        }
        let target = authority(host, port);
        // Room for all of it: a text that grows leaves copies of the login behind.
        let login_len = basic.map_or(0, str::len);
        let mut request = String::with_capacity(128 + 2 * target.len() + login_len);
        for part in ["CONNECT ", &target, " HTTP/1.1\r\nHost: ", &target, "\r\n"] {
            request.push_str(part);
        }
        if let Some(basic) = basic {
            for part in ["Proxy-Authorization: Basic ", basic, "\r\n"] {
                request.push_str(part);
            }
        }
        request.push_str("\r\n");
        let this = Self {
            head: Vec::new(),
            with_login: basic.is_some(),
            done: false,
        };
        Ok((this, request.into_bytes()))
    }

    /// Takes bytes from the proxy; answers whether the connection to the server stands.
    ///
    /// # Errors
    /// What the proxy refused, or the rule its answer breaks. The connection is of no use then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<bool, ConnectError> {
        if self.done && !bytes.is_empty() {
            return Err(ConnectError::TooMuch);
        }
        let room = HEAD_MAX.saturating_sub(self.head.len());
        self.head
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let Some((head, len)) = parse(&self.head).map_err(ConnectError::Head)? else {
            return Ok(false);
        };
        match head.status {
            200..300 => {}
            407 if self.with_login => return Err(ConnectError::LoginRefused),
            407 => return Err(ConnectError::LoginRequired),
            status => {
                let reason = printable(head.reason);
                return Err(ConnectError::Refused { status, reason });
            }
        }
        if self.head.len() > len || bytes.len() > room {
            return Err(ConnectError::TooMuch);
        }
        self.done = true;
        Ok(true)
    }
}

/// What of a stranger's words can be shown.
fn printable(words: &[u8]) -> Box<str> {
    let shown = words.iter().filter(|b| matches!(b, b' '..=b'~'));
    shown
        .take(REASON_MAX)
        .map(|b| char::from(*b))
        .collect::<String>()
        .into()
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadHost => f.write_str("the server's name cannot be asked for"),
            Self::Head(e) => e.fmt(f),
            Self::LoginRequired => f.write_str("it wants a name and a password"),
            Self::LoginRefused => f.write_str("it refuses the name and the password"),
            Self::Refused { status, reason } => {
                write!(f, "it gives no connection: {status} {reason}")
            }
            Self::TooMuch => f.write_str("it says more than it was asked"),
        }
    }
}

impl std::error::Error for ConnectError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(basic: Option<&str>, answer: &[u8]) -> Result<bool, ConnectError> {
        Connect::start("h", 1, basic).unwrap().0.receive(answer)
    }

    #[test]
    fn the_request_names_the_server_and_the_login() {
        let (_, request) = Connect::start("::1", 80, Some("bWU6cHc=")).unwrap();
        assert_eq!(
            request,
            b"CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\
              Proxy-Authorization: Basic bWU6cHc=\r\n\r\n"
        );
        for host in ["", "a b", "a\r\nb", "a/b", "\u{e4}"] {
            let refused = Connect::start(host, 1, None).unwrap_err();
            assert_eq!(refused, ConnectError::BadHost, "{host:?}");
        }
    }

    #[test]
    fn any_success_stands_however_its_bytes_come() {
        let text = b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n";
        assert_eq!(answer(None, text), Ok(true));
        let (mut connect, _) = Connect::start("h", 1, None).unwrap();
        let (last, first) = text.split_last().unwrap();
        for byte in first {
            assert_eq!(connect.receive(&[*byte]), Ok(false));
        }
        assert_eq!(connect.receive(&[*last]), Ok(true));
        assert_eq!(connect.receive(b"x"), Err(ConnectError::TooMuch));
    }

    #[test]
    fn each_refusal_has_its_name() {
        let refused = |basic, text: &[u8]| answer(basic, text).unwrap_err();
        let login = b"HTTP/1.1 407 Who\r\n\r\n";
        assert_eq!(refused(None, login), ConnectError::LoginRequired);
        assert_eq!(refused(Some("x"), login), ConnectError::LoginRefused);
        assert_eq!(
            refused(None, &[5, 0]),
            ConnectError::Head(HeadError::NotHttp)
        );
        assert_eq!(
            refused(None, b"HTTP/1.1 2000 x\r\n\r\n"),
            ConnectError::Head(HeadError::NotHttp)
        );
        assert_eq!(
            refused(None, b"HTTP/1.1\r\n\r\n"),
            ConnectError::Head(HeadError::NotHttp)
        );
        let (status, reason) = (403, "No[31m way".into());
        let text = b"HTTP/1.1 403 No\x1b[31m way\r\n\r\n";
        assert_eq!(
            refused(None, text),
            ConnectError::Refused { status, reason }
        );
        let endless = [&b"HTTP/1.1 200 OK\r\nX: "[..], &[b'y'; 2 * HEAD_MAX]].concat();
        assert_eq!(
            refused(None, &endless),
            ConnectError::Head(HeadError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_is_kept_without_end(
            start in prop_oneof![Just(&b"HTTP/1.1 2"[..]), Just(&b"HTTP/1."[..]), Just(&b""[..])],
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            piece in 1..20_usize,
        ) {
            let (mut connect, _) = Connect::start("h", 1, None).unwrap();
            for piece in [start, &bytes].concat().chunks(piece) {
                if connect.receive(piece).is_err() {
                    break;
                }
                prop_assert!(connect.head.len() <= HEAD_MAX);
            }
        }
    }
}
