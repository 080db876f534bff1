//! Splitting the number of the key exchange into its two primes.

/// Steps after which a factor is given up on. A number of 63 bits takes some 60,000 on average;
/// no chain of bad luck that nature produces comes near this.
const MAX_STEPS: u32 = 1 << 22;
/// Steps whose differences are multiplied before one common divisor is taken.
const BATCH: u32 = 256;

/// The two primes of `pq`, the smaller first.
///
/// `None` unless `pq` is the product of two different odd primes and below 2^63, as the key
/// exchange asks (SEC-03). Takes half a millisecond for 63 bits, the same for equal input every
/// time, and is bounded for any input.
///
/// ```
/// use heliogram_crypto::factorize;
///
/// assert_eq!(factorize(0x17ED_4894_1A08_F981), Some((0x494C_553B, 0x5391_1073)));
/// assert_eq!(factorize(1_000_000_007), None, "a prime has no two factors");
/// ```
#[must_use]
pub fn factorize(pq: u64) -> Option<(u64, u64)> {
    if pq < 15 || pq.is_multiple_of(2) || pq >> 63 != 0 || is_prime(pq) {
        return None;
    }
    let found = small_factor(pq).or_else(|| brent(pq))?;
    let (p, q) = (found.min(pq / found), found.max(pq / found));
    (p < q && p * q == pq && is_prime(p) && is_prime(q)).then_some((p, q))
}

/// Arithmetic modulo an odd `n` below 2^63 in Montgomery's form.
#[derive(Clone, Copy)]
struct Montgomery {
    n: u64,
    /// The inverse of `n` modulo 2^64.
    inverse: u64,
}

impl Montgomery {
    fn new(n: u64) -> Self {
        // Newton's iteration doubles the number of right bits; an odd number is its own inverse
        // in the lowest three.
        let mut inverse = n;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
        }
        Self { n, inverse }
    }

    /// `a * b / 2^64 mod n`.
    #[inline(always)]
    fn mul(self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let factor = (product as u64).wrapping_mul(self.inverse);
        let subtract = ((u128::from(factor) * u128::from(self.n)) >> 64) as u64;
        let (difference, borrowed) = ((product >> 64) as u64).overflowing_sub(subtract);
        if borrowed {
            difference.wrapping_add(self.n)
        } else {
            difference
        }
    }

    /// `a` in Montgomery's form.
    fn enter(self, a: u64) -> u64 {
        ((u128::from(a) << 64) % u128::from(self.n)) as u64
    }

    /// `a^2 + c`, one step of the sequence.
    #[inline(always)]
    fn step(self, a: u64, c: u64) -> u64 {
        let sum = self.mul(a, a) + c;
        if sum >= self.n { sum - self.n } else { sum }
    }
}

