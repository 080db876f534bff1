//! The greeting of a present-day browser, byte for byte where it is not random.

use heliogram_crypto::{Random, RandomExt as _, SeededRandom, x25519_lookalike};

/// The prime that coefficients of ML-KEM are below.
const Q: u64 = 3329;
/// Coefficients of an ML-KEM-768 key; two of them take three bytes.
const COEFFICIENTS: usize = 768;

/// Writes the record with 32 zero bytes in place of the random ones.
///
/// It is always longer than 512 bytes, because of the key share, so it needs no padding.
pub(super) fn write(domain: &str, rng: &mut SeededRandom) -> Vec<u8> {
    let grease = Grease::draw(rng);
    let mut hello = vec![3, 3];
    hello.extend_from_slice(&[0; 32]);
    hello.push(32);
    hello.extend_from_slice(&rng.array::<32>());
    block(&mut hello, |out| {
        out.extend_from_slice(&grease.of(0));
        for cipher in [
            0x1301_u16, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
            0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
        ] {
            out.extend_from_slice(&cipher.to_be_bytes());
        }
    });
    hello.extend_from_slice(&[1, 0]);
    block(&mut hello, |out| extensions(domain, &grease, rng, out));

    let mut record = vec![0x16, 3, 1];
    block(&mut record, |out| {
        out.extend_from_slice(&[1, 0]);
        block(out, |out| out.extend_from_slice(&hello));
    });
    record
}

/// Appends what `write` writes behind its length in two bytes.
fn block(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0, 0]);
    write(out);
    let len = (out.len() - at - 2) as u16;
    if let Some(place) = out.get_mut(at..at + 2) {
        place.copy_from_slice(&len.to_be_bytes());
    }
}

fn extensions(domain: &str, grease: &Grease, rng: &mut SeededRandom, out: &mut Vec<u8>) {
    let name = |out: &mut Vec<u8>| {
        block(out, |out| {
            out.push(0);
            block(out, |out| out.extend_from_slice(domain.as_bytes()));
        });
    };
    let [g0, g1] = grease.of(4);
    let [v0, v1] = grease.of(6);
    let groups = [0, 10, g0, g1, 0x11, 0xec, 0, 0x1d, 0, 0x17, 0, 0x18];
    let algorithms = [0, 16, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1];
    let mut middle: Vec<(u16, Vec<u8>)> = vec![
        (0x0000, filled(name)),
        (0x0005, vec![1, 0, 0, 0, 0]),
        (0x000a, groups.into()),
        (0x000b, vec![1, 0]),
        (0x000d, algorithms.into()),
        (0x0010, b"\0\x0c\x02h2\x08http/1.1".to_vec()),
        (0x0012, vec![]),
        (0x0017, vec![]),
        (0x001b, vec![2, 0, 2]),
        (0x0023, vec![]),
        (0x002b, vec![6, v0, v1, 3, 4, 3, 3]),
        (0x002d, vec![1, 1]),
        (0x0033, key_share(grease, rng)),
        (0x44cd, b"\0\x03\x02h2".to_vec()),
        (0xfe0d, encrypted_hello(rng)),
        (0xff01, vec![0]),
    ];
    for end in (1..middle.len()).rev() {
        let drawn = rng.below(end as u64 + 1) as usize;
        middle.swap(end, drawn);
    }
    out.extend_from_slice(&grease.of(2));
    out.extend_from_slice(&[0, 0]);
    for (kind, body) in middle {
        out.extend_from_slice(&kind.to_be_bytes());
        block(out, |out| out.extend_from_slice(&body));
    }
    out.extend_from_slice(&grease.of(3));
    out.extend_from_slice(&[0, 1, 0]);
}

