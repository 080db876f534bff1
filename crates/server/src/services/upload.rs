use bytes::Bytes;
use heliogram_api::enums::{self, InputFileLocation};
use heliogram_api::functions::upload::{GetFile, GetFileHashes, SaveBigFilePart, SaveFilePart};
use heliogram_api::types;
use heliogram_crypto::hash::sha256;

use super::cdn;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Blob, Kind, World, check_part};

/// Bytes one hash covers.
pub(super) const HASHED: i64 = 128 * 1024;
/// Most hashes in one answer.
const HASHES_MAX: i64 = 8;
/// One answer lies within a stretch of this length.
const STRETCH: i64 = 1 << 20;

pub(super) fn register(table: &mut Table) {
    // Files are at home where their owner is: parts are taken there only.
    table
        .slow::<SaveFilePart>(|cx, call| save(cx, call.file_id, call.file_part, None, &call.bytes));
    table.slow::<SaveBigFilePart>(|cx, call| {
        // -1 while the sender does not know how long the file will be.
        let total = Some(call.file_total_parts).filter(|total| *total != -1);
        save(cx, call.file_id, call.file_part, total, &call.bytes)
    });
    table.files::<GetFile>(get_file);
    table.files::<GetFileHashes>(hashes);
}

fn save(cx: &Cx<'_>, file: i64, index: i32, total: Option<i32>, bytes: &Bytes) -> Answer<bool> {
    check_part(index, total, bytes.len())?;
    let len = bytes.len() as i64;
    let (name, at, gone) = cx
        .shared
        .world()
        .place_part(cx.me, file, cx.dc, index, len)?;
    gone.iter().for_each(|old| cx.shared.blobs.remove(old));
    if !bytes.is_empty() {
        cx.shared.blobs.write(&name, at, bytes).map_err(|error| {
            let what = format!("an uploaded part cannot be written: {error}");
            cx.shared.tell(crate::Event::Trouble { what });
            cx.shared.world().lose_part(cx.me, file, index);
            Refusal::new(500, "FILE_WRITE_FAILED")
        })?;
    }
    Ok(true)
}

/// A stored file, as far as it takes to read it.
struct Found {
    /// The document, where the whole of one is asked for.
    document: Option<i64>,
    blob: Blob,
    dc: i32,
    date: i32,
    mime: String,
}

fn find(w: &World, me: i64, location: &InputFileLocation) -> Answer<Found> {
    let invalid = || Refusal::bad("LOCATION_INVALID");
    match location {
        InputFileLocation::InputDocumentFileLocation(at) => {
            let document = w.document(me, at.id, at.access_hash);
            let document = document.map_err(|_| Refusal::bad("FILE_ID_INVALID"))?;
            w.check_reference(Kind::Document, at.id, &at.file_reference)?;
            let (dc, date) = (document.dc, document.date);
            if at.thumb_size.is_empty() {
                let (blob, mime) = (document.blob.clone(), document.mime.clone());
                return Ok(Found {
                    document: Some(at.id),
                    blob,
                    dc,
                    date,
                    mime,
                });
            }
            let thumb = document
                .thumb
                .as_ref()
                .map(|thumb| &thumb.size)
                .filter(|size| size.kind == at.thumb_size);
            let blob = thumb.ok_or_else(invalid)?.blob.clone();
            Ok(Found {
                document: None,
                blob,
                dc,
                date,
                mime: "image/jpeg".to_owned(),
            })
        }
        InputFileLocation::InputPhotoFileLocation(at) => {
            let photo = w.photo(me, at.id, at.access_hash);
            let photo = photo.map_err(|_| Refusal::bad("FILE_ID_INVALID"))?;
            w.check_reference(Kind::Photo, at.id, &at.file_reference)?;
            let size = photo.sizes.iter().find(|size| size.kind == at.thumb_size);
            let blob = size.ok_or_else(invalid)?.blob.clone();
            Ok(Found {
                document: None,
                blob,
                dc: photo.dc,
                date: photo.date,
                mime: "image/jpeg".to_owned(),
            })
        }
        InputFileLocation::InputPeerPhotoFileLocation(at) => {
            let peer = w.peer(me, &at.peer)?;
            let shown = match w.chats.get(&peer) {
                Some(chat) => chat.photo == Some(at.photo_id),
                None => w.faces_of(me, peer).contains(&at.photo_id),
            };
            let photo = w.photos.get(&at.photo_id).filter(|_| shown);
            let photo = photo.ok_or_else(invalid)?;
            let kind = if at.big { "c" } else { "a" };
            let size = photo.sizes.iter().find(|size| size.kind == kind);
            let blob = size.ok_or_else(invalid)?.blob.clone();
            Ok(Found {
                document: None,
                blob,
                dc: photo.dc,
                date: photo.date,
                mime: "image/jpeg".to_owned(),
            })
        }
        _ => Err(invalid()),
    }
}

