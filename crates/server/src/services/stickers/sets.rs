//! Making, changing and looking at sets.

use heliogram_api::functions::messages::{GetMyStickers, GetStickerSet};
use heliogram_api::functions::stickers::{
    AddStickerToSet, ChangeSticker, ChangeStickerPosition, CheckShortName, CreateStickerSet,
    DeleteStickerSet, RemoveStickerFromSet, RenameStickerSet,
};
use heliogram_api::{enums, types};

use super::files::new_sticker;
use super::input_document;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{BadName, World, check_count};

/// Most sets in one answer.
const PAGE_MAX: usize = 100;

type Set = enums::messages::StickerSet;

pub(super) fn register(table: &mut Table) {
    table.slow::<CreateStickerSet>(create);
    table.slow::<AddStickerToSet>(|cx, call| {
        let set = {
            let w = cx.shared.world();
            let set = w.sticker_set(cx.me, &call.stickerset)?.id;
            w.own_set(cx.actor(), set)?.id
        };
        let sticker = new_sticker(cx, *call.sticker)?;
        cx.shared.change(|w| {
            w.extend_set(cx.actor(), set, sticker)?;
            shown(w, cx, set)
        })
    });
    table.on::<RemoveStickerFromSet>(|w, cx, call| {
        let sticker = input_document(w, cx, &call.sticker, "STICKER_INVALID")?;
        let set = w.shorten_set(cx.actor(), sticker)?;
        shown(w, cx, set)
    });
    table.on::<ChangeStickerPosition>(|w, cx, call| {
        let sticker = input_document(w, cx, &call.sticker, "STICKER_INVALID")?;
        let set = w.move_sticker(cx.actor(), sticker, call.position)?;
        shown(w, cx, set)
    });
    table.on::<ChangeSticker>(|w, cx, call| {
        let sticker = input_document(w, cx, &call.sticker, "STICKER_INVALID")?;
        if call.mask_coords.is_some() {
            return Err(Refusal::bad("STICKER_INVALID"));
        }
        let (emoji, keywords) = (call.emoji.as_deref(), call.keywords.as_deref());
        let set = w.reword_sticker(cx.actor(), sticker, emoji, keywords)?;
        shown(w, cx, set)
    });
    table.on::<RenameStickerSet>(|w, cx, call| {
        let set = w.sticker_set(cx.me, &call.stickerset)?.id;
        w.rename_set(cx.actor(), set, &call.title)?;
        shown(w, cx, set)
    });
    table.on::<DeleteStickerSet>(|w, cx, call| {
        let set = w.sticker_set(cx.me, &call.stickerset)?.id;
        w.delete_set(cx.actor(), set)?;
        Ok(true)
    });
    table.on::<CheckShortName>(|w, cx, call| {
        let free = w.check_set_name(cx.me, &call.short_name);
        free.map(|()| true).map_err(|bad| match bad {
            BadName::Invalid => Refusal::bad("SHORT_NAME_INVALID"),
            BadName::Occupied => Refusal::bad("SHORT_NAME_OCCUPIED"),
        })
    });
    table.on::<GetStickerSet>(|w, cx, call| {
        let set = w.sticker_set(cx.me, &call.stickerset)?;
        Ok(match call.hash != 0 && call.hash == set.hash() {
            true => Set::NotModified,
            false => w.set_with_stickers(cx.me, set).into(),
        })
    });
    table.on::<GetMyStickers>(own);
}

fn create(cx: &Cx<'_>, call: CreateStickerSet) -> Answer<Set> {
    // Masks and emoji of one's own are not made here.
    if call.masks || call.emojis {
        return Err(Refusal::bad("PACK_TYPE_INVALID"));
    }
    // Nor do sets have a picture but those of their stickers.
    if call.thumb.is_some() {
        return Err(Refusal::bad("STICKER_FILE_INVALID"));
    }
    let owner = {
        let w = cx.shared.world();
        let owner = w.input_user(cx.me, &call.user_id)?;
        w.check_set(cx.actor(), owner, &call.title, &call.short_name)?;
        owner
    };
    check_count(call.stickers.len())?;
    let stickers = call.stickers.into_iter().map(|item| new_sticker(cx, item));
    let stickers = stickers.collect::<Answer<Vec<_>>>()?;
    cx.shared.change(|w| {
        let names = (call.title.as_str(), call.short_name.as_str());
        let set = w.make_set(cx.actor(), owner, names, stickers)?;
        shown(w, cx, set)
    })
}

fn shown(w: &World, cx: &Cx<'_>, set: i64) -> Answer<Set> {
    let set = w.sticker_sets.get(set);
    let set = set.ok_or_else(|| Refusal::bad("STICKERSET_INVALID"))?;
    Ok(w.set_with_stickers(cx.me, set).into())
}

fn own(w: &mut World, cx: &Cx<'_>, call: GetMyStickers) -> Answer<types::messages::MyStickers> {
    let own = w.sticker_sets.of(cx.me);
    let after = |id: i64| call.offset_id == 0 || id < call.offset_id;
    let limit = usize::try_from(call.limit).unwrap_or(0).min(PAGE_MAX);
    let page = own.iter().filter(|set| after(set.id)).take(limit);
    let page = page.map(|set| w.covered_set(cx.me, set)).collect();
    Ok(types::messages::MyStickers::new(own.len() as i32, page))
}
