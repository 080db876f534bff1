//! How files are cut into parts, by the rules of the server.

use std::ops::Range;

/// The size of all parts but the last, both ways: the largest there is.
pub(super) const PART: u64 = 512 * 1024;
/// Files up to this size are sent as small ones, with a checksum.
pub(super) const SMALL: u64 = 10 * 1024 * 1024;
/// The most parts that a file may have (those without Premium may send half of that).
pub(super) const MAX_PARTS: u64 = 8000;
/// How many parts are on their way at once.
pub(super) const WINDOW: usize = 8;

/// How many parts a file of known size has; an empty file has one empty part.
pub(super) fn count(size: u64) -> u64 {
    size.div_ceil(PART).max(1)
}

/// One request of a download and what of its answer is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) offset: u64,
    pub(super) limit: u64,
    /// Whether the finer rules for offset and limit must apply.
    pub(super) precise: bool,
    /// How many bytes the answer must have.
    pub(super) expected: u64,
    /// Which of them are wanted.
    pub(super) keep: Range<u64>,
}

/// The requests that bring the bytes of `range` of a file, in order.
///
/// Whole parts are asked for where they lie inside of the range. At its ends the request is made
/// smaller, which the server allows in steps of 1 KiB.
pub(super) fn pieces(size: u64, range: Range<u64>) -> impl Iterator<Item = Piece> + Send {
    let end = range.end.min(size);
    let start = range.start.min(end);
    let mut at = start;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let part_end = (at / PART + 1) * PART;
        let offset = at / 1024 * 1024;
        let wanted_end = part_end.min(end);
        // The last piece of the file is asked for whole, so that surplus bytes show.
        let stop = if wanted_end == size {
            part_end
        } else {
            wanted_end.next_multiple_of(1024)
        };
        let limit = stop - offset;
        let piece = Piece {
            offset,
            limit,
            precise: limit != PART || !offset.is_multiple_of(PART),
            expected: stop.min(size) - offset,
            keep: at - offset..wanted_end - offset,
        };
        at = wanted_end;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_cut_by_the_rules_of_the_server() {
        assert_eq!(count(0), 1);
        assert_eq!(count(1), 1);
        assert_eq!(count(PART), 1);
        assert_eq!(count(PART + 1), 2);
        assert_eq!(count(1 << 30), 2048);
        assert!(PART.is_multiple_of(1024) && 524_288 % PART == 0);
    }

    #[test]
    fn a_whole_file_is_asked_for_in_whole_parts() {
        let all: Vec<Piece> = pieces(PART * 2 + 5, 0..u64::MAX).collect();
        assert_eq!(all.len(), 3);
        assert!(
            all.iter()
                .all(|p| p.limit == PART && !p.precise && p.offset % PART == 0)
        );
        assert_eq!(all[2].expected, 5);
        assert_eq!(pieces(0, 0..u64::MAX).count(), 0);
    }

    #[test]
    fn every_range_is_covered_once_and_allowed() {
        let size = PART * 3 + 777;
        let edges = [
            0,
            1,
            1023,
            1024,
            5000,
            PART - 1,
            PART,
            PART + 1,
            PART * 2 + 512,
            size - 1,
        ];
        for start in edges {
            for end in edges.into_iter().chain([size, size + 10]) {
                check(size, start..end);
            }
        }
    }

    fn check(size: u64, range: Range<u64>) {
        let mut at = range.start;
        for p in pieces(size, range.clone()) {
            assert_eq!(p.offset + p.keep.start, at, "{range:?}");
            assert!(
                p.keep.end > p.keep.start && p.keep.end <= p.expected,
                "{range:?} {p:?}"
            );
            assert!(p.limit <= 1 << 20 && p.limit > 0);
            assert!(p.offset % 1024 == 0 && p.limit % 1024 == 0, "{p:?}");
            assert_eq!(p.offset >> 20, (p.offset + p.limit - 1) >> 20, "{p:?}");
            assert!(
                p.precise || (p.offset % 4096 == 0 && (1 << 20) % p.limit == 0),
                "{p:?}"
            );
            at = p.offset + p.keep.end;
        }
        assert_eq!(at, range.end.min(size).max(range.start), "{range:?}");
    }
}
