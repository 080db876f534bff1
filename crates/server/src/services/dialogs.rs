use heliogram_api::functions::messages::{
    GetAllDrafts, GetDialogUnreadMarks, GetDialogs, GetPeerDialogs, GetPeerSettings,
    GetPinnedDialogs, GetPinnedSavedDialogs, GetSavedDialogs, MarkDialogUnread,
    ReorderPinnedDialogs, SaveDraft, ToggleDialogPin,
};
use heliogram_api::{enums, types};

use crate::render::peer as peer_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{After, World};

pub(super) fn register(table: &mut Table) {
    table.on::<GetDialogs>(dialogs);
    table.on::<GetPinnedDialogs>(|w, cx, call| {
        let pinned = if call.folder_id == 0 {
            w.pinned_dialogs(cx.me)?
        } else {
            Vec::new()
        };
        peer_dialogs(w, cx, &pinned)
    });
    table.on::<GetPeerDialogs>(|w, cx, call| {
        let peers = call.peers.iter().map(|peer| dialog_peer(w, cx, peer));
        let peers = peers.collect::<Answer<Vec<i64>>>()?;
        peer_dialogs(w, cx, &peers)
    });
    table.on::<ToggleDialogPin>(toggle_pin);
    table.on::<ReorderPinnedDialogs>(reorder);
    table.on::<MarkDialogUnread>(mark);
    table.on::<GetDialogUnreadMarks>(|w, cx, _| {
        let dialogs = &w.mailbox(cx.me)?.dialogs;
        let marked = dialogs.iter().filter(|(_, dialog)| dialog.marked);
        Ok(marked
            .map(|(peer, _)| types::DialogPeer::new(peer_of(*peer)).into())
            .collect())
    });
    table.on::<SaveDraft>(save_draft);
    table.on::<GetAllDrafts>(|w, cx, _| {
        let dialogs = &w.mailbox(cx.me)?.dialogs;
        let drafts = dialogs
            .iter()
            .filter_map(|(peer, d)| Some((*peer, d.draft.clone()?)));
        let drafts: Vec<(i64, enums::DraftMessage)> = drafts.collect();
        let peers: Vec<i64> = drafts.iter().map(|(peer, _)| *peer).collect();
        let update = |(peer, draft)| types::UpdateDraftMessage::new(peer_of(peer), draft).into();
        Ok(w.updates(cx.me, drafts.into_iter().map(update).collect(), &peers))
    });
    table.on::<GetPeerSettings>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let settings = w.peer_settings(cx.me, peer);
        let cast = w.cast(cx.me, [peer]);
        Ok(types::messages::PeerSettings::new(
            settings.into(),
            cast.chats,
            cast.users,
        ))
    });
    table.on::<GetSavedDialogs>(|_, _, _| Ok(no_saved_dialogs()));
    table.on::<GetPinnedSavedDialogs>(|_, _, _| Ok(no_saved_dialogs()));
}

/// Saved Messages are one conversation here, not one for each author.
fn no_saved_dialogs() -> enums::messages::SavedDialogs {
    types::messages::SavedDialogs::new(Vec::new(), Vec::new(), Vec::new(), Vec::new()).into()
}

fn dialog_peer(w: &World, cx: &Cx<'_>, peer: &enums::InputDialogPeer) -> Answer<i64> {
    match peer {
        enums::InputDialogPeer::InputDialogPeer(peer) => w.peer(cx.me, &peer.peer),
        _ => Err(Refusal::bad("FOLDER_ID_INVALID")),
    }
}

fn dialogs(w: &mut World, cx: &Cx<'_>, call: GetDialogs) -> Answer<enums::messages::Dialogs> {
    if call.folder_id.is_some_and(|folder| folder != 0) {
        // Nothing is archived.
        return Ok(types::messages::Dialogs::new(vec![], vec![], vec![], vec![]).into());
    }
    let peer = match &call.offset_peer {
        enums::InputPeer::Empty => None,
        peer => w.peer(cx.me, peer).ok(),
    };
    let after = After {
        date: call.offset_date,
        id: call.offset_id,
        peer,
    };
    let page = w.dialogs(cx.me, after, call.limit, !call.exclude_pinned)?;
    let whole = page.last && page.peers.len() as i32 == page.total;
    let (dialogs, messages, cast) = w.dialogs_for(cx.me, &page.peers);
    let (users, chats) = (cast.users, cast.chats);
    Ok(if whole {
        types::messages::Dialogs::new(dialogs, messages, chats, users).into()
    } else {
        types::messages::DialogsSlice::new(page.total, dialogs, messages, chats, users).into()
    })
}

