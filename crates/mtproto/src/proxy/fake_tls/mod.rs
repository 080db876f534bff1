mod hello;
mod records;

use std::fmt;

use heliogram_crypto::{SeededRandom, equal, hmac_sha256};
pub use records::Records;

/// Longest name of the web site that is pretended to be visited, in bytes.
pub const DOMAIN_MAX: usize = 182;

/// Where the 32 random bytes of a greeting stand, in either direction.
const RANDOM: std::ops::Range<usize> = 11..43;
/// What the two records of an answer begin with; each is followed by a length.
const FIRST: &[u8] = &[0x16, 3, 3];
const SECOND: &[u8] = &[0x14, 3, 3, 0, 1, 1, 0x17, 3, 3];

/// A client's part of greeting a proxy made for MTProto as a browser greets a web site.
///
/// The greeting proves that the client knows the secret, the answer that the proxy does
/// (SEC-33); to anybody between them it is a visit to the web site.
pub struct FakeTls {
    secret: [u8; 16],
    random: [u8; 32],
    input: Vec<u8>,
}

/// The rules of fake TLS that a proxy can break; each of them closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FakeTlsError {
    /// The web site's name is empty or longer than [`DOMAIN_MAX`].
    BadDomain,
    /// The answer to the greeting is none of TLS.
    NotTls,
    /// The proxy ends the connection with an alert.
    Alert,
    /// The answer does not prove that the proxy knows the secret (SEC-33).
    Unproven,
    /// A record of another type than data.
    BadRecord {
        /// The type.
        kind: u8,
    },
    /// A record longer than TLS allows.
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

impl FakeTls {
    /// Begins; gives the greeting. `unix` is the time in seconds since 1970 and must be right to
    /// some minutes; `seed` must be fresh randomness.
    ///
    /// # Errors
    /// [`FakeTlsError::BadDomain`].
    pub fn start(
        secret: [u8; 16],
        domain: &str,
        unix: u32,
        seed: [u8; 32],
    ) -> Result<(Self, Vec<u8>), FakeTlsError> {
        if domain.is_empty() || domain.len() > DOMAIN_MAX {
            return Err(FakeTlsError::BadDomain);
        }
        let mut hello = hello::write(domain, &mut SeededRandom::new(seed));
        let mut random = hmac_sha256(&secret, &[&hello]);
        for (to, from) in random.iter_mut().skip(28).zip(unix.to_le_bytes()) {
            *to ^= from;
        }
        put_random(&mut hello, &random);
        let this = Self {
            secret,
            random,
            input: Vec::new(),
        };
        Ok((this, hello))
    }

    /// Takes bytes from the proxy; gives the records that all else travels in once the answer is
    /// complete and right.
    ///
    /// # Errors
    /// The rule that the answer breaks. The connection is of no use then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Option<Records>, FakeTlsError> {
        self.input.extend_from_slice(bytes);
        let Some(len) = self.answer_len()? else {
            return Ok(None);
        };
        let rest = self.input.split_off(len);
        let mut answer = std::mem::take(&mut self.input);
        let proof: [u8; 32] = match answer.get(RANDOM).map(TryInto::try_into) {
            Some(Ok(proof)) => proof,
            _ => return Err(FakeTlsError::NotTls),
        };
        put_random(&mut answer, &[0; 32]);
        let expected = hmac_sha256(&self.secret, &[&self.random, &answer]);
        if !equal(&proof, &expected) {
            return Err(FakeTlsError::Unproven);
        }
        Ok(Some(Records::new(rest)))
    }

    /// Length of the answer, once all of it came.
    fn answer_len(&self) -> Result<Option<usize>, FakeTlsError> {
        let mut at = 0;
        for prefix in [FIRST, SECOND] {
            let came = self.input.get(at..).unwrap_or_default();
            if !prefix.iter().zip(came).all(|(a, b)| a == b) {
                return Err(match came.first() {
                    Some(0x15) => FakeTlsError::Alert,
                    _ => FakeTlsError::NotTls,
                });
            }
            let Some(len) = came.get(prefix.len()..).and_then(|rest| rest.first_chunk()) else {
                return Ok(None);
            };
            let len = usize::from(u16::from_be_bytes(*len));
            if len > records::LONGEST {
                return Err(FakeTlsError::TooLong { len });
            }
            at += prefix.len() + 2 + len;
        }
        Ok((self.input.len() >= at).then_some(at))
    }
}

fn put_random(greeting: &mut [u8], random: &[u8; 32]) {
    if let Some(place) = greeting.get_mut(RANDOM) {
        place.copy_from_slice(random);
    }
}

impl fmt::Debug for FakeTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeTls(..)")
    }
}

