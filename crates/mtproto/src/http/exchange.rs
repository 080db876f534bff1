use std::fmt;

use super::{HeadError, authority, is_host, parse};
use crate::framing::MAX_FRAME;

/// A client's end of one HTTP connection that carries packets: each request has one in its body,
/// each answer another. One request is under way at a time.
///
/// ```
/// use heliogram_mtproto::http::{Answer, Exchange};
///
/// let mut exchange = Exchange::new("example.com", 80, "/api")?;
/// let mut out = Vec::new();
/// exchange.request(&[7; 40], &mut out)?;
/// assert!(out.starts_with(b"POST /api HTTP/1.1\r\nHost: example.com:80\r\n"));
/// exchange.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n");
/// exchange.receive(&[8; 24]);
/// assert_eq!(exchange.next_answer()?, Some(Answer::Packet(vec![8; 24])));
/// # Ok::<(), heliogram_mtproto::http::ExchangeError>(())
/// ```
pub struct Exchange {
    /// What requests begin with.
    head: String,
    input: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A request may be made.
    Idle,
    /// One is under way.
    Asked,
    /// The server closes the connection.
    Over,
}

/// What a server answers to a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A packet.
    Packet(Vec<u8>),
    /// Nothing: no packet came in time.
    Nothing,
    /// A transport error, such as -404.
    Error(i32),
}

/// The rules that an HTTP connection with packets can break; each of them closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The server's name is empty or holds what no name does.
    BadHost,
    /// A request is made while another is under way, or on a connection that ends.
    Busy,
    /// The head of the answer breaks a rule.
    Head(HeadError),
    /// The answer does not tell its length.
    NoLength,
    /// The answer is longer than [`MAX_FRAME`].
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// The server answers what was not asked.
    Unasked,
}

impl Exchange {
    /// A new connection to a server.
    ///
    /// # Errors
    /// [`ExchangeError::BadHost`].
    pub fn new(host: &str, port: u16, path: &str) -> Result<Self, ExchangeError> {
        if !is_host(host) {
            return Err(ExchangeError::BadHost);
        }
        let host = authority(host, port);
        Ok(Self {
            head: format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: "),
            input: Vec::new(),
            state: State::Idle,
        })
    }

    /// Whether a request may be made.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// Whether the answer to a request is due.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.state == State::Asked
    }

    /// Appends a request with a packet to `out`.
    ///
    /// # Errors
    /// [`ExchangeError::Busy`].
    pub fn request(&mut self, packet: &[u8], out: &mut Vec<u8>) -> Result<(), ExchangeError> {
        if self.state != State::Idle {
            return Err(ExchangeError::Busy);
        }
        self.state = State::Asked;
        out.extend_from_slice(self.head.as_bytes());
        out.extend_from_slice(format!("{}\r\n\r\n", packet.len()).as_bytes());
        out.extend_from_slice(packet);
        Ok(())
    }

    /// Takes bytes of the server. Look for the answer after each call: what is kept then is less
    /// than one.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.state != State::Over {
            self.input.extend_from_slice(bytes);
        }
    }

    /// The answer to the request that is under way, once all of it came.
    ///
    /// # Errors
    /// The rule that the answer breaks.
    pub fn next_answer(&mut self) -> Result<Option<Answer>, ExchangeError> {
        if self.state != State::Asked {
            return match self.input.is_empty() {
                true => Ok(None),
                false => Err(ExchangeError::Unasked),
            };
        }
        let (status, len, head_len, keeps_alive) = loop {
            let Some((head, head_len)) = parse(&self.input).map_err(ExchangeError::Head)? else {
                return Ok(None);
            };
            if let 100..200 = head.status {
                // More is to come.
                self.input.drain(..head_len);
                continue;
            }
            let coded = head.has("transfer-encoding");
            let len = head.one("content-length").filter(|_| !coded);
            let len = len.and_then(|len| len.parse::<usize>().ok());
            break (head.status, len, head_len, head.keeps_alive());
        };
        let len = match len {
            Some(len) if len > MAX_FRAME => return Err(ExchangeError::TooLong { len }),
            Some(len) => len,
            // The status says it all, and the connection ends.
            None if status != 200 => {
                self.end();
                return Ok(Some(Answer::Error(-i32::from(status))));
            }
            None => return Err(ExchangeError::NoLength),
        };
        if self.input.len() < head_len + len {
            return Ok(None);
        }
        let rest = self.input.split_off(head_len + len);
        let body = std::mem::replace(&mut self.input, rest).split_off(head_len);
        match keeps_alive {
            true => self.state = State::Idle,
            false => self.end(),
        }
        Ok(Some(match (status, body.first_chunk()) {
            (200, None) => Answer::Nothing,
            (200, Some(code)) if len == 4 => Answer::Error(i32::from_le_bytes(*code)),
            (200, Some(_)) => Answer::Packet(body),
            (status, _) => Answer::Error(-i32::from(status)),
        }))
    }

    fn end(&mut self) {
        self.state = State::Over;
        self.input = Vec::new();
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadHost => f.write_str("the server's name cannot be asked for"),
            Self::Busy => f.write_str("a request is under way"),
            Self::Head(e) => e.fmt(f),
            Self::NoLength => f.write_str("its answer does not tell its length"),
            Self::TooLong { len } => write!(f, "its answer of {len} bytes is too long"),
            Self::Unasked => f.write_str("it answers what was not asked"),
        }
    }
}

