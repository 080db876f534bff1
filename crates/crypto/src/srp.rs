//! Two-step verification: a password is proved without being sent (SRP, both sides).
//!
//! The client turns the server's numbers into an [`Answer`] with [`Algorithm::answer`], or a
//! new password into a verifier with [`Algorithm::verifier`]; the server keeps the verifier,
//! and puts and checks a [`Challenge`].

use std::fmt;

use sha2::Sha512;
use zeroize::Zeroizing;

use crate::{
    bn::{self, Modulus, Number},
    dh::{DhError, Group, Primes},
    hash::{equal, sha256},
    random::Random,
};

/// Rounds of PBKDF2, as the algorithm's name says.
const ITERATIONS: u32 = 100_000;
/// Random bytes a client adds to `salt1` for a new password.
const SALT_EXTENSION: usize = 32;
/// The fewest bytes a `srp_B` can have and be in range.
const MIN_B: usize = 248;
/// The fewest bytes of a salt: what servers choose at random for a new password. A server could
/// prepare tables for anything shorter.
const MIN_SALT: usize = 8;

/// Why a password could not be proved or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SrpError {
    /// The server's prime or generator is unfit.
    Group(DhError),
    /// A salt of the server's is too short to keep prepared tables from the password.
    SaltLength {
        /// The salt, as the schema names it.
        salt: &'static str,
        /// Its length, in bytes.
        len: usize,
    },
    /// `srp_B` or `A` does not have 248 to 256 bytes.
    PublicLength {
        /// Its length, in bytes.
        len: usize,
    },
    /// `srp_B` or `A` is out of range.
    Public(DhError),
    /// The server's `srp_B` cancels against the password, so it would prove nothing.
    Degenerate,
    /// The password is wrong.
    WrongPassword,
}

impl fmt::Display for SrpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SaltLength { salt, len } => {
                write!(f, "a {salt} of {len} bytes for the password check")
            }
            Self::PublicLength { len } => {
                write!(f, "a public value of {len} bytes for the password check")
            }
            Self::Group(error) | Self::Public(error) => {
                write!(f, "in the password check: {error}")
            }
            Self::Degenerate => f.write_str("the server's number for the password check is unfit"),
            Self::WrongPassword => f.write_str("the password is wrong"),
        }
    }
}

impl std::error::Error for SrpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Group(error) | Self::Public(error) => Some(error),
            _ => None,
        }
    }
}

/// How a password becomes a number: two salts and a checked group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow")]
pub struct Algorithm {
    /// The salt of which a client chooses the end.
    pub salt1: Vec<u8>,
    /// The salt the server alone chooses.
    pub salt2: Vec<u8>,
    /// Prime and generator, checked by [`Primes::check`](crate::dh::Primes::check).
    pub group: Group,
}

/// What a client sends to prove that it knows the password.
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "inputCheckPasswordSRP")]
pub struct Answer {
    /// `A`: the client's public value.
    pub a: [u8; 256],
    /// `M1`: the proof.
    pub m1: [u8; 32],
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(..)")
    }
}

impl Algorithm {
    /// What a server says of its algorithm, for a client that trusts none of it.
    ///
    /// # Errors
    /// [`SrpError::SaltLength`] and [`SrpError::Group`] (SEC-27).
    pub fn check(
        (salt1, salt2): (&[u8], &[u8]),
        (prime, g): (&[u8], i32),
        rng: &mut dyn Random,
    ) -> Result<Self, SrpError> {
        for (salt, name) in [(salt1, "salt1"), (salt2, "salt2")] {
            let len = salt.len();
            if len < MIN_SALT {
                return Err(SrpError::SaltLength { salt: name, len });
            }
        }
        let group = Primes::new().check(prime, g, rng);
        Ok(Self {
            salt1: salt1.to_vec(),
            salt2: salt2.to_vec(),
            group: group.map_err(SrpError::Group)?,
        })
    }

    /// Proves a password against the server's `srp_B`.
    ///
    /// Takes about 80 ms on purpose. `password` is used as it is, without normalising.
    ///
    /// # Errors
    /// [`SrpError`] when the server's number is unfit (SEC-27).
    #[doc(alias = "auth.checkPassword")]
    pub fn answer(
        &self,
        password: &str,
        srp_b: &[u8],
        rng: &mut dyn Random,
    ) -> Result<Answer, SrpError> {
        self.check_public(srp_b)?;
        let x = self.password_hash(password);
        loop {
            let mut a = Zeroizing::new([0; 256]);
            rng.fill(&mut a[..]);
            if let Some(answer) = self.answer_with(&x, srp_b, &a)? {
                return Ok(answer);
            }
        }
    }

    /// `new_password_hash`: the number a server keeps to check a password later.
    #[must_use]
    #[doc(alias = "new_password_hash")]
    pub fn verifier(&self, password: &str) -> Zeroizing<[u8; 256]> {
        let x = self.password_hash(password);
        Zeroizing::new(
            self.modulus()
                .map_or([0; 256], |m| m.pow_256(&self.group.g_number(), &x)),
        )
    }

    /// The same algorithm with 32 random bytes behind `salt1`, for setting a new password.
    #[must_use]
    #[doc(alias = "new_algo")]
    pub fn with_new_salt(mut self, rng: &mut dyn Random) -> Self {
        let mut extension = [0; SALT_EXTENSION];
        rng.fill(&mut extension);
        self.salt1.extend_from_slice(&extension);
        self
    }