/// Brent's variant of Pollard's rho.
fn brent(n: u64) -> Option<u64> {
    let field = Montgomery::new(n);
    let mut left = MAX_STEPS;
    // A sequence can run into a cycle modulo both primes at once; then another one is tried.
    for c in 1..32 {
        match sequence(field, c, &mut left) {
            Some(factor) if factor != n => return Some(factor),
            _ if left == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Follows one sequence until it shows a divisor, which may be `n` itself.
fn sequence(field: Montgomery, c: u64, left: &mut u32) -> Option<u64> {
    let c = field.enter(c);
    let mut y = field.enter(2);
    let mut length = 1u32;
    while *left > 0 {
        let x = y;
        for _ in 0..length {
            y = field.step(y, c);
        }
        let mut done = 0;
        while done < length {
            let before = y;
            let batch = BATCH.min(length - done);
            let mut product = field.enter(1);
            for _ in 0..batch {
                y = field.step(y, c);
                product = field.mul(product, x.abs_diff(y));
            }
            let divisor = gcd(product, field.n);
            if divisor != 1 {
                return Some(first_divisor(field, c, x, before, batch));
            }
            done += batch;
        }
        *left = left.saturating_sub(2 * length);
        length *= 2;
    }
    None
}

/// Goes through a batch again, one difference at a time.
fn first_divisor(field: Montgomery, c: u64, x: u64, mut y: u64, batch: u32) -> u64 {
    for _ in 0..batch {
        y = field.step(y, c);
        let divisor = gcd(x.abs_diff(y), field.n);
        if divisor != 1 {
            return divisor;
        }
    }
    field.n
}

/// Factors the rho method is poor at, since its batches swallow them whole.
fn small_factor(n: u64) -> Option<u64> {
    (3..256).step_by(2).find(|d| n.is_multiple_of(*d))
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << shift
}

/// Miller's test with the bases that decide every number of 64 bits.
fn is_prime(n: u64) -> bool {
    if n < 4 || n.is_multiple_of(2) {
        return n == 2 || n == 3;
    }
    let field = Montgomery::new(n);
    let one = field.enter(1);
    let minus_one = n - one;
    let twos = (n - 1).trailing_zeros();
    [2u64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
        .into_iter()
        .all(|base| {
            if base.is_multiple_of(n) || n == base {
                return true;
            }
            let mut power = one;
            let base = field.enter(base);
            for bit in (0..64).rev() {
                power = field.mul(power, power);
                if (n - 1) >> twos >> bit & 1 == 1 {
                    power = field.mul(power, base);
                }
            }
            if power == one {
                return true;
            }
            for _ in 0..twos {
                if power == minus_one {
                    return true;
                }
                power = field.mul(power, power);
            }
            false
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn next_prime(from: u64) -> u64 {
        (from..).find(|n| is_prime(*n)).unwrap()
    }

    #[test]
    fn published_numbers_split() {
        assert_eq!(
            factorize(1_468_428_376_148_703_121),
            Some((1_008_949_199, 1_455_403_679))
        );
        assert_eq!(
            factorize(0x17ED_4894_1A08_F981),
            Some((0x494C_553B, 0x5391_1073))
        );
        assert_eq!(factorize(15), Some((3, 5)));
    }

    #[test]
    fn sec_03_what_is_not_two_different_odd_primes_is_refused() {
        for pq in [0, 1, 2, 3, 4, 6, 9, 13, 14] {
            assert_eq!(factorize(pq), None, "{pq}");
        }
        assert_eq!(factorize(2 * 1_000_000_007), None, "even");
        assert_eq!(
            factorize(9_223_372_036_854_775_783),
            None,
            "the largest prime of 63 bits"
        );
        assert_eq!(factorize(1_000_000_007 * 1_000_000_007), None, "a square");
        assert_eq!(factorize(3 * 5 * 7), None, "three small primes");
        assert_eq!(
            factorize(2_097_143 * 2_097_133 * 2_097_131),
            None,
            "three large primes"
        );
        assert_eq!(factorize(u64::MAX), None, "64 bits");
        let (p, q) = (4_294_967_291u64, 4_294_967_279);
        assert_eq!(factorize(p * q), None, "two primes of 32 bits, 64 in all");
    }

    #[test]
    fn primes_are_told_from_composites_and_pseudoprimes() {
        let sieved: Vec<u64> = (2..2000).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
        let found: Vec<u64> = (0..2000).filter(|n| is_prime(*n)).collect();
        assert_eq!(found, sieved);
        // Strong pseudoprimes to the first nine prime bases.
        assert!(!is_prime(3_825_123_056_546_413_051));
        assert!(!is_prime(341_550_071_728_321));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_product_of_two_primes_splits(a in 3u64..1 << 31, b in 3u64..1 << 31) {
            let (p, q) = (next_prime(a), next_prime(b));
            prop_assume!(p != q);
            prop_assert_eq!(factorize(p * q), Some((p.min(q), p.max(q))));
        }

        #[test]
        fn no_number_hangs_or_gives_wrong_factors(pq: u64) {
            if let Some((p, q)) = factorize(pq) {
                prop_assert!(p < q);
                prop_assert_eq!(p.checked_mul(q), Some(pq));
            }
        }
    }
}
