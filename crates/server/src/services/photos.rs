use heliogram_api::functions::photos::{
    DeletePhotos, GetUserPhotos, UpdateProfilePhoto, UploadProfilePhoto,
};
use heliogram_api::{enums, types};

use super::media::{known_photo, photo_of, stored_photo};
use crate::pictures::Shape;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

/// Most photos in one answer.
const PAGE_MAX: i32 = 100;

pub(super) fn register(table: &mut Table) {
    table.slow::<UploadProfilePhoto>(|cx, call| {
        let moving = call.video.is_some() || call.video_emoji_markup.is_some();
        let Some(file) = call.file.filter(|_| !moving) else {
            return Err(Refusal::bad("PHOTO_FILE_MISSING"));
        };
        let owner = owner(cx, call.bot.as_deref(), call.fallback)?;
        let photo = stored_photo(cx, &file, Shape::Profile)?;
        set(cx, owner, Some(photo))
    });
    table.slow::<UpdateProfilePhoto>(|cx, call| {
        let owner = owner(cx, call.bot.as_deref(), call.fallback)?;
        let photo = match call.id {
            enums::InputPhoto::Empty => None,
            photo => Some(face_of(cx, known_photo(cx, &photo)?)?),
        };
        set(cx, owner, photo)
    });
    table.on::<DeletePhotos>(|w, cx, call| {
        let mut gone = Vec::new();
        for photo in &call.id {
            let enums::InputPhoto::InputPhoto(photo) = photo else {
                continue;
            };
            if w.drop_face(cx.actor(), photo.id)? {
                gone.push(photo.id);
            }
        }
        Ok(gone)
    });
    table.on::<GetUserPhotos>(list);
}

/// Whose photo is set: one's own, or that of a bot one owns. Photos for those who may not see the
/// other one are not kept here.
fn owner(cx: &Cx<'_>, bot: Option<&enums::InputUser>, fallback: bool) -> Answer<i64> {
    match bot {
        _ if fallback => Err(Refusal::bad("PHOTO_INVALID")),
        Some(_) => Err(Refusal::bad("BOT_INVALID")),
        None => Ok(cx.me),
    }
}

fn set(cx: &Cx<'_>, owner: i64, photo: Option<i64>) -> Answer<types::photos::Photo> {
    cx.shared.change(|w| {
        w.set_face(cx.actor(), owner, photo)?;
        let empty = || types::PhotoEmpty::new(0).into();
        let shown = photo.and_then(|id| w.photos.get(&id));
        let shown = shown.map_or_else(empty, |photo| w.photo_for(cx.me, photo));
        Ok(types::photos::Photo::new(
            shown,
            w.users_for(cx.me, [owner]),
        ))
    })
}

fn list(w: &mut World, cx: &Cx<'_>, call: GetUserPhotos) -> Answer<enums::photos::Photos> {
    let user = w.input_user(cx.me, &call.user_id)?;
    let mut all = w.faces_of(cx.me, user);
    if call.max_id != 0 {
        let at = all.iter().position(|id| *id == call.max_id);
        all.drain(..at.map_or(0, |at| at + 1));
    }
    let total = all.len() as i32;
    let skip = usize::try_from(call.offset).unwrap_or(0);
    let limit = if call.limit <= 0 {
        PAGE_MAX
    } else {
        call.limit.min(PAGE_MAX)
    };
    let page = all.iter().skip(skip).take(limit as usize);
    let photos: Vec<_> = page
        .filter_map(|id| w.photos.get(id))
        .map(|photo| w.photo_for(cx.me, photo))
        .collect();
    let users = w.users_for(cx.me, [user]);
    Ok(match photos.len() as i32 == total {
        true => types::photos::Photos::new(photos, users).into(),
        false => types::photos::PhotosSlice::new(total, photos, users).into(),
    })
}

/// The photo somebody wants a group or channel to have; nothing to have none.
pub(super) fn chat_photo(cx: &Cx<'_>, photo: enums::InputChatPhoto) -> Answer<Option<i64>> {
    match photo {
        enums::InputChatPhoto::Empty => Ok(None),
        enums::InputChatPhoto::InputChatPhoto(photo) => {
            face_of(cx, known_photo(cx, &photo.id)?).map(Some)
        }
        enums::InputChatPhoto::InputChatUploadedPhoto(photo) => match photo.file {
            Some(file) => stored_photo(cx, &file, Shape::Profile).map(Some),
            None => Err(Refusal::bad("PHOTO_INVALID")),
        },
        _ => Err(Refusal::bad("PHOTO_INVALID")),
    }
}

/// A photo in the sizes of a face: itself if it has them, or a new one.
fn face_of(cx: &Cx<'_>, id: i64) -> Answer<i64> {
    let largest = {
        let w = cx.shared.world();
        let photo = w
            .photos
            .get(&id)
            .ok_or_else(|| Refusal::bad("PHOTO_INVALID"))?;
        if photo.sizes.iter().any(|size| size.kind == "c") {
            return Ok(id);
        }
        let largest = photo.sizes.last().map(|size| size.blob.clone());
        largest.map(|blob| (blob, photo.dc))
    };
    let (blob, dc) = largest.ok_or_else(|| Refusal::bad("PHOTO_INVALID"))?;
    photo_of(cx, &blob, dc, Shape::Profile)
}
