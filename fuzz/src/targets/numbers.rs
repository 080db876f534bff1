//! Numbers that a server gives to compute with: groups, public values, what a password is proved
//! with, products to factor, and what is encrypted for an RSA key.

use heliogram_crypto::{
    RsaPublicKey, SeededRandom,
    dh::{Group, Primes},
    factorize,
    srp::{Algorithm, Challenge, SrpError},
};

use crate::{Input, Seed, key::key};

/// What is computed, and the numbers.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() % 6 {
        0 => factors(u64::from_le_bytes(input.array())),
        1 => group(&mut input),
        2 => public(&mut input),
        3 => password(&mut input),
        4 => proof(&mut input),
        _ => encrypted(&mut input),
    }
}

fn factors(product: u64) {
    if let Some((p, q)) = factorize(product) {
        assert!(p > 1 && p <= q && p.checked_mul(q) == Some(product));
    }
}

/// The known number with some of it changed, or any.
fn near(input: &mut Input<'_>, known: &[u8]) -> Vec<u8> {
    let mut out = known.to_vec();
    match input.byte() % 4 {
        0 => return input.piece().to_vec(),
        1 => {
            let at = usize::from(input.byte()) % out.len().max(1);
            for (byte, change) in out.iter_mut().skip(at).zip(input.piece()) {
                *byte ^= change;
            }
        }
        2 => out.truncate(input.u16().into()),
        _ => {}
    }
    out
}

fn group(input: &mut Input<'_>) {
    let known = Group::known(3).expect("the known group");
    let g = input.byte();
    let prime = near(input, known.prime());
    let mut rng = SeededRandom::new([1; 32]);
    if let Ok(group) = Primes::new().check(&prime, i32::from(g as i8), &mut rng) {
        assert!(
            group.prime() == known.prime(),
            "nobody finds safe primes by chance"
        );
    }
}

fn public(input: &mut Input<'_>) {
    let known = Group::known(3).expect("the known group");
    let mut rng = SeededRandom::new([2; 32]);
    let secret = known.secret(&mut rng);
    let other = near(input, secret.public());
    let agreed = secret.agree(&other);
    assert_eq!(agreed.is_ok(), known.check_public(&other).is_ok());
}

fn algorithm(input: &mut Input<'_>) -> Algorithm {
    Algorithm {
        salt1: input.piece().to_vec(),
        salt2: input.piece().to_vec(),
        group: Group::known(3).expect("the known group"),
    }
}

/// A server that proves nothing: it must be told apart before the password is worked on.
fn password(input: &mut Input<'_>) {
    let algorithm = algorithm(input);
    let mut rng = SeededRandom::new([4; 32]);
    let b = input.piece();
    // What is in range takes a tenth of a second on purpose, and is tested elsewhere.
    if algorithm.group.check_public(b).is_err() || b.len() < 248 {
        let answer = algorithm.answer("password", b, &mut rng);
        assert!(answer.is_err());
    }
}

/// A client that does not know the password.
fn proof(input: &mut Input<'_>) {
    let algorithm = algorithm(input);
    let mut rng = SeededRandom::new([5; 32]);
    let known = *algorithm.group.secret(&mut rng).public();
    let challenge = Challenge::new(algorithm, [7; 256], &mut rng);
    let a = near(input, &known);
    match challenge.check(&a, input.piece()) {
        Err(SrpError::WrongPassword | SrpError::Public(_) | SrpError::PublicLength { .. }) => {}
        other => panic!("{other:?}"),
    }
}

fn encrypted(input: &mut Input<'_>) {
    let mut rng = SeededRandom::new([6; 32]);
    let plain = input.piece();
    let Ok(sealed) = key().public().encrypt_pad(plain, &mut rng) else {
        assert!(plain.len() > 144);
        return;
    };
    let opened = key()
        .decrypt_pad(&sealed)
        .expect("it was encrypted for this key");
    assert!(opened.starts_with(plain));
    let other = near(input, &sealed);
    let _ = key().decrypt_pad(&other).map(drop);
    if let Ok(old) = key().decrypt_old(&other) {
        for len in [0, 1, old.unverified().len(), usize::MAX] {
            let _ = old.data(len);
        }
    }
    let _ = RsaPublicKey::new(&other, input.rest()).map(|key| key.fingerprint());
}

/// One of each.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let factor = |n: u64| Seed::new().byte(0).raw(&n.to_le_bytes());
    let salts = |kind: u8| Seed::new().byte(kind).piece(&[1; 8]).piece(&[2; 16]);
    vec![
        factor(0x17ed_4894_1a08_f981).named("factor"),
        factor(2_147_483_647 * 2_147_483_629).named("factor-large"),
        factor(2_147_483_647 * 2_147_483_647).named("factor-square"),
        factor(0x7fff_ffff_ffff_ffe7).named("factor-prime"),
        factor(0).named("factor-0"),
        Seed::new().byte(1).byte(3).byte(3).named("group"),
        Seed::new()
            .byte(1)
            .byte(2)
            .byte(1)
            .byte(255)
            .piece(&[2])
            .named("group-near"),
        Seed::new()
            .byte(1)
            .byte(3)
            .byte(2)
            .u16(255)
            .named("group-short"),
        Seed::new().byte(2).byte(3).named("public"),
        Seed::new().byte(2).byte(0).piece(&[1]).named("public-1"),
        Seed::new().byte(2).byte(2).u16(200).named("public-short"),
        salts(3).piece(&[0xff; 256]).named("password"),
        salts(4).byte(3).piece(&[7; 32]).named("proof"),
        salts(4)
            .byte(0)
            .piece(&[0; 256])
            .piece(&[7; 32])
            .named("proof-0"),
        Seed::new()
            .byte(5)
            .piece(&[8; 100])
            .byte(3)
            .raw(&[1, 0, 1])
            .named("encrypted"),
        Seed::new()
            .byte(5)
            .piece(&[8; 144])
            .byte(1)
            .byte(0)
            .piece(&[0xff; 9])
            .named("encrypted-near"),
        Seed::new().byte(5).piece(&[8; 150]).named("encrypted-long"),
    ]
}