fn peer_dialogs(w: &World, cx: &Cx<'_>, peers: &[i64]) -> Answer<types::messages::PeerDialogs> {
    let (dialogs, messages, cast) = w.dialogs_for(cx.me, peers);
    let state = w.state_of(cx.me)?;
    let (users, chats) = (cast.users, cast.chats);
    Ok(types::messages::PeerDialogs::new(
        dialogs, messages, chats, users, state,
    ))
}

fn toggle_pin(w: &mut World, cx: &Cx<'_>, call: ToggleDialogPin) -> Answer<bool> {
    let peer = dialog_peer(w, cx, &call.peer)?;
    if !w.has_dialog(cx.me, peer) {
        return Err(Refusal::bad("PEER_HISTORY_EMPTY"));
    }
    if w.pin_dialog(cx.me, peer, call.pinned)? {
        let update = types::UpdateDialogPinned {
            pinned: call.pinned,
            ..types::UpdateDialogPinned::new(types::DialogPeer::new(peer_of(peer)).into())
        };
        w.push_one(cx.me, cx.actor(), update.into(), &[peer]);
    }
    Ok(true)
}

fn reorder(w: &mut World, cx: &Cx<'_>, call: ReorderPinnedDialogs) -> Answer<bool> {
    let wanted = call.order.iter().map(|peer| dialog_peer(w, cx, peer));
    let mut wanted = wanted.collect::<Answer<Vec<i64>>>()?;
    wanted.retain(|peer| w.has_dialog(cx.me, *peer));
    if !call.force {
        // Only those that are named move; the others stay pinned below them.
        let rest = w
            .pinned_dialogs(cx.me)?
            .into_iter()
            .filter(|peer| !wanted.contains(peer));
        let rest: Vec<i64> = rest.collect();
        wanted.extend(rest);
    }
    w.set_pinned(cx.me, &wanted)?;
    let order = wanted
        .iter()
        .map(|peer| types::DialogPeer::new(peer_of(*peer)).into())
        .collect();
    let update = types::UpdatePinnedDialogs {
        order: Some(order),
        ..types::UpdatePinnedDialogs::new()
    };
    w.push_one(cx.me, cx.actor(), update.into(), &wanted);
    Ok(true)
}

fn mark(w: &mut World, cx: &Cx<'_>, call: MarkDialogUnread) -> Answer<bool> {
    let peer = dialog_peer(w, cx, &call.peer)?;
    w.mark_dialog(cx.me, peer, call.unread)?;
    let update = types::UpdateDialogUnreadMark {
        unread: call.unread,
        ..types::UpdateDialogUnreadMark::new(types::DialogPeer::new(peer_of(peer)).into())
    };
    w.push_one(cx.me, cx.actor(), update.into(), &[peer]);
    Ok(true)
}

fn save_draft(w: &mut World, cx: &Cx<'_>, call: SaveDraft) -> Answer<bool> {
    let peer = w.peer(cx.me, &call.peer)?;
    let date = w.now();
    let empty = call.message.is_empty() && call.reply_to.is_none();
    let draft: Option<enums::DraftMessage> = (!empty).then(|| {
        types::DraftMessage {
            no_webpage: call.no_webpage,
            reply_to: call.reply_to,
            entities: call.entities,
            ..types::DraftMessage::new(call.message, date)
        }
        .into()
    });
    w.set_draft(cx.me, peer, draft.clone())?;
    let shown = draft.unwrap_or_else(|| types::DraftMessageEmpty { date: Some(date) }.into());
    let update = types::UpdateDraftMessage::new(peer_of(peer), shown);
    w.push_one(cx.me, cx.actor(), update.into(), &[peer]);
    Ok(true)
}
