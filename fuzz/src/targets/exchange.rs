//! Packets of a key exchange, to both ends of it.

use std::{sync::Arc, time::Duration};

use heliogram_mtproto::{
    Now,
    exchange::{ClientConfig, ClientExchange, ClientStep, ServerConfig, ServerExchange},
    plain,
};

use crate::{Input, Seed, key::key};

/// Steps of an exchange.
const STEPS: u8 = 4;

/// How many steps are left as they are, how many bodies come from nowhere, those, and then places
/// and bits that are flipped in the packets after the honest steps.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (honest, bodies) = (input.byte(), input.byte() % 8);
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
    for _ in 0..bodies {
        let body = input.piece();
        let _ = server.handle(now, &plain::seal(4, body));
        let _ = server.handle(now, body);
    }
    let client = ClientConfig {
        keys,
        dc: 2,
        expires_in: None,
    };
    let (mut client, mut packet) = ClientExchange::start(client, [5; 32], now);
    for step in 0..STEPS {
        let mut spoil = |packet: &mut Vec<u8>| {
            if step < honest || input.is_empty() {
                return;
            }
            let (at, bits) = (usize::from(input.u16()), input.byte());
            let at = at % packet.len().max(1);
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
}

/// Damage after each number of honest steps, and a request out of turn.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let damage = |honest: u8| {
        let seed = Seed::new().byte(honest).byte(0);
        seed.u16(30)
            .byte(1)
            .u16(41)
            .byte(0x80)
            .named(format!("honest-{honest}"))
    };
    let req_pq_multi = [&0xbe7e_8ef1_u32.to_le_bytes()[..], &[9; 16]].concat();
    let twice = Seed::new().byte(STEPS).byte(2);
    let twice = twice.piece(&req_pq_multi).piece(&req_pq_multi);
    (0..=STEPS)
        .map(damage)
        .chain([twice.named("twice")])
        .collect()
}
