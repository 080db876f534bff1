use heliogram_api::functions::messages::{
    GetAllDrafts, GetDialogUnreadMarks, GetDialogs, GetPeerDialogs, GetPeerSettings,
    GetPinnedDialogs, MarkDialogUnread, ReorderPinnedDialogs, SaveDraft, ToggleDialogPin,
};
use heliogram_api::{enums, types};

use crate::render::peer as peer_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{ARCHIVE, After, MAIN, Which, World, check_folder, check_length};

/// Most conversations asked for by name at once.
const PEERS_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<GetDialogs>(dialogs);
    table.on::<GetPinnedDialogs>(|w, cx, call| {
        let folder = check_folder(call.folder_id)?;
        let pinned = w.pinned_dialogs(cx.me, folder)?;
        // The archive stands above the main list, as one of what is pinned there.
        let archive = (folder == MAIN).then(|| w.folder_for(cx.me, ARCHIVE));
        peer_dialogs(w, cx, &pinned, archive.flatten())
    });
    table.on::<GetPeerDialogs>(|w, cx, call| {
        let mut peers = Vec::new();
        let mut archive = None;
        for peer in call.peers.iter().take(PEERS_MAX) {
            match peer {
                enums::InputDialogPeer::Folder(folder) if folder.folder_id == ARCHIVE => {
                    archive = w.folder_for(cx.me, ARCHIVE);
                }
                peer => {
                    let peer = dialog_peer(w, cx, peer)?;
                    if !peers.contains(&peer) {
                        peers.push(peer);
                    }
                }
            }
        }
        peer_dialogs(w, cx, &peers, archive)
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
}

pub(super) fn dialog_peer(w: &World, cx: &Cx<'_>, peer: &enums::InputDialogPeer) -> Answer<i64> {
    match peer {
        enums::InputDialogPeer::InputDialogPeer(peer) => w.peer(cx.me, &peer.peer),
        _ => Err(Refusal::bad("FOLDER_ID_INVALID")),
    }
}

fn dialogs(w: &mut World, cx: &Cx<'_>, call: GetDialogs) -> Answer<enums::messages::Dialogs> {
    // Without a folder both lists are meant.
    let folder = call.folder_id.map(check_folder).transpose()?;
    let peer = match &call.offset_peer {
        enums::InputPeer::Empty => None,
        peer => w.peer(cx.me, peer).ok(),
    };
    let after = After {
        date: call.offset_date,
        id: call.offset_id,
        peer,
    };
    let which = Which {
        folder,
        not_pinned: call.exclude_pinned,
        range: cx.range,
    };
    let page = w.dialogs(cx.me, which, after, call.limit)?;
    let whole = page.last && page.peers.len() as i32 == page.total;
    let (dialogs, messages, cast) = w.dialogs_for(cx.me, &page.peers, None);
    let (users, chats) = (cast.users, cast.chats);
    Ok(if whole {
        types::messages::Dialogs::new(dialogs, messages, chats, users).into()
    } else {
        types::messages::DialogsSlice::new(page.total, dialogs, messages, chats, users).into()
    })
}

fn peer_dialogs(
    w: &mut World,
    cx: &Cx<'_>,
    peers: &[i64],
    above: Option<(i64, types::DialogFolder)>,
) -> Answer<types::messages::PeerDialogs> {
    let (dialogs, messages, cast) = w.dialogs_for(cx.me, peers, above);
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
            folder_id: w.archived_in(cx.me, peer),
            ..types::UpdateDialogPinned::new(types::DialogPeer::new(peer_of(peer)).into())
        };
        w.push_one(cx.me, cx.actor(), update.into(), &[peer]);
    }
    Ok(true)
}

fn reorder(w: &mut World, cx: &Cx<'_>, call: ReorderPinnedDialogs) -> Answer<bool> {
    let wanted = call.order.iter().map(|peer| dialog_peer(w, cx, peer));
    let mut wanted = wanted.collect::<Answer<Vec<i64>>>()?;
    let folder = check_folder(call.folder_id)?;
    wanted.retain(|peer| w.has_dialog(cx.me, *peer) && w.folder_of(cx.me, *peer) == folder);
    if !call.force {
        // Only those that are named move; the others stay pinned below them.
        let rest = w
            .pinned_dialogs(cx.me, folder)?
            .into_iter()
            .filter(|peer| !wanted.contains(peer));
        let rest: Vec<i64> = rest.collect();
        wanted.extend(rest);
    }
    w.set_pinned(cx.me, folder, &wanted)?;
    let order = wanted
        .iter()
        .map(|peer| types::DialogPeer::new(peer_of(*peer)).into())
        .collect();
    let update = types::UpdatePinnedDialogs {
        order: Some(order),
        folder_id: Some(folder).filter(|folder| *folder != MAIN),
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
    check_length(&call.message)?;
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
