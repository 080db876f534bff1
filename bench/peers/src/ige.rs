//! AES-256-IGE of one message.

use std::hint::black_box;

use crate::race;

pub(crate) fn run() {
    println!("AES-256-IGE, MB/s (grammers / heliogram, ratio)");
    let (key, iv) = ([7u8; 32], [9u8; 32]);
    for size in [1 << 10, 64 << 10, 512 << 10] {
        let calls = (8 << 20) / size;
        let mut mine = vec![1u8; size];
        let mut yours = vec![1u8; size];
        let (a, b) = race(
            9,
            calls,
            || grammers_crypto::aes::ige_encrypt(black_box(&mut yours), &key, &iv),
            || heliogram_crypto::ige_encrypt(&key, &iv, black_box(&mut mine)).expect("whole blocks"),
        );
        print_row("encrypt", size, a, b);
        let mut mine = vec![1u8; size];
        let (a, b) = race(
            9,
            calls,
            || grammers_crypto::aes::ige_decrypt(black_box(&mut yours), &key, &iv),
            || heliogram_crypto::ige_decrypt(&key, &iv, black_box(&mut mine)).expect("whole blocks"),
        );
        print_row("decrypt", size, a, b);
    }
}

fn print_row(what: &str, size: usize, a: f64, b: f64) {
    let speed = |seconds: f64| size as f64 / seconds / 1e6;
    println!("{what} {:>4} KB {:8.0} / {:8.0}  {:4.2}x", size >> 10, speed(a), speed(b), a / b);
}
