use heliogram_api::enums::{self, DocumentAttribute, InputFile, InputMedia, MessageMedia};
use heliogram_api::functions::messages::{GetWebPagePreview, UploadMedia};
use heliogram_api::types;
use heliogram_crypto::Random;

use super::thumbs;
use crate::pictures::{self, BadPicture, Shape};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{
    Blob, Document, Kind, Media, PHOTO_MAX, Photo, clean_mime, dimensions, phone_digits,
};

/// Bytes at the start of a file that say what picture it is.
const HEAD: i64 = 64 * 1024;
/// Most things said about a file.
const ATTRIBUTES_MAX: usize = 16;

pub(super) fn register(table: &mut Table) {
    table.slow::<UploadMedia>(|cx, call| {
        cx.shared.world().peer(cx.me, &call.peer)?;
        let media = take_media(cx, call.media)?.ok_or_else(|| Refusal::bad("MEDIA_INVALID"))?;
        Ok(cx.shared.world().media_for(cx.me, &media))
    });
    // No page is ever fetched.
    table.on::<GetWebPagePreview>(|w, cx, _| {
        let users = w.users_for(cx.me, []);
        Ok(types::messages::WebPagePreview::new(
            MessageMedia::Empty,
            vec![],
            users,
        ))
    });
}

/// What a client sends along, as the world keeps it; `None` for a link's preview.
pub(super) fn take_media(cx: &Cx<'_>, media: InputMedia) -> Answer<Option<Media>> {
    Ok(Some(match media {
        InputMedia::UploadedDocument(media) => uploaded_document(cx, *media)?,
        InputMedia::UploadedPhoto(media) => uploaded_photo(cx, *media)?,
        InputMedia::Document(media) => {
            let (spoiler, ttl) = (media.spoiler, media.ttl_seconds);
            known(cx, media.id, |id| Media::Document { id, spoiler, ttl })?
        }
        InputMedia::Photo(media) => Media::Photo {
            id: known_photo(cx, &media.id)?,
            spoiler: media.spoiler,
            ttl: media.ttl_seconds,
        },
        InputMedia::WebPage(_) => return Ok(None),
        // Nothing is fetched from elsewhere.
        InputMedia::PhotoExternal(_) | InputMedia::DocumentExternal(_) => {
            return Err(Refusal::bad("WEBPAGE_CURL_FAILED"));
        }
        InputMedia::Empty => return Err(empty()),
        InputMedia::GeoPoint(media) => {
            let geo = place(cx, &media.geo_point)?;
            Media::Plain(Box::new(types::MessageMediaGeo::new(geo).into()))
        }
        InputMedia::Venue(media) => {
            let geo = place(cx, &media.geo_point)?;
            let media = types::MessageMediaVenue::new(
                geo,
                media.title,
                media.address,
                media.provider,
                media.venue_id,
                media.venue_type,
            );
            Media::Plain(Box::new(media.into()))
        }
        InputMedia::Contact(media) => {
            let phone = phone_digits(&media.phone_number).ok();
            let w = cx.shared.world();
            let id = phone
                .and_then(|phone| w.by_phone.get(&phone).copied())
                .unwrap_or_default();
            let media = types::MessageMediaContact::new(
                media.phone_number,
                media.first_name,
                media.last_name,
                media.vcard,
                id,
            );
            Media::Plain(Box::new(media.into()))
        }
        InputMedia::Dice(media) => {
            let faces = match media.emoticon.as_str() {
                "\u{1f3b2}" | "\u{1f3af}" | "\u{1f3b3}" => 6,
                "\u{1f3c0}" | "\u{26bd}" | "\u{26bd}\u{fe0f}" => 5,
                "\u{1f3b0}" => 64,
                _ => return Err(Refusal::bad("EMOTICON_INVALID")),
            };
            let value = cx.shared.world().rng.below(faces) as i32 + 1;
            let media = types::MessageMediaDice::new(value, media.emoticon);
            Media::Plain(Box::new(media.into()))
        }
        _ => return Err(Refusal::bad("MEDIA_INVALID")),
    }))
}

fn empty() -> Refusal {
    Refusal::bad("MEDIA_EMPTY")
}

fn known(
    cx: &Cx<'_>,
    input: enums::InputDocument,
    make: impl FnOnce(i64) -> Media,
) -> Answer<Media> {
    let enums::InputDocument::InputDocument(document) = input else {
        return Err(empty());
    };
    let w = cx.shared.world();
    w.document(cx.me, document.id, document.access_hash)?;
    w.check_reference(Kind::Document, document.id, &document.file_reference)?;
    Ok(make(document.id))
}

/// A place on earth as everybody sees it.
pub(super) fn place(cx: &Cx<'_>, point: &enums::InputGeoPoint) -> Answer<enums::GeoPoint> {
    let enums::InputGeoPoint::InputGeoPoint(point) = point else {
        return Err(empty());
    };
    let on_earth = (-90.0..=90.0).contains(&point.lat) && (-180.0..=180.0).contains(&point.long);
    if !on_earth {
        return Err(Refusal::bad("MEDIA_INVALID"));
    }
    let hash = cx.shared.world().random_id();
    Ok(types::GeoPoint {
        accuracy_radius: point.accuracy_radius,
        ..types::GeoPoint::new(point.long, point.lat, hash)
    }
    .into())
}

