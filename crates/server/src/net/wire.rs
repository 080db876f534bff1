use heliogram_mtproto::framing::{Frame, FrameError, Framing};

use super::http::{Http, Step};
use super::websocket::WebSocket;

/// What an HTTP request begins with, all verbs that servers look for.
const VERBS: [&[u8; 4]; 4] = [b"GET ", b"POST", b"HEAD", b"OPTI"];

/// How packets lie on a connection's bytes; the client's first bytes tell.
pub(super) enum Wire {
    /// Too few bytes came to tell.
    Unknown(Vec<u8>),
    /// One after the other, in one of the framings.
    Stream(Box<Framing>),
    /// The same inside of a WebSocket.
    WebSocket(Box<WebSocket>),
    /// One in each request and one in each answer.
    Http(Box<Http>),
}

/// A packet of the client.
#[derive(Clone)]
pub(super) struct Packet {
    pub(super) bytes: Vec<u8>,
    /// The client wants to hear at once that it came.
    pub(super) quick_ack: bool,
}

impl AsMut<[u8]> for Packet {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Wire {
    pub(super) fn new() -> Self {
        Self::Unknown(Vec::new())
    }

    /// Whether the client hears something only as the answer to a request.
    pub(super) fn is_polled(&self) -> bool {
        matches!(self, Self::Http(_))
    }

    /// Whether nothing more should be read for now.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Http(http) if http.is_full())
    }

    /// Takes bytes from the socket; `seed` gives fresh randomness. What has to be said at once is
    /// appended to `out`.
    ///
    /// # Errors
    /// Why the connection is over.
    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        seed: impl Fn() -> [u8; 32],
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        match self {
            Self::Unknown(first) => {
                first.extend_from_slice(bytes);
                let first = std::mem::take(first);
                self.tell_apart(first, seed);
                Ok(())
            }
            Self::Stream(framing) => {
                framing.receive(bytes);
                Ok(())
            }
            Self::WebSocket(socket) => socket.receive(bytes, out),
            Self::Http(http) => {
                http.receive(bytes);
                Ok(())
            }
        }
    }

    fn tell_apart(&mut self, first: Vec<u8>, seed: impl Fn() -> [u8; 32]) {
        *self = match first.first_chunk::<4>() {
            Some(word) if VERBS.contains(&word) => {
                let mut http = Http::new();
                http.receive(&first);
                Self::Http(Box::new(http))
            }
            None if VERBS.iter().any(|verb| verb.starts_with(&first)) => Self::Unknown(first),
            _ => {
                let mut framing = Framing::server(seed());
                framing.receive(&first);
                Self::Stream(Box::new(framing))
            }
        };
    }

    /// The next packet of the client; `seed` gives fresh randomness.
    ///
    /// # Errors
    /// Why the connection is over.
    pub(super) fn next(
        &mut self,
        seed: impl Fn() -> [u8; 32],
        out: &mut Vec<u8>,
    ) -> Result<Option<Packet>, String> {
        loop {
            let (frame, quick_ack) = match self {
                Self::Unknown(_) => return Ok(None),
                Self::Stream(framing) => {
                    let frame = framing.next_frame().map_err(|e| e.to_string())?;
                    (frame, framing.quick_ack_wanted())
                }
                Self::WebSocket(socket) => (socket.next_frame()?, socket.quick_ack_wanted()),
                Self::Http(http) => match http.next(out) {
                    Step::Wait => return Ok(None),
                    Step::Packet(packet) => (Some(Frame::Packet(packet)), false),
                    Step::End(reason) => return Err(reason),
                    Step::WebSocket(rest) => {
                        let mut socket = WebSocket::new(Framing::server(seed()));
                        let received = socket.receive(&rest, out);
                        *self = Self::WebSocket(Box::new(socket));
                        received?;
                        continue;
                    }
                },
            };
            match frame {
                None => return Ok(None),
                Some(Frame::Packet(bytes)) => return Ok(Some(Packet { bytes, quick_ack })),
                // A server's framing gives nothing else.
                Some(_) => {}
            }
        }
    }

    /// Says a packet.
    ///
    /// # Errors
    /// Why it was the last that can be said.
    pub(super) fn say(&mut self, packet: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        if let Self::Http(http) = self {
            return http
                .answer(packet, out)
                .map_err(|_| "the client wants no further answer here".to_owned());
        }
        self.say_framed(|framing, out| framing.encode(packet, out), out)
            .map_err(|error| error.to_string())
    }

    /// Confirms a packet at once; clients of transports without such words cannot have asked.
    pub(super) fn say_quick_ack(&mut self, token: u32, out: &mut Vec<u8>) {
        let _ = self.say_framed(|framing, out| framing.encode_quick_ack(token, out), out);
    }

    /// Says a transport error, such as -404; it is the last word.
    pub(super) fn say_error(&mut self, code: i32, out: &mut Vec<u8>) {
        if let Self::Http(http) = self {
            http.error(code, out);
            return;
        }
        // It fails only while the framing is not known, and then there is nobody to tell.
        let _ = self.say_framed(|framing, out| framing.encode_error(code, out), out);
        if let Self::WebSocket(socket) = self {
            socket.close(Some(1000), &code.unsigned_abs().to_string(), out);
        }
    }

    /// Says the last word, where there is one.
    pub(super) fn say_farewell(&mut self, out: &mut Vec<u8>) {
        if let Self::WebSocket(socket) = self {
            socket.close(Some(1000), "", out);
        }
    }

    fn say_framed(
        &mut self,
        what: impl FnOnce(&mut Framing, &mut Vec<u8>) -> Result<(), FrameError>,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        match self {
            Self::Stream(framing) => what(framing, out),
            Self::WebSocket(socket) => socket.say(what, out),
            Self::Unknown(_) | Self::Http(_) => Err(FrameError::NotDetected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(pieces: &[&[u8]]) -> &'static str {
        let mut wire = Wire::new();
        for piece in pieces {
            wire.receive(piece, || [1; 32], &mut Vec::new()).unwrap();
        }
        match wire {
            Wire::Unknown(_) => "unknown",
            Wire::Stream(_) => "stream",
            Wire::WebSocket(_) => "websocket",
            Wire::Http(_) => "http",
        }
    }

    #[test]
    fn the_first_bytes_tell_however_they_come() {
        assert_eq!(kind(&[b"\xef"]), "stream");
        assert_eq!(kind(&[b"G"]), "unknown");
        assert_eq!(kind(&[b"G", b"E", b"T"]), "unknown");
        assert_eq!(kind(&[b"GE", b"T "]), "http");
        assert_eq!(kind(&[b"GE", b"Tx"]), "stream");
        for verb in VERBS {
            assert_eq!(kind(&[verb.as_slice()]), "http");
        }
    }
}
