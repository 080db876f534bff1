use super::*;
use crate::{bn::difference, random::SeededRandom};

/// The 2048-bit group of RFC 3526, a safe prime that is not Telegram's.
const OTHER: [u8; 256] = hex(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff",
);

fn rng() -> SeededRandom {
    SeededRandom::new([4; 32])
}

fn check(prime: &[u8], g: i32) -> Result<Group, DhError> {
    Primes::new().check(prime, g, &mut rng())
}

/// 2^2047 + 2^2046 + 2^2044 + 14095: a prime for which g = 2 and 3 are residues, but whose half
/// is composite.
fn unsafe_prime() -> [u8; 256] {
    let mut p = [0; 256];
    p[0] = 0xd0;
    p[254..].copy_from_slice(&[0x37, 0x0f]);
    p
}

#[test]
fn both_sides_agree_and_nobody_else() {
    let group = check(&KNOWN_PRIME, 3).unwrap();
    let mut rng = rng();
    let (a, b, c) = (
        group.secret(&mut rng),
        group.secret(&mut rng),
        group.secret(&mut rng),
    );
    let shared = a.agree(b.public()).unwrap();
    assert_eq!(shared, b.agree(a.public()).unwrap());
    assert_ne!(shared, c.agree(a.public()).unwrap());
    assert_eq!(
        format!("{a:?} {group:?}"),
        "Secret(..) Group(g 3, known prime)"
    );
}

#[test]
fn a_new_prime_is_proved_once() {
    struct Counting(SeededRandom, usize);
    impl Random for Counting {
        fn fill(&mut self, out: &mut [u8]) {
            self.1 += 1;
            self.0.fill(out);
        }
    }
    let (mut primes, mut rng) = (Primes::new(), Counting(rng(), 0));
    assert!(primes.check(&OTHER, 2, &mut rng).is_ok());
    let drawn = rng.1;
    assert!(drawn >= 15, "random bases were used");
    assert!(primes.check(&OTHER, 3, &mut rng).is_ok());
    assert_eq!(rng.1, drawn, "the proof is remembered");
    assert_eq!(
        primes.check(&OTHER, 8, &mut rng),
        Err(DhError::Generator { g: 8 }),
        "the generator is checked for a proved prime"
    );
}

#[test]
fn sec_06_only_numbers_of_exactly_2048_bits_are_primes() {
    let mut long = KNOWN_PRIME.to_vec();
    long.insert(0, 0);
    assert_eq!(check(&long, 3), Err(DhError::PrimeSize { len: 257 }));
    assert_eq!(
        check(&KNOWN_PRIME[1..], 3),
        Err(DhError::PrimeSize { len: 255 })
    );
    assert_eq!(check(&[], 3), Err(DhError::PrimeSize { len: 0 }));
    let mut low = KNOWN_PRIME;
    low[0] &= 0x7f;
    assert_eq!(check(&low, 4), Err(DhError::PrimeSize { len: 256 }));
}

#[test]
fn sec_07_composites_and_unsafe_primes_are_refused() {
    let mut composite = KNOWN_PRIME;
    composite[100] ^= 1;
    assert_eq!(check(&composite, 4), Err(DhError::NotSafePrime));
    let mut even = KNOWN_PRIME;
    even[255] ^= 1;
    assert_eq!(check(&even, 4), Err(DhError::NotSafePrime));
    let mut rng = rng();
    assert!(crypto_primes::is_prime(
        crypto_primes::Flavor::Any,
        &crypto_bigint::U2048::from_be_slice(&unsafe_prime())
    ));
    assert_eq!(
        Primes::new().check(&unsafe_prime(), 2, &mut rng),
        Err(DhError::NotSafePrime)
    );
}

#[test]
fn sec_08_generators_are_checked_for_the_pinned_prime_too() {
    for g in [i32::MIN, -1, 0, 1, 8, 9, i32::MAX] {
        assert_eq!(check(&KNOWN_PRIME, g), Err(DhError::Generator { g }));
    }
    for (g, good) in [
        (2, false),
        (3, true),
        (4, true),
        (5, false),
        (6, false),
        (7, true),
    ] {
        let wanted = if good {
            Ok(g)
        } else {
            Err(DhError::GeneratorResidue { g })
        };
        assert_eq!(
            check(&KNOWN_PRIME, g).map(|group| group.generator()),
            wanted
        );
        assert_eq!(Group::known(g).is_ok(), good);
    }
}

#[test]
fn the_table_of_residues_is_that_of_the_large_subgroup() {
    // g is in it exactly when g^((p-1)/2) = 1.
    for prime in [KNOWN_PRIME, OTHER] {
        let modulus = Modulus::new(&prime).unwrap();
        let mut half = difference(&prime, &bn::small(1));
        for at in (0..256).rev() {
            half[at] = half[at] >> 1 | if at > 0 { half[at - 1] << 7 } else { 0 };
        }
        for g in 2..8u8 {
            let residue = modulus.pow(&bn::small(g), &half) == bn::small(1);
            assert_eq!(
                Group::with_generator(prime, g.into()).is_ok(),
                residue,
                "g = {g}"
            );
        }
    }
}

#[test]
fn sec_09_and_sec_10_public_values_keep_their_distance() {
    let group = Group::known(3).unwrap();
    let mut margin = [0; 256];
    margin[7] = 1;
    let one = bn::small(1);
    let below = |n: &[u8; 256], by: &[u8; 256]| difference(n, by);
    let range = [
        bn::small(0),
        one,
        below(&KNOWN_PRIME, &one),
        KNOWN_PRIME,
        [0xff; 256],
    ];
    for value in range {
        assert_eq!(group.check_public(&value), Err(DhError::PublicRange));
    }
    assert_eq!(group.check_public(&[1; 257]), Err(DhError::PublicRange));
    assert_eq!(group.check_public(&[]), Err(DhError::PublicRange));
    let near = [
        bn::small(2),
        below(&margin, &one),
        below(&KNOWN_PRIME, &below(&margin, &one)),
        below(&KNOWN_PRIME, &bn::small(2)),
    ];
    for value in near {
        assert_eq!(group.check_public(&value), Err(DhError::PublicMargin));
    }
    for value in [margin, below(&KNOWN_PRIME, &margin)] {
        assert_eq!(group.check_public(&value), Ok(value));
    }
    assert_eq!(
        group.check_public(&margin[7..]),
        Ok(margin),
        "short values are padded"
    );
    let secret = group.secret(&mut rng());
    assert_eq!(secret.agree(&one), Err(DhError::PublicRange));
    assert_eq!(secret.agree(&bn::small(9)), Err(DhError::PublicMargin));
}
