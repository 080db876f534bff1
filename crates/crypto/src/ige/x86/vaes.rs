//! Chains side by side, four in each 512-bit register.

use std::arch::x86_64::{
    __m128i, __m512i, _mm_setzero_si128, _mm512_aesdec_epi128, _mm512_aesdeclast_epi128,
    _mm512_aesenc_epi128, _mm512_aesenclast_epi128, _mm512_castsi128_si512, _mm512_castsi512_si128,
    _mm512_extracti32x4_epi32, _mm512_inserti32x4, _mm512_setzero_si512, _mm512_xor_si512,
};

use zeroize::Zeroize;

use super::{lanes::Chain, load, store};

/// Registers that go together.
const REGISTERS: usize = 2;
/// Chains that go together.
pub(super) const WIDTH: usize = 4 * REGISTERS;
/// From this many on, the wide registers win although some of their lanes stay idle.
const FEWEST: usize = 5;

/// Whether this processor has the instructions.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("vaes") && is_x86_feature_detected!("avx512f")
}

/// Takes every chain up to `n` blocks further, or does nothing and returns false where too few
/// chains would go together, or too many. Each must have `n` blocks left, and that is not zero.
pub(super) fn step<const ENCRYPT: bool>(chains: &mut [&mut Chain<'_>], n: usize) -> bool {
    let pays = (FEWEST..=WIDTH).contains(&chains.len()) && available();
    if pays {
        // SAFETY: the processor was just seen to have the features the function is built with.
        unsafe { side_by_side::<ENCRYPT>(chains, n) };
    }
    pays
}

#[target_feature(enable = "avx512f,vaes")]
fn side_by_side<const ENCRYPT: bool>(chains: &mut [&mut Chain<'_>], n: usize) {
    // A lane without a chain works on one block of its own again and again.
    let mut idle = [[[0; 16]]; WIDTH - FEWEST];
    let mut moves = [0; WIDTH];
    let mut data: [&mut [[u8; 16]]; WIDTH] = Default::default();
    let (busy, free) = data.split_at_mut(chains.len());
    for ((data, moves), chain) in busy.iter_mut().zip(&mut moves).zip(&mut *chains) {
        *data = chain.take(n);
        *moves = usize::MAX;
    }
    for (data, idle) in free.iter_mut().zip(&mut idle) {
        *data = idle;
    }

    let zero = _mm512_setzero_si512();
    let mut keys = [[zero; REGISTERS]; 15];
    let (mut state, mut input, mut before_in) =
        ([zero; REGISTERS], [zero; REGISTERS], [zero; REGISTERS]);
    for z in 0..REGISTERS {
        for (r, keys) in keys.iter_mut().enumerate() {
            keys[z] = of_chains(chains, z, |chain| chain.keys[r]);
        }
        input[z] = read(&data, &moves, z, 0);
        before_in[z] = of_chains(chains, z, |chain| chain.before_in);
        state[z] = xor(
            xor(input[z], of_chains(chains, z, |chain| chain.before_out)),
            keys[0][z],
        );
    }
    for i in 0..n {
        for keys in &keys[1..14] {
            for z in 0..REGISTERS {
                state[z] = round::<ENCRYPT>(state[z], keys[z]);
            }
        }
        for z in 0..REGISTERS {
            let next = if i + 1 < n {
                read(&data, &moves, z, i + 1)
            } else {
                zero
            };
            let folded = xor(keys[14][z], before_in[z]);
            let entering = xor(folded, xor(keys[0][z], next));
            write(&mut data, &moves, z, i, last::<ENCRYPT>(state[z], folded));
            state[z] = last::<ENCRYPT>(state[z], entering);
            (before_in[z], input[z]) = (input[z], next);
        }
    }
    keys.zeroize();
    for (z, before_in) in before_in.into_iter().enumerate() {
        let lanes = chains.iter_mut().zip(&data).skip(4 * z);
        for ((chain, data), before_in) in lanes.zip(split(before_in)) {
            chain.before_in = before_in;
            chain.before_out = load(&data[n - 1]);
        }
    }
}

/// One thing of each of the chains in the register `z`, zero for lanes without a chain.
#[target_feature(enable = "avx512f")]
#[inline]
fn of_chains(chains: &[&mut Chain<'_>], z: usize, part: impl Fn(&Chain<'_>) -> __m128i) -> __m512i {
    let mut lanes = [_mm_setzero_si128(); 4];
    for (lane, chain) in lanes.iter_mut().zip(chains.iter().skip(4 * z)) {
        *lane = part(chain);
    }
    join(lanes)
}

/// Block `i` of each of the lanes of the register `z`.
#[target_feature(enable = "avx512f")]
#[inline]
fn read(data: &[&mut [[u8; 16]]; WIDTH], moves: &[usize; WIDTH], z: usize, i: usize) -> __m512i {
    let mut lanes = [_mm_setzero_si128(); 4];
    for (l, lane) in lanes.iter_mut().enumerate() {
        *lane = load(&data[4 * z + l][i & moves[4 * z + l]]);
    }
    join(lanes)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn write(
    data: &mut [&mut [[u8; 16]]; WIDTH],
    moves: &[usize; WIDTH],
    z: usize,
    i: usize,
    blocks: __m512i,
) {
    for (l, block) in split(blocks).into_iter().enumerate() {
        store(&mut data[4 * z + l][i & moves[4 * z + l]], block);
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn join([a, b, c, d]: [__m128i; 4]) -> __m512i {
    let joined = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(a), b);
    _mm512_inserti32x4::<3>(_mm512_inserti32x4::<2>(joined, c), d)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn split(joined: __m512i) -> [__m128i; 4] {
    [
        _mm512_castsi512_si128(joined),
        _mm512_extracti32x4_epi32::<1>(joined),
        _mm512_extracti32x4_epi32::<2>(joined),
        _mm512_extracti32x4_epi32::<3>(joined),
    ]
}

#[target_feature(enable = "avx512f")]
#[inline]
fn xor(a: __m512i, b: __m512i) -> __m512i {
    _mm512_xor_si512(a, b)
}

#[target_feature(enable = "avx512f,vaes")]
#[inline]
fn round<const ENCRYPT: bool>(state: __m512i, key: __m512i) -> __m512i {
    if ENCRYPT {
        _mm512_aesenc_epi128(state, key)
    } else {
        _mm512_aesdec_epi128(state, key)
    }
}

#[target_feature(enable = "avx512f,vaes")]
#[inline]
fn last<const ENCRYPT: bool>(state: __m512i, key: __m512i) -> __m512i {
    if ENCRYPT {
        _mm512_aesenclast_epi128(state, key)
    } else {
        _mm512_aesdeclast_epi128(state, key)
    }
}
