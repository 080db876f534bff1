//! Ends of a key exchange that encrypt as they should and say what they like.
//!
//! What is behind the encryption is never reached by chance: each end is given an opponent that
//! knows the right keys, nonces and hashes, and puts something else in their place where the input
//! says so.

mod client;
mod server;

use std::{sync::Arc, time::Duration};

use heliogram_crypto::RsaPrivateKey;
use heliogram_mtproto::Now;
use heliogram_tl::Bytes;

use crate::{Input, Seed, key::key};

/// The data centre wanted.
const DC: i32 = 2;

fn keys() -> Arc<[RsaPrivateKey]> {
    Arc::new([key().clone()])
}

fn now() -> Now {
    let time = Duration::from_secs(1_800_000_000);
    Now {
        mono: time,
        unix: time,
    }
}

/// What is said, field by field: a byte before each tells whether it is the right one.
struct Script<'a>(Input<'a>);

impl Script<'_> {
    /// Whether the next thing is left as it is: so at the end of the input, and for even bytes.
    fn honest(&mut self) -> bool {
        self.0.byte().is_multiple_of(2)
    }

    fn bytes(&mut self, right: &[u8]) -> Bytes {
        match self.honest() {
            true => Bytes::copy_from_slice(right),
            false => Bytes::copy_from_slice(self.0.piece()),
        }
    }

    fn array<const N: usize>(&mut self, mut right: [u8; N]) -> [u8; N] {
        if !self.honest() {
            let at = usize::from(self.0.byte()) % N.max(1);
            right[at] ^= self.0.byte();
        }
        right
    }

    fn int(&mut self, right: i32) -> i32 {
        match self.honest() {
            true => right,
            false => self.0.u32() as i32,
        }
    }

    fn long(&mut self, right: i64) -> i64 {
        match self.honest() {
            true => right,
            false => i64::from_le_bytes(self.0.array()),
        }
    }

    /// A whole message, or bytes in its place.
    fn message(&mut self, right: Bytes) -> Bytes {
        match self.honest() {
            true => right,
            false => Bytes::copy_from_slice(self.0.piece()),
        }
    }
}

/// Whose opponent it is, and what that one says.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() % 2 {
        0 => server::run(Script(input)),
        _ => client::run(Script(input)),
    }
}

/// Honest exchanges to the end, and one lie at each place.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (role, name, places) in [(0, "server", 22), (1, "client", 26)] {
        let seed = || Seed::new().byte(role);
        all.push(seed().named(format!("{name}-honest")));
        for place in 0..places {
            let lie = seed().raw(&vec![0; place]).byte(1).u16(4).raw(&[5; 4]);
            all.push(lie.named(format!("{name}-lie-{place:02}")));
        }
    }
    all
}
