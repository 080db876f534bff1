//! The hashes by which clients ask whether a list changed.

/// The hash of a list (core.telegram.org/api/offsets).
pub(super) fn list_hash(ids: impl Iterator<Item = u64>) -> i64 {
    let hash = ids.fold(0u64, |mut hash, id| {
        hash ^= hash >> 21;
        hash ^= hash << 35;
        hash ^= hash >> 4;
        hash.wrapping_add(id)
    });
    hash as i64
}

/// The hash of a list of files or other things with ids.
pub(super) fn ids_hash(ids: &[i64]) -> i64 {
    list_hash(ids.iter().map(|id| *id as u64))
}
