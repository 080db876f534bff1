//! Several messages side by side: the cipher alone on each engine beside the bare chain of AES
//! rounds, which one message after another cannot beat, and whole messages beside single ones.
#![allow(missing_docs, clippy::print_stdout)] // criterion's macros; the ratios are the point

mod beside;

use std::{cell::RefCell, hint::black_box};

use beside::{Way, chain, race};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use heliogram_crypto::{
    AuthKey, NotBlocks, Side, ige_decrypt,
    lanes::{self, Engine, Lane},
    message::{self, Packet},
};

const SIZE: usize = 512 << 10;
const MOST: usize = 8;
const COUNTS: [usize; 4] = [1, 2, 4, MOST];

type Cipher = fn(Engine, &mut [Lane<'_>]) -> Result<(), NotBlocks>;
const CIPHERS: [(&str, Cipher); 2] = [
    ("encrypt", lanes::encrypt_with),
    ("decrypt", lanes::decrypt_with),
];

/// Runs the cipher over all of the data, with a key for each.
fn run(cipher: Cipher, engine: Engine, data: &mut [Vec<u8>]) {
    let keys: [[u8; 32]; MOST] = std::array::from_fn(|i| [i as u8; 32]);
    let lanes = data.iter_mut().zip(&keys);
    let mut lanes: Vec<_> = lanes
        .map(|(data, key)| Lane { key, iv: key, data })
        .collect();
    let _ = black_box(cipher(engine, &mut lanes));
}

/// Engines of this processor.
fn engines() -> impl Iterator<Item = Engine> {
    Engine::ALL
        .into_iter()
        .filter(|engine| engine.is_available())
}

fn ways(c: &mut Criterion) {
    for count in COUNTS {
        let mut group = c.benchmark_group(format!("lanes/{count}"));
        group.sample_size(20);
        group.throughput(Throughput::Bytes((count * SIZE) as u64));
        let mut data = vec![vec![0x11; SIZE]; count];
        for engine in engines() {
            let name = format!("decrypt {engine:?}");
            group.bench_function(BenchmarkId::from_parameter(name), |b| {
                b.iter(|| run(lanes::decrypt_with, engine, &mut data));
            });
        }
        group.finish();
    }
    cipher_ratios();
    for body in [200, 4 << 10, SIZE] {
        message_ratios(body);
    }
}

fn cipher_ratios() {
    let data = RefCell::new(vec![vec![0x11; SIZE]; MOST]);
    let data = &data;
    let mut ways = vec![
        Way::new("bare chain", SIZE, || chain(SIZE)),
        Way::new("one message, ige_decrypt", SIZE, || {
            let _ = black_box(ige_decrypt(&[1; 32], &[2; 32], &mut data.borrow_mut()[0]));
        }),
    ];
    for engine in engines() {
        for (count, (name, cipher)) in COUNTS.into_iter().flat_map(|n| CIPHERS.map(|c| (n, c))) {
            let name = format!("{engine:?}, {count} lanes, {name}");
            ways.push(Way::new(name, count * SIZE, move || {
                run(cipher, engine, &mut data.borrow_mut()[..count]);
            }));
        }
    }
    race(&format!("lanes of {SIZE} bytes"), 4, ways);
}

/// Works on the same buffers again and again. What is opened is no message after the first time,
/// but costs as much: the message key is compared when everything else is done.
fn message_ratios(body: usize) {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let from = Side::Server;
    let len = message::BODY + body + message::padding_len(message::HEADER + body, 0);
    let mut sealed = vec![0x11; len];
    let _ = message::seal_in_place(&key, from, &mut sealed);
    let buffers = RefCell::new(vec![sealed; MOST]);
    let each = |work: fn(&AuthKey, Side, &mut [u8]) -> bool| {
        for bytes in buffers.borrow_mut().iter_mut() {
            black_box(work(&key, from, bytes));
        }
    };
    let all = |work: fn(&mut [Packet<'_>]) -> usize| {
        let mut buffers = buffers.borrow_mut();
        let packets = buffers.iter_mut().map(|bytes| Packet {
            key: &key,
            from,
            bytes,
        });
        black_box(work(&mut packets.collect::<Vec<_>>()));
    };
    let bytes = MOST * len;
    let ways = vec![
        Way::new("open, one by one", bytes, || {
            each(|key, from, bytes| message::open(key, from, bytes).is_ok());
        }),
        Way::new("open_all", bytes, || {
            all(|packets| message::open_all(packets).len())
        }),
        Way::new("seal_in_place, one by one", bytes, || {
            each(|key, from, bytes| message::seal_in_place(key, from, bytes).is_ok());
        }),
        Way::new("seal_all", bytes, || {
            all(|packets| message::seal_all(packets).len())
        }),
    ];
    let title = format!("{MOST} messages with a body of {body} bytes");
    race(&title, ((2 << 20) / len).clamp(1, 200), ways);
}

criterion_group!(benches, ways);
criterion_main!(benches);
