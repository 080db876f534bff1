//! The one door randomness comes in by.

use std::fmt;

use crate::ctr::Ctr;

/// A source of bytes nobody can guess.
///
/// Object safe, so the protocol core can hold a `&mut dyn Random` without knowing whether an
/// operating system, a seed or a test stands behind it.
pub trait Random: Send {
    /// Fills `out` with random bytes.
    fn fill(&mut self, out: &mut [u8]);

    /// A random `u32`.
    fn u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// A random `u64`.
    fn u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A random number below `bound`, each equally likely; 0 when `bound` is 0.
    fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Draws under this threshold would make the small remainders likelier.
        let uneven = bound.wrapping_neg() % bound;
        loop {
            let drawn = self.u64();
            if drawn >= uneven {
                return drawn % bound;
            }
        }
    }
}

/// Arrays straight out of a [`Random`].
pub trait RandomExt: Random {
    /// `N` random bytes.
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

impl<R: Random + ?Sized> RandomExt for R {}

impl<R: Random + ?Sized> Random for &mut R {
    fn fill(&mut self, out: &mut [u8]) {
        (**self).fill(out);
    }
}

impl<R: Random + ?Sized> Random for Box<R> {
    fn fill(&mut self, out: &mut [u8]) {
        (**self).fill(out);
    }
}

/// A generator that turns 32 bytes of seed into an endless AES-256-CTR keystream.
///
/// The same seed always gives the same bytes, which is what makes the protocol core testable;
/// drivers seed it from the operating system. The key is wiped on drop and never printed.
///
/// ```
/// use heliogram_crypto::{Random, RandomExt, SeededRandom};
///
/// let mut one = SeededRandom::new([7; 32]);
/// let mut two = SeededRandom::new([7; 32]);
/// assert_eq!(one.array::<24>(), two.array::<24>());
/// assert_ne!(one.u64(), one.u64());
/// ```
pub struct SeededRandom {
    stream: Ctr,
}

impl SeededRandom {
    /// A generator over this seed.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let seed = zeroize::Zeroizing::new(seed);
        Self {
            stream: Ctr::new(&seed, &[0; 16]),
        }
    }

    /// An independent generator, seeded by the next 32 bytes of this one.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.array())
    }
}

impl Random for SeededRandom {
    fn fill(&mut self, out: &mut [u8]) {
        out.fill(0);
        self.stream.apply(out);
    }
}

impl fmt::Debug for SeededRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededRandom(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_does_not_depend_on_how_it_is_cut() {
        let mut whole = [0; 100];
        SeededRandom::new([3; 32]).fill(&mut whole);
        let mut pieces = SeededRandom::new([3; 32]);
        let mut joined = Vec::new();
        for len in [1, 15, 16, 33, 35] {
            let mut piece = vec![0xff; len];
            pieces.fill(&mut piece);
            joined.extend(piece);
        }
        assert_eq!(joined, whole);
        assert_ne!(whole[..32], whole[32..64]);
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let mut rng = SeededRandom::new([1; 32]);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[rng.below(5) as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn sec_13_forks_of_a_generator_differ_and_debug_shows_nothing() {
        let mut parent = SeededRandom::new([9; 32]);
        let mut child = parent.fork();
        assert_ne!(parent.array::<16>(), child.array::<16>());
        assert_eq!(format!("{parent:?}"), "SeededRandom(..)");
    }

    #[test]
    fn it_works_as_a_trait_object() {
        let mut boxed: Box<dyn Random> = Box::new(SeededRandom::new([5; 32]));
        let through: &mut dyn Random = &mut *boxed;
        let first = through.array::<8>();
        assert_ne!(first, through.array::<8>());
    }
}
