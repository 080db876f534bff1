//! The small pictures of documents, and how the sizes of a picture become files.

use crate::pictures::{self, Scaled, Shape, THUMB_SIDE};
use crate::rpc::{Answer, Cx, Refusal};
use crate::world::{Blob, PHOTO_MAX, PhotoSize, Thumb, dimensions};

/// Bytes that tell a picture from other files.
const HEAD: i64 = 12;

/// The small picture somebody sent along with a document: kept as it is if it is one that clients
/// can be given, made smaller otherwise, and left out if it is none.
pub(super) fn given(cx: &Cx<'_>, blob: &Blob) -> Answer<Option<Thumb>> {
    let Some(bytes) = picture_in(cx, blob)? else {
        return Ok(None);
    };
    let Some(thumb) = scaled(cx, &bytes)? else {
        return Ok(None);
    };
    let is_jpeg = bytes.starts_with(b"\xff\xd8");
    let side = i32::try_from(THUMB_SIDE).unwrap_or(i32::MAX);
    let fits = dimensions(&bytes).filter(|(width, height)| *width <= side && *height <= side);
    let Some((width, height)) = fits.filter(|_| is_jpeg) else {
        return Ok(Some(thumb));
    };
    cx.shared.blobs.remove(&thumb.size.blob.name);
    let blob = blob.clone();
    let size = PhotoSize {
        width,
        height,
        blob,
        ..thumb.size
    };
    Ok(Some(Thumb { size, ..thumb }))
}

/// The small picture of a document that is a picture itself; nothing for any other.
pub(super) fn made(cx: &Cx<'_>, blob: &Blob) -> Answer<Option<Thumb>> {
    match picture_in(cx, blob)? {
        Some(bytes) => scaled(cx, &bytes),
        None => Ok(None),
    }
}

/// Keeps the sizes of a picture as files.
pub(super) fn kept(cx: &Cx<'_>, sizes: Vec<Scaled>) -> Answer<Vec<PhotoSize>> {
    sizes.into_iter().map(|size| kept_size(cx, size)).collect()
}

fn kept_size(cx: &Cx<'_>, scaled: Scaled) -> Answer<PhotoSize> {
    Ok(PhotoSize {
        kind: scaled.kind.to_owned(),
        width: scaled.width,
        height: scaled.height,
        blob: keep(cx, &scaled.jpeg)?,
    })
}

/// Keeps bytes the server made as a file.
pub(super) fn keep(cx: &Cx<'_>, bytes: &[u8]) -> Answer<Blob> {
    let name = format!("{:016x}", cx.shared.world().random_id());
    let written = cx.shared.blobs.write(&name, 0, bytes);
    written.map_err(|_| Refusal::new(500, "FILE_WRITE_FAILED"))?;
    Ok(Blob {
        name,
        size: bytes.len() as i64,
        part: 0,
        places: Vec::new(),
    })
}

/// The bytes of a file that begins like a picture and is not too large to be one.
fn picture_in(cx: &Cx<'_>, blob: &Blob) -> Answer<Option<Vec<u8>>> {
    let read = |len| cx.shared.blobs.read(blob, 0, len);
    let lost = |_| Refusal::new(500, "FILE_READ_FAILED");
    if blob.size > PHOTO_MAX || !pictures::begins_like_one(&read(HEAD).map_err(lost)?) {
        return Ok(None);
    }
    read(blob.size).map(Some).map_err(lost)
}

fn scaled(cx: &Cx<'_>, bytes: &[u8]) -> Answer<Option<Thumb>> {
    // A document may hold anything: one that only begins like a picture has no thumbnail.
    let Ok(picture) = pictures::scale(bytes, Shape::Thumb) else {
        return Ok(None);
    };
    let size = kept(cx, picture.sizes)?.pop();
    let stripped = picture.stripped;
    Ok(size.map(|size| Thumb { size, stripped }))
}
