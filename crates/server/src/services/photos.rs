use heliogram_api::enums;

use super::media::{known_photo, stored_photo};
use crate::rpc::{Answer, Cx, Refusal};

/// The photo somebody wants a group or channel to have; nothing to have none.
pub(super) fn chat_photo(cx: &Cx<'_>, photo: enums::InputChatPhoto) -> Answer<Option<i64>> {
    match photo {
        enums::InputChatPhoto::Empty => Ok(None),
        enums::InputChatPhoto::InputChatPhoto(photo) => known_photo(cx, &photo.id).map(Some),
        enums::InputChatPhoto::InputChatUploadedPhoto(photo) => match photo.file {
            Some(file) => stored_photo(cx, &file).map(Some),
            None => Err(Refusal::bad("PHOTO_INVALID")),
        },
        _ => Err(Refusal::bad("PHOTO_INVALID")),
    }
}
