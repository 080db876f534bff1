use std::collections::HashSet;

use bytes::Bytes;
use heliogram_api::enums;

use super::{Kind, Rec, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Bytes of a file on disk: the parts lie there in the order they came.
#[derive(Clone, Default)]
pub(crate) struct Blob {
    /// Name of the file in the server's folder; empty for a file without bytes.
    pub(crate) name: String,
    pub(crate) size: i64,
    /// Length of every part but the last.
    pub(crate) part: i64,
    /// Where each part begins; empty when they lie in order.
    pub(crate) places: Vec<i64>,
}

record!(Blob {
    name,
    size,
    part,
    places
});

/// A file somebody sent.
pub(crate) struct Document {
    pub(crate) id: i64,
    pub(crate) date: i32,
    pub(crate) dc: i32,
    pub(crate) mime: String,
    pub(crate) attributes: Vec<enums::DocumentAttribute>,
    pub(crate) blob: Blob,
    pub(crate) thumb: Option<Thumb>,
}

record!(Document {
    id,
    date,
    dc,
    mime,
    attributes,
    blob,
    thumb
});

/// The small picture of a document.
#[derive(Clone)]
pub(crate) struct Thumb {
    pub(crate) size: PhotoSize,
    /// The smallest preview, as `photoStrippedSize` has it.
    pub(crate) stripped: Bytes,
}

record!(Thumb { size, stripped });

/// A picture somebody sent.
pub(crate) struct Photo {
    pub(crate) id: i64,
    pub(crate) date: i32,
    pub(crate) dc: i32,
    pub(crate) sizes: Vec<PhotoSize>,
    /// The smallest preview, as `photoStrippedSize` has it.
    pub(crate) stripped: Bytes,
}

record!(Photo {
    id,
    date,
    dc,
    sizes,
    stripped
});

/// One size of a picture.
#[derive(Clone)]
pub(crate) struct PhotoSize {
    /// Letter that names the size.
    pub(crate) kind: String,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) blob: Blob,
}

record!(PhotoSize {
    kind,
    width,
    height,
    blob
});

impl World {
    /// Takes in a file.
    pub(crate) fn add_document(&mut self, document: Document) -> i64 {
        let id = document.id;
        self.documents.insert(id, document);
        self.touch(Rec::Document(id));
        id
    }

    /// Takes in a picture.
    pub(crate) fn add_photo(&mut self, photo: Photo) -> i64 {
        let id = photo.id;
        self.photos.insert(id, photo);
        self.touch(Rec::Photo(id));
        id
    }

    /// Names of the stored files that something refers to.
    pub(crate) fn files_in_use(&self) -> HashSet<&str> {
        let documents = self.documents.values();
        let sizes = documents
            .clone()
            .filter_map(|document| document.thumb.as_ref())
            .map(|thumb| &thumb.size);
        let sizes = sizes.chain(self.photos.values().flat_map(|photo| &photo.sizes));
        documents
            .map(|document| document.blob.name.as_str())
            .chain(sizes.map(|size| size.blob.name.as_str()))
            .collect()
    }

    /// The document a client names, if it may.
    pub(crate) fn document(&self, viewer: i64, id: i64, hash: i64) -> Answer<&Document> {
        let document = self.documents.get(&id);
        document
            .filter(|_| hash == self.access_hash(viewer, Kind::Document, id))
            .ok_or_else(|| Refusal::bad("MEDIA_INVALID"))
    }

    /// The photo a client names, if it may.
    pub(crate) fn photo(&self, viewer: i64, id: i64, hash: i64) -> Answer<&Photo> {
        let photo = self.photos.get(&id);
        photo
            .filter(|_| hash == self.access_hash(viewer, Kind::Photo, id))
            .ok_or_else(|| Refusal::bad("MEDIA_INVALID"))
    }
}

/// Width and height of a PNG, JPEG or GIF picture, read from its first bytes.
pub(crate) fn dimensions(head: &[u8]) -> Option<(i32, i32)> {
    let be16 = |at: usize| {
        let bytes = head.get(at..at + 2)?;
        Some(i32::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    };
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The header chunk comes first; sizes above 65,535 are not those of a photo.
        return Some((be16(18)?, be16(22)?));
    }
    if head.starts_with(b"GIF8") {
        let le16 = |at: usize| {
            let bytes = head.get(at..at + 2)?;
            Some(i32::from(u16::from_le_bytes([bytes[0], bytes[1]])))
        };
        return Some((le16(6)?, le16(8)?));
    }
    if !head.starts_with(b"\xff\xd8") {
        return None;
    }
    let mut at = 2;
    loop {
        let marker = *head.get(at + 1)?;
        let is_frame = (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Some((be16(at + 7)?, be16(at + 5)?));
        }
        at += 2 + usize::try_from(be16(at + 2)?).ok()?.max(2);
    }
}

/// Bytes that a photo may have at most.
pub(crate) const PHOTO_MAX: i64 = 10 << 20;

/// What a client may store beside a file and get back unchanged.
pub(crate) fn clean_mime(mime: &str) -> String {
    let good = mime.contains('/') && mime.len() <= 128 && mime.is_ascii();
    if good {
        mime.to_owned()
    } else {
        "application/octet-stream".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_pictures_are_read_from_their_headers() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend_from_slice(&[0, 0, 2, 0, 0, 0, 1, 0]);
        assert_eq!(dimensions(&png), Some((512, 256)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x40";
        assert_eq!(dimensions(jpeg), Some((64, 32)));
        assert_eq!(dimensions(b"\xff\xd8\xff"), None);
        assert_eq!(dimensions(b"plain text"), None);
    }
}
