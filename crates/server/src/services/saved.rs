//! Saved Messages as one conversation for each author.

use heliogram_api::functions::messages::{
    DeleteSavedHistory, GetPinnedSavedDialogs, GetSavedDialogs, GetSavedDialogsByID,
    GetSavedHistory, ReorderPinnedSavedDialogs, ToggleSavedDialogPin,
};
use heliogram_api::{enums, types};

use super::dialogs::dialog_peer;
use super::history::page_of;
use crate::render::peer as peer_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Place, Window, World};

/// Most authors in one answer.
const PAGE_MAX: i32 = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<GetSavedDialogs>(dialogs);
    table.on::<GetPinnedSavedDialogs>(|w, cx, _| {
        let pinned = w.saved_pins(cx.me);
        let mut all = w.saved_dialogs(cx.me)?;
        all.retain(|(author, _)| pinned.contains(author));
        Ok(shown(w, cx, &all, None))
    });
    table.on::<GetSavedDialogsByID>(|w, cx, call| {
        own(call.parent_peer.as_deref())?;
        let wanted = call.ids.iter().map(|peer| w.peer(cx.me, peer));
        let wanted = wanted.collect::<Answer<Vec<i64>>>()?;
        let mut all = w.saved_dialogs(cx.me)?;
        all.retain(|(author, _)| wanted.contains(author));
        Ok(shown(w, cx, &all, None))
    });
    table.on::<GetSavedHistory>(|w, cx, call| {
        own(call.parent_peer.as_deref())?;
        let author = w.peer(cx.me, &call.peer)?;
        let window = Window {
            offset_id: call.offset_id,
            offset_date: call.offset_date,
            add_offset: call.add_offset,
            limit: call.limit,
            max_id: call.max_id,
            min_id: call.min_id,
        };
        let page = w.saved_history(cx.me, author, window)?;
        Ok(page_of(w, cx.me, None, &page))
    });
    table.on::<DeleteSavedHistory>(|w, cx, call| {
        own(call.parent_peer.as_deref())?;
        let author = w.peer(cx.me, &call.peer)?;
        let between = (call.min_date, call.max_date);
        let (pts, count) = w.delete_saved(cx.actor(), author, call.max_id, between)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
    table.on::<ToggleSavedDialogPin>(toggle_pin);
    table.on::<ReorderPinnedSavedDialogs>(reorder);
}

/// The messages written to a channel by each person are kept apart elsewhere, not here.
fn own(parent: Option<&enums::InputPeer>) -> Answer<()> {
    match parent {
        None => Ok(()),
        Some(_) => Err(Refusal::bad("PEER_ID_INVALID")),
    }
}

fn dialogs(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetSavedDialogs,
) -> Answer<enums::messages::SavedDialogs> {
    own(call.parent_peer.as_deref())?;
    let pinned = w.saved_pins(cx.me);
    let mut all = w.saved_dialogs(cx.me)?;
    if call.exclude_pinned {
        all.retain(|(author, _)| !pinned.contains(author));
    }
    let total = all.len();
    if call.offset_id > 0 {
        // Pinned ones came with the first page.
        all.retain(|(author, id)| !pinned.contains(author) && *id < call.offset_id);
    }
    all.truncate(call.limit.clamp(1, PAGE_MAX) as usize);
    let slice = (all.len() < total).then_some(total as i32);
    Ok(shown(w, cx, &all, slice))
}

fn shown(
    w: &World,
    cx: &Cx<'_>,
    all: &[(i64, i32)],
    total: Option<i32>,
) -> enums::messages::SavedDialogs {
    let pinned = w.saved_pins(cx.me);
    let dialog = |(author, top): &(i64, i32)| {
        let dialog = types::SavedDialog {
            pinned: pinned.contains(author),
            ..types::SavedDialog::new(peer_of(*author), *top)
        };
        dialog.into()
    };
    let dialogs: Vec<enums::SavedDialog> = all.iter().map(dialog).collect();
    let places: Vec<Place> = all
        .iter()
        .map(|(_, id)| Place {
            owner: cx.me,
            id: *id,
        })
        .collect();
    let (messages, cast) = w.messages_for(cx.me, &places);
    let (chats, users) = (cast.chats, cast.users);
    match total {
        None => types::messages::SavedDialogs::new(dialogs, messages, chats, users).into(),
        Some(count) => {
            types::messages::SavedDialogsSlice::new(count, dialogs, messages, chats, users).into()
        }
    }
}

fn toggle_pin(w: &mut World, cx: &Cx<'_>, call: ToggleSavedDialogPin) -> Answer<bool> {
    let author = dialog_peer(w, cx, &call.peer)?;
    let known = w.saved_dialogs(cx.me)?;
    if !known.iter().any(|(other, _)| *other == author) {
        return Err(Refusal::bad("PEER_HISTORY_EMPTY"));
    }
    let mut order = w.saved_pins(cx.me);
    // What is pinned already stays where it is.
    if order.contains(&author) != call.pinned {
        order.retain(|other| *other != author);
        if call.pinned {
            order.insert(0, author);
        }
    }
    if w.pin_saved(cx.me, order)? {
        let with = types::DialogPeer::new(peer_of(author));
        let update = types::UpdateSavedDialogPinned {
            pinned: call.pinned,
            ..types::UpdateSavedDialogPinned::new(with.into())
        };
        w.push_one(cx.me, cx.actor(), update.into(), &[author]);
    }
    Ok(true)
}

fn reorder(w: &mut World, cx: &Cx<'_>, call: ReorderPinnedSavedDialogs) -> Answer<bool> {
    let known = w.saved_dialogs(cx.me)?;
    let mut order = Vec::new();
    for peer in &call.order {
        let author = dialog_peer(w, cx, peer)?;
        if !order.contains(&author) && known.iter().any(|(other, _)| *other == author) {
            order.push(author);
        }
    }
    if !call.force {
        let rest = w.saved_pins(cx.me).into_iter();
        let rest: Vec<i64> = rest.filter(|author| !order.contains(author)).collect();
        order.extend(rest);
    }
    if w.pin_saved(cx.me, order.clone())? {
        let named = order
            .iter()
            .map(|author| types::DialogPeer::new(peer_of(*author)).into());
        let update = types::UpdatePinnedSavedDialogs {
            order: Some(named.collect()),
        };
        w.push_one(cx.me, cx.actor(), update.into(), &order);
    }
    Ok(true)
}