/// A file, if this data centre has it.
fn find_here(cx: &Cx<'_>, location: &InputFileLocation) -> Answer<Found> {
    let found = find(&cx.shared.world(), cx.me, location)?;
    if found.dc == cx.dc {
        Ok(found)
    } else {
        Err(Refusal::elsewhere("FILE", found.dc))
    }
}

/// The rules for which part of a file may be asked for.
pub(super) fn check_range(precise: bool, offset: i64, limit: i32) -> Answer<()> {
    let limit = i64::from(limit);
    let grain = if precise { 1024 } else { 4096 };
    if offset < 0 || offset % grain != 0 {
        return Err(Refusal::bad("OFFSET_INVALID"));
    }
    let fits = limit > 0 && limit % grain == 0 && limit <= STRETCH;
    if !fits || (!precise && STRETCH % limit != 0) {
        return Err(Refusal::bad("LIMIT_INVALID"));
    }
    let last = offset
        .checked_add(limit - 1)
        .ok_or_else(|| Refusal::bad("OFFSET_INVALID"))?;
    let one_stretch = offset / STRETCH == last / STRETCH;
    if one_stretch {
        Ok(())
    } else {
        Err(Refusal::bad("LIMIT_INVALID"))
    }
}

fn get_file(cx: &Cx<'_>, call: GetFile) -> Answer<enums::upload::File> {
    let found = find_here(cx, &call.location)?;
    check_range(call.precise, call.offset, call.limit)?;
    if let (true, Some(id)) = (call.cdn_supported, found.document) {
        // One stretch of hashes reaches as far as one part can.
        let stretch = call.offset - call.offset % STRETCH;
        if let Some(redirect) = cdn::redirect(cx, (id, &found.blob), stretch)? {
            return Ok(redirect);
        }
    }
    let bytes = read(cx, &found.blob, call.offset, call.limit.into())?;
    Ok(types::upload::File::new(kind_of(&found.mime), found.date, bytes.into()).into())
}

fn hashes(cx: &Cx<'_>, call: GetFileHashes) -> Answer<Vec<types::FileHash>> {
    let found = find_here(cx, &call.location)?;
    if call.offset < 0 {
        return Err(Refusal::bad("OFFSET_INVALID"));
    }
    hashes_from(cx, &found.blob, call.offset - call.offset % HASHED)
}

/// Hashes of a stretch of a file, from a place on that is a multiple of what one hash covers.
pub(super) fn hashes_from(cx: &Cx<'_>, blob: &Blob, first: i64) -> Answer<Vec<types::FileHash>> {
    let mut out = Vec::new();
    for n in 0..HASHES_MAX {
        let offset = first.saturating_add(n * HASHED);
        let bytes = read(cx, blob, offset, HASHED)?;
        if bytes.is_empty() {
            break;
        }
        let hash = Bytes::copy_from_slice(&sha256(&[&bytes]));
        out.push(types::FileHash::new(offset, bytes.len() as i32, hash));
    }
    Ok(out)
}

pub(super) fn read(cx: &Cx<'_>, blob: &Blob, offset: i64, limit: i64) -> Answer<Vec<u8>> {
    cx.shared.blobs.read(blob, offset, limit).map_err(|error| {
        let what = format!("a stored file cannot be read: {error}");
        cx.shared.tell(crate::Event::Trouble { what });
        Refusal::new(500, "FILE_READ_FAILED")
    })
}

fn kind_of(mime: &str) -> enums::storage::FileType {
    use enums::storage::FileType as F;
    match mime {
        "image/jpeg" => F::FileJpeg,
        "image/gif" => F::FileGif,
        "image/png" => F::FilePng,
        "image/webp" => F::FileWebp,
        "application/pdf" => F::FilePdf,
        "audio/mpeg" => F::FileMp3,
        "video/quicktime" => F::FileMov,
        "video/mp4" => F::FileMp4,
        _ => F::FileUnknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(precise: bool, offset: i64, limit: i32) -> String {
        check_range(precise, offset, limit)
            .err()
            .map(|r| r.name.into_owned())
            .unwrap_or_default()
    }

    #[test]
    fn ranges_follow_the_rules() {
        assert_eq!(check(false, 0, 1 << 20), "");
        assert_eq!(check(false, 512 * 1024, 512 * 1024), "");
        assert_eq!(check(true, 1024, 3 * 1024), "");
        assert_eq!(check(false, 1024, 4096), "OFFSET_INVALID");
        assert_eq!(check(false, -4096, 4096), "OFFSET_INVALID");
        assert_eq!(
            check(false, 0, 3 * 4096),
            "LIMIT_INVALID",
            "does not divide a megabyte"
        );
        assert_eq!(check(false, 0, 0), "LIMIT_INVALID");
        assert_eq!(check(true, 0, (1 << 20) + 1024), "LIMIT_INVALID");
        assert_eq!(
            check(true, (1 << 20) - 1024, 2048),
            "LIMIT_INVALID",
            "crosses a megabyte"
        );
        assert_eq!(check(true, i64::MAX - 1023, 1024), "");
        assert_eq!(
            check(true, i64::MAX - 1023 - 1024, 1 << 20),
            "OFFSET_INVALID"
        );
    }
}