fn filled(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

/// Keys for three groups: one that does not exist, a post-quantum one and X25519.
fn key_share(grease: &Grease, rng: &mut SeededRandom) -> Vec<u8> {
    filled(|out| {
        block(out, |out| {
            out.extend_from_slice(&grease.of(4));
            out.extend_from_slice(&[0, 1, 0]);
            out.extend_from_slice(&[0x11, 0xec]);
            block(out, |out| {
                for _ in 0..COEFFICIENTS / 2 {
                    let pair = rng.below(Q) as u32 | (rng.below(Q) as u32) << 12;
                    out.extend_from_slice(&pair.to_le_bytes()[..3]);
                }
                out.extend_from_slice(&rng.array::<32>());
                out.extend_from_slice(&x25519_lookalike(rng));
            });
            out.extend_from_slice(&[0, 0x1d]);
            block(out, |out| out.extend_from_slice(&x25519_lookalike(rng)));
        });
    })
}

/// An encrypted greeting that nobody can open, as browsers send it to sites without one.
fn encrypted_hello(rng: &mut SeededRandom) -> Vec<u8> {
    filled(|out| {
        out.extend_from_slice(&[0, 0, 1, 0, 1]);
        out.extend_from_slice(&rng.array::<1>());
        block(out, |out| out.extend_from_slice(&rng.array::<32>()));
        block(out, |out| {
            let mut payload = vec![0; 144 + 32 * rng.below(4) as usize];
            rng.fill(&mut payload);
            out.extend_from_slice(&payload);
        });
    })
}

/// Values that mean nothing and keep servers from relying on what they know.
struct Grease([u8; 8]);

impl Grease {
    fn draw(rng: &mut SeededRandom) -> Self {
        let mut bytes = rng.array::<8>().map(|b| (b & 0xf0) + 0x0a);
        for pair in bytes.chunks_exact_mut(2) {
            if let [first, second] = pair
                && first == second
            {
                *second ^= 0x10;
            }
        }
        Self(bytes)
    }

    fn of(&self, slot: usize) -> [u8; 2] {
        [self.0.get(slot).copied().unwrap_or(0x0a); 2]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Takes a block with a length in `width` bytes off the front.
    fn take<'a>(from: &mut &'a [u8], width: usize) -> &'a [u8] {
        let (len, rest) = from.split_at(width);
        let len = len.iter().fold(0, |n, b| n << 8 | usize::from(*b));
        let (block, rest) = rest.split_at(len);
        *from = rest;
        block
    }

    fn parse(hello: &[u8]) -> Vec<(u16, Vec<u8>)> {
        assert_eq!(hello[..3], [0x16, 3, 1]);
        let mut rest = &hello[3..];
        let record = take(&mut rest, 2);
        assert!(rest.is_empty());
        assert_eq!(record[0], 1);
        let mut rest = &record[1..];
        let mut body = take(&mut rest, 3);
        assert!(rest.is_empty());
        assert_eq!(body[..2], [3, 3]);
        assert_eq!(hello[11..43], [0; 32]);
        body = &body[34..];
        assert_eq!(take(&mut body, 1).len(), 32);
        assert_eq!(take(&mut body, 2).len(), 32);
        assert_eq!(take(&mut body, 1), [0]);
        let mut extensions = take(&mut body, 2);
        assert!(body.is_empty());
        let mut all = Vec::new();
        while !extensions.is_empty() {
            let kind = u16::from_be_bytes(extensions[..2].try_into().unwrap());
            extensions = &extensions[2..];
            all.push((kind, take(&mut extensions, 2).to_vec()));
        }
        all
    }

    fn hello(seed: u8) -> Vec<u8> {
        write("example.com", &mut SeededRandom::new([seed; 32]))
    }

    #[test]
    fn the_greeting_is_one_that_tls_can_read() {
        for seed in 0..20 {
            let all = parse(&hello(seed));
            assert_eq!(all.len(), 18);
            let (first, last) = (&all[0], &all[17]);
            assert!(first.1.is_empty() && last.1 == [0] && first.0 != last.0);
            assert!([first.0, last.0].iter().all(|g| g & 0x0f0f == 0x0a0a));
            let by_kind: BTreeMap<_, _> = all.iter().cloned().collect();
            let mut name = &by_kind[&0][..];
            let mut list = take(&mut name, 2);
            assert_eq!(list[0], 0);
            list = &list[1..];
            assert_eq!(take(&mut list, 2), b"example.com");
            assert_eq!(by_kind[&0x33].len(), 0x4ef);
            assert_eq!((by_kind[&0xfe0d].len() - 42 - 144) % 32, 0);
        }
    }

    #[test]
    fn the_order_of_extensions_and_the_random_parts_differ_each_time() {
        let order = |seed| -> Vec<u16> { parse(&hello(seed))[1..17].iter().map(|e| e.0).collect() };
        assert_ne!(order(1), order(2));
        assert_eq!(hello(1), hello(1));
        assert_ne!(hello(1)[44..76], hello(2)[44..76]);
    }

    #[test]
    fn the_post_quantum_key_looks_like_one() {
        let all = parse(&hello(3));
        let (_, share) = all.iter().find(|e| e.0 == 0x33).unwrap();
        // Behind the list's length, the first entry and the head of the second.
        let key = &share[2 + 5 + 4..][..1152];
        for three in key.chunks(3) {
            let pair = u32::from_le_bytes([three[0], three[1], three[2], 0]);
            assert!(u64::from(pair & 0xfff) < Q && u64::from(pair >> 12) < Q);
        }
    }
}
