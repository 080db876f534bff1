//! Packets on a byte stream: what delimits them, in both roles.
//!
//! One [`Framing`] belongs to one connection. Bytes read go in with [`Framing::receive`], what
//! they hold comes out of [`Framing::next_frame`]; [`Framing::encode`] makes the bytes to write.

mod envelope;
mod error;
mod noise;
mod obfuscated;
mod transport;

use std::fmt;

pub use error::FrameError;
use noise::Noise;
use obfuscated::Ciphers;
pub use transport::{Transport, UnknownTransportName};

/// Longest payload of one frame, in bytes, in either direction.
pub const MAX_FRAME: usize = (1 << 22) + 1024;

/// Bytes of memory that a quiet connection keeps for the next frame; a busy one keeps some more.
const KEPT: usize = 2 << 10;

/// Shortest payload that is a packet: the header and one word of a plaintext packet.
const MIN_PACKET: usize = 24;

/// A second encryption below the framing, which hides what the connection carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Obfuscation {
    /// The data centre wanted; 10000 is added for test ones, media ones are negative.
    pub dc_id: i16,
    /// The secret of a proxy, if the connection goes to one.
    pub secret: Option<[u8; 16]>,
}

impl fmt::Debug for Obfuscation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Obfuscation")
            .field("dc_id", &self.dc_id)
            .field("secret", &self.secret.map(|_| "(hidden)"))
            .finish()
    }
}

/// What a connection delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A packet, encrypted or plaintext.
    Packet(Vec<u8>),
    /// A transport error from the server, such as -404: it does not know the auth key.
    Error(i32),
    /// The server has the packet of this token, see [`Framing::encode_with_quick_ack`].
    QuickAck(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Client,
    Server,
}

/// The one length of padding of what is not padded.
const NO_PADDING: u8 = 1;

/// Puts packets on a byte stream and takes them off again, for one end of one connection.
///
/// # Example
/// ```
/// use heliogram_mtproto::framing::{Frame, Framing, Transport};
///
/// let mut client = Framing::client(Transport::Intermediate, None, [1; 32]);
/// let mut server = Framing::server([2; 32]);
/// let mut wire = Vec::new();
/// client.encode(&[7; 40], &mut wire)?;
/// server.receive(&wire);
/// assert_eq!(server.next_frame()?, Some(Frame::Packet(vec![7; 40])));
/// # Ok::<(), heliogram_mtproto::framing::FrameError>(())
/// ```
pub struct Framing {
    role: Role,
    /// `None` on a server that waits for a client's first bytes.
    transport: Option<Transport>,
    /// What a client still has to send before its first packet.
    greeting: Vec<u8>,
    /// Boxed: most connections have none.
    ciphers: Option<Box<Ciphers>>,
    secret: Option<[u8; 16]>,
    dc_id: Option<i16>,
    counters: envelope::Counters,
    noise: Noise,
    /// Bytes received and decrypted; those before `taken` were given out.
    input: Vec<u8>,
    taken: usize,
    quick_ack_wanted: bool,
    broken: bool,
}

impl Framing {
    /// The client's end of a new connection; `seed` must be fresh randomness.
    #[must_use]
    pub fn client(transport: Transport, obfuscation: Option<Obfuscation>, seed: [u8; 32]) -> Self {
        let mut this = Self::new(Role::Client, seed);
        this.transport = Some(transport);
        match obfuscation {
            None => this.greeting = transport.greeting().to_vec(),
            Some(obfuscation) => {
                let (init, ciphers) = obfuscated::client(transport, &obfuscation, &mut this.noise);
                this.greeting = init.to_vec();
                this.ciphers = Some(Box::new(ciphers));
                this.dc_id = Some(obfuscation.dc_id);
            }
        }
        this
    }

    /// The server's end of a new connection; it finds the framing from the first bytes.
    #[must_use]
    pub fn server(seed: [u8; 32]) -> Self {
        Self::new(Role::Server, seed)
    }

    /// The end of a proxy: like [`Framing::server`], for obfuscated clients that know `secret`.
    #[must_use]
    pub fn server_with_secret(secret: [u8; 16], seed: [u8; 32]) -> Self {
        Self {
            secret: Some(secret),
            ..Self::new(Role::Server, seed)
        }
    }

    fn new(role: Role, seed: [u8; 32]) -> Self {
        Self {
            role,
            transport: None,
            greeting: Vec::new(),
            ciphers: None,
            secret: None,
            dc_id: None,
            counters: envelope::Counters::default(),
            noise: Noise::Seed(seed),
            input: Vec::new(),
            taken: 0,
            quick_ack_wanted: false,
            broken: false,
        }
    }

