//! The obfuscation below the framings ("obfuscated2").

use heliogram_crypto::{Ctr, Random};

use super::{FrameError, Obfuscation, Transport};

/// Length of what a client sends first.
pub(super) const INIT: usize = 64;

/// First words no client may send, because servers take them for something else.
const RESERVED: [[u8; 4]; 7] = [
    *b"HEAD",
    *b"POST",
    *b"GET ",
    *b"OPTI",
    [0xdd; 4],
    [0xee; 4],
    [0x16, 0x03, 0x01, 0x02],
];

/// The two keystreams of one end of a connection.
pub(super) struct Ciphers {
    pub(super) incoming: Ctr,
    pub(super) outgoing: Ctr,
}

/// Draws a client's first bytes and what they make of the connection.
pub(super) fn client(
    transport: Transport,
    obfuscation: &Obfuscation,
    rng: &mut dyn Random,
) -> ([u8; INIT], Ciphers) {
    let mut init = [0; INIT];
    loop {
        rng.fill(&mut init);
        if allowed(&init) {
            break;
        }
    }
    finish(init, transport, obfuscation)
}

/// Puts tag and data centre into drawn bytes and encrypts them.
fn finish(
    mut init: [u8; INIT],
    transport: Transport,
    obfuscation: &Obfuscation,
) -> ([u8; INIT], Ciphers) {
    let tag = transport.tag();
    let dc = obfuscation.dc_id.to_le_bytes();
    for (to, from) in init.iter_mut().skip(56).zip(tag.iter().chain(&dc)) {
        *to = *from;
    }
    let secret = obfuscation.secret.as_ref();
    let mut outgoing = cipher(&init, secret);
    let incoming = cipher(&reversed(&init), secret);
    let mut sealed = init;
    outgoing.apply(&mut sealed);
    for (to, from) in init.iter_mut().zip(sealed).skip(56) {
        *to = from;
    }
    (init, Ciphers { incoming, outgoing })
}

/// Reads a client's first bytes: framing, data centre, and the server's keystreams.
pub(super) fn server(
    init: &[u8; INIT],
    secret: Option<&[u8; 16]>,
) -> Result<(Transport, i16, Ciphers), FrameError> {
    let mut incoming = cipher(init, secret);
    let outgoing = cipher(&reversed(init), secret);
    let mut plain = *init;
    incoming.apply(&mut plain);
    let [.., t0, t1, t2, t3, d0, d1, _, _] = plain;
    let transport = Transport::from_tag([t0, t1, t2, t3]).ok_or(FrameError::UnknownTransport)?;
    Ok((
        transport,
        i16::from_le_bytes([d0, d1]),
        Ciphers { incoming, outgoing },
    ))
}

fn allowed(init: &[u8; INIT]) -> bool {
    let &[a, b, c, d, e, f, g, h, ..] = init;
    a != 0xef && !RESERVED.contains(&[a, b, c, d]) && [e, f, g, h] != [0; 4]
}

fn cipher(init: &[u8; INIT], secret: Option<&[u8; 16]>) -> Ctr {
    let mut key = [0; 32];
    let mut iv = [0; 16];
    for (to, from) in key.iter_mut().chain(&mut iv).zip(init.iter().skip(8)) {
        *to = *from;
    }
    if let Some(secret) = secret {
        key = heliogram_crypto::hash::sha256(&[&key, secret]);
    }
    Ctr::new(&key, &iv)
}

fn reversed(init: &[u8; INIT]) -> [u8; INIT] {
    let mut out = *init;
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use heliogram_crypto::SeededRandom;

    use super::*;

    fn hex(s: &str) -> Vec<u8> {
        (0..s.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&s[i..i + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn recorded_vectors_come_out_byte_for_byte() {
        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/vectors.json")).unwrap();
        for (name, secret) in [("plain", None), ("mtproxy", Some([0x99; 16]))] {
            let case = &all["obfuscated2_own"][name];
            check_vector(case, secret);
        }
    }

    fn check_vector(case: &serde_json::Value, secret: Option<[u8; 16]>) {
        let text = |k: &str| hex(case[k].as_str().unwrap());
        let bytes = |k: &str| case[k].as_str().unwrap().as_bytes().to_vec();
        let init: [u8; INIT] = text("init").try_into().unwrap();
        let obfuscation = Obfuscation { dc_id: -4, secret };
        let (sent, mut ours) = finish(init, Transport::PaddedIntermediate, &obfuscation);
        assert_eq!(sent.to_vec(), text("sent"));
        let mut data = bytes("client_plain");
        ours.outgoing.apply(&mut data);
        assert_eq!(data, text("client_cipher"));
        let mut data = text("server_cipher");
        ours.incoming.apply(&mut data);
        assert_eq!(data, bytes("server_plain"));
        let (transport, dc, _) = server(&sent, secret.as_ref()).unwrap();
        assert_eq!((transport, dc), (Transport::PaddedIntermediate, -4));
    }

    #[test]
    fn reserved_first_bytes_are_never_drawn() {
        assert!(RESERVED.iter().all(|word| {
            let mut init = [9; INIT];
            init[..4].copy_from_slice(word);
            !allowed(&init)
        }));
        let mut zero = [9; INIT];
        zero[4..8].fill(0);
        assert!(!allowed(&zero));
        let mut rng = SeededRandom::new([1; 32]);
        let (sent, _) = client(
            Transport::Abridged,
            &Obfuscation {
                dc_id: 2,
                secret: None,
            },
            &mut rng,
        );
        assert!(allowed(&sent));
    }

    #[test]
    fn a_wrong_secret_is_an_unknown_transport() {
        let mut rng = SeededRandom::new([1; 32]);
        let (sent, _) = client(
            Transport::Abridged,
            &Obfuscation {
                dc_id: 2,
                secret: Some([1; 16]),
            },
            &mut rng,
        );
        assert_eq!(
            server(&sent, Some(&[2; 16])).err(),
            Some(FrameError::UnknownTransport)
        );
    }
}