impl std::error::Error for ExchangeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked() -> Exchange {
        let mut exchange = Exchange::new("h", 1, "/api").unwrap();
        exchange.request(&[1; 24], &mut Vec::new()).unwrap();
        exchange
    }

    fn answer(said: &[u8]) -> Result<Option<Answer>, ExchangeError> {
        let mut exchange = asked();
        exchange.receive(said);
        exchange.next_answer()
    }

    #[test]
    fn answers_come_one_for_each_request_however_their_bytes_do() {
        let mut exchange = asked();
        assert_eq!(
            exchange.request(&[1; 24], &mut Vec::new()),
            Err(ExchangeError::Busy)
        );
        let said = [
            &b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n"[..],
            &[7; 24],
        ];
        let said = said.concat();
        let (last, first) = said.split_last().unwrap();
        for byte in first {
            exchange.receive(&[*byte]);
            assert_eq!(exchange.next_answer(), Ok(None));
        }
        exchange.receive(&[*last]);
        assert_eq!(
            exchange.next_answer(),
            Ok(Some(Answer::Packet(vec![7; 24])))
        );
        assert!(exchange.is_idle());
        exchange.request(&[1; 24], &mut Vec::new()).unwrap();
        exchange.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(exchange.next_answer(), Ok(Some(Answer::Nothing)));
        assert!(!exchange.is_idle() && !exchange.is_waiting());
    }

    #[test]
    fn errors_of_the_transport_come_as_a_status_or_in_a_body() {
        let code = |said: &[u8]| answer(said).unwrap();
        let error = |code| Some(Answer::Error(code));
        assert_eq!(
            code(b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"),
            error(-404)
        );
        assert_eq!(code(b"HTTP/1.1 429 x\r\n\r\n"), error(-429));
        let body = [
            &b"HTTP/1.1 200 x\r\nContent-Length: 4\r\n\r\n"[..],
            &(-444_i32).to_le_bytes(),
        ];
        assert_eq!(code(&body.concat()), error(-444));
    }

    #[test]
    fn each_broken_rule_has_its_name() {
        let broken = |said: &[u8]| answer(said).unwrap_err();
        assert_eq!(broken(b"HTTP/1.1 200 x\r\n\r\n"), ExchangeError::NoLength);
        assert_eq!(
            broken(b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            ExchangeError::NoLength
        );
        assert_eq!(
            broken(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ExchangeError::NoLength
        );
        let len = 99_999_999;
        assert_eq!(
            broken(b"HTTP/1.1 200 x\r\nContent-Length: 99999999\r\n\r\n"),
            ExchangeError::TooLong { len }
        );
        assert_eq!(broken(b"SSH-2.0"), ExchangeError::Head(HeadError::NotHttp));
        let mut exchange = Exchange::new("h", 1, "/api").unwrap();
        exchange.receive(b"HTTP/1.1 200 x\r\n\r\n");
        assert_eq!(exchange.next_answer(), Err(ExchangeError::Unasked));
        assert!(Exchange::new("a\r\nb", 1, "/api").is_err());
    }

    proptest! {
        #[test]
        fn no_answer_panics(
            bytes in prop::collection::vec(any::<u8>(), 0..200), len in 0..300_usize, piece in 1..40_usize,
        ) {
            let mut exchange = asked();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n");
            for piece in [head.as_bytes(), &bytes].concat().chunks(piece) {
                exchange.receive(piece);
                if !matches!(exchange.next_answer(), Ok(None)) {
                    break;
                }
            }
        }
    }
}
