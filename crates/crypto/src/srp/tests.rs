use super::*;
use crate::{dh::KNOWN_PRIME, hex::hex, random::SeededRandom};

fn algorithm() -> Algorithm {
    Algorithm {
        salt1: vec![1; 40],
        salt2: vec![2; 16],
        group: Group::known(3).unwrap(),
    }
}

fn rng() -> SeededRandom {
    SeededRandom::new([8; 32])
}

#[test]
fn the_right_password_passes_and_a_wrong_one_does_not() {
    let (algorithm, mut rng) = (algorithm(), rng());
    let verifier = algorithm.verifier("pässword");
    for (password, outcome) in [
        ("pässword", Ok(())),
        ("password", Err(SrpError::WrongPassword)),
    ] {
        let challenge = Challenge::new(algorithm.clone(), *verifier, &mut rng);
        let answer = algorithm
            .answer(password, challenge.public(), &mut rng)
            .unwrap();
        assert_eq!(challenge.check(&answer.a, &answer.m1), outcome);
    }
}

#[test]
fn an_answer_is_good_for_its_own_challenge_only() {
    let (algorithm, mut rng) = (algorithm(), rng());
    let verifier = algorithm.verifier("secret");
    let first = Challenge::new(algorithm.clone(), *verifier, &mut rng);
    let second = Challenge::new(algorithm.clone(), *verifier, &mut rng);
    let answer = algorithm
        .answer("secret", first.public(), &mut rng)
        .unwrap();
    assert_eq!(
        second.check(&answer.a, &answer.m1),
        Err(SrpError::WrongPassword)
    );
    assert_eq!(first.check(&answer.a, &answer.m1), Ok(()));
}

#[test]
fn the_proof_is_compared_to_its_last_byte() {
    let (algorithm, mut rng) = (algorithm(), rng());
    let verifier = algorithm.verifier("secret");
    let challenge = || Challenge::new(algorithm.clone(), *verifier, &mut self::rng());
    let answer = algorithm
        .answer("secret", challenge().public(), &mut rng)
        .unwrap();
    assert_eq!(challenge().check(&answer.a, &answer.m1), Ok(()));
    let mut last = answer.m1;
    last[31] ^= 1;
    for m1 in [&last[..], &answer.m1[..31], &[]] {
        assert_eq!(
            challenge().check(&answer.a, m1),
            Err(SrpError::WrongPassword)
        );
    }
}

#[test]
fn sec_27_hostile_values_of_the_server_are_refused_before_the_password_is_hashed() {
    let mut margin = [0; 256];
    margin[7] = 1;
    let one = bn::small(1);
    let cases: [(&[u8], SrpError); 10] = [
        (&[], SrpError::PublicLength { len: 0 }),
        (&[1; 247], SrpError::PublicLength { len: 247 }),
        (&[1; 257], SrpError::PublicLength { len: 257 }),
        (&[0; 256], SrpError::Public(DhError::PublicRange)),
        (&one, SrpError::Public(DhError::PublicRange)),
        (&KNOWN_PRIME, SrpError::Public(DhError::PublicRange)),
        (&[0xff; 256], SrpError::Public(DhError::PublicRange)),
        (
            &bn::difference(&KNOWN_PRIME, &one),
            SrpError::Public(DhError::PublicRange),
        ),
        (
            &bn::difference(&margin, &one),
            SrpError::Public(DhError::PublicMargin),
        ),
        (
            &bn::difference(&KNOWN_PRIME, &bn::small(2)),
            SrpError::Public(DhError::PublicMargin),
        ),
    ];
    for (b, error) in cases {
        assert_eq!(algorithm().answer("secret", b, &mut rng()), Err(error));
    }
}

#[test]
fn sec_27_hostile_salts_and_groups_are_refused_before_the_password_is_asked_for() {
    let (salt1, salt2) = ([1; 40], [2; 16]);
    let check = |salts: (&[u8], &[u8]), group: (&[u8], i32)| {
        Algorithm::check(salts, group, &mut rng()).err()
    };
    let known = (&KNOWN_PRIME[..], 3);
    assert_eq!(check((&salt1, &salt2), known), None);
    assert_eq!(check((&salt1[..8], &salt2[..8]), known), None);
    let short = |salt, len| Some(SrpError::SaltLength { salt, len });
    assert_eq!(check((&[], &salt2), known), short("salt1", 0));
    assert_eq!(check((&salt1[..7], &salt2), known), short("salt1", 7));
    assert_eq!(check((&salt1, &salt2[..7]), known), short("salt2", 7));
    let group = |prime: &[u8], g| check((&salt1, &salt2), (prime, g));
    for (prime, g, error) in [
        (&KNOWN_PRIME[1..], 3, DhError::PrimeSize { len: 255 }),
        (&[0x7f; 256], 3, DhError::PrimeSize { len: 256 }),
        (&KNOWN_PRIME, 1, DhError::Generator { g: 1 }),
        (&KNOWN_PRIME, 2, DhError::GeneratorResidue { g: 2 }),
        (&[0xff; 256], 4, DhError::NotSafePrime),
    ] {
        assert_eq!(group(prime, g), Some(SrpError::Group(error)));
    }
}

#[test]
fn sec_27_a_value_that_cancels_against_the_password_is_refused() {
    // A server that knows the verifier could send k v and make the secret 0.
    let algorithm = algorithm();
    let x = algorithm.password_hash("secret");
    let modulus = algorithm.modulus().unwrap();
    let v = algorithm.verifier("secret");
    let b = modulus.mul(&algorithm.multiplier(), &v);
    let mut a = [0; 256];
    rng().fill(&mut a);
    assert_eq!(algorithm.answer_with(&x, &b, &a), Err(SrpError::Degenerate));
}

#[test]
fn sec_27_hostile_values_of_a_client_are_refused() {
    let challenge = || Challenge::new(algorithm(), [7; 256], &mut rng());
    for (a, error) in [
        (bn::small(0), DhError::PublicRange),
        (KNOWN_PRIME, DhError::PublicRange),
        (bn::small(2), DhError::PublicMargin),
    ] {
        assert_eq!(
            challenge().check(&a, &[0; 32]),
            Err(SrpError::Public(error))
        );
    }
    let short = SrpError::PublicLength { len: 3 };
    assert_eq!(challenge().check(&[1; 3], &[0; 32]), Err(short));
}

#[test]
fn a_new_password_gets_a_longer_salt_of_its_own() {
    let old = algorithm();
    let new = old.clone().with_new_salt(&mut rng());
    assert_eq!(new.salt1.len(), old.salt1.len() + 32);
    assert_eq!(new.salt1[..40], old.salt1);
    assert_ne!(new.salt1[40..], [0; 32]);
    assert_eq!(new.salt2, old.salt2);
}

#[test]
fn the_password_hash_is_the_listed_one() {
    let algorithm = Algorithm {
        salt1: (0..40).collect(),
        salt2: (100..116).collect(),
        group: Group::known(3).unwrap(),
    };
    let wanted = hex::<32>("8ca03febfef456d2c083862fb2a05133cdd6d61456376614d6248f7806f402d8");
    assert_eq!(*algorithm.password_hash("correct horse"), wanted);
}

#[test]
fn nothing_secret_is_printed() {
    let challenge = Challenge::new(algorithm(), [7; 256], &mut rng());
    assert_eq!(format!("{challenge:?}"), "Challenge(..)");
    let answer = Answer {
        a: [1; 256],
        m1: [2; 32],
    };
    assert_eq!(format!("{answer:?}"), "Answer(..)");
}