    /// One attempt with a given exponent; `None` asks for another exponent.
    fn answer_with(
        &self,
        x: &[u8; 32],
        srp_b: &[u8],
        a: &Number,
    ) -> Result<Option<Answer>, SrpError> {
        let b_public = self.check_public(srp_b)?;
        let modulus = self
            .modulus()
            .ok_or(SrpError::Public(DhError::NotSafePrime))?;
        let g = self.group.g_number();
        let a_public = modulus.pow(&g, a);
        let u = sha256(&[&a_public, &b_public]);
        if self.group.check_public(&a_public).is_err() || u == [0; 32] {
            return Ok(None);
        }
        let v = Zeroizing::new(modulus.pow_256(&g, x));
        let k_v = Zeroizing::new(modulus.mul(&self.multiplier(), &v));
        let t = Zeroizing::new(modulus.sub(&b_public, &k_v));
        if equal(&t[..], &bn::small(0)) {
            return Err(SrpError::Degenerate);
        }
        // t^(a + u x), as two powers: the sum may have more than 2048 bits.
        let by_a = Zeroizing::new(modulus.pow(&t, a));
        let by_ux = Zeroizing::new(modulus.pow_product(&t, &u, x));
        let s = Zeroizing::new(modulus.mul(&by_a, &by_ux));
        let m1 = self.proof(&a_public, &b_public, &s);
        Ok(Some(Answer { a: a_public, m1 }))
    }

    fn check_public(&self, value: &[u8]) -> Result<Number, SrpError> {
        if !(MIN_B..=256).contains(&value.len()) {
            return Err(SrpError::PublicLength { len: value.len() });
        }
        self.group.check_public(value).map_err(SrpError::Public)
    }

    /// `x`: the password, hashed slowly.
    fn password_hash(&self, password: &str) -> Zeroizing<[u8; 32]> {
        let salted = |data: &[u8], salt: &[u8]| Zeroizing::new(sha256(&[salt, data, salt]));
        let first = salted(password.as_bytes(), &self.salt1);
        let first = salted(&first[..], &self.salt2);
        let mut slow = Zeroizing::new([0; 64]);
        pbkdf2::pbkdf2_hmac::<Sha512>(&first[..], &self.salt1, ITERATIONS, &mut slow[..]);
        salted(&slow[..], &self.salt2)
    }

    /// `k`.
    fn multiplier(&self) -> Number {
        let hash = sha256(&[self.group.prime(), &self.group.g_number()]);
        bn::number(&hash).unwrap_or([0; 256])
    }

    /// `M1`.
    fn proof(&self, a: &Number, b: &Number, s: &Number) -> [u8; 32] {
        let mut group = sha256(&[self.group.prime()]);
        for (byte, mask) in group.iter_mut().zip(sha256(&[&self.group.g_number()])) {
            *byte ^= mask;
        }
        let k = Zeroizing::new(sha256(&[s]));
        let salts = [sha256(&[&self.salt1]), sha256(&[&self.salt2])];
        sha256(&[&group, &salts[0], &salts[1], a, b, &k[..]])
    }

    fn modulus(&self) -> Option<Modulus> {
        self.group.modulus()
    }
}

/// A server's side of one password check. Good for one try: another try, another challenge.
pub struct Challenge {
    algorithm: Algorithm,
    verifier: Zeroizing<Number>,
    b: Zeroizing<Number>,
    public: Number,
}

impl Challenge {
    /// A challenge for whoever claims to know the password of this verifier.
    #[must_use]
    pub fn new(algorithm: Algorithm, verifier: [u8; 256], rng: &mut dyn Random) -> Self {
        let verifier = Zeroizing::new(verifier);
        loop {
            let mut b = Zeroizing::new([0; 256]);
            rng.fill(&mut b[..]);
            let public = Self::public_of(&algorithm, &verifier, &b);
            if algorithm.group.check_public(&public).is_ok() {
                return Self {
                    algorithm,
                    verifier,
                    b,
                    public,
                };
            }
        }
    }

    /// `srp_B`.
    #[must_use]
    #[doc(alias = "srp_B")]
    pub fn public(&self) -> &[u8; 256] {
        &self.public
    }

    /// Checks a client's answer.
    ///
    /// # Errors
    /// [`SrpError::WrongPassword`] when the proof does not hold, another [`SrpError`] when `a`
    /// is unfit.
    pub fn check(self, a: &[u8], m1: &[u8]) -> Result<(), SrpError> {
        let a = self.algorithm.check_public(a)?;
        let modulus = self
            .algorithm
            .modulus()
            .ok_or(SrpError::Public(DhError::NotSafePrime))?;
        let u = sha256(&[&a, &self.public]);
        let v_u = Zeroizing::new(modulus.pow_256(&self.verifier, &u));
        let base = Zeroizing::new(modulus.mul(&a, &v_u));
        let s = Zeroizing::new(modulus.pow(&base, &self.b));
        let wanted = self.algorithm.proof(&a, &self.public, &s);
        if equal(&wanted, m1) {
            Ok(())
        } else {
            Err(SrpError::WrongPassword)
        }
    }

    /// `k v + g^b`.
    fn public_of(algorithm: &Algorithm, verifier: &Number, b: &Number) -> Number {
        let power = algorithm.group.power_of_g(b);
        algorithm.modulus().map_or([0; 256], |m| {
            let k_v = Zeroizing::new(m.mul(&algorithm.multiplier(), verifier));
            m.add(&k_v, &power)
        })
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}

#[cfg(test)]
mod tests;
