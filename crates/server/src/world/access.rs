use heliogram_crypto::hash::sha256;

use super::World;
use crate::rpc::{Answer, Refusal};

/// What an access hash opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An account, as a peer.
    User = 1,
    /// A document.
    Document = 2,
    /// A photo.
    Photo = 3,
    /// A channel or supergroup, as a peer.
    Channel = 4,
    /// A set of stickers.
    StickerSet = 5,
}

/// Bytes of a file reference: a version, the epoch it was given in, and a seal over both.
const REFERENCE_LEN: usize = 1 + 4 + 12;

impl World {
    /// The access hash of something, as one account sees it.
    ///
    /// It is computed, not stored: a hash seen by one account is worth nothing to another.
    pub(crate) fn access_hash(&self, viewer: i64, kind: Kind, id: i64) -> i64 {
        let seal = self.seal(&[
            b"access",
            &viewer.to_le_bytes(),
            &[kind as u8],
            &id.to_le_bytes(),
        ]);
        let mut hash = [0; 8];
        hash.copy_from_slice(&seal[..8]);
        i64::from_le_bytes(hash)
    }

    /// A file reference that stays valid until references are expired.
    pub(crate) fn file_reference(&self, kind: Kind, id: i64) -> Vec<u8> {
        self.reference_of_epoch(kind, id, self.reference_epoch)
    }

    /// Checks a file reference.
    pub(crate) fn check_reference(&self, kind: Kind, id: i64, given: &[u8]) -> Answer<()> {
        if given.is_empty() {
            return Err(Refusal::bad("FILE_REFERENCE_EMPTY"));
        }
        let invalid = || Refusal::bad("FILE_REFERENCE_INVALID");
        let epoch: [u8; 4] = given
            .get(1..5)
            .and_then(|e| e.try_into().ok())
            .ok_or_else(invalid)?;
        let epoch = i32::from_le_bytes(epoch);
        if given != self.reference_of_epoch(kind, id, epoch) {
            return Err(invalid());
        }
        if epoch != self.reference_epoch {
            return Err(Refusal::bad("FILE_REFERENCE_EXPIRED"));
        }
        Ok(())
    }

    /// Makes every file reference given so far expire.
    pub(crate) fn expire_references(&mut self) {
        self.reference_epoch += 1;
        self.touch_meta();
    }

    fn reference_of_epoch(&self, kind: Kind, id: i64, epoch: i32) -> Vec<u8> {
        let epoch = epoch.to_le_bytes();
        let seal = self.seal(&[b"reference", &[kind as u8], &id.to_le_bytes(), &epoch]);
        let mut out = Vec::with_capacity(REFERENCE_LEN);
        out.push(1);
        out.extend_from_slice(&epoch);
        out.extend_from_slice(&seal[..12]);
        out
    }

    /// A keyed hash; the parts are of fixed length at every place it is used.
    pub(crate) fn seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        let all: Vec<&[u8]> = [&self.secret[..]]
            .into_iter()
            .chain(parts.iter().copied())
            .collect();
        sha256(&all)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::world;
    use super::*;

    #[test]
    fn access_hashes_differ_by_viewer_and_kind() {
        let w = world();
        assert_ne!(
            w.access_hash(1, Kind::User, 5),
            w.access_hash(2, Kind::User, 5)
        );
        assert_ne!(
            w.access_hash(1, Kind::Document, 5),
            w.access_hash(1, Kind::Photo, 5)
        );
    }

    #[test]
    fn a_reference_is_valid_until_it_is_expired() {
        let mut w = world();
        let old = w.file_reference(Kind::Document, 9);
        assert_eq!(w.check_reference(Kind::Document, 9, &old), Ok(()));
        assert_eq!(
            w.check_reference(Kind::Photo, 9, &old).unwrap_err().name,
            "FILE_REFERENCE_INVALID"
        );
        assert_eq!(
            w.check_reference(Kind::Document, 9, b"").unwrap_err().name,
            "FILE_REFERENCE_EMPTY"
        );
        w.expire_references();
        assert_eq!(
            w.check_reference(Kind::Document, 9, &old).unwrap_err().name,
            "FILE_REFERENCE_EXPIRED"
        );
    }
}
