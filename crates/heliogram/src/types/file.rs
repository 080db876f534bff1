use std::time::Duration;

use heliogram_api::enums;

use super::{Document, Media, MediaKind, Photo};

/// A file and what is known of it without fetching it: photos and documents alike.
///
/// ```no_run
/// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
/// if let Some(file) = message.file() {
///     let name = format!("{}.{}", message.id(), file.ext().unwrap_or("bin"));
///     message.download().to_file(name).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct File(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Photo(Photo),
    Document(Document),
}

impl File {
    /// The file of a photo or document; `None` for media that have none.
    #[must_use]
    pub fn of(media: &Media) -> Option<Self> {
        match media {
            Media::Photo(photo) => Some(photo.clone().into()),
            Media::Document(document) => Some(document.clone().into()),
            Media::Other(_) => None,
        }
    }

    /// What can be downloaded.
    #[must_use]
    pub fn media(&self) -> Media {
        match &self.0 {
            Kind::Photo(photo) => Media::Photo(photo.clone()),
            Kind::Document(document) => Media::Document(document.clone()),
        }
    }

    /// The file's number.
    #[must_use]
    pub fn id(&self) -> i64 {
        match &self.0 {
            Kind::Photo(photo) => photo.id(),
            Kind::Document(document) => document.id(),
        }
    }

    /// The name its sender gave it; photos have none.
    #[must_use]
    #[doc(alias = "file_name")]
    pub fn name(&self) -> Option<&str> {
        self.document()?.file_name()
    }

    /// How its name ends, without the dot: of its name, or as its MIME type suggests.
    #[must_use]
    #[doc(alias = "get_extension")]
    pub fn ext(&self) -> Option<&str> {
        let named = self.name().and_then(|name| name.rsplit_once('.'));
        let named = named.map(|(stem, ext)| if stem.is_empty() { "" } else { ext });
        // A name comes from somebody else; what is no plain ending stays out of paths.
        let plain = |ext: &&str| {
            (1..=10).contains(&ext.len()) && ext.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        named.filter(plain).or_else(|| ext_of(self.mime_type()))
    }

    /// Its MIME type, as the sender declared it; that of photos is `image/jpeg`.
    #[must_use]
    pub fn mime_type(&self) -> &str {
        self.document().map_or("image/jpeg", Document::mime_type)
    }

    /// Its size in bytes.
    #[must_use]
    #[doc(alias = "file_size")]
    pub fn size(&self) -> Option<u64> {
        match &self.0 {
            Kind::Photo(photo) => photo.size(),
            Kind::Document(document) => Some(document.size()),
        }
    }

    /// Its width in pixels, of pictures and videos.
    #[must_use]
    pub fn width(&self) -> Option<i32> {
        self.dimensions().map(|(width, _)| width)
    }

    /// Its height in pixels, of pictures and videos.
    #[must_use]
    pub fn height(&self) -> Option<i32> {
        self.dimensions().map(|(_, height)| height)
    }

    fn dimensions(&self) -> Option<(i32, i32)> {
        match &self.0 {
            Kind::Photo(photo) => photo.dimensions(),
            Kind::Document(document) => document.dimensions(),
        }
    }

    /// How long it plays, for video and audio.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.document()?.duration()
    }

    /// The title of a song.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.attribute(|a| match a {
            enums::DocumentAttribute::Audio(a) => a.title.as_deref(),
            _ => None,
        })
    }

    /// Who performs a song.
    #[must_use]
    pub fn performer(&self) -> Option<&str> {
        self.attribute(|a| match a {
            enums::DocumentAttribute::Audio(a) => a.performer.as_deref(),
            _ => None,
        })
    }

    /// The emoji a sticker stands for.
    #[must_use]
    pub fn emoji(&self) -> Option<&str> {
        self.attribute(|a| match a {
            enums::DocumentAttribute::Sticker(a) => Some(a.alt.as_str()),
            enums::DocumentAttribute::CustomEmoji(a) => Some(a.alt.as_str()),
            _ => None,
        })
    }

    /// The set a sticker belongs to.
    #[must_use]
    pub fn sticker_set(&self) -> Option<&enums::InputStickerSet> {
        let set = self.attribute(|a| match a {
            enums::DocumentAttribute::Sticker(a) => Some(&a.stickerset),
            enums::DocumentAttribute::CustomEmoji(a) => Some(&a.stickerset),
            _ => None,
        });
        set.filter(|set| !matches!(set, enums::InputStickerSet::Empty))
    }

    /// What kind of file it is.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.document()
            .map_or(MediaKind::Photo, |d| MediaKind::of_document(d.raw()))
    }

    fn document(&self) -> Option<&Document> {
        match &self.0 {
            Kind::Document(document) => Some(document),
            Kind::Photo(_) => None,
        }
    }

    fn attribute<'a, T>(
        &'a self,
        find: impl FnMut(&'a enums::DocumentAttribute) -> Option<T>,
    ) -> Option<T> {
        self.document()?.raw().attributes.iter().find_map(find)
    }
}

