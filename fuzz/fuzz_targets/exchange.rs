//! Packets of a key exchange, to both ends of it.
#![no_main]

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use heliogram_crypto::{RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{
    Now,
    exchange::{ClientConfig, ClientExchange, ClientStep, ServerConfig, ServerExchange},
    plain,
};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

#[derive(Arbitrary, Debug)]
struct Input {
    /// How many steps are left as they are before packets are damaged.
    honest: u8,
    /// Places and bits that are flipped in the packets after that.
    damage: Vec<(u16, u8)>,
    /// Bodies that come from nowhere.
    bodies: Vec<Vec<u8>>,
}

fn key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    let make = || RsaPrivateKey::generate(&mut SeededRandom::new([3; 32])).expect("a key");
    KEY.get_or_init(make)
}

fuzz_target!(|input: Input| {
    let time = Duration::from_secs(1_800_000_000);
    let now = Now {
        mono: time,
        unix: time,
    };
    let keys = Arc::new([key().public().clone()]);
    let config = ServerConfig {
        keys: Arc::new([key().clone()]),
        dc: 2,
    };
    let mut server = ServerExchange::new(config, [4; 32]);
    for body in &input.bodies {
        let _ = server.handle(now, &plain::seal(4, body));
        let _ = server.handle(now, body);
    }
    let client = ClientConfig {
        keys,
        dc: 2,
        expires_in: None,
    };
    let (mut client, mut packet) = ClientExchange::start(client, [5; 32], now);
    let mut damage = input.damage.into_iter();
    for step in 0..4 {
        let honest = step < input.honest;
        let mut spoil = |packet: &mut Vec<u8>| {
            let Some((at, bits)) = damage.next().filter(|_| !honest) else {
                return;
            };
            let at = usize::from(at) % packet.len().max(1);
            if let Some(byte) = packet.get_mut(at) {
                *byte ^= bits;
            }
        };
        spoil(&mut packet);
        let Ok(answer) = server.handle(now, &packet) else {
            return;
        };
        let mut reply = answer.reply;
        spoil(&mut reply);
        match client.handle(now, &reply) {
            Ok(ClientStep::Send(next, out)) => (client, packet) = (next, out),
            Ok(ClientStep::Done(mine)) => {
                // Whatever was damaged on the way: a client that has a key has the server's.
                let theirs = answer.done.expect("the server has it first");
                assert_eq!(mine.key.id(), theirs.key.id());
                return;
            }
            Err(_) => return,
        }
    }
});
