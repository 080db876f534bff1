use heliogram_api::{enums, types as raw};

use crate::types::{Document, Media, Message, Photo};

use super::FileError;
use crate::types::FileSource;

/// Something that has a file to fetch: a message, media, a document or a photo.
#[derive(Clone, Debug)]
pub struct Downloadable(pub(crate) Result<RemoteFile, FileError>);

/// A file at the server and how to ask for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RemoteFile {
    pub(crate) location: enums::InputFileLocation,
    pub(crate) dc: i32,
    pub(crate) size: u64,
    /// The number of the document or photo.
    pub(crate) id: i64,
    /// Where it was found, to find it again.
    pub(crate) source: Option<FileSource>,
}

impl From<&Document> for Downloadable {
    fn from(document: &Document) -> Self {
        let d = document.raw();
        let reference = d.file_reference.clone();
        let location =
            raw::InputDocumentFileLocation::new(d.id, d.access_hash, reference, String::new());
        Self(Ok(RemoteFile {
            location: location.into(),
            dc: d.dc_id,
            size: document.size(),
            id: d.id,
            source: document.source,
        }))
    }
}

impl From<&Photo> for Downloadable {
    fn from(photo: &Photo) -> Self {
        let p = photo.raw();
        let reference = p.file_reference.clone();
        Self(photo.largest().ok_or(FileError::Nothing).map(|version| {
            let location =
                raw::InputPhotoFileLocation::new(p.id, p.access_hash, reference, version.kind);
            RemoteFile {
                location: location.into(),
                dc: p.dc_id,
                size: version.size,
                id: p.id,
                source: photo.source,
            }
        }))
    }
}

impl From<&Media> for Downloadable {
    fn from(media: &Media) -> Self {
        match media {
            Media::Document(d) => d.into(),
            Media::Photo(p) => p.into(),
            Media::Other(_) => Self(Err(FileError::Nothing)),
        }
    }
}

impl From<&Message> for Downloadable {
    fn from(message: &Message) -> Self {
        message
            .media()
            .as_ref()
            .map_or(Self(Err(FileError::Nothing)), Self::from)
    }
}

impl From<Document> for Downloadable {
    fn from(document: Document) -> Self {
        (&document).into()
    }
}

impl From<Photo> for Downloadable {
    fn from(photo: Photo) -> Self {
        (&photo).into()
    }
}

impl From<Media> for Downloadable {
    fn from(media: Media) -> Self {
        (&media).into()
    }
}
