//! Large numbers: the only module that knows which library does the arithmetic.
//!
//! Numbers go in and out as 256 big-endian bytes, so that plain array comparison orders them.
//! What touches secrets runs in constant time; only moduli and public exponents are treated as
//! known to everybody.

use std::convert::Infallible;

use crypto_bigint::{
    Odd, U256, U2048, Uint,
    modular::{FixedMontyForm, FixedMontyParams},
    rand_core::{TryCryptoRng, TryRng},
};
use crypto_primes::{Flavor, hazmat::MillerRabin};
use zeroize::Zeroize;

use crate::random::Random;

mod crt;
mod curve;
pub(crate) use crt::{Crt, random_prime};
pub use curve::x25519_lookalike;

/// A number below 2^2048, big-endian.
pub(crate) type Number = [u8; 256];

/// Rounds of Miller-Rabin with random bases, after a Baillie-PSW test: a composite number
/// passes all with a probability below 2^-80, whoever chose it.
const ROUNDS: usize = 40;

type Params = FixedMontyParams<{ U2048::LIMBS }>;
type Residue = FixedMontyForm<{ U2048::LIMBS }>;

/// Arithmetic modulo an odd number everybody knows.
pub(crate) struct Modulus(Params);

impl Modulus {
    /// Arithmetic modulo `n`, or `None` when `n` is even or 1.
    pub(crate) fn new(n: &Number) -> Option<Self> {
        let n = U2048::from_be_slice(n);
        if n == U2048::ONE {
            return None;
        }
        let odd: Option<Odd<U2048>> = Odd::new(n).into();
        Some(Self(Params::new_vartime(odd?)))
    }

    /// `base ^ exponent`, in constant time.
    pub(crate) fn pow(&self, base: &Number, exponent: &Number) -> Number {
        self.pow_uint(base, U2048::from_be_slice(exponent))
    }

    /// `base ^ (a * b)`, in constant time.
    pub(crate) fn pow_product(&self, base: &Number, a: &[u8; 32], b: &[u8; 32]) -> Number {
        let (low, high) = U256::from_be_slice(a).widening_mul(&U256::from_be_slice(b));
        let exponent: crypto_bigint::U512 = Uint::concat(&low, &high);
        self.pow_uint(base, exponent)
    }

    /// `base ^ exponent` for a 256-bit exponent, in constant time.
    pub(crate) fn pow_256(&self, base: &Number, exponent: &[u8; 32]) -> Number {
        self.pow_uint(base, U256::from_be_slice(exponent))
    }

    /// `base ^ exponent` for an exponent that is no secret.
    pub(crate) fn pow_public(&self, base: &Number, exponent: u64) -> Number {
        let power = self
            .residue(base)
            .pow_vartime(&crypto_bigint::U64::from_u64(exponent));
        bytes(&power.retrieve())
    }

    fn pow_uint<const LIMBS: usize>(&self, base: &Number, mut exponent: Uint<LIMBS>) -> Number {
        let mut power = self.residue(base).pow(&exponent).retrieve();
        exponent.zeroize();
        let out = bytes(&power);
        power.zeroize();
        out
    }

    /// `a * b`.
    pub(crate) fn mul(&self, a: &Number, b: &Number) -> Number {
        bytes(&self.residue(a).mul(&self.residue(b)).retrieve())
    }

    /// `a + b`.
    pub(crate) fn add(&self, a: &Number, b: &Number) -> Number {
        bytes(&self.residue(a).add(&self.residue(b)).retrieve())
    }

    /// `a - b`.
    pub(crate) fn sub(&self, a: &Number, b: &Number) -> Number {
        bytes(&self.residue(a).sub(&self.residue(b)).retrieve())
    }

    fn residue(&self, number: &Number) -> Residue {
        Residue::new(&U2048::from_be_slice(number), &self.0)
    }
}

/// Pads big-endian bytes to a [`Number`]; `None` when they are more than 256.
pub(crate) fn number(big_endian: &[u8]) -> Option<Number> {
    let mut out = [0; 256];
    let at = out.len().checked_sub(big_endian.len())?;
    out.get_mut(at..)?.copy_from_slice(big_endian);
    Some(out)
}

/// `n - a`; wraps around when `a` is larger.
pub(crate) fn difference(n: &Number, a: &Number) -> Number {
    bytes(&U2048::from_be_slice(n).wrapping_sub(&U2048::from_be_slice(a)))
}

/// `n mod small`; `small` is not 0.
pub(crate) fn rem_small(n: &Number, small: u32) -> u32 {
    let small = u64::from(small).max(1);
    n.iter()
        .fold(0, |rest, byte| (rest << 8 | u64::from(*byte)) % small) as u32
}

