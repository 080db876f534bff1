//! Numbers that pass for public keys of X25519.

use crypto_bigint::{
    Odd, U256,
    modular::{FixedMontyForm, FixedMontyParams},
};

use crate::random::{Random, RandomExt as _};

type Residue = FixedMontyForm<{ U256::LIMBS }>;

/// 2^255 - 19.
const P: U256 =
    U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

/// A random number that nobody can tell from an X25519 public key: the coordinate of a point on
/// the curve, in the subgroup that keys are from.
///
/// Fake TLS shows one in its greeting; no key is agreed with it, so nothing here is a secret.
#[must_use]
pub fn x25519_lookalike(rng: &mut dyn Random) -> [u8; 32] {
    let field = Field::new();
    let mut x = loop {
        let mut drawn = rng.array::<32>();
        drawn[31] &= 0x7f;
        let x = field.number(&U256::from_le_slice(&drawn));
        if field.is_on_curve(&x) {
            break x;
        }
    };
    // The curve has eight times as many points as the subgroup.
    for _ in 0..3 {
        x = field.double(&x);
    }
    let mut out = [0; 32];
    out.copy_from_slice(&x.retrieve().to_le_bytes()[..]);
    out
}

struct Field {
    params: FixedMontyParams<{ U256::LIMBS }>,
    one: Residue,
    /// The curve's coefficient: v^2 = u^3 + a u^2 + u.
    a: Residue,
}

impl Field {
    fn new() -> Self {
        let odd = Odd::new(P).unwrap_or_default();
        let params = FixedMontyParams::new_vartime(odd);
        let number = |n: u32| Residue::new(&U256::from_u32(n), &params);
        Self {
            one: number(1),
            a: number(486_662),
            params,
        }
    }

    fn number(&self, n: &U256) -> Residue {
        Residue::new(n, &self.params)
    }

    /// u^2 + a u + 1: the right side of the curve's equation without one factor u.
    fn rest(&self, u: &Residue) -> Residue {
        u.square().add(&self.a.mul(u)).add(&self.one)
    }

    /// Whether a point has this coordinate, by Euler's criterion.
    fn is_on_curve(&self, u: &Residue) -> bool {
        let right = u.mul(&self.rest(u));
        let half = P.shr_vartime(1);
        right.pow_vartime(&half).retrieve() == U256::ONE
    }

    /// The coordinate of twice the point.
    fn double(&self, u: &Residue) -> Residue {
        let above = u.square().sub(&self.one).square();
        let below = u.mul(&self.rest(u)).double().double();
        let inverse = below.pow_vartime(&P.wrapping_sub(&U256::from_u32(2)));
        above.mul(&inverse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn doubling_gives_the_published_multiple_of_the_base_point() {
        // Twice the point with u = 9, from the formula by hand: (81 - 1)^2 / (4 * 9 * (81 + 9a + 1)).
        let field = Field::new();
        let nine = field.number(&U256::from_u32(9));
        assert!(field.is_on_curve(&nine));
        let below = field.number(&U256::from_u64(36 * (82 + 9 * 486_662)));
        let twice = field.double(&nine);
        assert_eq!(twice.mul(&below).retrieve(), U256::from_u32(6400));
    }

    #[test]
    fn numbers_are_on_the_curve_and_differ() {
        let mut rng = SeededRandom::new([4; 32]);
        let field = Field::new();
        let drawn: Vec<_> = (0..8).map(|_| x25519_lookalike(&mut rng)).collect();
        for (i, bytes) in drawn.iter().enumerate() {
            assert!(field.is_on_curve(&field.number(&U256::from_le_slice(bytes))));
            assert!(!drawn[..i].contains(bytes));
        }
    }
}
