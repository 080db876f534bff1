use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use heliogram_crypto::{equal, sha1};

use super::{HEAD_MAX, Head, HeadError, authority, is_host, parse};

/// What a server adds to a client's key to show that it speaks the protocol (RFC 6455).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The protocol inside of the WebSocket, as Telegram names it.
const PROTOCOL: &str = "binary";

/// A client's part of opening a WebSocket for MTProto (RFC 6455).
///
/// Frames come after it; they are no part of this crate.
///
/// ```
/// use heliogram_mtproto::http::Upgrade;
///
/// let (mut upgrade, request) = Upgrade::start("example.com", 80, "/apiws", [7; 16])?;
/// assert!(request.starts_with(b"GET /apiws HTTP/1.1\r\nHost: example.com:80\r\n"));
/// assert!(upgrade.receive(b"HTTP/1.1 404 Not Found\r\n\r\n").is_err());
/// # Ok::<(), heliogram_mtproto::http::UpgradeError>(())
/// ```
pub struct Upgrade {
    head: Vec<u8>,
    accept: String,
    done: bool,
}

/// Why a server opens no WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpgradeError {
    /// The server's name is empty or holds what no name does.
    BadHost,
    /// The head of its answer breaks a rule.
    Head(HeadError),
    /// It answers with another status than 101.
    Refused {
        /// The status, such as 404.
        status: u16,
    },
    /// It does not show that it speaks the WebSocket protocol.
    Unproven,
    /// It does not agree to the protocol `binary`.
    NoProtocol,
    /// It says something before it is spoken to.
    TooMuch,
}

impl Upgrade {
    /// Begins; gives the request. `key` must be fresh randomness.
    ///
    /// # Errors
    /// [`UpgradeError::BadHost`].
    pub fn start(
        host: &str,
        port: u16,
        path: &str,
        key: [u8; 16],
    ) -> Result<(Self, Vec<u8>), UpgradeError> {
        if !is_host(host) {
            return Err(UpgradeError::BadHost);
        }
        let (authority, key) = (authority(host, port), STANDARD.encode(key));
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\
             Sec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        );
        let this = Self {
            head: Vec::new(),
            accept: STANDARD.encode(sha1(&[key.as_bytes(), GUID])),
            done: false,
        };
        Ok((this, request.into_bytes()))
    }

    /// Takes bytes from the server; answers whether the WebSocket is open.
    ///
    /// # Errors
    /// What the server refused, or the rule its answer breaks. The connection is of no use then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<bool, UpgradeError> {
        if self.done && !bytes.is_empty() {
            return Err(UpgradeError::TooMuch);
        }
        let room = HEAD_MAX.saturating_sub(self.head.len());
        self.head
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let Some((head, len)) = parse(&self.head).map_err(UpgradeError::Head)? else {
            return Ok(false);
        };
        self.check(&head)?;
        if self.head.len() > len || bytes.len() > room {
            return Err(UpgradeError::TooMuch);
        }
        self.done = true;
        Ok(true)
    }

    fn check(&self, head: &Head<'_>) -> Result<(), UpgradeError> {
        if head.status != 101 {
            let status = head.status;
            return Err(UpgradeError::Refused { status });
        }
        let accept = head.one("sec-websocket-accept").unwrap_or_default();
        let upgrades = head.lists("upgrade", "websocket") && head.lists("connection", "upgrade");
        if !upgrades || !equal(accept.as_bytes(), self.accept.as_bytes()) {
            return Err(UpgradeError::Unproven);
        }
        match head.one("sec-websocket-protocol") {
            Some(PROTOCOL) if !head.has("sec-websocket-extensions") => Ok(()),
            _ => Err(UpgradeError::NoProtocol),
        }
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for UpgradeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadHost => f.write_str("the server's name cannot be asked for"),
            Self::Head(e) => e.fmt(f),
            Self::Refused { status } => write!(f, "it opens no WebSocket: status {status}"),
            Self::Unproven => f.write_str("it does not speak the WebSocket protocol"),
            Self::NoProtocol => f.write_str("its WebSocket is not for MTProto"),
            Self::TooMuch => f.write_str("it speaks before it is spoken to"),
        }
    }
}

impl std::error::Error for UpgradeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The answer to a key, with fields of choice behind the status.
    fn answer(status: &str, accept: &str, more: &str) -> Vec<u8> {
        format!(
            "HTTP/1.1 {status}\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
        )
        .into_bytes()
    }

    fn start() -> (Upgrade, String) {
        // The key of the example in RFC 6455: "the sample nonce".
        let (upgrade, request) = Upgrade::start("h", 1, "/apiws", *b"the sample nonce").unwrap();
        (upgrade, String::from_utf8(request).unwrap())
    }

    const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    const BINARY: &str = "Sec-WebSocket-Protocol: binary\r\n";

    #[test]
    fn the_published_example_opens() {
        let (mut upgrade, request) = start();
        assert!(request.contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        assert!(request.contains(BINARY));
        let said = answer("101 Switching Protocols", ACCEPT, BINARY);
        let (last, first) = said.split_last().unwrap();
        for byte in first {
            assert_eq!(upgrade.receive(&[*byte]), Ok(false));
        }
        assert_eq!(upgrade.receive(&[*last]), Ok(true));
        assert_eq!(upgrade.receive(b"x"), Err(UpgradeError::TooMuch));
    }

    #[test]
    fn each_refusal_has_its_name() {
        let refused = |said: &[u8]| start().0.receive(said).unwrap_err();
        let status = 403;
        assert_eq!(
            refused(&answer("403 No", ACCEPT, BINARY)),
            UpgradeError::Refused { status }
        );
        for accept in ["", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", &"A".repeat(400)] {
            assert_eq!(
                refused(&answer("101 x", accept, BINARY)),
                UpgradeError::Unproven
            );
        }
        assert_eq!(
            refused(&answer("101 x", ACCEPT, "")),
            UpgradeError::NoProtocol
        );
        let zipped = format!("{BINARY}Sec-WebSocket-Extensions: permessage-deflate\r\n");
        assert_eq!(
            refused(&answer("101 x", ACCEPT, &zipped)),
            UpgradeError::NoProtocol
        );
        let more = [answer("101 x", ACCEPT, BINARY), vec![1]].concat();
        assert_eq!(refused(&more), UpgradeError::TooMuch);
        let no_http = UpgradeError::Head(HeadError::NotHttp);
        assert_eq!(refused(&[0x16, 3, 1]), no_http);
        let endless = [&b"HTTP/1.1 101 "[..], &[b'y'; 3 * HEAD_MAX]].concat();
        assert_eq!(refused(&endless), UpgradeError::Head(HeadError::TooLong));
        assert!(Upgrade::start("a b", 1, "/", [0; 16]).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_is_kept_without_end(
            bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 1..40_usize,
        ) {
            let (mut upgrade, _) = start();
            for piece in [b"HTTP/1.1 101 ", &bytes[..]].concat().chunks(piece) {
                if upgrade.receive(piece).is_err() {
                    break;
                }
                prop_assert!(upgrade.head.len() <= HEAD_MAX);
            }
        }
    }
}
