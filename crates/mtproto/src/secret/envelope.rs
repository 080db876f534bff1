//! `decryptedMessageLayer`: what every message of a chat is wrapped in.

use heliogram_crypto::{Random, RandomExt, Zeroizing, secret::Role};
use heliogram_tl::{DecodeError, Reader, Writer};

const LAYER: u32 = 0x1be3_1789;
/// The fewest random bytes a message may have, and how many are sent.
const MIN_RANDOM: usize = 15;
const RANDOM: usize = 31;
/// Bytes in front of the message.
const HEADER: usize = 4 + 1 + RANDOM + 12;
/// The largest number of a message that still fits the wire's form.
pub(super) const MAX_SEQ: u32 = (i32::MAX as u32 - 1) / 2;

/// A message with its numbers, all of them as on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    pub(super) layer: i32,
    pub(super) in_seq_no: i32,
    pub(super) out_seq_no: i32,
    pub(super) message: &'a [u8],
}

/// Why an authentic object is no message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    Malformed(DecodeError),
    NotLayered { id: u32 },
    ShortRandom { len: usize },
}

impl<'a> Envelope<'a> {
    /// Reads the header; the message is not looked at beyond its first four bytes being there.
    pub(super) fn read(object: &'a [u8]) -> Result<Self, Unfit> {
        let mut r = Reader::new(object);
        let id = r.u32();
        r.check().map_err(Unfit::Malformed)?;
        if id != LAYER {
            return Err(Unfit::NotLayered { id });
        }
        let random = r.slice().len();
        let (layer, in_seq_no, out_seq_no) = (r.i32(), r.i32(), r.i32());
        let message = r.raw(r.remaining());
        if message.len() < 4 {
            r.raw(4);
        }
        r.check().map_err(Unfit::Malformed)?;
        if random < MIN_RANDOM {
            return Err(Unfit::ShortRandom { len: random });
        }
        Ok(Self {
            layer,
            in_seq_no,
            out_seq_no,
            message,
        })
    }

    pub(super) fn write(&self, rng: &mut dyn Random) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(HEADER + self.message.len());
        w.u32(LAYER);
        w.bytes(&rng.array::<RANDOM>());
        w.words([self.layer, self.in_seq_no, self.out_seq_no].map(|n| n as u32));
        w.raw(self.message);
        Zeroizing::new(w.into_vec())
    }
}

/// The lowest bit of the `out_seq_no` of this end's messages; that of its `in_seq_no` is the other.
fn parity(author: Role) -> i32 {
    match author {
        Role::Creator => 1,
        Role::Acceptor => 0,
    }
}

/// `out_seq_no` of the `n`-th message of `author`.
pub(super) fn out_seq(author: Role, n: u32) -> i32 {
    (n.min(MAX_SEQ) * 2) as i32 + parity(author)
}

/// `in_seq_no` of a message of `author` who has taken `n` messages.
pub(super) fn in_seq(author: Role, n: u32) -> i32 {
    (n.min(MAX_SEQ) * 2) as i32 + parity(author.other())
}

/// The inverse of [`out_seq`], or `None` when the parity is the other end's.
pub(super) fn raw_out(author: Role, wire: i32) -> Option<u32> {
    let wire = u32::try_from(wire).ok()?;
    (wire & 1 == parity(author) as u32).then_some(wire >> 1)
}

/// The inverse of [`in_seq`].
pub(super) fn raw_in(author: Role, wire: i32) -> Option<u32> {
    raw_out(author.other(), wire)
}

#[cfg(test)]
mod tests {
    use heliogram_crypto::SeededRandom;

    use super::*;

    #[test]
    fn numbers_follow_the_published_table() {
        assert_eq!(
            (in_seq(Role::Creator, 0), out_seq(Role::Creator, 0)),
            (0, 1)
        );
        assert_eq!(
            (in_seq(Role::Acceptor, 0), out_seq(Role::Acceptor, 0)),
            (1, 0)
        );
        assert_eq!(
            (in_seq(Role::Creator, 4), out_seq(Role::Creator, 7)),
            (8, 15)
        );
        assert_eq!(raw_out(Role::Creator, 15), Some(7));
        assert_eq!(raw_in(Role::Creator, 8), Some(4));
        assert_eq!(raw_out(Role::Creator, 8), None);
        assert_eq!(raw_in(Role::Creator, 15), None);
        assert_eq!(raw_out(Role::Acceptor, -2), None);
        assert_eq!(
            raw_out(Role::Creator, out_seq(Role::Creator, MAX_SEQ)),
            Some(MAX_SEQ)
        );
    }

    #[test]
    fn an_envelope_comes_back_and_a_short_one_is_refused() {
        let envelope = Envelope {
            layer: 144,
            in_seq_no: 2,
            out_seq_no: 5,
            message: b"12345678",
        };
        let written = envelope.write(&mut SeededRandom::new([1; 32]));
        assert_eq!(written.len(), HEADER + 8);
        assert_eq!(Envelope::read(&written), Ok(envelope));
        for end in 0..HEADER + 4 {
            assert!(
                matches!(Envelope::read(&written[..end]), Err(Unfit::Malformed(_))),
                "{end}"
            );
        }
        let mut bare = written.to_vec();
        bare[0] ^= 1;
        assert_eq!(
            Envelope::read(&bare),
            Err(Unfit::NotLayered { id: LAYER ^ 1 })
        );
    }

    #[test]
    fn fewer_than_fifteen_random_bytes_are_told() {
        let object = |random: &[u8]| {
            let mut w = Writer::new();
            w.u32(LAYER);
            w.bytes(random);
            w.words([144, 0, 1, 7]);
            w.into_vec()
        };
        assert!(Envelope::read(&object(&[0; 15])).is_ok());
        assert_eq!(
            Envelope::read(&object(&[0; 14])),
            Err(Unfit::ShortRandom { len: 14 })
        );
    }
}
