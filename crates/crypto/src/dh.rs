//! The Diffie-Hellman groups of key exchange, passwords and secret chats, with every check.
//!
//! A server that could choose a weak prime, generator or public value would learn the key, so
//! none is used unproved: a [`Group`] exists only for a prime and generator that passed, and
//! public values pass through it.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    bn::{self, Modulus, Number},
    hash::sha256,
    hex::hex,
    random::Random,
};

/// The prime Telegram's servers have used since the beginning, proved once and for all.
pub const KNOWN_PRIME: [u8; 256] = hex(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493\
     d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969\
     328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4\
     a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd4658\
     2db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf9\
     59d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
);

/// Proofs kept at a time; a server that changes its prime more often pays again.
const MAX_PROVED: usize = 16;

/// The rules a group or a public value can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DhError {
    /// The prime does not have exactly 2048 bits in 256 bytes (SEC-06).
    PrimeSize {
        /// Length of the prime, in bytes.
        len: usize,
    },
    /// The number is not a prime, or not a safe one (SEC-07).
    NotSafePrime,
    /// The generator is not one of 2 to 7 (SEC-08).
    Generator {
        /// The generator.
        g: i32,
    },
    /// The generator does not generate the large subgroup of this prime (SEC-08).
    GeneratorResidue {
        /// The generator.
        g: i32,
    },
    /// A public value is not between 1 and the prime less 1 (SEC-09).
    PublicRange,
    /// A public value is less than 2^1984 away from 0 or from the prime (SEC-10).
    PublicMargin,
}

impl fmt::Display for DhError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrimeSize { len } => {
                write!(f, "the prime of {len} bytes is not a number of 2048 bits")
            }
            Self::NotSafePrime => f.write_str("the modulus is not a safe prime"),
            Self::Generator { g } => write!(f, "the generator {g} is not one of 2 to 7"),
            Self::GeneratorResidue { g } => {
                write!(f, "{g} does not generate the large subgroup of the prime")
            }
            Self::PublicRange => f.write_str("the public value is outside of the group"),
            Self::PublicMargin => f.write_str("the public value is too close to 0 or the prime"),
        }
    }
}

impl std::error::Error for DhError {}

/// The primes that are known to be safe: [`KNOWN_PRIME`], and those proved here before.
///
/// Proving a new prime takes some forty exponentiations, about a third of a second, so callers
/// keep one of these for as long as they live.
#[derive(Clone, Debug, Default)]
pub struct Primes {
    proved: Vec<[u8; 32]>,
}

impl Primes {
    /// Knows the pinned prime only.
    #[must_use]
    pub const fn new() -> Self {
        Self { proved: Vec::new() }
    }

    /// The group of this prime and generator, after every check of them (SEC-06 to SEC-08).
    ///
    /// `prime` is big-endian. A prime that is not known yet is proved with random bases from
    /// `rng` and remembered.
    ///
    /// # Errors
    /// [`DhError`], one variant for each rule.
    pub fn check(&mut self, prime: &[u8], g: i32, rng: &mut dyn Random) -> Result<Group, DhError> {
        let size = DhError::PrimeSize { len: prime.len() };
        let p: Number = prime.try_into().map_err(|_| size)?;
        if p[0] >> 7 == 0 {
            return Err(size);
        }
        let group = Group::with_generator(p, g)?;
        if p != KNOWN_PRIME {
            let hash = sha256(&[&p]);
            if !self.proved.contains(&hash) {
                if !bn::is_safe_prime(&p, rng) {
                    return Err(DhError::NotSafePrime);
                }
                if self.proved.len() == MAX_PROVED {
                    self.proved.remove(0);
                }
                self.proved.push(hash);
            }
        }
        Ok(group)
    }
}

/// A safe prime of 2048 bits and a generator of its large subgroup, both checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    prime: Number,
    g: u8,
}

impl Group {
    /// The group of the pinned prime.
    ///
    /// # Errors
    /// [`DhError`] when `g` does not suit [`KNOWN_PRIME`]; 3, 4 and 7 do.
    pub fn known(g: i32) -> Result<Self, DhError> {
        Self::with_generator(KNOWN_PRIME, g)
    }

