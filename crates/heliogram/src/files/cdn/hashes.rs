//! What a file must hash to, range by range, as the data centre that owns it says.

use std::{collections::BTreeMap, ops::Range};

use heliogram_api::types;
use heliogram_crypto::sha256;

use super::Trouble;

/// Most bytes that one hash may stand for; the server's cover 128 KiB.
const MAX_RANGE: u64 = 1024 * 1024;
/// Most hashes kept; those of the largest file there is.
const MAX_HASHES: usize = 32 * 1024;

/// The hashes told so far.
#[derive(Default)]
pub(super) struct Hashes {
    by_start: BTreeMap<u64, (u64, [u8; 32])>,
}

/// A range of the file and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hashed {
    pub(super) start: u64,
    pub(super) end: u64,
    sha256: [u8; 32],
}

impl Hashes {
    /// Takes over hashes; those that cannot be right are left out and will be missing.
    pub(super) fn learn(&mut self, told: &[types::FileHash]) {
        for hash in told {
            let len = u64::try_from(hash.limit).unwrap_or(0);
            let (Ok(start), 1..=MAX_RANGE) = (u64::try_from(hash.offset), len) else {
                continue;
            };
            let Ok(sha256) = <[u8; 32]>::try_from(hash.hash.as_ref()) else {
                continue;
            };
            self.insert(start, (start + len, sha256));
        }
    }

    /// Takes over all that others know.
    pub(super) fn merge(&mut self, others: Self) {
        for (start, hash) in others.by_start {
            self.insert(start, hash);
        }
    }

    fn insert(&mut self, start: u64, hash: (u64, [u8; 32])) {
        if self.by_start.len() >= MAX_HASHES {
            // What is needed of them is asked for again.
            self.by_start.clear();
        }
        self.by_start.insert(start, hash);
    }

    /// The ranges that cover all of `wanted` without a gap.
    ///
    /// # Errors
    /// The first byte that no hash stands for.
    pub(super) fn cover(&self, wanted: &Range<u64>) -> Result<Vec<Hashed>, u64> {
        let mut ranges = Vec::new();
        let mut at = wanted.start;
        while at < wanted.end {
            let before = self.by_start.range(..=at).next_back();
            let Some((&start, &(end, sha256))) = before.filter(|(_, (end, _))| *end > at) else {
                return Err(at);
            };
            ranges.push(Hashed { start, end, sha256 });
            at = end;
        }
        Ok(ranges)
    }
}

/// Checks every range of a stretch of the file that begins at `at`.
///
/// # Errors
/// The first range that is cut short or is not what the data centre said.
pub(super) fn verify(ranges: &[Hashed], at: u64, bytes: &[u8]) -> Result<(), Trouble> {
    for range in ranges {
        let index = |byte: u64| usize::try_from(byte.checked_sub(at)?).ok();
        let part = index(range.start)
            .zip(index(range.end))
            .and_then(|(start, end)| bytes.get(start..end))
            .ok_or(Trouble::Short { at: range.start })?;
        if sha256(&[part]) != range.sha256 {
            return Err(Trouble::Tampered { at: range.start });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn file() -> Vec<u8> {
        (0..10_000u32).map(|n| (n % 251) as u8).collect()
    }

    fn hash(start: usize, end: usize) -> types::FileHash {
        let sum = Bytes::copy_from_slice(&sha256(&[&file()[start..end]]));
        types::FileHash::new(start as i64, (end - start) as i32, sum)
    }

    fn hashes(told: &[types::FileHash]) -> Hashes {
        let mut hashes = Hashes::default();
        hashes.learn(told);
        hashes
    }

    #[test]
    fn a_stretch_is_covered_without_gaps_or_the_gap_is_named() {
        let known = hashes(&[hash(0, 4096), hash(4096, 8192), hash(9000, 10_000)]);
        let ends = |wanted| {
            let ranges = known.cover(&wanted)?;
            Ok::<_, u64>((ranges[0].start, ranges[ranges.len() - 1].end))
        };
        assert_eq!(ends(0..1), Ok((0, 4096)));
        assert_eq!(ends(4095..4097), Ok((0, 8192)));
        assert_eq!(ends(5000..8192), Ok((4096, 8192)));
        assert_eq!(ends(5000..8193), Err(8192));
        assert_eq!(ends(9000..10_001), Err(10_000));
        assert_eq!(known.cover(&(7..7)).unwrap(), []);
    }

    #[test]
    fn sec_31_every_range_is_checked() {
        let known = hashes(&[hash(0, 4096), hash(4096, 8192), hash(8192, 10_000)]);
        let ranges = known.cover(&(5000..9000)).unwrap();
        let file = file();
        assert!(verify(&ranges, 4096, &file[4096..]).is_ok());
        for flipped in [4096, 8191, 8192, 9999] {
            let mut wrong = file.clone();
            wrong[flipped] ^= 1;
            let at = if flipped < 8192 { 4096 } else { 8192 };
            let said = verify(&ranges, 4096, &wrong[4096..]).unwrap_err();
            assert!(matches!(said, Trouble::Tampered { at: a } if a == at));
        }
        let said = verify(&ranges, 4096, &file[4096..9999]).unwrap_err();
        assert!(matches!(said, Trouble::Short { at: 8192 }));
        let said = verify(&ranges, 5000, &file[5000..]).unwrap_err();
        assert!(matches!(said, Trouble::Short { at: 4096 }));
    }

    #[test]
    fn sec_31_hashes_that_cannot_be_right_cover_nothing() {
        let short = types::FileHash::new(0, 4096, Bytes::from_static(&[7; 31]));
        let none = types::FileHash::new(0, 0, Bytes::from_static(&[7; 32]));
        let negative = types::FileHash::new(-1, 4096, Bytes::from_static(&[7; 32]));
        let endless = types::FileHash::new(0, i32::MAX, Bytes::from_static(&[7; 32]));
        let last = types::FileHash::new(i64::MAX, 4096, Bytes::from_static(&[7; 32]));
        let known = hashes(&[short, none, negative, endless, last]);
        assert_eq!(known.cover(&(0..1)), Err(0));
    }

    #[test]
    fn hashes_without_end_take_no_memory_without_end() {
        let mut known = Hashes::default();
        let sum = Bytes::from_static(&[7; 32]);
        for n in 0..3 * MAX_HASHES as i64 {
            known.learn(&[types::FileHash::new(n * 4096, 4096, sum.clone())]);
        }
        assert!(known.by_start.len() <= MAX_HASHES);
    }
}
