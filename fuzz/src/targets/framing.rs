//! Bytes on a socket, and packets from one end to the other, in pieces.

use heliogram_mtproto::framing::{Frame, Framing, Obfuscation, Transport};

use crate::{Input, Seed};

/// Frames until the end or the first mistake.
fn drain(framing: &mut Framing) -> Vec<Frame> {
    std::iter::from_fn(|| framing.next_frame().ok().flatten()).collect()
}

/// Transport, whether obfuscated, randomness, length of pieces, how many packets and those, and
/// noise.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let transport = Transport::ALL[usize::from(input.byte()) % 4];
    let obfuscation = (input.byte() & 1 == 1).then_some(Obfuscation {
        dc_id: 2,
        secret: None,
    });
    let (seed, piece) = ([input.byte(); 32], usize::from(input.byte()) + 1);
    let packets = input.byte() % 32;
    let mut client = Framing::client(transport, obfuscation, seed);
    let mut server = Framing::server([9; 32]);

    let mut wire = Vec::new();
    let mut sent = Vec::new();
    for n in 0..packets {
        let mut packet = input.piece().to_vec();
        // The shortest there is, and whole blocks under a key, as encrypted packets are: of anything
        // else the padded framing would take a part for padding.
        packet.resize(24 + packet.len().saturating_sub(24).next_multiple_of(16), 1);
        packet[0] |= 1;
        let encoded = match n % 2 == 1 && transport != Transport::Full {
            true => client.encode_with_quick_ack(&packet, &mut wire),
            false => client.encode(&packet, &mut wire),
        };
        if encoded.is_ok() {
            sent.push(packet);
        }
    }
    let mut got = Vec::new();
    for piece in wire.chunks(piece) {
        server.receive(piece);
        got.extend(drain(&mut server));
    }
    for (sent, got) in sent.iter().zip(&got) {
        let Frame::Packet(got) = got else {
            panic!("a packet became {got:?}")
        };
        // Padding behind a packet cannot be told from it.
        assert!(got.starts_with(sent), "{transport}");
    }
    assert_eq!(got.len(), sent.len(), "{transport}");

    let noise = input.rest();
    server.receive(noise);
    client.receive(noise);
    let mut fresh = Framing::server([7; 32]);
    fresh.receive(noise);
    for framing in [&mut server, &mut client, &mut fresh] {
        drain(framing);
    }
}

/// Each transport with packets, plain and obfuscated, and the first bytes of each as noise.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (n, transport) in (0..).zip(Transport::ALL) {
        for obfuscated in [0, 1] {
            let seed = Seed::new()
                .byte(n)
                .byte(obfuscated)
                .byte(5)
                .byte(15)
                .byte(3);
            let seed = seed.piece(&[7; 40]).piece(&[8; 24]).piece(&[9; 600]);
            let mut noise = Vec::new();
            let mut other = Framing::client(transport, None, [3; 32]);
            other.encode(&[6; 32], &mut noise).expect("it fits");
            all.push(seed.raw(&noise).named(format!("{transport}-{obfuscated}")));
        }
    }
    all
}
