//! WebSockets (RFC 6455): a byte stream in binary messages, whose boundaries carry no meaning.

mod frames;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heliogram_crypto::hash::sha1;
use heliogram_mtproto::framing::{Frame, FrameError, Framing};

use self::frames::{Control, Frames, Opcode};
use super::http::{BadHead, Head};

/// What a server adds to a client's key to show that it speaks the protocol.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The one version there is.
const VERSION: &str = "13";

/// Whether WebSockets are opened here.
pub(super) fn is_path(path: &str) -> bool {
    path.strip_suffix("_test").unwrap_or(path) == "/apiws"
}

/// The answer to a request that opens a WebSocket.
pub(super) fn accept(head: &Head<'_>) -> Result<String, BadHead> {
    let upgrades = head.lists("upgrade", "websocket") && head.lists("connection", "upgrade");
    if !upgrades || head.one("sec-websocket-version")? != Some(VERSION) {
        return Err(BadHead(426));
    }
    if !head.lists("sec-websocket-protocol", "binary") {
        return Err(BadHead(400));
    }
    let key = head.one("sec-websocket-key")?.unwrap_or_default();
    if STANDARD.decode(key).map(|key| key.len()) != Ok(16) {
        return Err(BadHead(400));
    }
    let accepted = STANDARD.encode(sha1(&[key.as_bytes(), GUID]));
    Ok(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accepted}\r\nSec-WebSocket-Protocol: binary\r\n\r\n"
    ))
}

/// The server's end of a WebSocket with MTProto in it.
pub(super) struct WebSocket {
    frames: Frames,
    framing: Framing,
    /// Whether the last word was said.
    over: bool,
}