impl fmt::Display for FakeTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadDomain => write!(
                f,
                "the domain in its secret is empty or over {DOMAIN_MAX} bytes"
            ),
            Self::NotTls => f.write_str("its answer is none of TLS"),
            Self::Alert => f.write_str("it broke the greeting off"),
            Self::Unproven => f.write_str("its answer does not prove that it knows the secret"),
            Self::BadRecord { kind } => write!(f, "it sent a TLS record of type {kind}"),
            Self::TooLong { len } => write!(f, "it sent a TLS record of {len} bytes"),
        }
    }
}

impl std::error::Error for FakeTlsError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: [u8; 16] = [7; 16];
    const TIME: u32 = 1_700_000_000;

    fn start() -> (FakeTls, Vec<u8>) {
        FakeTls::start(SECRET, "example.com", TIME, [1; 32]).unwrap()
    }

    /// What a proxy that knows `secret` answers to a greeting.
    fn answer(secret: &[u8; 16], hello: &[u8]) -> Vec<u8> {
        let mut answer = vec![0x16, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3];
        answer.resize(5 + 122, 0);
        answer.extend([0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 200]);
        answer.extend([9; 200]);
        let proof = hmac_sha256(secret, &[&hello[RANDOM], &answer]);
        put_random(&mut answer, &proof);
        answer
    }

    #[test]
    fn the_greeting_proves_the_secret_and_tells_the_time() {
        let (_, hello) = start();
        let told: [u8; 32] = hello[RANDOM].try_into().unwrap();
        let mut blank = hello;
        put_random(&mut blank, &[0; 32]);
        let proof = hmac_sha256(&SECRET, &[&blank]);
        assert_eq!(told[..28], proof[..28]);
        let time: Vec<u8> = told[28..]
            .iter()
            .zip(&proof[28..])
            .map(|(a, b)| a ^ b)
            .collect();
        assert_eq!(time, TIME.to_le_bytes());
    }

    #[test]
    fn an_answer_is_taken_in_any_pieces_and_what_follows_it_is_kept() {
        let (_, hello) = start();
        let mut said = answer(&SECRET, &hello);
        said.extend([0x17, 3, 3, 0, 2, b'h', b'i']);
        for piece in [1, 7, 1000] {
            let (mut greeting, _) = start();
            let mut opened = None;
            let mut out = Vec::new();
            for bytes in said.chunks(piece) {
                match &mut opened {
                    None => opened = greeting.receive(bytes).unwrap(),
                    Some(records) => Records::receive(records, bytes, &mut out).unwrap(),
                }
            }
            opened.unwrap().receive(&[], &mut out).unwrap();
            assert_eq!(out, b"hi");
        }
    }

    #[test]
    fn sec_33_an_answer_that_proves_nothing_is_refused() {
        let (_, hello) = start();
        let right = answer(&SECRET, &hello);
        let refused = |said: &[u8]| start().0.receive(said).unwrap_err();
        assert!(start().0.receive(&right).unwrap().is_some());
        assert_eq!(refused(&answer(&[8; 16], &hello)), FakeTlsError::Unproven);
        // An answer to another greeting, played again.
        let (_, other) = FakeTls::start(SECRET, "example.com", TIME, [2; 32]).unwrap();
        assert_eq!(refused(&answer(&SECRET, &other)), FakeTlsError::Unproven);
        // Every byte that the proof covers, changed. Bytes of the frame break other rules.
        for at in (5..right.len()).step_by(3) {
            let mut wrong = right.clone();
            wrong[at] ^= 1;
            assert!(start().0.receive(&wrong).is_err() || at == 137, "{at}");
        }
    }

    #[test]
    fn what_is_no_answer_of_tls_is_named() {
        let refused = |said: &[u8]| start().0.receive(said).unwrap_err();
        assert_eq!(refused(b"HTTP/1.1 400"), FakeTlsError::NotTls);
        assert_eq!(refused(&[0x15, 3, 3, 0, 2, 2, 40]), FakeTlsError::Alert);
        let len = 0xffff;
        assert_eq!(
            refused(&[0x16, 3, 3, 255, 255]),
            FakeTlsError::TooLong { len }
        );
        // A first record too short to hold a proof.
        let short = [0x16, 3, 3, 0, 0, 0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 0];
        assert_eq!(refused(&short), FakeTlsError::NotTls);
        let name = "x".repeat(DOMAIN_MAX + 1);
        for name in ["", &name] {
            let refused = FakeTls::start(SECRET, name, TIME, [1; 32]).unwrap_err();
            assert_eq!(refused, FakeTlsError::BadDomain);
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_is_kept_without_end(
            mut bytes in prop::collection::vec(any::<u8>(), 0..400),
            right: bool,
            piece in 1..50_usize,
        ) {
            if right {
                bytes.splice(0..0, [0x16, 3, 3, 0, 64]);
            }
            let (mut greeting, _) = start();
            for piece in bytes.chunks(piece) {
                if greeting.receive(piece).is_err() {
                    break;
                }
                prop_assert!(greeting.input.len() <= 2 * (records::LONGEST + 16));
            }
        }
    }
}
