//! Bytes on a socket, and packets from one end to the other, in pieces.
#![no_main]

use heliogram_mtproto::framing::{Frame, Framing, Obfuscation, Transport};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

#[derive(Arbitrary, Debug)]
struct Input {
    transport: u8,
    obfuscated: bool,
    seed: [u8; 32],
    packets: Vec<Vec<u8>>,
    piece: u8,
    noise: Vec<u8>,
}

/// Frames until the end or the first mistake.
fn drain(framing: &mut Framing) -> Vec<Frame> {
    std::iter::from_fn(|| framing.next_frame().ok().flatten()).collect()
}

fuzz_target!(|input: Input| {
    let transport = Transport::ALL[usize::from(input.transport) % 4];
    let obfuscation = input.obfuscated.then_some(Obfuscation {
        dc_id: 2,
        secret: None,
    });
    let mut client = Framing::client(transport, obfuscation, input.seed);
    let mut server = Framing::server([9; 32]);

    let mut wire = Vec::new();
    let mut sent = Vec::new();
    for mut packet in input.packets {
        // The shortest there is, and whole words: anything else may mean something else.
        packet.resize(packet.len().max(24).next_multiple_of(4), 1);
        if client.encode(&packet, &mut wire).is_ok() {
            sent.push(packet);
        }
    }
    let mut got = Vec::new();
    for piece in wire.chunks(usize::from(input.piece) + 1) {
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

    server.receive(&input.noise);
    client.receive(&input.noise);
    let mut fresh = Framing::server([7; 32]);
    fresh.receive(&input.noise);
    for framing in [&mut server, &mut client, &mut fresh] {
        drain(framing);
    }
});
