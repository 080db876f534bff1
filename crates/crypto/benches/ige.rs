//! One message through IGE, beside the bare chain of AES rounds that no way of writing it can
//! beat: fourteen dependent instructions a block and nothing else.
#![allow(missing_docs, clippy::print_stdout)] // criterion's macros; the ratios are the point

mod beside;

use std::hint::black_box;

use beside::{Way, chain, race};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use heliogram_crypto::{ige_decrypt, ige_encrypt};

const SIZES: [usize; 3] = [1 << 10, 64 << 10, 512 << 10];
const KEY: [u8; 32] = [0x5a; 32];
const IV: [u8; 32] = [0xa5; 32];

fn encrypt(data: &mut [u8]) {
    let _ = black_box(ige_encrypt(&KEY, &IV, data));
}

fn decrypt(data: &mut [u8]) {
    let _ = black_box(ige_decrypt(&KEY, &IV, data));
}

fn bare(data: &mut [u8]) {
    chain(data.len());
}

type Cipher = (&'static str, fn(&mut [u8]));
const WAYS: [Cipher; 3] = [("chain", bare), ("encrypt", encrypt), ("decrypt", decrypt)];

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

fn ratios() {
    for size in SIZES {
        let way = |(name, cipher): Cipher| {
            let mut data = vec![0x11; size];
            Way::new(name, size, move || cipher(&mut data))
        };
        race(
            &format!("{size} bytes"),
            (4 << 20) / size,
            WAYS.map(way).into(),
        );
    }
}

criterion_group!(benches, ways);
criterion_main!(benches);
