use std::collections::VecDeque;

use super::{Document, World};
use crate::rpc::{Answer, Refusal};

/// Files the CDN holds at once: it has them in memory only, and the oldest gives way.
const COPIES_MAX: usize = 64;
/// Bytes of a file token: the file, the epoch it was given in, and a seal over both.
const TOKEN_LEN: usize = 8 + 4 + SEAL;
const SEAL: usize = 16;

/// The files the CDN has a copy of, the oldest copy first.
#[derive(Default)]
pub(crate) struct Cdn {
    copies: VecDeque<i64>,
}

/// What a file is encrypted with on the CDN.
pub(crate) struct CdnCipher {
    pub(crate) key: [u8; 32],
    pub(crate) iv: [u8; 16],
}

impl World {
    /// What names a file to the CDN; it ends with the file references of its time.
    pub(crate) fn cdn_token(&self, document: i64) -> Vec<u8> {
        let (id, epoch) = (document.to_le_bytes(), self.reference_epoch.to_le_bytes());
        let seal = self.seal(&[b"cdn file", &id, &epoch]);
        let mut token = Vec::with_capacity(TOKEN_LEN);
        token.extend_from_slice(&id);
        token.extend_from_slice(&epoch);
        token.extend_from_slice(&seal[..SEAL]);
        token
    }

    /// The file that a token names.
    pub(crate) fn cdn_document(&self, token: &[u8]) -> Answer<&Document> {
        let id = token.first_chunk().map(|id| i64::from_le_bytes(*id));
        id.filter(|id| self.cdn_token(*id) == token)
            .and_then(|id| self.documents.get(&id))
            .ok_or_else(|| Refusal::bad("FILE_TOKEN_INVALID"))
    }

    /// What the CDN's copy of a file is encrypted with; the CDN does not know it.
    pub(crate) fn cdn_cipher(&self, document: i64) -> CdnCipher {
        let id = document.to_le_bytes();
        let half = self.seal(&[b"cdn vector", &id]);
        let mut iv = [0; 16];
        iv.copy_from_slice(&half[..16]);
        CdnCipher {
            key: self.seal(&[b"cdn key", &id]),
            iv,
        }
    }

    /// With this the CDN asks for a file it has no copy of, by way of the client.
    pub(crate) fn cdn_request(&self, document: i64) -> Vec<u8> {
        let epoch = self.reference_epoch.to_le_bytes();
        let seal = self.seal(&[b"cdn request", &document.to_le_bytes(), &epoch]);
        seal[..SEAL].to_vec()
    }

    /// Whether the CDN has a copy of a file.
    pub(crate) fn cdn_has(&self, document: i64) -> bool {
        self.cdn.copies.contains(&document)
    }

    /// Gives the CDN a copy of a file it asked for.
    pub(crate) fn cdn_store(&mut self, document: i64, request: &[u8]) -> Answer<()> {
        if self.cdn_request(document) != request {
            return Err(Refusal::bad("REQUEST_TOKEN_INVALID"));
        }
        if !self.cdn_has(document) {
            self.cdn.copies.push_back(document);
            if self.cdn.copies.len() > COPIES_MAX {
                self.cdn.copies.pop_front();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};
    use super::super::{Blob, Document};
    use super::*;

    fn add(w: &mut World, id: i64) {
        w.add_document(Document {
            id,
            date: 1,
            dc: 1,
            mime: "a/b".into(),
            attributes: Vec::new(),
            blob: Blob::default(),
            thumb: None,
        });
    }

    #[test]
    fn a_token_names_one_file_until_references_expire() {
        let mut w = world();
        add(&mut w, 7);
        let token = w.cdn_token(7);
        assert_eq!(w.cdn_document(&token).unwrap().id, 7);
        let mut forged = token.clone();
        forged[0] ^= 1;
        for wrong in [&forged[..], &token[..27], b""] {
            assert_eq!(name_of(w.cdn_document(wrong)), "FILE_TOKEN_INVALID");
        }
        w.expire_references();
        assert_eq!(name_of(w.cdn_document(&token)), "FILE_TOKEN_INVALID");
    }

    #[test]
    fn the_oldest_copy_gives_way() {
        let mut w = world();
        let refused = w.cdn_store(1, b"guess");
        assert_eq!(name_of(refused), "REQUEST_TOKEN_INVALID");
        for id in 1..=COPIES_MAX as i64 {
            let request = w.cdn_request(id);
            w.cdn_store(id, &request).unwrap();
            w.cdn_store(id, &request).unwrap();
        }
        assert!(w.cdn_has(1));
        let request = w.cdn_request(1000);
        w.cdn_store(1000, &request).unwrap();
        assert!(!w.cdn_has(1) && w.cdn_has(2) && w.cdn_has(1000));
    }

    #[test]
    fn each_file_has_a_cipher_of_its_own() {
        let w = world();
        let (a, b) = (w.cdn_cipher(1), w.cdn_cipher(2));
        assert!(a.key != b.key && a.iv != b.iv);
    }
}
