//! The server's half of a key.

use std::fmt;

use zeroize::Zeroizing;

use super::{RsaError, RsaPublicKey, pad};
use crate::{
    bn::{self, Crt, Number},
    hash::cut,
    random::Random,
};

/// The public exponent of generated keys.
const E: u64 = 65537;
/// Keys tried before the random source is called broken.
const MAX_TRIES: usize = 64;

/// Bytes that were not encrypted for this key, whatever is wrong with them.
///
/// There is deliberately one such error: a server that told the reasons apart would help to
/// decrypt what others sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecryptable;

impl fmt::Display for Undecryptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the data was not encrypted for this key")
    }
}

impl std::error::Error for Undecryptable {}

/// A server's RSA key of 2048 bits. Wiped on drop, never printed.
#[derive(Clone)]
pub struct RsaPrivateKey {
    public: RsaPublicKey,
    pub(super) secret: Crt,
}

impl RsaPrivateKey {
    /// A new key with the exponent 65537. Takes some tenths of a second.
    ///
    /// # Errors
    /// [`RsaError::Random`] when `rng` does not lead to one.
    pub fn generate(rng: &mut dyn Random) -> Result<Self, RsaError> {
        for _ in 0..MAX_TRIES {
            let p = bn::random_prime(rng).ok_or(RsaError::Random)?;
            let q = bn::random_prime(rng).ok_or(RsaError::Random)?;
            if let Ok(key) = Self::from_primes(&p[..], &q[..], E) {
                return Ok(key);
            }
        }
        Err(RsaError::Random)
    }

    /// The key of two primes of 1024 bits, big-endian, and a public exponent.
    ///
    /// # Errors
    /// [`RsaError::Inconsistent`] when they do not make a key of 2048 bits.
    pub fn from_primes(p: &[u8], q: &[u8], e: u64) -> Result<Self, RsaError> {
        let half = |n: &[u8]| {
            let n: Result<[u8; 128], _> = super::strip(n).try_into();
            n.map(Zeroizing::new).map_err(|_| RsaError::Inconsistent)
        };
        let secret = Crt::new(&*half(p)?, &*half(q)?, e).ok_or(RsaError::Inconsistent)?;
        let public = RsaPublicKey::new(&secret.modulus(), &e.to_be_bytes())?;
        Ok(Self { public, secret })
    }

    /// Reads `-----BEGIN RSA PRIVATE KEY-----` (PKCS#1).
    ///
    /// # Errors
    /// [`RsaError`] when the text is anything else, or the numbers do not belong together.
    #[cfg(feature = "pem")]
    pub fn from_pem(pem: &str) -> Result<Self, RsaError> {
        use pkcs1::{DecodeRsaPrivateKey, RsaPrivateKeyOwned};
        if !pem.trim_start().starts_with("-----BEGIN ") {
            return Err(RsaError::Pem);
        }
        if !pem
            .trim_start()
            .starts_with("-----BEGIN RSA PRIVATE KEY-----")
        {
            return Err(RsaError::PemLabel);
        }
        let key = RsaPrivateKeyOwned::from_pkcs1_pem(pem.trim()).map_err(|error| match error {
            pkcs1::Error::Asn1(error) if matches!(error.kind(), pkcs1::der::ErrorKind::Pem(_)) => {
                RsaError::Pem
            }
            _ => RsaError::Der,
        })?;
        let wanted = RsaPublicKey::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())?;
        let key = Self::from_primes(key.prime1.as_bytes(), key.prime2.as_bytes(), wanted.e)?;
        if key.public == wanted {
            Ok(key)
        } else {
            Err(RsaError::Inconsistent)
        }
    }

    /// Writes the key as `-----BEGIN RSA PRIVATE KEY-----` (PKCS#1).
    ///
    /// # Errors
    /// [`RsaError::Der`] when it cannot be encoded, which no key made here causes.
    #[cfg(feature = "pem")]
    pub fn to_pem(&self) -> Result<Zeroizing<String>, RsaError> {
        use pkcs1::{EncodeRsaPrivateKey, LineEnding, RsaPrivateKeyRef, UintRef};
        fn uint(n: &[u8]) -> Result<UintRef<'_>, RsaError> {
            UintRef::new(n).map_err(|_| RsaError::Der)
        }
        let parts = self
            .secret
            .parts(self.public.e)
            .ok_or(RsaError::Inconsistent)?;
        let [p, q] = self.secret.primes();
        let e = self.public.e.to_be_bytes();
        let key = RsaPrivateKeyRef {
            modulus: uint(&self.public.n)?,
            public_exponent: uint(&e)?,
            private_exponent: uint(&parts.d[..])?,
            prime1: uint(&p[..])?,
            prime2: uint(&q[..])?,
            exponent1: uint(&parts.d_p[..])?,
            exponent2: uint(&parts.d_q[..])?,
            coefficient: uint(&parts.q_inverse[..])?,
            other_prime_infos: None,
        };
        key.to_pkcs1_pem(LineEnding::LF).map_err(|_| RsaError::Der)
    }

    /// The half that clients get.
    #[must_use]
    pub fn public(&self) -> &RsaPublicKey {
        &self.public
    }

    /// Decrypts what [`RsaPublicKey::encrypt_pad`] made: the data, with the random bytes that
    /// fill it up to 192.
    ///
    /// # Errors
    /// [`Undecryptable`], the same for every reason.
    #[doc(alias = "RSA_PAD")]
    pub fn decrypt_pad(&self, data: &[u8]) -> Result<Zeroizing<[u8; 192]>, Undecryptable> {
        pad::unpad(self.raise(data)?)
    }

    /// Decrypts the form from before RSA_PAD, which some clients still send:
    /// `SHA-1(data) ‖ data ‖ filling`, 255 bytes in all.
    ///
    /// Returns hash, data and filling: what is data only its parser knows, which then hands
    /// the number of bytes it read to [`OldMessage::data`].
    ///
    /// # Errors
    /// [`Undecryptable`], the same for every reason.
    pub fn decrypt_old(&self, data: &[u8]) -> Result<OldMessage, Undecryptable> {
        let message = self.raise(data)?;
        let (top, rest) = message.split_at(1);
        if top != [0] {
            return Err(Undecryptable);
        }
        Ok(OldMessage {
            hash: cut(rest, 0),
            rest: Zeroizing::new(cut(rest, 20)),
        })
    }

    fn raise(&self, data: &[u8]) -> Result<Zeroizing<Number>, Undecryptable> {
        let c = bn::number(data).ok_or(Undecryptable)?;
        self.secret.pow(&c).ok_or(Undecryptable)
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPrivateKey({:016x})", self.public.fingerprint)
    }
}

/// A message in the old form, whose hash is not checked yet.
pub struct OldMessage {
    hash: [u8; 20],
    rest: Zeroizing<[u8; 235]>,
}

impl OldMessage {
    /// Data and filling, to find out where the data ends. Nothing in it may be acted upon yet.
    #[must_use]
    pub fn unverified(&self) -> &[u8] {
        &self.rest[..]
    }

    /// The data, when its first `len` bytes are what the hash is of.
    ///
    /// # Errors
    /// [`Undecryptable`] when they are not.
    pub fn data(&self, len: usize) -> Result<&[u8], Undecryptable> {
        let data = self.rest.get(..len).ok_or(Undecryptable)?;
        let good = crate::hash::equal(&crate::hash::sha1(&[data]), &self.hash);
        if good { Ok(data) } else { Err(Undecryptable) }
    }
}

impl fmt::Debug for OldMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OldMessage(..)")
    }
}
