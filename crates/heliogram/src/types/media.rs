use std::{fmt, sync::Arc, time::Duration};

use heliogram_api::{enums, types as raw};

use super::MediaKind;
use crate::PeerId;

/// What a message carries besides text.
///
/// ```no_run
/// # async fn run(client: heliogram::Client, message: heliogram::Message) -> heliogram::Result<()> {
/// if let Some(media) = message.media() {
///     println!("{} ({} bytes)", media.file_name().unwrap_or("photo"), media.size().unwrap_or(0));
///     client.download(&media).to_file("copy").await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[doc(alias = "MessageMedia")]
pub enum Media {
    /// A photo, made smaller by Telegram.
    Photo(Photo),
    /// A file of any kind: document, video, audio, voice message, sticker, GIF.
    Document(Document),
    /// Anything else: places, contacts, polls, web pages and so on.
    Other(Arc<enums::MessageMedia>),
}

/// Where a file was found, to find it again when its reference expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileSource {
    pub(crate) chat: PeerId,
    pub(crate) message: i32,
}

impl Media {
    /// The media of a raw value, found in a message.
    pub(crate) fn new(media: &enums::MessageMedia, source: Option<FileSource>) -> Option<Self> {
        let file = match media {
            enums::MessageMedia::Empty => return None,
            enums::MessageMedia::Photo(m) => {
                let photo = m.photo.as_ref();
                photo.and_then(|p| Photo::found(p, source)).map(Self::Photo)
            }
            enums::MessageMedia::Document(m) => {
                let document = m.document.as_ref();
                let document = document.and_then(|d| Document::found(d, source));
                document.map(Self::Document)
            }
            _ => None,
        };
        Some(file.unwrap_or_else(|| Self::Other(Arc::new(media.clone()))))
    }

    /// The photo, if it is one.
    #[must_use]
    pub fn photo(&self) -> Option<&Photo> {
        match self {
            Self::Photo(p) => Some(p),
            _ => None,
        }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Document(d) => Some(d),
            _ => None,
        }
    }

    /// The name its sender gave the file.
    #[must_use]
    #[doc(alias = "name")]
    pub fn file_name(&self) -> Option<&str> {
        self.document().and_then(Document::file_name)
    }

    /// The size of what can be downloaded, in bytes.
    #[must_use]
    #[doc(alias = "file_size")]
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Photo(p) => p.size(),
            Self::Document(d) => Some(d.size()),
            Self::Other(_) => None,
        }
    }

    /// The MIME type; that of photos is always `image/jpeg`.
    #[must_use]
    pub fn mime_type(&self) -> Option<&str> {
        match self {
            Self::Photo(_) => Some("image/jpeg"),
            Self::Document(d) => Some(d.mime_type()),
            Self::Other(_) => None,
        }
    }

    /// What kind of media it is.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        match self {
            Self::Photo(_) => MediaKind::Photo,
            Self::Document(d) => d.kind(),
            Self::Other(m) => MediaKind::of(m).unwrap_or(MediaKind::Unsupported),
        }
    }

    /// Whether there are bytes to download.
    #[must_use]
    pub fn is_downloadable(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

/// A file on Telegram's servers.
///
/// Raw `document`.
#[derive(Clone, PartialEq)]
pub struct Document {
    raw: Arc<raw::Document>,
    pub(crate) source: Option<FileSource>,
}

impl Document {
    /// The file in a raw value, found in a message; `None` if it is gone.
    pub(crate) fn found(document: &enums::Document, source: Option<FileSource>) -> Option<Self> {
        match document {
            enums::Document::Document(document) => Some(Self {
                raw: Arc::new((**document).clone()),
                source,
            }),
            _ => None,
        }
    }

    /// What kind of file it is.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        MediaKind::of_document(&self.raw)
    }

    /// The file's number.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.raw.id
    }

    /// The name its sender gave it.
    #[must_use]
    #[doc(alias = "name")]
    pub fn file_name(&self) -> Option<&str> {
        self.raw.attributes.iter().find_map(|a| match a {
            enums::DocumentAttribute::Filename(a) => Some(a.file_name.as_str()),
            _ => None,
        })
    }

    /// Its size in bytes.
    #[must_use]
    #[doc(alias = "file_size")]
    pub fn size(&self) -> u64 {
        u64::try_from(self.raw.size).unwrap_or(0)
    }

    /// Its MIME type, as the sender declared it.
    #[must_use]
    pub fn mime_type(&self) -> &str {
        &self.raw.mime_type
    }

    /// How long it plays, for video and audio.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.raw.attributes.iter().find_map(|a| match a {
            enums::DocumentAttribute::Video(a) => Duration::try_from_secs_f64(a.duration).ok(),
            enums::DocumentAttribute::Audio(a) => {
                u64::try_from(a.duration).ok().map(Duration::from_secs)
            }
            _ => None,
        })
    }

    /// Width and height in pixels, for video and pictures.
    #[must_use]
    pub fn dimensions(&self) -> Option<(i32, i32)> {
        self.raw.attributes.iter().find_map(|a| match a {
            enums::DocumentAttribute::Video(a) => Some((a.w, a.h)),
            enums::DocumentAttribute::ImageSize(a) => Some((a.w, a.h)),
            _ => None,
        })
    }

    /// The data centre that stores it.
    #[must_use]
    pub fn dc_id(&self) -> i32 {
        self.raw.dc_id
    }

    /// The raw value.
    #[must_use]
    pub fn raw(&self) -> &raw::Document {
        &self.raw
    }
}

