//! As much of HTTP/1.1 as the control API speaks: one request a connection, bounded.

use std::fmt;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::answer::Answer;
use crate::net::{BadHead, HEAD_MAX, Head, parse_head};

/// Longest body.
const BODY_MAX: usize = 256 * 1024;

/// One request.
pub(super) struct Request {
    pub(super) method: String,
    /// The path, without what stands behind a question mark.
    pub(super) path: String,
    query: String,
    host: String,
    /// What stands in the field `Authorization`.
    pub(super) authorization: String,
    pub(super) body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query holds a phone number, the authorization a token.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// Reads a request.
    pub(super) async fn read(mut from: impl AsyncRead + Unpin) -> Result<Self, Answer> {
        let mut input = Vec::new();
        let (mut request, len, body_len) = loop {
            if let Some((head, len)) = parse_head(&input)? {
                break (Self::of(&head)?, len, body_len(&head)?);
            }
            more(&mut from, &mut input).await?;
        };
        let mut body = input.split_off(len);
        while body.len() < body_len {
            more(&mut from, &mut body).await?;
        }
        if body.len() > body_len {
            return Err(malformed(
                "there is more than one request, or a wrong Content-Length",
            ));
        }
        request.body = body;
        Ok(request)
    }

    fn of(head: &Head<'_>) -> Result<Self, Answer> {
        let one = |name| Ok::<_, BadHead>(head.one(name)?.unwrap_or_default().to_owned());
        Ok(Self {
            method: head.method.to_owned(),
            path: head.path.to_owned(),
            query: head.query.to_owned(),
            host: one("host")?,
            authorization: one("authorization")?,
            body: Vec::new(),
        })
    }

    /// Whether the request names the server by an address: a page of a foreign site whose name
    /// was made to lead here names it by that name.
    pub(super) fn check_host(&self, port: u16) -> Result<(), Answer> {
        let host = self.host.as_str();
        let (name, told) = match host.rsplit_once(':') {
            Some((name, told)) if !told.ends_with(']') => (name, told.parse().ok()),
            _ => (host, Some(80)),
        };
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let address = match bare {
            Some(bare) => bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()),
            None => name.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4()),
        };
        if told == Some(port) && (address || name.eq_ignore_ascii_case("localhost")) {
            return Ok(());
        }
        Err(Answer::refused(
            421,
            "WRONG_HOST",
            "use the address the server told, or localhost, and its port",
        ))
    }

    /// The value of a parameter behind the question mark, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(known, _)| *known == name)?;
        percent_decoded(value)
    }
}

async fn more(from: &mut (impl AsyncRead + Unpin), into: &mut Vec<u8>) -> Result<(), Answer> {
    let mut piece = [0; 4096];
    let len = from.read(&mut piece).await;
    match len.ok().and_then(|len| piece.get(..len)) {
        Some(bytes) if !bytes.is_empty() => {
            into.extend_from_slice(bytes);
            Ok(())
        }
        _ => Err(malformed("the request ends too early")),
    }
}

/// Length of the body, which may be left out where there is none.
fn body_len(head: &Head<'_>) -> Result<usize, Answer> {
    match head.body_len()?.unwrap_or_default() {
        len @ 0..=BODY_MAX => Ok(len),
        _ => Err(BadHead(413).into()),
    }
}

impl From<BadHead> for Answer {
    fn from(BadHead(status): BadHead) -> Self {
        match status {
            411 => Self::refused(
                411,
                "NO_LENGTH",
                "the body needs a Content-Length, it cannot come in chunks",
            ),
            413 => Self::refused(413, "BODY_TOO_LONG", "a body may have 256 KiB"),
            431 => {
                let message = format!("the head of a request may have {HEAD_MAX} bytes");
                Self::refused(431, "HEAD_TOO_LONG", message)
            }
            505 => Self::refused(505, "WRONG_VERSION", "use HTTP/1.1"),
            _ => malformed("the head of the request is not that of HTTP/1.1"),
        }
    }
}

fn malformed(what: &str) -> Answer {
    Answer::refused(400, "MALFORMED_REQUEST", what)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let (high, low) = (bytes.next()?, bytes.next()?);
                let digit = |b: u8| char::from(b).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(Request::read(text.as_bytes()))
    }

    fn status(text: &str) -> u16 {
        read(text).unwrap_err().status
    }

    #[test]
    fn a_request_is_read() {
        let text = "POST /a/b?x=%2B1+2&y= HTTP/1.1\r\nHost: h\r\ncontent-LENGTH: 3\r\n\r\nabc";
        let request = read(text).unwrap();
        assert_eq!((&*request.method, &*request.path), ("POST", "/a/b"));
        assert_eq!(request.parameter("x").as_deref(), Some("+1 2"));
        assert_eq!(request.parameter("z"), None);
        assert_eq!(request.body, b"abc");
    }

    #[test]
    fn a_request_shown_for_debugging_has_no_secrets() {
        let text = "GET /codes?phone=15550100 HTTP/1.1\r\nAuthorization: Bearer abcdef\r\n\r\n";
        let shown = format!("{:?}", read(text).unwrap());
        assert!(shown.contains("/codes"));
        assert!(!shown.contains("abcdef") && !shown.contains("15550100"));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let with = |fields: &str| status(&format!("GET / HTTP/1.1\r\n{fields}\r\n\r\nabc"));
        assert_eq!(status(""), 400);
        assert_eq!(status("GET / HTTP/1.1\r\nHost: h\r\n"), 400);
        assert_eq!(status("GET / HTTP/2\r\n\r\n"), 505);
        assert_eq!(with("Content-Length: 5"), 400);
        assert_eq!(with("Content-Length: 1"), 400);
        assert_eq!(with("Content-Length: 3\r\nHost: a\r\nHost: b"), 400);
        assert_eq!(with("Transfer-Encoding: chunked"), 411);
        assert_eq!(with("Content-Length: 999999999"), 413);
        assert_eq!(with(&format!("A: {}", "x".repeat(HEAD_MAX))), 431);
    }

    #[test]
    fn only_addresses_and_localhost_are_hosts() {
        let check = |host: &str, port| {
            let text = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            read(&text).unwrap().check_host(port).is_ok()
        };
        assert!(check("127.0.0.1:99", 99) && check("localhost:99", 99) && check("[::1]:99", 99));
        assert!(check("127.0.0.1", 80) && check("[::1]", 80));
        assert!(!check("127.0.0.1:98", 99) && !check("127.0.0.1", 99));
        assert!(!check("evil.example:99", 99) && !check("", 99) && !check("::1:99", 99));
        assert!(!check("127.0.0.1.evil.example:99", 99) && !check("[localhost]:99", 99));
    }
}
