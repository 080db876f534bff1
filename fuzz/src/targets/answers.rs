//! What the client makes of a server's answers, whatever they hold: friendly methods, lists,
//! downloads by way of a CDN, passwords.

mod calls;
mod script;

use std::{sync::Mutex, time::Duration};

use super::host;
use crate::Seed;

static PLACE: host::Place = Mutex::new(None);

/// Longer than a call has to sleep before it is cut short, which it has to bear at any time.
const PATIENCE: Duration = Duration::from_secs(2);

/// Calls, one after the other, and in between what they are answered.
pub fn run(data: &[u8]) {
    host::with(
        &PLACE,
        |builder| {
            builder
                .receive_updates(false)
                .layer(script::Scripted)
                .retries(1)
        },
        |host| {
            script::begin(data);
            host.runtime.block_on(async {
                for _ in 0..4 {
                    let Some(which) = script::next() else { break };
                    let _ = tokio::time::timeout(PATIENCE, calls::make(&host.client, which)).await;
                }
            });
            script::end();
            // A sign-in may have changed who it is.
            host.client.self_id() == Some(host.people[0].id())
        },
    );
}

/// Each call, with answers as they come by chance, and a file on a CDN.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (which, name) in calls::NAMES.iter().enumerate() {
        for variant in [0_u8, 1] {
            let body: Vec<u8> = (0..200_u8)
                .map(|at| at.wrapping_mul(29) ^ variant)
                .collect();
            let seed = Seed::new().byte(which as u8).byte(0).raw(&body);
            all.push(seed.named(format!("{name}-{variant}")));
        }
    }
    let cdn = Seed::new().byte(calls::DOWNLOAD).raw(&[40, 0]);
    let honest = cdn
        .clone()
        .raw(&[script::REDIRECT, 0, 0])
        .raw(&[script::CDN, 0, 0].repeat(8));
    let forged = cdn
        .raw(&[script::REDIRECT, 0, 0])
        .raw(&[script::CDN, 1, 9, 1].repeat(8));
    all.push(honest.named("cdn-honest"));
    all.push(forged.named("cdn-forged"));
    all
}
