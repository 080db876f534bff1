//! How a stretch of a file is asked for, by the rules of a CDN.

use std::ops::Range;

use crate::files::parts::PART;

/// Offsets and limits are multiples of this, in bytes.
pub(super) const GRAIN: u64 = 4096;

/// One request: where it begins and how much it asks for, in bytes.
pub(super) type Block = (u64, u64);

/// The requests that bring `stretch` of a file of `size` bytes, in order and without a gap.
///
/// They begin at the last multiple of 4 KiB before it. Each is as large as its place allows: a
/// power of two at a multiple of itself, so that it lies within one MiB, whose divisor it is.
pub(super) fn blocks(stretch: &Range<u64>, size: u64) -> Vec<Block> {
    let mut at = stretch.start / GRAIN * GRAIN;
    // The end of the file is asked for whole, in one request.
    let unit = if stretch.end >= size { PART } else { GRAIN };
    let end = stretch.end.next_multiple_of(unit);
    let mut out = Vec::new();
    while at < end {
        let mut limit = PART;
        while limit > GRAIN && (!at.is_multiple_of(limit) || at + limit > end) {
            limit /= 2;
        }
        out.push((at, limit));
        at += limit;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    #[test]
    fn whole_parts_and_the_end_of_a_file_take_one_request() {
        let size = 10 * PART + 777;
        assert_eq!(blocks(&(0..PART), size), [(0, PART)]);
        assert_eq!(blocks(&(10 * PART..size), size), [(10 * PART, PART)]);
        assert_eq!(
            blocks(&(128 * KIB..512 * KIB), size),
            [(128 * KIB, 128 * KIB), (256 * KIB, 256 * KIB)]
        );
        assert!(blocks(&(0..0), size).is_empty());
    }

    #[test]
    fn every_stretch_is_asked_for_by_the_rules() {
        let size = 5 * PART + 1000;
        let edges = [
            0,
            1,
            4095,
            4096,
            5000,
            131_072,
            300_000,
            PART,
            PART + 1,
            size,
        ];
        for (start, end) in edges.iter().flat_map(|s| edges.map(|e| (*s, e))) {
            if start >= end {
                continue;
            }
            let list = blocks(&(start..end), size);
            let mut at = start / GRAIN * GRAIN;
            for (offset, limit) in list {
                assert_eq!(offset, at);
                assert!(offset.is_multiple_of(GRAIN) && limit.is_multiple_of(GRAIN));
                assert!((1u64 << 20).is_multiple_of(limit));
                assert_eq!(offset >> 20, (offset + limit - 1) >> 20);
                at += limit;
            }
            assert!(at >= end, "{start}..{end}");
        }
    }
}