    fn with_generator(prime: Number, g: i32) -> Result<Self, DhError> {
        let (modulus, residues): (u32, &[u32]) = match g {
            2 => (8, &[7]),
            3 => (3, &[2]),
            4 => (1, &[0]),
            5 => (5, &[1, 4]),
            6 => (24, &[19, 23]),
            7 => (7, &[3, 5, 6]),
            _ => return Err(DhError::Generator { g }),
        };
        if !residues.contains(&bn::rem_small(&prime, modulus)) {
            return Err(DhError::GeneratorResidue { g });
        }
        Ok(Self { prime, g: g as u8 })
    }

    /// The prime, big-endian.
    #[must_use]
    pub fn prime(&self) -> &[u8; 256] {
        &self.prime
    }

    /// The generator, 2 to 7.
    #[must_use]
    pub fn generator(&self) -> i32 {
        self.g.into()
    }

    /// Checks a public value and pads it to 256 bytes (SEC-09, SEC-10).
    ///
    /// # Errors
    /// [`DhError::PublicRange`] or [`DhError::PublicMargin`].
    pub fn check_public(&self, value: &[u8]) -> Result<[u8; 256], DhError> {
        let value = bn::number(value).ok_or(DhError::PublicRange)?;
        if value <= bn::small(1) || value >= bn::difference(&self.prime, &bn::small(1)) {
            return Err(DhError::PublicRange);
        }
        let mut margin = [0; 256];
        margin[7] = 1;
        if value < margin || value > bn::difference(&self.prime, &margin) {
            return Err(DhError::PublicMargin);
        }
        Ok(value)
    }

    /// A new secret exponent with its public value, drawn again until that is in range.
    #[must_use]
    pub fn secret(&self, rng: &mut dyn Random) -> Secret {
        loop {
            let mut exponent = Zeroizing::new([0; 256]);
            rng.fill(&mut exponent[..]);
            if let Ok(secret) = self.secret_from(exponent) {
                return secret;
            }
        }
    }

    /// The secret of a given exponent, for exchanges that are replayed.
    ///
    /// # Errors
    /// [`DhError`] when its public value is out of range.
    pub fn secret_from(&self, exponent: Zeroizing<[u8; 256]>) -> Result<Secret, DhError> {
        let public = self.power_of_g(&exponent);
        self.check_public(&public)?;
        Ok(Secret {
            group: self.clone(),
            exponent,
            public,
        })
    }

    /// `g ^ exponent`, in constant time.
    pub(crate) fn power_of_g(&self, exponent: &Number) -> Number {
        // A prime of 2048 bits is odd, so there is always a modulus.
        self.modulus()
            .map_or([0; 256], |m| m.pow(&self.g_number(), exponent))
    }

    pub(crate) fn modulus(&self) -> Option<Modulus> {
        Modulus::new(&self.prime)
    }

    pub(crate) fn g_number(&self) -> Number {
        bn::small(self.g)
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prime = if self.prime == KNOWN_PRIME {
            "known"
        } else {
            "proved"
        };
        write!(f, "Group(g {}, {prime} prime)", self.g)
    }
}

/// One side's secret exponent and the public value that goes to the other side.
///
/// The exponent is wiped on drop and never printed.
pub struct Secret {
    group: Group,
    exponent: Zeroizing<Number>,
    public: Number,
}

impl Secret {
    /// `g_a` or `g_b`: what the other side gets.
    #[must_use]
    pub fn public(&self) -> &[u8; 256] {
        &self.public
    }

    /// The number both sides end up with, from the other side's public value.
    ///
    /// # Errors
    /// [`DhError`] when that value is out of range.
    pub fn agree(&self, other: &[u8]) -> Result<Zeroizing<[u8; 256]>, DhError> {
        let other = self.group.check_public(other)?;
        let modulus = self.group.modulus().ok_or(DhError::NotSafePrime)?;
        Ok(Zeroizing::new(modulus.pow(&other, &self.exponent)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests;
