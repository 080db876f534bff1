use bytes::Bytes;
use heliogram_api::enums::{DocumentAttribute, MessageMedia};
use heliogram_api::{enums, types};

use crate::world::{Document, Kind, Media, Photo, PhotoSize, World};

impl World {
    /// What a message carries, as an account sees it.
    pub(crate) fn media_for(&self, viewer: i64, media: &Media) -> MessageMedia {
        match media {
            Media::Plain(media) => (**media).clone(),
            Media::Poll(id) => self.poll_media(viewer, *id),
            Media::Document { id, spoiler, ttl } => {
                let document = self.documents.get(id);
                let attributes = document
                    .map(|d| d.attributes.as_slice())
                    .unwrap_or_default();
                let (mut video, mut round, mut voice) = (false, false, false);
                for attribute in attributes {
                    match attribute {
                        DocumentAttribute::Video(v) => {
                            video = !v.round_message;
                            round = v.round_message;
                        }
                        DocumentAttribute::Audio(a) => voice = a.voice,
                        _ => {}
                    }
                }
                types::MessageMediaDocument {
                    spoiler: *spoiler,
                    video,
                    round,
                    voice,
                    document: document.map(|d| self.document_for(viewer, d)),
                    ttl_seconds: *ttl,
                    ..types::MessageMediaDocument::new()
                }
                .into()
            }
            Media::Photo { id, spoiler, ttl } => types::MessageMediaPhoto {
                spoiler: *spoiler,
                photo: self.photos.get(id).map(|p| self.photo_for(viewer, p)),
                ttl_seconds: *ttl,
                ..types::MessageMediaPhoto::new()
            }
            .into(),
        }
    }

    /// A document as an account sees it.
    pub(crate) fn document_for(&self, viewer: i64, document: &Document) -> enums::Document {
        let id = document.id;
        let hash = self.access_hash(viewer, Kind::Document, id);
        let reference = self.file_reference(Kind::Document, id).into();
        types::Document {
            thumbs: document
                .thumb
                .as_ref()
                .map(|thumb| vec![preview_for(&thumb.stripped), size_for(&thumb.size)]),
            ..types::Document::new(
                id,
                hash,
                reference,
                document.date,
                document.mime.clone(),
                document.blob.size,
                document.dc,
                self.attributes_for(viewer, document),
            )
        }
        .into()
    }

    /// A photo as an account sees it.
    pub(crate) fn photo_for(&self, viewer: i64, photo: &Photo) -> enums::Photo {
        let id = photo.id;
        let hash = self.access_hash(viewer, Kind::Photo, id);
        let reference = self.file_reference(Kind::Photo, id).into();
        let sizes = photo.sizes.iter().map(size_for);
        let sizes = [preview_for(&photo.stripped)]
            .into_iter()
            .chain(sizes)
            .collect();
        types::Photo::new(id, hash, reference, photo.date, sizes, photo.dc).into()
    }
}

fn preview_for(stripped: &Bytes) -> enums::PhotoSize {
    types::PhotoStrippedSize::new("i".to_owned(), stripped.clone()).into()
}

fn size_for(size: &PhotoSize) -> enums::PhotoSize {
    let bytes = i32::try_from(size.blob.size).unwrap_or(i32::MAX);
    types::PhotoSize::new(size.kind.clone(), size.width, size.height, bytes).into()
}