/// The bytes of a finished upload, after its checksum was compared where one was given.
fn finished(cx: &Cx<'_>, file: &InputFile) -> Answer<(Blob, i32)> {
    let (id, parts, md5) = match file {
        InputFile::InputFile(file) => (file.id, file.parts, file.md5_checksum.as_str()),
        InputFile::Big(file) => (file.id, file.parts, ""),
        _ => return Err(Refusal::bad("FILE_ID_INVALID")),
    };
    let (blob, dc) = cx.shared.world().finish_upload(cx.me, id, parts)?;
    if !md5.is_empty() {
        let found = cx.shared.blobs.md5(&blob).map_err(|_| lost())?;
        if !found.eq_ignore_ascii_case(md5) {
            return Err(Refusal::bad("MD5_CHECKSUM_INVALID"));
        }
    }
    Ok((blob, dc))
}

fn id_of(file: &InputFile) -> i64 {
    match file {
        InputFile::InputFile(file) => file.id,
        InputFile::Big(file) => file.id,
        _ => 0,
    }
}

fn lost() -> Refusal {
    Refusal::new(500, "FILE_READ_FAILED")
}

fn size_of(cx: &Cx<'_>, blob: &Blob) -> Option<(i32, i32)> {
    let head = cx.shared.blobs.read(blob, 0, HEAD).ok()?;
    dimensions(&head).filter(|(w, h)| *w > 0 && *h > 0)
}

fn uploaded_document(cx: &Cx<'_>, media: types::InputMediaUploadedDocument) -> Answer<Media> {
    let (blob, dc) = finished(cx, &media.file)?;
    let thumb = match &media.thumb {
        Some(thumb) => thumbs::given(cx, &finished(cx, thumb)?.0)?,
        None => thumbs::made(cx, &blob)?,
    };
    let mut attributes = own_words(media.attributes);
    let sized = attributes.iter().any(|attribute| {
        matches!(
            attribute,
            DocumentAttribute::ImageSize(_) | DocumentAttribute::Video(_)
        )
    });
    if !sized && let Some((w, h)) = size_of(cx, &blob) {
        attributes.push(types::DocumentAttributeImageSize::new(w, h).into());
    }
    let id = cx.shared.change(|w| {
        let id = w.random_id();
        let document = Document {
            id,
            date: w.now(),
            dc,
            mime: clean_mime(&media.mime_type),
            attributes,
            blob,
            thumb,
        };
        w.forget_upload(cx.me, id_of(&media.file));
        if let Some(thumb) = &media.thumb {
            w.forget_upload(cx.me, id_of(thumb));
        }
        Ok(w.add_document(document))
    })?;
    Ok(Media::Document {
        id,
        spoiler: media.spoiler,
        ttl: media.ttl_seconds,
    })
}

/// What the sender says about a file. Which set a sticker is in is not the sender's to say.
fn own_words(mut attributes: Vec<DocumentAttribute>) -> Vec<DocumentAttribute> {
    attributes.truncate(ATTRIBUTES_MAX);
    attributes.retain(|one| !matches!(one, DocumentAttribute::CustomEmoji(_)));
    for attribute in &mut attributes {
        if let DocumentAttribute::Sticker(sticker) = attribute {
            sticker.stickerset = enums::InputStickerSet::Empty;
        }
    }
    attributes
}

fn uploaded_photo(cx: &Cx<'_>, media: types::InputMediaUploadedPhoto) -> Answer<Media> {
    Ok(Media::Photo {
        id: stored_photo(cx, &media.file, Shape::Message)?,
        spoiler: media.spoiler,
        ttl: media.ttl_seconds,
    })
}

/// A photo the server has already, if the account was shown it.
pub(super) fn known_photo(cx: &Cx<'_>, photo: &enums::InputPhoto) -> Answer<i64> {
    let enums::InputPhoto::InputPhoto(photo) = photo else {
        return Err(empty());
    };
    let w = cx.shared.world();
    w.photo(cx.me, photo.id, photo.access_hash)?;
    w.check_reference(Kind::Photo, photo.id, &photo.file_reference)?;
    Ok(photo.id)
}

/// Makes a photo of an uploaded file.
pub(super) fn stored_photo(cx: &Cx<'_>, file: &InputFile, shape: Shape) -> Answer<i64> {
    let (blob, dc) = finished(cx, file)?;
    let id = photo_of(cx, &blob, dc, shape)?;
    cx.shared.change(|w| {
        w.forget_upload(cx.me, id_of(file));
        Ok(id)
    })
}

/// Makes a photo of a stored picture: its sizes become files of their own.
pub(super) fn photo_of(cx: &Cx<'_>, blob: &Blob, dc: i32, shape: Shape) -> Answer<i64> {
    if blob.size > PHOTO_MAX {
        return Err(Refusal::bad("PHOTO_SAVE_FILE_INVALID"));
    }
    let bytes = cx.shared.blobs.read(blob, 0, blob.size);
    let picture = pictures::scale(&bytes.map_err(|_| lost())?, shape);
    let picture = picture.map_err(|bad| match bad {
        BadPicture::Unreadable => Refusal::bad("IMAGE_PROCESS_FAILED"),
        BadPicture::Dimensions => Refusal::bad("PHOTO_INVALID_DIMENSIONS"),
    })?;
    let sizes = thumbs::kept(cx, picture.sizes)?;
    cx.shared.change(|w| {
        let photo = Photo {
            id: w.random_id(),
            date: w.now(),
            dc,
            sizes,
            stripped: picture.stripped,
        };
        Ok(w.add_photo(photo))
    })
}
