//! One message through IGE, beside the bare chain of AES rounds that no way of writing it can
//! beat: fourteen dependent instructions a block and nothing else.
#![allow(missing_docs, clippy::print_stdout)] // criterion's macros; the ratios are the point

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use heliogram_crypto::{ige_decrypt, ige_encrypt};

const SIZES: [usize; 3] = [1 << 10, 64 << 10, 512 << 10];
const PASSES: u32 = 40;
const KEY: [u8; 32] = [0x5a; 32];
const IV: [u8; 32] = [0xa5; 32];

fn encrypt(data: &mut [u8]) {
    let _ = black_box(ige_encrypt(&KEY, &IV, data));
}

fn decrypt(data: &mut [u8]) {
    let _ = black_box(ige_decrypt(&KEY, &IV, data));
}

/// As many dependent rounds as the data has blocks, on one register.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
fn chain(data: &mut [u8]) {
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
        black_box(unsafe { rounds(data.len() / 16) });
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn chain(_: &mut [u8]) {}

type Way = (&'static str, fn(&mut [u8]));
const WAYS: [Way; 3] = [("chain", chain), ("encrypt", encrypt), ("decrypt", decrypt)];

fn ways(c: &mut Criterion) {
    for size in SIZES {
        let mut group = c.benchmark_group(format!("ige/{size}"));
        group.throughput(Throughput::Bytes(size as u64));
        let mut data = vec![0x11; size];
        for (name, way) in WAYS {
            group.bench_function(BenchmarkId::from_parameter(name), |b| {
                b.iter(|| way(&mut data))
            });
        }
        group.finish();
    }
    ratios();
}

/// Alternates the ways and compares their best passes, which noise disturbs least.
fn ratios() {
    println!("best of {PASSES} alternated passes:");
    for size in SIZES {
        let mut data = vec![0x11; size];
        let mut best = [Duration::MAX; WAYS.len()];
        let runs = ((4 << 20) / size) as u32;
        for _ in 0..PASSES {
            for (best, (_, way)) in best.iter_mut().zip(WAYS) {
                let start = Instant::now();
                for _ in 0..runs {
                    way(&mut data);
                }
                *best = (*best).min(start.elapsed() / runs);
            }
        }
        for (best_of_way, (name, _)) in best.iter().zip(WAYS) {
            let speed = size as f64 / best_of_way.as_secs_f64() / 1e6;
            let share = 100.0 * best[0].as_secs_f64() / best_of_way.as_secs_f64();
            println!("{size:>7} bytes  {name:<8}{speed:>6.0} MB/s  {share:>4.0} % of the chain");
        }
    }
}

criterion_group!(benches, ways);
criterion_main!(benches);
