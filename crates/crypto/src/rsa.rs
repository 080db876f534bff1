//! The RSA keys that prove a server, and the one thing they are used for: the secret that
//! starts a key exchange.

use std::fmt;

use crate::{
    bn::{self, Modulus, Number},
    hash::sha1,
    hex::hex,
    random::Random,
};

mod der;
mod pad;
mod private;

pub use self::private::{OldMessage, RsaPrivateKey, Undecryptable};

/// The most bytes [`RsaPublicKey::encrypt_pad`] takes.
pub const MAX_DATA: usize = 144;
/// The fewest bits a modulus may have (SEC-04): below, a padded message might never fit.
const MIN_BITS: u32 = 2041;

const PRODUCTION: [u8; 256] = hex(
    "e8bb3305c0b52c6cf2afdf7637313489e63e05268e5badb601af417786472e5f93b85438968e20e6729a30\
     1c0afc121bf7151f834436f7fda680847a66bf64accec78ee21c0b316f0edafe2f41908da7bd1f4a510763\
     8eeb67040ace472a14f90d9f7c2b7def99688ba3073adb5750bb02964902a359fe745d8170e36876d4fd8a\
     5d41b2a76cbff9a13267eb9580b2d06d10357448d20d9da2191cb5d8c93982961cdfdeda629e37f1fb09a0\
     722027696032fe61ed663db7a37f6f263d370f69db53a0dc0a1748bdaaff6209d5645485e6e001d1953255\
     757e4b8e42813347b11da6ab500fd0ace7e6dfa3736199ccaf9397ed0745a427dcfa6cd67bcb1acff3",
);
const TEST: [u8; 256] = hex(
    "c8c11d635691fac091dd9489aedced2932aa8a0bcefef05fa800892d9b52ed03200865c9e97211cb2ee6c7\
     ae96d3fb0e15aeffd66019b44a08a240cfdd2868a85e1f54d6fa5deaa041f6941ddf302690d61dc476385c\
     2fa655142353cb4e4b59f6e5b6584db76fe8b1370263246c010c93d011014113ebdf987d093f9d37c2be48\
     352d69a1683f8f6e6c2167983c761e3ab169fde5daaa12123fa1beab621e4da5935e9c198f82f35eae583a\
     99386d8110ea6bd1abb0f568759f62694419ea5f69847c43462abef858b4cb5edc84e7b9226cd7bd7e183a\
     a974a712c079dde85b9dc063b8a5c08e8f859c0ee5dcd824c7807f20153361a7f63cfd2a433a1be7f5",
);

/// A key that cannot be used, or data that does not fit one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RsaError {
    /// The modulus does not have 2041 to 2048 bits.
    ModulusSize {
        /// Bits it has.
        bits: u32,
    },
    /// The modulus is even.
    EvenModulus,
    /// The public exponent is even, 1, or has more than 64 bits.
    Exponent,
    /// The text is not PEM: its frame or its base64 is broken.
    Pem,
    /// The text is PEM, but not of a PKCS#1 key of the kind wanted; `openssl rsa` converts others.
    PemLabel,
    /// What the PEM holds is not the DER of such a key.
    Der,
    /// The numbers of a private key do not belong together.
    Inconsistent,
    /// More data than fits.
    TooLong {
        /// Its length, in bytes.
        len: usize,
    },
    /// The random source does not give what it should.
    Random,
}

impl fmt::Display for RsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModulusSize { bits } => {
                write!(f, "an RSA key of {bits} bits, where Telegram uses 2048")
            }
            Self::EvenModulus => f.write_str("the modulus of the RSA key is even"),
            Self::Exponent => f.write_str("the exponent of the RSA key is unfit"),
            Self::Pem => f.write_str("the RSA key is not valid PEM"),
            Self::PemLabel => f.write_str("the PEM does not hold a PKCS#1 RSA key of this kind"),
            Self::Der => f.write_str("the PEM of the RSA key holds no valid key"),
            Self::Inconsistent => f.write_str("the numbers of the RSA key do not match"),
            Self::TooLong { len } => write!(f, "{len} bytes are too many for one RSA message"),
            Self::Random => f.write_str("the random source is broken"),
        }
    }
}

