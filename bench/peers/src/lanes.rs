//! AES-256-IGE of several messages side by side, beside grammers, which knows one at a time.

use std::hint::black_box;

use heliogram_crypto::lanes::{self, Engine, Lane};

use crate::race;

const SIZE: usize = 512 << 10;

pub(crate) fn run() {
    println!("AES-256-IGE of several 512 KB messages, MB/s in all (grammers / heliogram, ratio)");
    for (engine, count) in [(Engine::AesNi, 4), (Engine::AesNi, 6), (Engine::Vaes, 8)] {
        if !engine.is_available() {
            println!("{engine:?}: not on this processor");
            continue;
        }
        let keys: Vec<[u8; 32]> = (0..count).map(|i| [i as u8; 32]).collect();
        let mut yours = vec![vec![1u8; SIZE]; count];
        let mut mine = yours.clone();
        let (a, b) = race(
            9,
            2,
            || {
                for (data, key) in yours.iter_mut().zip(&keys) {
                    grammers_crypto::aes::ige_decrypt(black_box(data), key, key);
                }
            },
            || {
                let lanes = mine.iter_mut().zip(&keys);
                let mut lanes: Vec<_> =
                    lanes.map(|(data, key)| Lane { key, iv: key, data }).collect();
                lanes::decrypt_with(engine, black_box(&mut lanes)).expect("whole blocks");
            },
        );
        let speed = |seconds: f64| (count * SIZE) as f64 / seconds / 1e6;
        let name = format!("{engine:?}");
        println!("decrypt {name:<6} x {count} {:8.0} / {:8.0}  {:5.2}x", speed(a), speed(b), a / b);
    }
}
