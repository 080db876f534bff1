//! What an account keeps at hand: sets, stickers it used or likes, and GIFs.

use heliogram_api::functions::messages::{
    ClearRecentStickers, FaveSticker, GetAllStickers, GetArchivedStickers, GetFavedStickers,
    GetRecentStickers, GetSavedGifs, GetStickers, InstallStickerSet, ReorderStickerSets, SaveGif,
    SaveRecentSticker, UninstallStickerSet,
};
use heliogram_api::{enums, types};

use super::input_document;
use crate::rpc::{Answer, Cx, Table};
use crate::services::hashes::{ids_hash, list_hash};
use crate::world::{Recent, World};

/// Most sets in one answer.
const PAGE_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    sets(table);
    recent(table);
    faved(table);
    gifs(table);
    table.on::<GetStickers>(|w, cx, call| {
        let ids = w.stickers_for(cx.me, &call.emoticon);
        let hash = ids_hash(&ids);
        Ok(match call.hash != 0 && call.hash == hash {
            true => enums::messages::Stickers::NotModified,
            false => types::messages::Stickers::new(hash, w.documents_for(cx.me, &ids)).into(),
        })
    });
}

fn sets(table: &mut Table) {
    table.on::<GetAllStickers>(|w, cx, call| {
        let sets = w.installed_sets(cx.me, false).into_iter();
        let sets: Vec<_> = sets.filter_map(|id| w.sticker_sets.get(id)).collect();
        let hash = list_hash(sets.iter().map(|set| i64::from(set.hash()) as u64));
        if call.hash != 0 && call.hash == hash {
            return Ok(enums::messages::AllStickers::NotModified);
        }
        let sets = sets.into_iter().map(|set| w.set_for(cx.me, set)).collect();
        Ok(types::messages::AllStickers::new(hash, sets).into())
    });
    table.on::<InstallStickerSet>(install);
    table.on::<UninstallStickerSet>(|w, cx, call| {
        let set = w.sticker_set(cx.me, &call.stickerset)?.id;
        if w.uninstall_set(cx.me, set) {
            let update = types::UpdateStickerSets::new();
            w.push_one(cx.me, cx.actor(), update.into(), &[]);
        }
        Ok(true)
    });
    table.on::<ReorderStickerSets>(|w, cx, call| {
        if call.masks || call.emojis {
            // There are none, in whatever order.
            return Ok(true);
        }
        w.order_sets(cx.me, &call.order);
        let order = w.installed_sets(cx.me, false);
        let update = types::UpdateStickerSetsOrder::new(order);
        w.push_one(cx.me, cx.actor(), update.into(), &[]);
        Ok(true)
    });
    table.on::<GetArchivedStickers>(|w, cx, call| {
        let mut sets = match call.masks || call.emojis {
            true => Vec::new(),
            false => w.installed_sets(cx.me, true),
        };
        let total = sets.len() as i32;
        if let Some(at) = sets.iter().position(|set| *set == call.offset_id) {
            sets.drain(..=at);
        }
        let limit = usize::try_from(call.limit).unwrap_or(0).min(PAGE_MAX);
        sets.truncate(limit);
        let sets = covered(w, cx, &sets);
        Ok(types::messages::ArchivedStickers::new(total, sets))
    });
}

fn install(
    w: &mut World,
    cx: &Cx<'_>,
    call: InstallStickerSet,
) -> Answer<enums::messages::StickerSetInstallResult> {
    let set = w.sticker_set(cx.me, &call.stickerset)?.id;
    let pushed_out = w.install_set(cx.me, set, call.archived);
    let shown = w.sticker_sets.get(set).filter(|_| !call.archived);
    let update = match shown.map(|set| w.set_with_stickers(cx.me, set)) {
        Some(shown) => types::UpdateNewStickerSet::new(shown.into()).into(),
        None => types::UpdateStickerSets::new().into(),
    };
    w.push_one(cx.me, cx.actor(), update, &[]);
    if pushed_out.is_empty() {
        return Ok(enums::messages::StickerSetInstallResult::Success);
    }
    let sets = covered(w, cx, &pushed_out);
    Ok(types::messages::StickerSetInstallResultArchive::new(sets).into())
}

