//! Bytes on a socket, and packets from one end to the other, in pieces.

use heliogram_mtproto::framing::{Frame, Framing, Obfuscation, Transport};

use crate::{Input, Seed, input::crc32};

/// Frames until the end or the first mistake.
fn drain(framing: &mut Framing) -> Vec<Frame> {
    std::iter::from_fn(|| framing.next_frame().ok().flatten()).collect()
}

/// Both ends of a connection.
struct Line {
    transport: Transport,
    client: Framing,
    server: Framing,
    /// Longest piece that comes at once.
    piece: usize,
}

impl Line {
    /// Transport, how it is obfuscated (not, plainly, or with the secret of a proxy), randomness and
    /// length of pieces.
    fn new(input: &mut Input<'_>) -> Self {
        let transport = Transport::ALL[usize::from(input.byte()) % 4];
        let how = input.byte() % 4;
        let secret = (how == 3).then_some([0x5e; 16]);
        let obfuscation = (how % 2 == 1).then_some(Obfuscation { dc_id: 2, secret });
        let seed = [input.byte(); 32];
        Self {
            transport,
            client: Framing::client(transport, obfuscation, seed),
            server: match secret {
                Some(secret) => Framing::server_with_secret(secret, [9; 32]),
                None => Framing::server([9; 32]),
            },
            piece: usize::from(input.byte()) + 1,
        }
    }

    /// Packets from the client to the server.
    fn ask(&mut self, input: &mut Input<'_>) {
        let (mut wire, mut sent) = (Vec::new(), Vec::new());
        for n in 0..input.byte() % 32 {
            let packet = packet(input);
            let encoded = match n % 2 == 1 && self.transport != Transport::Full {
                true => self.client.encode_with_quick_ack(&packet, &mut wire),
                false => self.client.encode(&packet, &mut wire),
            };
            if encoded.is_ok() {
                sent.push(packet);
            }
        }
        let mut got = Vec::new();
        for piece in wire.chunks(self.piece) {
            self.server.receive(piece);
            got.extend(drain(&mut self.server));
        }
        self.compare(
            &sent.into_iter().map(Frame::Packet).collect::<Vec<_>>(),
            &got,
        );
    }

    /// Packets, errors and quick acknowledgements from the server to the client.
    fn answer(&mut self, input: &mut Input<'_>) {
        let (mut wire, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..input.byte() % 8 {
            let (encoded, frame) = match input.byte() % 4 {
                0 => {
                    // The highest bit is what tells it from a length.
                    let token = input.u32() | 1 << 31;
                    let encoded = self.server.encode_quick_ack(token, &mut wire);
                    (encoded, Frame::QuickAck(token))
                }
                1 => {
                    let code = -i32::from(input.u16()) - 2;
                    (
                        self.server.encode_error(code, &mut wire),
                        Frame::Error(code),
                    )
                }
                _ => {
                    let packet = packet(input);
                    let encoded = self.server.encode(&packet, &mut wire);
                    (encoded, Frame::Packet(packet))
                }
            };
            if encoded.is_ok() {
                sent.push(frame);
            }
        }
        let mut got = Vec::new();
        for piece in wire.chunks(self.piece) {
            self.client.receive(piece);
            got.extend(drain(&mut self.client));
        }
        self.compare(&sent, &got);
    }

    fn compare(&self, sent: &[Frame], got: &[Frame]) {
        assert_eq!(got.len(), sent.len(), "{}", self.transport);
        for pair in sent.iter().zip(got) {
            match pair {
                // Padding behind a packet cannot be told from it.
                (Frame::Packet(sent), Frame::Packet(got)) => {
                    assert!(got.starts_with(sent), "{}", self.transport);
                }
                (sent, got) => assert_eq!(sent, got, "{}", self.transport),
            }
        }
    }
}

/// The shortest there is, and whole blocks under a key, as encrypted packets are: of anything else
/// the padded framing would take a part for padding.
fn packet(input: &mut Input<'_>) -> Vec<u8> {
    let mut packet = input.piece().to_vec();
    packet.resize(24 + packet.len().saturating_sub(24).next_multiple_of(16), 1);
    packet[0] |= 1;
    packet
}

/// What [`Line::new`] takes, how many packets and those, how many answers and those, and noise.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut line = Line::new(&mut input);
    line.ask(&mut input);
    line.answer(&mut input);
    let (transport, piece) = (line.transport, line.piece);
    let noise = match input.byte() % 2 {
        0 => input.rest().to_vec(),
        _ => full_frames(&mut input),
    };
    let ends = [
        line.server,
        line.client,
        Framing::server([7; 32]),
        Framing::client(transport, None, [7; 32]),
    ];
    for mut end in ends {
        for noise in noise.chunks(piece) {
            end.receive(noise);
            drain(&mut end);
        }
    }
}

/// Frames of the full transport with any payload and right checksums, which no chance finds.
fn full_frames(input: &mut Input<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for n in 0_u32.. {
        if input.is_empty() {
            break;
        }
        let (off, payload) = (u32::from(input.byte() / 128), input.piece());
        let mut frame = (payload.len() as u32 + 12).to_le_bytes().to_vec();
        frame.extend((n + off).to_le_bytes());
        frame.extend(payload);
        frame.extend(crc32(&frame).to_le_bytes());
        out.extend(frame);
    }
    out
}

/// Each transport with packets both ways, plain and obfuscated, and the first bytes of each as noise.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (n, transport) in (0..).zip(Transport::ALL) {
        for how in [0, 1, 3] {
            let seed = Seed::new().byte(n).byte(how).byte(5).byte(15).byte(3);
            let seed = seed.piece(&[7; 40]).piece(&[8; 24]).piece(&[9; 600]);
            let seed = seed.byte(3).byte(0).u32(0x1234_5678).byte(1).u16(402);
            let seed = seed.byte(2).piece(&[4; 30]);
            let mut noise = Vec::new();
            let mut other = Framing::client(transport, None, [3; 32]);
            other.encode(&[6; 32], &mut noise).expect("it fits");
            let frames = seed
                .clone()
                .byte(1)
                .byte(0)
                .piece(&[1; 24])
                .byte(255)
                .piece(&[]);
            all.push(seed.byte(0).raw(&noise).named(format!("{transport}-{how}")));
            all.push(frames.named(format!("{transport}-{how}-frames")));
        }
    }
    all
}
