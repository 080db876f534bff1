//! Whole messages: message key, key derivation, cipher.

use std::hint::black_box;

use grammers_crypto::decrypt_data_v2;
use heliogram_crypto::{
    AuthKey, Side,
    message::{self, Packet},
};

use crate::race;

const COUNT: usize = 8;

pub(crate) fn run() {
    println!("whole messages opened, microseconds each (grammers / heliogram, ratio)");
    let raw: [u8; 256] = std::array::from_fn(|i| i as u8);
    let (mine, yours) = (AuthKey::new(raw), grammers_crypto::AuthKey::from_bytes(raw));
    let from = Side::Server;
    for body in [200, 512 << 10] {
        let mut plain = vec![0x11; message::HEADER + body];
        plain[28..32].copy_from_slice(&(body as i32).to_le_bytes());
        let padding = vec![0x22; message::padding_len(plain.len(), 0)];
        let mut sealed = Vec::new();
        message::seal(&mine, from, &plain, &padding, &mut sealed).expect("whole blocks");

        // Both open the first pass and refuse the others, whose buffers are decrypted already;
        // that costs the same, for the message key is compared in the end.
        let mut theirs = vec![sealed.clone(); COUNT];
        let (mut single, mut batch) = (theirs.clone(), theirs.clone());
        assert!(decrypt_data_v2(&mut sealed.clone(), &yours).is_ok());
        let calls = ((4 << 20) / body / COUNT).clamp(1, 500);
        let mut grammers = || {
            for bytes in &mut theirs {
                let _ = black_box(decrypt_data_v2(black_box(bytes), &yours));
            }
        };
        let (a, b) = race(9, calls, &mut grammers, || {
            for bytes in &mut single {
                let _ = black_box(message::open(&mine, from, black_box(bytes)));
            }
        });
        print_row("one by one", body, a, b);
        let (a, b) = race(9, calls, &mut grammers, || {
            let packets = batch.iter_mut().map(|bytes| Packet { key: &mine, from, bytes });
            let mut packets: Vec<_> = packets.collect();
            black_box(message::open_all(black_box(&mut packets)));
        });
        print_row("8 at once", body, a, b);
    }
}

fn print_row(what: &str, body: usize, a: f64, b: f64) {
    let each = |seconds: f64| seconds / COUNT as f64 * 1e6;
    println!("{what:<10} {body:>7} bytes {:8.2} / {:8.2}  {:5.2}x", each(a), each(b), a / b);
}