    /// The framing in use; `None` on a server before the client's first bytes.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// Whether the connection is obfuscated; `false` on a server before the client's first bytes.
    #[must_use]
    pub fn is_obfuscated(&self) -> bool {
        self.ciphers.is_some()
    }

    /// The data centre named by an obfuscated connection.
    #[must_use]
    pub fn dc_id(&self) -> Option<i16> {
        self.dc_id
    }

    /// Whether the packet given out last asked for a quick acknowledgement.
    #[must_use]
    pub fn quick_ack_wanted(&self) -> bool {
        self.quick_ack_wanted
    }

    /// Appends the bytes of a packet to `out`; a client's first call puts its greeting before them.
    ///
    /// # Errors
    /// The packet is empty, too long or no multiple of 4 bytes, or a server's client has not
    /// spoken yet; nothing is appended then.
    pub fn encode(&mut self, packet: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
        self.write(packet, (self.padding(), false), out)
    }

    /// As [`Framing::encode`], and asks the server to confirm at once that the packet arrived.
    ///
    /// # Errors
    /// As [`Framing::encode`], and [`FrameError::NoQuickAck`] on the full transport.
    pub fn encode_with_quick_ack(
        &mut self,
        packet: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        self.write(packet, (self.padding(), true), out)
    }

    /// Appends the bytes of a transport error, such as -404, to `out` (servers).
    ///
    /// # Errors
    /// The client has not spoken yet.
    pub fn encode_error(&mut self, code: i32, out: &mut Vec<u8>) -> Result<(), FrameError> {
        self.write(&code.to_le_bytes(), (NO_PADDING, false), out)
    }

    /// Appends a quick acknowledgement of the packet with this token to `out` (servers).
    ///
    /// # Errors
    /// The client has not spoken yet, or speaks the full transport.
    pub fn encode_quick_ack(&mut self, token: u32, out: &mut Vec<u8>) -> Result<(), FrameError> {
        let transport = self.transport.ok_or(FrameError::NotDetected)?;
        let start = out.len();
        envelope::write_quick_ack(transport, token, out)?;
        self.encrypt(out, start);
        Ok(())
    }

    /// How many lengths of padding there are to choose from.
    fn padding(&self) -> u8 {
        match self.role {
            Role::Client => 16,
            // Telethon, like the proxies it is made for, takes off what is over whole words only.
            Role::Server => 4,
        }
    }

    fn write(
        &mut self,
        payload: &[u8],
        flags: (u8, bool),
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        let transport = self.transport.ok_or(FrameError::NotDetected)?;
        let mut frame = Vec::with_capacity(payload.len() + 32);
        envelope::write(
            transport,
            &mut self.counters,
            &mut self.noise,
            payload,
            flags,
            &mut frame,
        )?;
        out.append(&mut self.greeting);
        let start = out.len();
        out.append(&mut frame);
        self.encrypt(out, start);
        Ok(())
    }

    fn encrypt(&mut self, out: &mut [u8], start: usize) {
        if let (Some(ciphers), Some(new)) = (&mut self.ciphers, out.get_mut(start..)) {
            ciphers.outgoing.apply(new);
        }
    }

    /// Takes bytes read from the connection.
    ///
    /// Drain [`Framing::next_frame`] after each call: what is kept then is less than one frame.
    pub fn receive(&mut self, data: &[u8]) {
        if self.broken {
            return;
        }
        let empty = self.taken == self.input.len();
        let held = self.input.capacity();
        let is_quiet = data.len() <= KEPT;
        if empty && (held > KEPT && is_quiet || held > 64 * KEPT) {
            // A connection that was busy once does not keep the memory of its largest frame.
            self.input = Vec::new();
        } else if self.taken > 0 {
            self.input.drain(..self.taken);
        }
        self.taken = 0;
        let start = self.input.len();
        self.input.extend_from_slice(data);
        if let (Some(ciphers), Some(new)) = (&mut self.ciphers, self.input.get_mut(start..)) {
            ciphers.incoming.apply(new);
        }
    }