impl std::error::Error for RsaError {}

/// The public RSA key of a server.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPublicKey {
    n: Number,
    e: u64,
    fingerprint: i64,
}

impl RsaPublicKey {
    /// The key of Telegram's production servers.
    #[must_use]
    pub fn telegram() -> Self {
        Self::assemble(PRODUCTION, 65537)
    }

    /// The key of Telegram's test servers.
    #[must_use]
    pub fn telegram_test() -> Self {
        Self::assemble(TEST, 65537)
    }

    /// The key of modulus `n` and exponent `e`, both big-endian.
    ///
    /// # Errors
    /// [`RsaError`] when the modulus does not have 2041 to 2048 bits, or the numbers are unfit.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, RsaError> {
        let n = strip(n);
        let bits = n
            .first()
            .map_or(0, |top| n.len() as u32 * 8 - top.leading_zeros());
        let too_large = RsaError::ModulusSize { bits };
        let n = bn::number(n).ok_or(too_large)?;
        if bits < MIN_BITS {
            return Err(too_large);
        }
        if n[255].is_multiple_of(2) {
            return Err(RsaError::EvenModulus);
        }
        let e = strip(e);
        let mut exponent = [0; 8];
        let at = exponent
            .len()
            .checked_sub(e.len())
            .ok_or(RsaError::Exponent)?;
        exponent[at..].copy_from_slice(e);
        let e = u64::from_be_bytes(exponent);
        if e.is_multiple_of(2) || e == 1 {
            return Err(RsaError::Exponent);
        }
        Ok(Self::assemble(n, e))
    }

    /// Reads `-----BEGIN RSA PUBLIC KEY-----` (PKCS#1).
    ///
    /// # Errors
    /// [`RsaError`] when the text is anything else, or the key unfit.
    pub fn from_pem(pem: &str) -> Result<Self, RsaError> {
        let (n, e) = der::read_public(pem)?;
        Self::new(&n, &e)
    }

    /// Writes the key as `-----BEGIN RSA PUBLIC KEY-----` (PKCS#1).
    #[must_use]
    pub fn to_pem(&self) -> String {
        der::write_public(strip(&self.n), strip(&self.e.to_be_bytes()))
    }

    fn assemble(n: Number, e: u64) -> Self {
        let hash = sha1(&[&tl_bytes(strip(&n)), &tl_bytes(strip(&e.to_be_bytes()))]);
        let fingerprint = i64::from_le_bytes(crate::hash::cut(&hash, 12));
        Self { n, e, fingerprint }
    }

    /// The number servers name the key by.
    #[must_use]
    #[doc(alias = "public_key_fingerprint")]
    pub fn fingerprint(&self) -> i64 {
        self.fingerprint
    }

    /// The modulus, big-endian.
    #[must_use]
    pub fn modulus(&self) -> &[u8; 256] {
        &self.n
    }

    /// The public exponent.
    #[must_use]
    pub fn exponent(&self) -> u64 {
        self.e
    }

    /// Encrypts up to 144 bytes for the holder of the private key (RSA_PAD).
    ///
    /// # Errors
    /// [`RsaError::TooLong`] when `data` is longer.
    #[doc(alias = "RSA_PAD")]
    pub fn encrypt_pad(&self, data: &[u8], rng: &mut dyn Random) -> Result<[u8; 256], RsaError> {
        let message = pad::pad(data, &self.n, rng)?;
        Ok(self.raise(&message))
    }

    /// `m ^ e mod n`.
    fn raise(&self, m: &Number) -> Number {
        // The modulus is odd by construction, so there is always an arithmetic for it.
        Modulus::new(&self.n).map_or([0; 256], |modulus| modulus.pow_public(m, self.e))
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublicKey({:016x})", self.fingerprint)
    }
}

/// Big-endian bytes without leading zeros.
fn strip(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// TL `bytes`, which is what a fingerprint hashes.
fn tl_bytes(data: &[u8]) -> Vec<u8> {
    let mut out = match data.len() {
        len @ 0..254 => vec![len as u8],
        len => (254 | (len as u32) << 8).to_le_bytes().to_vec(),
    };
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

#[cfg(test)]
mod tests;
