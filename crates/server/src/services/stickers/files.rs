//! Whether a file can be a sticker (core.telegram.org/stickers).

use std::borrow::Cow;

use heliogram_api::{enums, types};

use super::input_document;
use crate::pictures::{self, BadPicture};
use crate::rpc::{Answer, Cx, Refusal};
use crate::services::thumbs;
use crate::world::{Blob, Document, NewSticker, Words};

/// Longest side of every sticker; one side of a picture is as long as that.
const SIDE: u32 = 512;
/// Most bytes of a picture, of an animation and of a film.
const PICTURE_MAX: i64 = 512 << 10;
const ANIMATION_MAX: i64 = 64 << 10;
const FILM_MAX: i64 = 256 << 10;

/// What is looked at of a document that is to be a sticker.
struct Source {
    blob: Blob,
    dc: i32,
    mime: String,
    film: Option<enums::DocumentAttribute>,
    thumb: Option<crate::world::Thumb>,
}

impl From<&Document> for Source {
    fn from(document: &Document) -> Self {
        let film =
            |one: &&enums::DocumentAttribute| matches!(one, enums::DocumentAttribute::Video(_));
        Self {
            blob: document.blob.clone(),
            dc: document.dc,
            mime: document.mime.clone(),
            film: document.attributes.iter().find(film).cloned(),
            thumb: document.thumb.clone(),
        }
    }
}

/// What a client wants to put into a set, after a look at the file.
pub(super) fn new_sticker(cx: &Cx<'_>, item: types::InputStickerSetItem) -> Answer<NewSticker> {
    let words = Words::read(&item.emoji, item.keywords.as_deref())?;
    if item.mask_coords.is_some() {
        // Only masks lie somewhere on a face, and sets of masks are not made here.
        return Err(Refusal::bad("STICKER_INVALID"));
    }
    let source = {
        let w = cx.shared.world();
        let id = input_document(&w, cx, &item.document, "STICKER_FILE_INVALID")?;
        let document = w.documents.get(&id);
        Source::from(document.ok_or_else(|| Refusal::bad("STICKER_FILE_INVALID"))?)
    };
    match source.mime.as_str() {
        "image/webp" | "image/png" => picture(cx, source, words),
        "application/x-tgsticker" => animation(cx, source, words),
        "video/webm" => film(cx, source, words),
        _ => Err(Refusal::bad("STICKER_MIME_INVALID")),
    }
}

fn bytes_of(cx: &Cx<'_>, source: &Source, max: i64, refusal: &'static str) -> Answer<Vec<u8>> {
    if source.blob.size > max {
        return Err(Refusal::bad(refusal));
    }
    let bytes = cx.shared.blobs.read(&source.blob, 0, source.blob.size);
    bytes.map_err(|_| Refusal::new(500, "FILE_READ_FAILED"))
}

/// A picture; whatever it comes as, it is kept as WebP.
fn picture(cx: &Cx<'_>, source: Source, words: Words) -> Answer<NewSticker> {
    let bytes = bytes_of(cx, &source, PICTURE_MAX, "STICKER_FILE_INVALID")?;
    let refused = |bad| match bad {
        BadPicture::Unreadable => Refusal::bad("STICKER_PNG_NOPNG"),
        BadPicture::Dimensions => Refusal::bad("STICKER_PNG_DIMENSIONS"),
    };
    let (width, height) = pictures::sides(&bytes).map_err(refused)?;
    if width.max(height) != SIDE {
        return Err(Refusal::bad("STICKER_PNG_DIMENSIONS"));
    }
    let blob = match pictures::as_webp(&bytes).map_err(refused)? {
        Cow::Borrowed(_) => source.blob,
        Cow::Owned(bytes) => thumbs::keep(cx, &bytes)?,
    };
    // Neither side is longer than SIDE.
    let (width, height) = (width as i32, height as i32);
    Ok(NewSticker {
        blob,
        dc: source.dc,
        mime: "image/webp".to_owned(),
        thumb: source.thumb,
        shape: types::DocumentAttributeImageSize::new(width, height).into(),
        words,
    })
}

/// An animation: Lottie, packed with gzip.
fn animation(cx: &Cx<'_>, source: Source, words: Words) -> Answer<NewSticker> {
    let bytes = bytes_of(cx, &source, ANIMATION_MAX, "STICKER_FILE_INVALID")?;
    if !bytes.starts_with(b"\x1f\x8b") {
        return Err(Refusal::bad("STICKER_TGS_NOTGS"));
    }
    let side = SIDE as i32;
    let shape = types::DocumentAttributeImageSize::new(side, side);
    Ok(with_shape(source, shape.into(), words))
}

fn film(cx: &Cx<'_>, source: Source, words: Words) -> Answer<NewSticker> {
    let bytes = bytes_of(cx, &source, FILM_MAX, "STICKER_VIDEO_BIG")?;
    // What an EBML file begins with.
    if !bytes.starts_with(b"\x1a\x45\xdf\xa3") {
        return Err(Refusal::bad("STICKER_VIDEO_NOWEBM"));
    }
    let side = SIDE as i32;
    let unknown = || types::DocumentAttributeVideo::new(0.0, side, side).into();
    let shape = source.film.clone().unwrap_or_else(unknown);
    Ok(with_shape(source, shape, words))
}

fn with_shape(source: Source, shape: enums::DocumentAttribute, words: Words) -> NewSticker {
    NewSticker {
        blob: source.blob,
        dc: source.dc,
        mime: source.mime,
        thumb: source.thumb,
        shape,
        words,
    }
}