fn covered(w: &World, cx: &Cx<'_>, sets: &[i64]) -> Vec<enums::StickerSetCovered> {
    let sets = sets.iter().filter_map(|set| w.sticker_sets.get(*set));
    sets.map(|set| w.covered_set(cx.me, set)).collect()
}

fn recent(table: &mut Table) {
    table.on::<GetRecentStickers>(|w, cx, call| {
        let shelf = w.shelf(cx.me).cloned().unwrap_or_default();
        let list = match call.attached {
            true => shelf.attached,
            false => shelf.recent,
        };
        Ok(recent_list(w, cx, &list, call.hash))
    });
    table.on::<SaveRecentSticker>(|w, cx, call| {
        let id = input_document(w, cx, &call.id, "STICKER_ID_INVALID")?;
        w.use_sticker(cx.me, id, call.attached, call.unsave)?;
        w.push_one(cx.me, cx.actor(), enums::Update::RecentStickers, &[]);
        Ok(true)
    });
    table.on::<ClearRecentStickers>(|w, cx, call| {
        w.forget_stickers(cx.me, call.attached);
        w.push_one(cx.me, cx.actor(), enums::Update::RecentStickers, &[]);
        Ok(true)
    });
}

fn recent_list(
    w: &World,
    cx: &Cx<'_>,
    list: &[Recent],
    known: i64,
) -> enums::messages::RecentStickers {
    let ids: Vec<i64> = list.iter().map(|one| one.document).collect();
    let hash = ids_hash(&ids);
    if known != 0 && known == hash {
        return enums::messages::RecentStickers::NotModified;
    }
    let dates = list.iter().map(|one| one.date).collect();
    let stickers = w.documents_for(cx.me, &ids);
    types::messages::RecentStickers::new(hash, w.packs_of(&ids), stickers, dates).into()
}

fn faved(table: &mut Table) {
    table.on::<GetFavedStickers>(|w, cx, call| {
        let ids = w.shelf(cx.me).map(|shelf| shelf.faved.clone());
        let ids = ids.unwrap_or_default();
        let hash = ids_hash(&ids);
        if call.hash != 0 && call.hash == hash {
            return Ok(enums::messages::FavedStickers::NotModified);
        }
        let stickers = w.documents_for(cx.me, &ids);
        Ok(types::messages::FavedStickers::new(hash, w.packs_of(&ids), stickers).into())
    });
    table.on::<FaveSticker>(|w, cx, call| {
        let id = input_document(w, cx, &call.id, "STICKER_ID_INVALID")?;
        w.fave_sticker(cx.me, id, call.unfave)?;
        w.push_one(cx.me, cx.actor(), enums::Update::FavedStickers, &[]);
        Ok(true)
    });
}

fn gifs(table: &mut Table) {
    table.on::<GetSavedGifs>(|w, cx, call| {
        let ids = w.shelf(cx.me).map(|shelf| shelf.gifs.clone());
        let ids = ids.unwrap_or_default();
        let hash = ids_hash(&ids);
        Ok(match call.hash != 0 && call.hash == hash {
            true => enums::messages::SavedGifs::NotModified,
            false => types::messages::SavedGifs::new(hash, w.documents_for(cx.me, &ids)).into(),
        })
    });
    table.on::<SaveGif>(|w, cx, call| {
        let id = input_document(w, cx, &call.id, "GIF_ID_INVALID")?;
        w.save_gif(cx.me, id, call.unsave)?;
        w.push_one(cx.me, cx.actor(), enums::Update::SavedGifs, &[]);
        Ok(true)
    });
}
