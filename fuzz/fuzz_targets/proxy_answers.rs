//! What proxies and web servers answer to a client, in pieces.
#![no_main]

use heliogram_mtproto::{
    http::{Exchange, Upgrade},
    proxy::{Connect, FakeTls, Socks5},
};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

#[derive(Arbitrary, Debug)]
struct Input {
    kind: u8,
    login: bool,
    piece: u8,
    bytes: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let pieces = || input.bytes.chunks(usize::from(input.piece) + 1);
    match input.kind % 5 {
        0 => {
            let login = input.login.then_some(("name", "password"));
            let Ok((mut socks, _)) = Socks5::start("example.com", 443, login) else {
                return;
            };
            let mut out = Vec::new();
            for piece in pieces() {
                if socks.receive(piece, &mut out).is_err() {
                    break;
                }
            }
            assert!(out.len() < 64);
        }
        1 => {
            let basic = input.login.then_some("bmFtZTpwYXNzd29yZA==");
            let Ok((mut connect, _)) = Connect::start("example.com", 443, basic) else {
                return;
            };
            for piece in pieces() {
                if connect.receive(piece).is_err() {
                    break;
                }
            }
        }
        2 => {
            let Ok((mut upgrade, _)) = Upgrade::start("example.com", 443, "/apiws", [7; 16]) else {
                return;
            };
            for piece in pieces() {
                if upgrade.receive(piece).is_err() {
                    break;
                }
            }
        }
        3 => {
            let Ok(mut exchange) = Exchange::new("example.com", 80, "/api") else {
                return;
            };
            for piece in pieces() {
                if exchange.is_idle() {
                    let _ = exchange.request(&[1; 24], &mut Vec::new());
                }
                exchange.receive(piece);
                if exchange.next_answer().is_err() {
                    break;
                }
            }
        }
        _ => {
            let Ok((mut greeting, _)) = FakeTls::start([7; 16], "example.com", 0, [1; 32]) else {
                return;
            };
            for piece in pieces() {
                match greeting.receive(piece) {
                    Ok(opened) => assert!(opened.is_none(), "a proof by chance"),
                    Err(_) => break,
                }
            }
        }
    }
});
