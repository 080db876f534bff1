//! Whole messages: message key, key derivation and IGE.
#![allow(missing_docs)] // criterion's macros

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use heliogram_crypto::{AuthKey, Side, message};

fn messages(c: &mut Criterion) {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    for (name, body) in [("200 B", 200), ("512 KiB", 512 << 10)] {
        let plain = {
            let mut plain = vec![0x11; message::HEADER + body];
            plain[28..32].copy_from_slice(&(body as i32).to_le_bytes());
            plain
        };
        let padding = vec![0x22; message::padding_len(plain.len(), 0)];
        let mut sealed = Vec::new();
        let _ = message::seal(&key, Side::Client, &plain, &padding, &mut sealed);
        let free = [vec![0; message::PREFIX], plain, padding].concat();

        let mut group = c.benchmark_group(format!("message/{name}"));
        group.throughput(Throughput::Bytes(sealed.len() as u64));
        group.bench_function("seal", |b| {
            b.iter_batched_ref(
                || free.clone(),
                |packet| black_box(message::seal_in_place(&key, Side::Client, packet)),
                BatchSize::LargeInput,
            );
        });
        group.bench_function("open", |b| {
            b.iter_batched_ref(
                || sealed.clone(),
                |packet| black_box(message::open(&key, Side::Client, packet).is_ok()),
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, messages);
criterion_main!(benches);