impl From<Photo> for File {
    fn from(photo: Photo) -> Self {
        Self(Kind::Photo(photo))
    }
}

impl From<Document> for File {
    fn from(document: Document) -> Self {
        Self(Kind::Document(document))
    }
}

/// The usual ending of files of a MIME type: of those that travel through Telegram.
fn ext_of(mime: &str) -> Option<&'static str> {
    const USUAL: [(&str, &str); 31] = [
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/gif", "gif"),
        ("image/webp", "webp"),
        ("image/svg+xml", "svg"),
        ("image/heic", "heic"),
        ("image/tiff", "tiff"),
        ("image/bmp", "bmp"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("video/quicktime", "mov"),
        ("video/x-matroska", "mkv"),
        ("video/x-msvideo", "avi"),
        ("video/mpeg", "mpeg"),
        ("audio/mpeg", "mp3"),
        ("audio/mp4", "m4a"),
        ("audio/x-m4a", "m4a"),
        ("audio/ogg", "ogg"),
        ("audio/flac", "flac"),
        ("audio/x-flac", "flac"),
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("text/plain", "txt"),
        ("text/html", "html"),
        ("text/csv", "csv"),
        ("application/pdf", "pdf"),
        ("application/json", "json"),
        ("application/zip", "zip"),
        ("application/gzip", "gz"),
        ("application/vnd.android.package-archive", "apk"),
        ("application/x-tgsticker", "tgs"),
    ];
    let usual = USUAL.iter().find(|(m, _)| m.eq_ignore_ascii_case(mime));
    usual.map(|(_, ext)| *ext)
}

#[cfg(test)]
mod tests {
    use heliogram_api::types as raw;

    use super::*;

    fn file(mime: &str, attributes: Vec<enums::DocumentAttribute>) -> File {
        let none = bytes::Bytes::new();
        Document::from(raw::Document::new(
            1,
            2,
            none,
            0,
            mime.into(),
            3,
            2,
            attributes,
        ))
        .into()
    }

    #[test]
    fn the_ending_is_that_of_the_name_or_of_the_type() {
        let named = |name: &str, mime| {
            let name = raw::DocumentAttributeFilename::new(name.into());
            file(mime, vec![name.into()])
        };
        assert_eq!(named("a.tar.gz", "x/y").ext(), Some("gz"));
        assert_eq!(named("a.b/../c", "image/png").ext(), Some("png"));
        assert_eq!(named(".profile", "text/plain").ext(), Some("txt"));
        assert_eq!(file("image/jpeg", vec![]).ext(), Some("jpg"));
        assert_eq!(file("application/x-tgsticker", vec![]).ext(), Some("tgs"));
        assert_eq!(file("application/octet-stream", vec![]).ext(), None);
        assert_eq!(file("no type", vec![]).ext(), None);
    }

    #[test]
    fn songs_and_stickers_say_what_they_are() {
        let song = raw::DocumentAttributeAudio {
            title: Some("Title".into()),
            performer: Some("Band".into()),
            ..raw::DocumentAttributeAudio::new(65)
        };
        let song = file("audio/mpeg", vec![song.into()]);
        assert_eq!(
            (song.title(), song.performer()),
            (Some("Title"), Some("Band"))
        );
        assert_eq!(song.duration(), Some(Duration::from_secs(65)));
        assert_eq!(song.kind(), MediaKind::Audio);

        let set = raw::InputStickerSetShortName::new("cats".into());
        let sticker = raw::DocumentAttributeSticker::new("🐈".into(), set.into());
        let sticker = file("image/webp", vec![sticker.into()]);
        assert_eq!(sticker.emoji(), Some("🐈"));
        assert!(sticker.sticker_set().is_some());
    }
}
