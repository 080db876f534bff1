//! The sums of signing in: factoring, key agreement, RSA, and the password check.
#![allow(missing_docs, clippy::print_stdout)] // criterion's macros; medians are printed

use std::{hint::black_box, time::Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use heliogram_crypto::{
    Random, RsaPublicKey, SeededRandom,
    dh::{Group, KNOWN_PRIME, Primes},
    factorize, srp,
};

/// Products of two primes of 31 bits and more, as servers send them.
fn semiprimes(count: usize) -> Vec<u64> {
    let mut rng = SeededRandom::new([1; 32]);
    let mut prime = || loop {
        let n = (rng.below(1 << 30) + 3 * (1 << 29)) | 1;
        if (3..60_000).step_by(2).all(|d| !n.is_multiple_of(d)) {
            return n;
        }
    };
    (0..count).map(|_| prime() * prime()).collect()
}

fn factoring(c: &mut Criterion) {
    let numbers = semiprimes(301);
    let mut times: Vec<_> = numbers
        .iter()
        .map(|pq| {
            let best = (0..5).map(|_| {
                let start = Instant::now();
                assert!(black_box(factorize(*pq)).is_some());
                start.elapsed()
            });
            best.min().unwrap_or_default()
        })
        .collect();
    times.sort();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "factorize, {} numbers: median {median:?}, worst {worst:?}",
        times.len()
    );
    let mut next = numbers.iter().cycle();
    c.bench_function("factorize", |b| {
        b.iter(|| next.next().map(|pq| factorize(*pq)))
    });
}

fn agreement(c: &mut Criterion) {
    let mut rng = SeededRandom::new([2; 32]);
    let Ok(group) = Group::known(3) else { return };
    let (ours, theirs) = (group.secret(&mut rng), group.secret(&mut rng));
    c.bench_function("dh/secret", |b| b.iter(|| group.secret(&mut rng)));
    c.bench_function("dh/agree", |b| b.iter(|| ours.agree(theirs.public())));
    c.bench_function("dh/known prime", |b| {
        b.iter(|| Primes::new().check(&KNOWN_PRIME, 3, &mut rng));
    });
    let key = RsaPublicKey::telegram();
    c.bench_function("rsa/encrypt", |b| {
        b.iter(|| key.encrypt_pad(&[1; 100], &mut rng))
    });
}

fn password(c: &mut Criterion) {
    let mut rng = SeededRandom::new([3; 32]);
    let Ok(group) = Group::known(3) else { return };
    let algorithm = srp::Algorithm {
        salt1: vec![1; 40],
        salt2: vec![2; 16],
        group,
    };
    let verifier = algorithm.verifier("correct horse");
    let challenge = srp::Challenge::new(algorithm.clone(), *verifier, &mut rng);
    let public = *challenge.public();
    let mut slow = c.benchmark_group("srp");
    slow.sample_size(20);
    slow.bench_function("answer", |b| {
        b.iter(|| algorithm.answer("correct horse", &public, &mut rng));
    });
    slow.bench_function("verifier", |b| {
        b.iter(|| algorithm.verifier("correct horse"))
    });
    slow.finish();
}

criterion_group!(benches, factoring, agreement, password);
criterion_main!(benches);
