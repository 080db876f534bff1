use heliogram_api::{enums, functions as f, types as raw};

use crate::{
    Client, Document, Error, InputFile, Photo, Result,
    files::{self, Finished},
};

/// A file that is offered in answer to an inline query.
///
/// Made from a [`Photo`] or [`Document`] that was received (the quickest), from an
/// [`InputFile`], which is brought to the server first, or from the address of a file elsewhere.
///
/// ```
/// use heliogram::{InputFile, types::InlineFile};
///
/// let brought: InlineFile = InputFile::path("cat.jpg").into();
/// let elsewhere = InlineFile::url("https://example.org/cat.jpg");
/// # drop((brought, elsewhere));
/// ```
#[derive(Debug)]
pub struct InlineFile(Source);

#[derive(Debug)]
enum Source {
    Photo(enums::InputPhoto),
    Document(enums::InputDocument),
    New(InputFile),
    Web { url: String, mime: Option<String> },
}

/// A file in the form in which a result takes it.
pub(super) enum Ready {
    Photo(enums::InputPhoto),
    Document(enums::InputDocument),
    Web(raw::InputWebDocument),
}

impl InlineFile {
    /// A file elsewhere, which Telegram fetches; its kind follows from how the address ends.
    #[doc(alias = "photo_url")]
    #[doc(alias = "document_url")]
    pub fn url(url: impl Into<String>) -> Self {
        Self(Source::Web {
            url: url.into(),
            mime: None,
        })
    }

    /// As [`url`](Self::url), with its MIME type.
    pub fn url_of_type(url: impl Into<String>, mime: impl Into<String>) -> Self {
        Self(Source::Web {
            url: url.into(),
            mime: Some(mime.into()),
        })
    }

    /// Brings it to the server if it is not there.
    pub(super) async fn ready(self, client: &Client, kind: &'static str) -> Result<Ready> {
        match self.0 {
            Source::Photo(photo) => Ok(Ready::Photo(photo)),
            Source::Document(document) => Ok(Ready::Document(document)),
            Source::Web { url, mime } => Ok(Ready::Web(raw::InputWebDocument {
                attributes: attributes(kind),
                ..web(url, mime)
            })),
            Source::New(file) => {
                let done = files::upload(client, file, None, None).await?;
                bring(client, done, kind).await
            }
        }
    }
}

/// A file elsewhere, of a kind that was told or follows from its address.
pub(super) fn web(url: String, mime: Option<String>) -> raw::InputWebDocument {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let mime = mime.unwrap_or_else(|| mime_of(path));
    raw::InputWebDocument::new(url, 0, mime, vec![])
}

fn mime_of(name: &str) -> String {
    crate::files::mime::of_name(name).to_owned()
}

/// What tells apps how to play a file.
fn attributes(kind: &'static str) -> Vec<enums::DocumentAttribute> {
    match kind {
        "video" => vec![raw::DocumentAttributeVideo::new(0.0, 0, 0).into()],
        "audio" => vec![raw::DocumentAttributeAudio::new(0).into()],
        "voice" => vec![
            raw::DocumentAttributeAudio {
                voice: true,
                ..raw::DocumentAttributeAudio::new(0)
            }
            .into(),
        ],
        "gif" => vec![enums::DocumentAttribute::Animated],
        _ => vec![],
    }
}

/// Makes a photo or document of the parts that were sent.
async fn bring(client: &Client, done: Finished, kind: &'static str) -> Result<Ready> {
    let media: enums::InputMedia = if kind == "photo" {
        raw::InputMediaUploadedPhoto::new(done.file).into()
    } else {
        let mime = mime_of(&done.name);
        let mut attributes = attributes(kind);
        attributes.push(raw::DocumentAttributeFilename::new(done.name).into());
        raw::InputMediaUploadedDocument {
            force_file: kind == "file",
            ..raw::InputMediaUploadedDocument::new(done.file, mime, attributes)
        }
        .into()
    };
    let call = f::messages::UploadMedia::new(enums::InputPeer::InputPeerSelf, media);
    let none = || Error::unexpected("messages.uploadMedia", "a file", "none");
    match client.invoke(call).await? {
        enums::MessageMedia::Photo(m) => match m.photo {
            Some(enums::Photo::Photo(photo)) => Ok(Ready::Photo(input_photo(&photo))),
            _ => Err(none()),
        },
        enums::MessageMedia::Document(m) => match m.document {
            Some(enums::Document::Document(document)) => {
                Ok(Ready::Document(input_document(&document)))
            }
            _ => Err(none()),
        },
        _ => Err(none()),
    }
}

fn input_photo(photo: &raw::Photo) -> enums::InputPhoto {
    let reference = photo.file_reference.clone();
    raw::InputPhoto::new(photo.id, photo.access_hash, reference).into()
}

fn input_document(document: &raw::Document) -> enums::InputDocument {
    let reference = document.file_reference.clone();
    raw::InputDocument::new(document.id, document.access_hash, reference).into()
}

impl From<&Photo> for InlineFile {
    fn from(photo: &Photo) -> Self {
        Self(Source::Photo(input_photo(photo.raw())))
    }
}

impl From<&Document> for InlineFile {
    fn from(document: &Document) -> Self {
        Self(Source::Document(input_document(document.raw())))
    }
}

impl From<InputFile> for InlineFile {
    fn from(file: InputFile) -> Self {
        Self(Source::New(file))
    }
}