/// Whether `p` and `(p - 1) / 2` are both prime.
///
/// Costs some forty exponentiations for a number that is; most others fail in the first.
pub(crate) fn is_safe_prime(p: &Number, rng: &mut dyn Random) -> bool {
    // Fermat's test to the base 2 comes first because it stops nearly everything. It also
    // completes the proof at the end: with q prime and p = 2q + 1 not divisible by 3,
    // 2^(p-1) = 1 shows by Pocklington's theorem that p is prime, so only q needs many rounds.
    if rem_small(p, 4) != 3 || rem_small(p, 3) == 0 {
        return false;
    }
    let Some(modulus) = Modulus::new(p) else {
        return false;
    };
    let one = small(1);
    if modulus.pow(&small(2), &difference(p, &one)) != one {
        return false;
    }
    let q = U2048::from_be_slice(p).shr_vartime(1);
    if !crypto_primes::is_prime(Flavor::Any, &q) {
        return false;
    }
    let odd: Option<Odd<U2048>> = Odd::new(q).into();
    let Some(odd) = odd else { return false };
    let test = MillerRabin::new(odd);
    let mut rng = Source(rng);
    (0..ROUNDS).all(|_| test.test_random_base(&mut rng).is_probably_prime())
}

/// A number of one byte.
pub(crate) const fn small(value: u8) -> Number {
    let mut out = [0; 256];
    out[255] = value;
    out
}

fn bytes(number: &U2048) -> Number {
    number.to_be_bytes().into()
}

/// Our randomness in the shape the libraries ask for.
struct Source<'a>(&'a mut dyn Random);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::{dh::KNOWN_PRIME, random::SeededRandom};

    fn wide(n: &[u8]) -> BigUint {
        BigUint::from_bytes_be(n)
    }

    fn narrow(n: &BigUint) -> Number {
        number(&n.to_bytes_be()).unwrap()
    }

    /// Numbers with many of the shapes that have broken Montgomery code before.
    fn any_number() -> impl Strategy<Value = Number> {
        (
            proptest::collection::vec(any::<u8>(), 256),
            0usize..5,
            0usize..256,
        )
            .prop_map(|(mut bytes, shape, at)| {
                match shape {
                    0 => bytes[..at].fill(0),
                    1 => bytes[..at].fill(0xff),
                    2 => bytes[at..].fill(0xff),
                    3 => bytes[at..].fill(0),
                    _ => {}
                }
                bytes.try_into().unwrap()
            })
    }

    fn any_modulus() -> impl Strategy<Value = Number> {
        (any_number(), any::<bool>()).prop_map(|(mut n, known)| {
            n[255] |= 1;
            n[250] |= 4;
            if known { KNOWN_PRIME } else { n }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn arithmetic_agrees_with_num_bigint(
            a in any_number(), b in any_number(), n in any_modulus(), small_exponent: u64,
        ) {
            let m = Modulus::new(&n).unwrap();
            let (wa, wb, wn) = (wide(&a), wide(&b), wide(&n));
            prop_assert_eq!(m.pow(&a, &b), narrow(&wa.modpow(&wb, &wn)));
            prop_assert_eq!(
                m.pow_public(&a, small_exponent),
                narrow(&wa.modpow(&small_exponent.into(), &wn))
            );
            prop_assert_eq!(m.mul(&a, &b), narrow(&(&wa * &wb % &wn)));
            prop_assert_eq!(m.add(&a, &b), narrow(&((&wa + &wb) % &wn)));
            let reduced = &wb % &wn;
            prop_assert_eq!(m.sub(&a, &b), narrow(&((&wa + &wn - reduced) % &wn)));
        }

        #[test]
        fn short_exponents_agree_with_num_bigint(
            a in any_number(), n in any_modulus(), x: [u8; 32], y: [u8; 32],
        ) {
            let m = Modulus::new(&n).unwrap();
            let (wa, wn) = (wide(&a), wide(&n));
            prop_assert_eq!(m.pow_256(&a, &x), narrow(&wa.modpow(&wide(&x), &wn)));
            let product = wide(&x) * wide(&y);
            prop_assert_eq!(m.pow_product(&a, &x, &y), narrow(&wa.modpow(&product, &wn)));
        }

        #[test]
        fn small_remainders_agree_with_num_bigint(a in any_number(), by in 1u32..) {
            prop_assert_eq!(BigUint::from(rem_small(&a, by)), wide(&a) % by);
        }
    }

    #[test]
    fn even_moduli_are_refused() {
        assert!(Modulus::new(&small(0)).is_none());
        assert!(Modulus::new(&small(1)).is_none());
        assert!(Modulus::new(&small(8)).is_none());
        assert!(Modulus::new(&small(9)).is_some());
    }

    #[test]
    fn numbers_are_padded_on_the_left_and_never_cut() {
        assert_eq!(number(&[]), Some(small(0)));
        assert_eq!(number(&[0, 9]), Some(small(9)));
        assert_eq!(number(&[1; 257]), None);
    }

    #[test]
    fn safe_primes_are_told_from_primes_and_composites() {
        let mut rng = SeededRandom::new([1; 32]);
        for (n, safe) in [
            (23, true),
            (47, true),
            (83, true),
            (13, false),
            (31, false),
            (35, false),
        ] {
            assert_eq!(is_safe_prime(&small(n), &mut rng), safe, "{n}");
        }
    }
}