    /// The next thing the connection delivered, or `None` until more bytes come.
    ///
    /// # Errors
    /// The rule that the bytes break. The connection must be closed; every later call answers
    /// [`FrameError::Closed`].
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if self.broken {
            return Err(FrameError::Closed);
        }
        let result = self.advance();
        if result.is_err() {
            self.broken = true;
            self.input = Vec::new();
            self.taken = 0;
        }
        result
    }

    fn advance(&mut self) -> Result<Option<Frame>, FrameError> {
        if self.transport.is_none() && !self.detect()? {
            return Ok(None);
        }
        let Some(transport) = self.transport else {
            return Ok(None);
        };
        loop {
            let input = self.input.get(self.taken..).unwrap_or_default();
            let Some(parsed) = envelope::parse(transport, self.role, &mut self.counters, input)?
            else {
                return Ok(None);
            };
            let frame = match parsed.item {
                envelope::Item::QuickAck(token) => Some(Frame::QuickAck(token)),
                envelope::Item::Payload {
                    start,
                    end,
                    quick_ack,
                } => {
                    self.quick_ack_wanted = quick_ack;
                    classify(
                        transport,
                        self.role,
                        input.get(start..end).unwrap_or_default(),
                    )?
                }
            };
            self.taken += parsed.taken;
            if frame.is_some() {
                return Ok(frame);
            }
        }
    }

    /// Finds the framing from a client's first bytes; answers whether it is known.
    fn detect(&mut self) -> Result<bool, FrameError> {
        let input = self.input.as_slice();
        let Some(&first) = input.first() else {
            return Ok(false);
        };
        if first == 0xef {
            return Ok(self.detected(Transport::Abridged, 1));
        }
        match input.first_chunk::<4>() {
            None => return Ok(false),
            Some([0xee, 0xee, 0xee, 0xee]) => {
                return Ok(self.detected(Transport::Intermediate, 4));
            }
            Some([0xdd, 0xdd, 0xdd, 0xdd]) => {
                return Ok(self.detected(Transport::PaddedIntermediate, 4));
            }
            Some(b"GET " | b"POST" | b"HEAD" | b"OPTI") => return Err(FrameError::Http),
            Some([0x16, 0x03, 0x01, 0x02]) => return Err(FrameError::Tls),
            Some(_) => {}
        }
        match input.first_chunk::<8>() {
            None => return Ok(false),
            Some([_, _, _, _, 0, 0, 0, 0]) => return Ok(self.detected(Transport::Full, 0)),
            Some(_) => {}
        }
        let Some(init) = input.first_chunk() else {
            return Ok(false);
        };
        let (transport, dc_id, mut ciphers) = obfuscated::server(init, self.secret.as_ref())?;
        if let Some(rest) = self.input.get_mut(obfuscated::INIT..) {
            ciphers.incoming.apply(rest);
        }
        self.dc_id = Some(dc_id);
        self.ciphers = Some(Box::new(ciphers));
        Ok(self.detected(transport, obfuscated::INIT))
    }

    fn detected(&mut self, transport: Transport, taken: usize) -> bool {
        self.transport = Some(transport);
        self.taken = taken;
        true
    }
}

impl fmt::Debug for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framing")
            .field("role", &self.role)
            .field("transport", &self.transport)
            .field("obfuscated", &self.is_obfuscated())
            .finish_non_exhaustive()
    }
}

/// Tells packets from errors and quick acknowledgements, and cuts padding off.
fn classify(transport: Transport, role: Role, payload: &[u8]) -> Result<Option<Frame>, FrameError> {
    let padded = transport == Transport::PaddedIntermediate;
    let short = payload.len() < if padded { MIN_PACKET } else { 16 };
    let len = payload.len();
    match (short, role) {
        (false, _) if padded => Ok(Some(Frame::Packet(without_padding(payload).to_vec()))),
        (false, _) => Ok(Some(Frame::Packet(payload.to_vec()))),
        (true, Role::Server) => Err(FrameError::TooShort { len }),
        (true, Role::Client) => {
            let Some((code, rest)) = payload.split_first_chunk::<4>() else {
                return Err(FrameError::TooShort { len });
            };
            Ok(match (i32::from_le_bytes(*code), rest.first_chunk::<4>()) {
                (0, _) => None,
                (-1, Some(token)) => Some(Frame::QuickAck(u32::from_le_bytes(*token))),
                (code, _) => Some(Frame::Error(code)),
            })
        }
    }
}

/// A packet of the padded framing without what may stand behind it: encrypted data comes in blocks
/// of 16 bytes, a plaintext packet tells its length.
fn without_padding(payload: &[u8]) -> &[u8] {
    let (Some(key_id), Some(&[.., a, b, c, d])) =
        (payload.first_chunk::<8>(), payload.first_chunk::<20>())
    else {
        return payload;
    };
    let len = match *key_id == [0; 8] {
        true => 20 + u32::from_le_bytes([a, b, c, d]) as usize,
        false => payload.len() - (payload.len() - MIN_PACKET) % 16,
    };
    match payload.len().checked_sub(len) {
        Some(0..16) => payload.get(..len).unwrap_or(payload),
        _ => payload,
    }
}
