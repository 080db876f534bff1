//! Chains side by side, each in a 128-bit register of its own.
//!
//! While a chain waits for its own last round, the AES units have nothing to do; the rounds of
//! other chains fill the gaps.

use std::arch::x86_64::{__m128i, _mm_setzero_si128};

use zeroize::Zeroize;

use super::{Schedule, expand, halves, inverse, last, load, round, store, vaes, xor};
use crate::lanes::Lane;

/// More of them want more registers than there are.
const WIDTH: usize = 6;

/// A chain on its way.
pub(super) struct Chain<'a> {
    pub(super) keys: Schedule,
    /// The output block before what is left.
    pub(super) before_out: __m128i,
    /// The input block before what is left.
    pub(super) before_in: __m128i,
    /// What is left.
    pub(super) rest: &'a mut [[u8; 16]],
}

impl<'a> Chain<'a> {
    #[target_feature(enable = "aes,ssse3")]
    pub(super) fn new<const ENCRYPT: bool>(
        key: &[u8; 32],
        iv: &[u8; 32],
        rest: &'a mut [[u8; 16]],
    ) -> Self {
        let [ciphertext, plaintext] = halves(iv);
        let (keys, before_out, before_in) = if ENCRYPT {
            (expand(key), ciphertext, plaintext)
        } else {
            (inverse(expand(key)), plaintext, ciphertext)
        };
        Self {
            keys,
            before_out,
            before_in,
            rest,
        }
    }

    /// Takes the first `n` blocks off what is left, or all if there are fewer.
    pub(super) fn take(&mut self, n: usize) -> &'a mut [[u8; 16]] {
        let rest = std::mem::take(&mut self.rest);
        let (now, later) = rest.split_at_mut(n.min(rest.len()));
        self.rest = later;
        now
    }
}

impl Drop for Chain<'_> {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

/// Runs one chain to its end.
#[target_feature(enable = "aes,ssse3")]
pub(super) fn run_one<const ENCRYPT: bool>(key: &[u8; 32], iv: &[u8; 32], blocks: &mut [[u8; 16]]) {
    let n = blocks.len();
    if n > 0 {
        let mut chain = Chain::new::<ENCRYPT>(key, iv, blocks);
        side_by_side::<1, ENCRYPT>(&mut [&mut chain], n);
    }
}

/// Decrypts one chain in pieces of `sizes` blocks, none of which is zero, and shows each.
#[target_feature(enable = "aes,ssse3")]
pub(super) fn decrypt_in_pieces(
    key: &[u8; 32],
    iv: &[u8; 32],
    blocks: &mut [[u8; 16]],
    sizes: impl Iterator<Item = usize>,
    mut show: impl FnMut(&[u8]),
) {
    let mut chain = Chain::new::<false>(key, iv, blocks);
    for n in sizes {
        let left = chain.rest.len();
        if left == 0 {
            break;
        }
        let [piece] = side_by_side::<1, false>(&mut [&mut chain], n.min(left));
        show(piece.as_flattened());
    }
}

/// Runs all chains to their ends, on the wide registers where that is wanted, possible and pays.
#[target_feature(enable = "aes,ssse3")]
pub(super) fn run_all<const ENCRYPT: bool>(wide: bool, lanes: &mut [Lane<'_>]) {
    let mut chains: Vec<Chain<'_>> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let (blocks, _) = lane.data.as_chunks_mut();
        if !blocks.is_empty() {
            chains.push(Chain::new::<ENCRYPT>(lane.key, lane.iv, blocks));
        }
    }
    // The longest come first, lest one of them is left to run alone in the end.
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.rest.len()));
    let wide = wide && vaes::available();
    let width = if wide {
        vaes::WIDTH
    } else {
        evenly(chains.len())
    };
    let mut waiting = chains.iter_mut();
    let mut active: Vec<&mut Chain<'_>> = waiting.by_ref().take(width).collect();
    while let Some(n) = active.iter().map(|chain| chain.rest.len()).min() {
        if !(wide && vaes::step::<ENCRYPT>(&mut active, n)) {
            step::<ENCRYPT>(&mut active, n);
        }
        active.retain(|chain| !chain.rest.is_empty());
        active.extend(waiting.by_ref().take(width - active.len()));
    }
}

/// How many go together for all turns to be about equally full: seven are better off as four and
/// three than as six and one.
fn evenly(chains: usize) -> usize {
    let turns = chains.div_ceil(WIDTH).max(1);
    chains.div_ceil(turns)
}

/// Takes the first chains, as many as go together, `n` blocks further; each has that many.
#[target_feature(enable = "aes,ssse3")]
fn step<const ENCRYPT: bool>(active: &mut [&mut Chain<'_>], n: usize) {
    macro_rules! widths {
        ($($width:literal)*) => {
            $(if let Some(chains) = active.first_chunk_mut::<$width>() {
                side_by_side::<$width, ENCRYPT>(chains, n);
                return;
            })*
        };
    }
    widths!(6 5 4 3 2 1);
}

/// Takes every chain `n` blocks further, and gives those blocks; each chain has that many, and
/// that is not zero.
#[target_feature(enable = "aes,ssse3")]
fn side_by_side<'a, const N: usize, const ENCRYPT: bool>(
    chains: &mut [&mut Chain<'a>; N],
    n: usize,
) -> [&'a mut [[u8; 16]]; N] {
    let zero = _mm_setzero_si128();
    let data = chains.each_mut().map(|chain| chain.take(n));
    let mut state = [zero; N];
    let mut input = [zero; N];
    let mut before_in = [zero; N];
    for lane in 0..N {
        let chain = &chains[lane];
        input[lane] = load(&data[lane][0]);
        before_in[lane] = chain.before_in;
        state[lane] = xor(xor(input[lane], chain.before_out), chain.keys[0]);
    }
    for i in 0..n {
        for r in 1..14 {
            for lane in 0..N {
                state[lane] = round::<ENCRYPT>(state[lane], chains[lane].keys[r]);
            }
        }
        for lane in 0..N {
            let keys = &chains[lane].keys;
            let next = if i + 1 < n {
                load(&data[lane][i + 1])
            } else {
                zero
            };
            let folded = xor(keys[14], before_in[lane]);
            let entering = xor(folded, xor(keys[0], next));
            store(&mut data[lane][i], last::<ENCRYPT>(state[lane], folded));
            state[lane] = last::<ENCRYPT>(state[lane], entering);
            (before_in[lane], input[lane]) = (input[lane], next);
        }
    }
    for lane in 0..N {
        chains[lane].before_in = before_in[lane];
        chains[lane].before_out = load(&data[lane][n - 1]);
    }
    data
}
