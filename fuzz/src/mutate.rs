//! New inputs out of old ones, by chance that can be repeated.

/// Longer inputs only cost time.
pub const LONGEST: usize = 4096;

/// Bytes and numbers at which things tend to go wrong.
const BYTES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x20, 0x0a];
const WORDS: [u32; 8] = [
    0,
    1,
    0x7fff_ffff,
    0x8000_0000,
    u32::MAX,
    0x1cb5_c415,
    254,
    0x0100_0000,
];

/// Chance (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        match bound {
            0 => 0,
            bound => (self.next() % bound as u64) as usize,
        }
    }

    /// One of them.
    pub fn one<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// One of the inputs, changed in one to eight places.
pub fn mutate(corpus: &[Vec<u8>], chance: &mut Chance, out: &mut Vec<u8>) {
    out.clear();
    out.extend(chance.one(corpus).into_iter().flatten());
    for _ in 0..=chance.below(8) {
        change(corpus, chance, out);
    }
    out.truncate(LONGEST);
}

fn change(corpus: &[Vec<u8>], chance: &mut Chance, out: &mut Vec<u8>) {
    let at = chance.below(out.len());
    let end = at + chance.below((out.len() - at.min(out.len())).min(64) + 1);
    match chance.below(11) {
        0 | 1 => edit(out, at, |byte| byte ^ (1 << (at % 8))),
        2 => {
            let byte = BYTES[chance.below(BYTES.len())];
            edit(out, at, |_| byte);
        }
        3 => {
            let by = chance.below(16) as u8;
            edit(out, at, |byte| byte.wrapping_add(by).wrapping_sub(8));
        }
        4 => {
            let word = WORDS[chance.below(WORDS.len())].to_le_bytes();
            let len = 1 + chance.below(4);
            overwrite(out, at, &word[..len]);
        }
        5 => {
            let word = chance.next().to_le_bytes();
            let len = 1 + chance.below(8);
            out.splice(at..at, word[..len].iter().copied());
        }
        6 => drop(out.drain(at..end)),
        7 => {
            let twice = out[at..end].to_vec();
            let to = chance.below(out.len() + 1);
            out.splice(to..to, twice);
        }
        8 => out.truncate(at),
        // A piece of another input, in between or in place of the rest.
        _ => {
            let Some(other) = chance.one(corpus).filter(|other| !other.is_empty()) else {
                return;
            };
            let from = chance.below(other.len());
            let len = chance.below(other.len() - from + 1);
            let to = if chance.below(2) == 0 { at } else { out.len() };
            out.splice(at..to, other[from..from + len].iter().copied());
        }
    }
}

fn edit(out: &mut [u8], at: usize, change: impl Fn(u8) -> u8) {
    if let Some(byte) = out.get_mut(at) {
        *byte = change(*byte);
    }
}

fn overwrite(out: &mut [u8], at: usize, with: &[u8]) {
    for (byte, new) in out.iter_mut().skip(at).zip(with) {
        *byte = *new;
    }
}
