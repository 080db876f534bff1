//! The ways a client can reach a server, each with a blocking socket.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use heliogram_mtproto::framing::{Frame, Framing, Obfuscation, Transport};

use crate::peer::{PATIENCE, seed};

/// One connection that carries packets.
pub(crate) trait Channel {
    /// Sends a packet.
    fn send(&mut self, packet: &[u8]);
    /// What came, if something did within a moment; an error once the connection is over.
    fn receive(&mut self) -> Result<Option<Frame>, ()>;
}

/// The socket, and what was read of it and not used.
pub(crate) struct Socket {
    stream: TcpStream,
    pub(crate) input: Vec<u8>,
}

impl Socket {
    pub(crate) fn dial(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        Self {
            stream,
            input: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        // The other side may have closed it, which reading tells.
        let _ = self.stream.write_all(bytes);
    }

    /// Reads what is there within a moment.
    pub(crate) fn read(&mut self) -> Result<(), ()> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(()),
            Ok(len) => {
                self.input.extend_from_slice(&bytes[..len]);
                Ok(())
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
            Err(_) => Err(()),
        }
    }

    /// Reads up to and including `end`, and takes that.
    fn take_until(&mut self, end: &[u8]) -> Result<Option<Vec<u8>>, ()> {
        let found = |input: &[u8]| input.windows(end.len()).position(|w| w == end);
        if found(&self.input).is_none() {
            self.read()?;
        }
        let Some(at) = found(&self.input) else {
            return Ok(None);
        };
        let rest = self.input.split_off(at + end.len());
        Ok(Some(std::mem::replace(&mut self.input, rest)))
    }

    /// Everything until the connection is over.
    pub(crate) fn read_to_end(mut self) -> Vec<u8> {
        let began = Instant::now();
        while self.read().is_ok() {
            assert!(began.elapsed() < PATIENCE, "the connection stays");
        }
        self.input
    }
}

/// MTProto over TCP.
pub(crate) struct Tcp {
    socket: Socket,
    framing: Framing,
}

impl Tcp {
    pub(crate) fn dial(address: SocketAddr) -> Self {
        Self {
            socket: Socket::dial(address),
            framing: Framing::client(Transport::Intermediate, None, seed()),
        }
    }
}

impl Channel for Tcp {
    fn send(&mut self, packet: &[u8]) {
        let mut out = Vec::new();
        self.framing.encode(packet, &mut out).unwrap();
        self.socket.write(&out);
    }

    fn receive(&mut self) -> Result<Option<Frame>, ()> {
        if let Some(frame) = self.framing.next_frame().unwrap() {
            return Ok(Some(frame));
        }
        self.socket.read()?;
        self.framing
            .receive(&std::mem::take(&mut self.socket.input));
        Ok(self.framing.next_frame().unwrap())
    }
}

/// HTTP: a packet in each request, another in each answer.
pub(crate) struct Http {
    pub(crate) socket: Socket,
    path: &'static str,
    /// The status line and fields of the last answer.
    pub(crate) head: String,
}

impl Http {
    pub(crate) fn dial(address: SocketAddr, path: &'static str) -> Self {
        Self {
            socket: Socket::dial(address),
            path,
            head: String::new(),
        }
    }
}

impl Channel for Http {
    fn send(&mut self, packet: &[u8]) {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n",
            self.path,
            packet.len()
        );
        self.socket.write(&[head.as_bytes(), packet].concat());
    }

    fn receive(&mut self) -> Result<Option<Frame>, ()> {
        let Some(head) = self.socket.take_until(b"\r\n\r\n")? else {
            return Ok(None);
        };
        self.head = String::from_utf8(head).unwrap();
        let status: i32 = self.head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .unwrap()
            .parse()
            .unwrap();
        while self.socket.input.len() < length {
            self.socket.read()?;
        }
        let rest = self.socket.input.split_off(length);
        let body = std::mem::replace(&mut self.socket.input, rest);
        Ok(Some(match status {
            200 => Frame::Packet(body),
            status => Frame::Error(-status),
        }))
    }
}

/// A WebSocket, whose messages are cut without regard to packets.
pub(crate) struct WebSocket {
    pub(crate) socket: Socket,
    framing: Framing,
    /// The last frame that was not of data: its kind and payload.
    pub(crate) control: Option<(u8, Vec<u8>)>,
}

impl WebSocket {
    pub(crate) fn dial(address: SocketAddr, obfuscated: bool) -> Self {
        let obfuscation = Obfuscation {
            dc_id: 1,
            secret: None,
        };
        let obfuscation = obfuscated.then_some(obfuscation);
        let mut socket = Socket::dial(address);
        socket.write(
            b"GET /apiws HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\
              Sec-WebSocket-Protocol: binary\r\n\r\n",
        );
        let head = loop {
            if let Some(head) = socket.take_until(b"\r\n\r\n").unwrap() {
                break String::from_utf8(head).unwrap();
            }
        };
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("Sec-WebSocket-Protocol: binary\r\n"));
        // SHA-1 of that key and the standard's GUID.
        assert!(head.contains("Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n"));
        Self {
            socket,
            framing: Framing::client(Transport::PaddedIntermediate, obfuscation, seed()),
            control: None,
        }
    }

    pub(crate) fn frame(&mut self, first: u8, payload: &[u8]) {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let mut out = vec![first];
        match payload.len() {
            len @ 0..126 => out.push(0x80 | len as u8),
            len => {
                out.push(0x80 | 126);
                out.extend_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
            }
        }
        out.extend_from_slice(&mask);
        out.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
        self.socket.write(&out);
    }

    /// Takes one frame of the server, if all of it came.
    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let input = &self.socket.input;
        let (&[first, second], rest) = input.split_first_chunk::<2>()?;
        let (len, head) = match second {
            126 => (u16::from_be_bytes(*rest.first_chunk()?).into(), 4),
            127 => (
                usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).unwrap(),
                10,
            ),
            len => (usize::from(len), 2),
        };
        let payload = input.get(head..head + len)?.to_vec();
        self.socket.input.drain(..head + len);
        Some((first, payload))
    }
}

impl Channel for WebSocket {
    fn send(&mut self, packet: &[u8]) {
        let mut out = Vec::new();
        self.framing.encode(packet, &mut out).unwrap();
        // A message in three pieces, and a ping between them.
        let (one, rest) = out.split_at(out.len() / 3);
        let (two, three) = rest.split_at(rest.len() / 2);
        self.frame(0x02, one);
        self.frame(0x00, two);
        self.frame(0x89, b"are you there");
        self.frame(0x80, three);
    }

    fn receive(&mut self) -> Result<Option<Frame>, ()> {
        loop {
            if let Some(frame) = self.framing.next_frame().unwrap() {
                return Ok(Some(frame));
            }
            match self.take_frame() {
                Some((0x82, payload)) => self.framing.receive(&payload),
                Some(control) => self.control = Some(control),
                None => {
                    let before = self.socket.input.len();
                    self.socket.read()?;
                    if self.socket.input.len() == before {
                        return Ok(None);
                    }
                }
            }
        }
    }
}
