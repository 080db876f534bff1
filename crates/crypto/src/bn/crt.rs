//! Private exponentiation modulo a product of two primes, and finding such primes.

use crypto_bigint::{
    NonZero, Odd, U1024, U2048, Uint,
    modular::{FixedMontyForm, FixedMontyParams},
};
use crypto_primes::{
    Flavor,
    hazmat::{SetBits, SmallFactorsSieveFactory},
    is_prime, sieve_and_find,
};
use zeroize::{Zeroize, Zeroizing};

use super::{Number, Source, bytes};
use crate::random::Random;

/// A number below 2^1024, big-endian.
pub(crate) type Half = [u8; 128];

type Params = FixedMontyParams<{ U1024::LIMBS }>;
type Residue = FixedMontyForm<{ U1024::LIMBS }>;

/// What an RSA private key file holds besides the primes.
#[cfg(feature = "pem")]
pub(crate) struct PrivateParts {
    pub(crate) d: Zeroizing<Number>,
    pub(crate) d_p: Zeroizing<Half>,
    pub(crate) d_q: Zeroizing<Half>,
    pub(crate) q_inverse: Zeroizing<Half>,
}

/// The private operation of an RSA key, four times as fast as a plain exponentiation by the
/// Chinese remainder theorem, and in constant time.
#[derive(Clone)]
pub(crate) struct Crt {
    n: U2048,
    p: Params,
    q: Params,
    d_p: U1024,
    d_q: U1024,
    q_inverse: U1024,
}

impl Crt {
    /// The key of two different primes of exactly 1024 bits, or `None` when they are none, their
    /// product is short of 2048 bits, or `e` has no inverse.
    pub(crate) fn new(p: &Half, q: &Half, e: u64) -> Option<Self> {
        let (p, q) = (odd(p)?, odd(q)?);
        if p == q || !is_prime(Flavor::Any, p.as_ref()) || !is_prime(Flavor::Any, q.as_ref()) {
            return None;
        }
        let (low, high) = p.as_ref().widening_mul(q.as_ref());
        let n: U2048 = Uint::concat(&low, &high);
        if n.bit_width_vartime() != 2048 {
            return None;
        }
        Some(Self {
            n,
            d_p: inverse(e, p.as_ref())?,
            d_q: inverse(e, q.as_ref())?,
            q_inverse: option(q.as_ref().rem(p.as_nz_ref()).invert_odd_mod(&p))?,
            p: Params::new(p),
            q: Params::new(q),
        })
    }

    /// The modulus.
    pub(crate) fn modulus(&self) -> Number {
        bytes(&self.n)
    }

    /// `c ^ d mod n`, or `None` when `c` is not below `n`.
    pub(crate) fn pow(&self, c: &Number) -> Option<Zeroizing<Number>> {
        let c = U2048::from_be_slice(c);
        if c >= self.n {
            return None;
        }
        let part = |params: &Params, exponent: &U1024| {
            let base: U1024 = c.rem(params.modulus().as_nz_ref());
            Residue::new(&base, params).pow(exponent)
        };
        let mut m_q = part(&self.q, &self.d_q).retrieve();
        let m_p = part(&self.p, &self.d_p);
        let mut h = m_p
            .sub(&Residue::new(&m_q, &self.p))
            .mul(&Residue::new(&self.q_inverse, &self.p));
        let (low, high) = h.retrieve().widening_mul(self.q.modulus().as_ref());
        let mut m: U2048 = Uint::concat(&low, &high);
        m = m.wrapping_add(&m_q.resize());
        let out = Zeroizing::new(bytes(&m));
        m.zeroize();
        m_q.zeroize();
        h.zeroize();
        Some(out)
    }

    /// The other numbers of the key, for writing it to a file.
    #[cfg(feature = "pem")]
    pub(crate) fn parts(&self, e: u64) -> Option<PrivateParts> {
        let one = U1024::ONE;
        let (p, q) = (self.p.modulus().as_ref(), self.q.modulus().as_ref());
        let (low, high) = p.wrapping_sub(&one).widening_mul(&q.wrapping_sub(&one));
        let phi: U2048 = Uint::concat(&low, &high);
        let phi: NonZero<U2048> = option(NonZero::new(phi))?;
        let d = option(U2048::from_u64(e).invert_mod(&phi))?;
        Some(PrivateParts {
            d: Zeroizing::new(bytes(&d)),
            d_p: Zeroizing::new(self.d_p.to_be_bytes().into()),
            d_q: Zeroizing::new(self.d_q.to_be_bytes().into()),
            q_inverse: Zeroizing::new(self.q_inverse.to_be_bytes().into()),
        })
    }

    /// Both primes, the first first.
    #[cfg(feature = "pem")]
    pub(crate) fn primes(&self) -> [Zeroizing<Half>; 2] {
        [&self.p, &self.q]
            .map(|params| Zeroizing::new(params.modulus().as_ref().to_be_bytes().into()))
    }
}

impl Drop for Crt {
    fn drop(&mut self) {
        self.p.zeroize();
        self.q.zeroize();
        self.d_p.zeroize();
        self.d_q.zeroize();
        self.q_inverse.zeroize();
    }
}

/// A random prime of 1024 bits with both top bits set, so that the product of two has 2048.
pub(crate) fn random_prime(rng: &mut dyn Random) -> Option<Zeroizing<Half>> {
    let sieve = SmallFactorsSieveFactory::<U1024>::new(Flavor::Any, 1024, SetBits::TwoMsb).ok()?;
    let mut found =
        sieve_and_find(&mut Source(rng), sieve, |_, n| is_prime(Flavor::Any, n)).ok()??;
    let out = Zeroizing::new(found.to_be_bytes().into());
    found.zeroize();
    Some(out)
}

fn odd(n: &Half) -> Option<Odd<U1024>> {
    let n = U1024::from_be_slice(n);
    if n.bit_width_vartime() != 1024 {
        return None;
    }
    option(Odd::new(n))
}

/// The inverse of `e` modulo `prime - 1`.
fn inverse(e: u64, prime: &U1024) -> Option<U1024> {
    let order: NonZero<U1024> = option(NonZero::new(prime.wrapping_sub(&U1024::ONE)))?;
    option(U1024::from_u64(e).invert_mod(&order))
}

fn option<T>(found: crypto_bigint::CtOption<T>) -> Option<T> {
    found.into()
}
