//! What figures are compared with, and how, in one run.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const PASSES: u32 = 20;

/// A way of working on so many bytes.
pub(crate) struct Way<'a> {
    name: String,
    bytes: usize,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    pub(crate) fn new(name: impl Into<String>, bytes: usize, run: impl FnMut() + 'a) -> Self {
        Self {
            name: name.into(),
            bytes,
            run: Box::new(run),
        }
    }
}

/// Prints how fast the ways are, and how many times as fast as the first of them.
///
/// They take turns, and the best pass of each counts, which noise disturbs least.
pub(crate) fn race(title: &str, runs: usize, mut ways: Vec<Way<'_>>) {
    let mut best = vec![Duration::MAX; ways.len()];
    for _ in 0..PASSES {
        for (best, way) in best.iter_mut().zip(&mut ways) {
            let start = Instant::now();
            for _ in 0..runs {
                (way.run)();
            }
            *best = (*best).min(start.elapsed() / runs as u32);
        }
    }
    let speed = |(way, best): (&Way<'_>, &Duration)| way.bytes as f64 / best.as_secs_f64() / 1e6;
    let speeds: Vec<_> = ways.iter().zip(&best).map(speed).collect();
    println!("{title}, best of {PASSES} alternated passes:");
    for (way, speed) in ways.iter().zip(&speeds) {
        let times = speed / speeds[0];
        println!("  {:<28}{speed:>7.0} MB/s  {times:>5.2}x", way.name);
    }
}

/// As many dependent rounds as `len` bytes have blocks, on one register.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) fn chain(len: usize) {
    use std::arch::x86_64::{_mm_aesenc_si128, _mm_aesenclast_si128, _mm_set1_epi8};

    #[target_feature(enable = "aes")]
    fn rounds(blocks: usize) -> std::arch::x86_64::__m128i {
        let keys: [_; 15] = std::array::from_fn(|i| _mm_set1_epi8(black_box(i as i8)));
        let mut state = keys[0];
        for _ in 0..blocks {
            for key in &keys[1..14] {
                state = _mm_aesenc_si128(state, *key);
            }
            state = _mm_aesenclast_si128(state, keys[14]);
        }
        state
    }

    if is_x86_feature_detected!("aes") {
        // SAFETY: the processor has just been seen to have the feature.
        black_box(unsafe { rounds(len / 16) });
    }
}

/// There are no figures of the chain for this processor.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn chain(_: usize) {}