impl WebSocket {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            frames: Frames::default(),
            framing,
            over: false,
        }
    }

    /// Takes bytes from the socket; what has to be said at once is appended to `out`.
    ///
    /// # Errors
    /// Why the connection is over.
    pub(super) fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        if self.over {
            return Ok(());
        }
        let (mut data, mut controls) = (Vec::new(), Vec::new());
        let read = self.frames.receive(bytes, &mut data, &mut controls);
        self.framing.receive(&data);
        for control in controls {
            match control {
                Control::Ping(payload) => frames::write(Opcode::Pong, &payload, out),
                Control::Close(code) => {
                    self.close(code, "", out);
                    return Err("the client closed the WebSocket".to_owned());
                }
            }
        }
        read.map_err(|violation| {
            self.close(Some(violation.code()), "", out);
            violation.to_string()
        })
    }

    /// The next thing the client said.
    ///
    /// # Errors
    /// Why the connection is over.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, String> {
        let frame = self.framing.next_frame().map_err(|e| e.to_string())?;
        if self.framing.transport().is_some() && !self.framing.is_obfuscated() {
            return Err("a WebSocket without obfuscation".to_owned());
        }
        Ok(frame)
    }

    /// Whether the packet given out last asked for a quick acknowledgement.
    pub(super) fn quick_ack_wanted(&self) -> bool {
        self.framing.quick_ack_wanted()
    }

    /// Says something as one message.
    pub(super) fn say(
        &mut self,
        what: impl FnOnce(&mut Framing, &mut Vec<u8>) -> Result<(), FrameError>,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        if self.over {
            return Ok(());
        }
        let mut bytes = Vec::new();
        what(&mut self.framing, &mut bytes)?;
        frames::write(Opcode::Binary, &bytes, out);
        Ok(())
    }

    /// Says the last word, once.
    pub(super) fn close(&mut self, code: Option<u16>, reason: &str, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.over, true) {
            let code = code.map(u16::to_be_bytes);
            let payload = [
                code.as_ref().map_or(&[][..], |code| code),
                reason.as_bytes(),
            ]
            .concat();
            frames::write(Opcode::Close, &payload, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use heliogram_mtproto::framing::{Obfuscation, Transport};

    use super::super::http::{Http, Step};
    use super::frames::masked;
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn open(fields: &[(&str, &str)]) -> (bool, String) {
        let fields: String = fields
            .iter()
            .map(|(n, v)| format!("{n}: {v}\r\n"))
            .collect();
        let (mut http, mut out) = (Http::new(), Vec::new());
        http.receive(format!("GET /apiws HTTP/1.1\r\n{fields}\r\n").as_bytes());
        let opened = matches!(http.next(&mut out), Step::WebSocket(rest) if rest.is_empty());
        (opened, String::from_utf8(out).unwrap())
    }

    const GOOD: [(&str, &str); 5] = [
        ("Upgrade", "websocket"),
        ("Connection", "keep-alive, Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Protocol", "chat, binary"),
        ("Sec-WebSocket-Key", KEY),
    ];

    #[test]
    fn the_sample_of_the_standard_is_accepted() {
        let (opened, said) = open(&GOOD);
        assert!(opened && said.starts_with("HTTP/1.1 101 "));
        assert!(said.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    }

    #[test]
    fn each_field_is_needed() {
        for left_out in 0..GOOD.len() {
            let mut fields = GOOD.to_vec();
            fields.remove(left_out);
            let (opened, said) = open(&fields);
            let status = if left_out < 3 { " 426 " } else { " 400 " };
            assert!(!opened && said.contains(status), "{left_out}: {said}");
        }
        let mut short = GOOD;
        short[4].1 = "YWJj";
        assert!(!open(&short).0);
    }

    fn pair(obfuscated: bool) -> (Framing, WebSocket) {
        let obfuscation = Obfuscation {
            dc_id: 2,
            secret: None,
        };
        let client = Framing::client(
            Transport::Intermediate,
            obfuscated.then_some(obfuscation),
            [1; 32],
        );
        (client, WebSocket::new(Framing::server([2; 32])))
    }

    #[test]
    fn packets_cross_whatever_the_boundaries_of_messages() {
        let (mut client, mut server) = pair(true);
        let (mut wire, mut out) = (Vec::new(), Vec::new());
        client.encode(&[5; 400], &mut wire).unwrap();
        client.encode(&[6; 40], &mut wire).unwrap();
        let mut got = Vec::new();
        for piece in wire.chunks(9) {
            let framed = masked(Opcode::Binary, true, piece, [1, 2, 3, 4]);
            server.receive(&framed, &mut out).unwrap();
            while let Some(Frame::Packet(packet)) = server.next_frame().unwrap() {
                got.push(packet);
            }
        }
        assert_eq!(got, [vec![5; 400], vec![6; 40]]);
        assert!(out.is_empty());
        server
            .say(|f, out| f.encode(&[7; 24], out), &mut out)
            .unwrap();
        assert_eq!(out[..2], [0x82, 28]);
        client.receive(&out[2..]);
        assert_eq!(
            client.next_frame().unwrap(),
            Some(Frame::Packet(vec![7; 24]))
        );
    }

    #[test]
    fn a_stream_that_is_not_obfuscated_is_refused() {
        let (mut client, mut server) = pair(false);
        let mut wire = Vec::new();
        client.encode(&[5; 400], &mut wire).unwrap();
        let framed = masked(Opcode::Binary, true, &wire, [9; 4]);
        server.receive(&framed, &mut Vec::new()).unwrap();
        assert!(server.next_frame().is_err());
    }

    #[test]
    fn pings_are_answered_and_closing_is_the_last_word() {
        let (_, mut server) = pair(true);
        let mut out = Vec::new();
        let ping = masked(Opcode::Ping, true, b"hey", [3; 4]);
        server.receive(&ping, &mut out).unwrap();
        assert_eq!(out, [&[0x8a, 3][..], b"hey"].concat());
        out.clear();
        let close = masked(Opcode::Close, true, &[3, 232, b'x'], [3; 4]);
        assert!(server.receive(&close, &mut out).is_err());
        assert_eq!(out, [0x88, 2, 3, 232]);
        server.close(Some(1000), "404", &mut out);
        server.receive(&ping, &mut out).unwrap();
        server
            .say(|f, out| f.encode(&[7; 24], out), &mut out)
            .unwrap();
        assert_eq!(out.len(), 4);
    }
}