impl From<raw::Document> for Document {
    fn from(document: raw::Document) -> Self {
        Self {
            raw: Arc::new(document),
            source: None,
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("id", &self.id())
            .field("file_name", &self.file_name())
            .field("size", &self.size())
            .field("mime_type", &self.mime_type())
            .finish_non_exhaustive()
    }
}

/// A photo on Telegram's servers, in several sizes.
///
/// Raw `photo`.
#[derive(Clone, PartialEq)]
pub struct Photo {
    raw: Arc<raw::Photo>,
    pub(crate) source: Option<FileSource>,
}

impl Photo {
    /// The photo in a raw value, found in a message; `None` if it is gone.
    pub(crate) fn found(photo: &enums::Photo, source: Option<FileSource>) -> Option<Self> {
        match photo {
            enums::Photo::Photo(photo) => Some(Self {
                raw: Arc::new((**photo).clone()),
                source,
            }),
            _ => None,
        }
    }

    /// The photo's number.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.raw.id
    }

    /// The size in bytes of its largest version.
    #[must_use]
    #[doc(alias = "file_size")]
    pub fn size(&self) -> Option<u64> {
        self.largest().map(|s| s.size)
    }

    /// Width and height of its largest version, in pixels.
    #[must_use]
    pub fn dimensions(&self) -> Option<(i32, i32)> {
        self.largest().map(|s| (s.width, s.height))
    }

    /// The data centre that stores it.
    #[must_use]
    pub fn dc_id(&self) -> i32 {
        self.raw.dc_id
    }

    /// The raw value.
    #[must_use]
    pub fn raw(&self) -> &raw::Photo {
        &self.raw
    }

    /// The largest version that can be fetched.
    pub(crate) fn largest(&self) -> Option<PhotoVersion> {
        let versions = self.raw.sizes.iter().filter_map(|size| {
            let (kind, width, height, size) = match size {
                enums::PhotoSize::PhotoSize(s) => (&s.r#type, s.w, s.h, s.size),
                enums::PhotoSize::Progressive(s) => {
                    (&s.r#type, s.w, s.h, s.sizes.iter().copied().max()?)
                }
                _ => return None,
            };
            let size = u64::try_from(size).ok()?;
            Some(PhotoVersion {
                kind: kind.clone(),
                width,
                height,
                size,
            })
        });
        versions.max_by_key(|v| (i64::from(v.width) * i64::from(v.height), v.size))
    }
}

/// One size of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PhotoVersion {
    /// The letter that names it.
    pub(crate) kind: String,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) size: u64,
}

impl From<raw::Photo> for Photo {
    fn from(photo: raw::Photo) -> Self {
        Self {
            raw: Arc::new(photo),
            source: None,
        }
    }
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo")
            .field("id", &self.id())
            .field("dimensions", &self.dimensions())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_photo_is_chosen_among_those_that_have_bytes() {
        let size = |kind: &str, side, size| {
            enums::PhotoSize::from(raw::PhotoSize::new(kind.into(), side, side, size))
        };
        let sizes = vec![
            size("m", 320, 3000),
            raw::PhotoStrippedSize::new("i".into(), bytes::Bytes::new()).into(),
            raw::PhotoSizeProgressive::new("y".into(), 1280, 1280, vec![100, 9000]).into(),
            size("x", 800, 7000),
        ];
        let photo = Photo::from(raw::Photo::new(1, 2, bytes::Bytes::new(), 0, sizes, 2));
        assert_eq!(photo.largest().unwrap().kind, "y");
        assert_eq!(
            (photo.size(), photo.dimensions()),
            (Some(9000), Some((1280, 1280)))
        );
    }

    #[test]
    fn a_file_knows_its_name_and_size() {
        let name = raw::DocumentAttributeFilename::new("a.bin".into());
        let attributes = vec![enums::DocumentAttribute::Animated, name.into()];
        let raw = raw::Document::new(
            1,
            2,
            bytes::Bytes::new(),
            0,
            "x/y".into(),
            -5,
            2,
            attributes,
        );
        let document = Document::from(raw);
        assert_eq!(document.file_name(), Some("a.bin"));
        assert_eq!(document.size(), 0);
    }
}
