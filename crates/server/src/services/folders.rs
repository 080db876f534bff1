use heliogram_api::functions::folders::EditPeerFolders;
use heliogram_api::functions::messages::{
    GetDialogFilters, GetSuggestedDialogFilters, ToggleDialogFilterTags, UpdateDialogFilter,
    UpdateDialogFiltersOrder,
};
use heliogram_api::{enums, types};

use crate::render::peer;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

/// Most conversations moved at once.
const MOVED_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<EditPeerFolders>(move_peers);
    table.on::<GetDialogFilters>(|w, cx, _| {
        Ok(types::messages::DialogFilters::new(w.filters(cx.me)))
    });
    // Suggestions are drawn from what an account does elsewhere; here there are none.
    table.on::<GetSuggestedDialogFilters>(|_, _, _| Ok(Vec::new()));
    table.on::<UpdateDialogFilter>(update);
    table.on::<UpdateDialogFiltersOrder>(|w, cx, call| {
        w.order_filters(cx.me, &call.order);
        let update = types::UpdateDialogFilterOrder::new(call.order);
        w.push_one(cx.me, cx.actor(), update.into(), &[]);
        Ok(true)
    });
    // Tags are for those who pay, and nobody here does.
    table.on::<ToggleDialogFilterTags>(|_, _, _| {
        Err(Refusal::forbidden("PREMIUM_ACCOUNT_REQUIRED"))
    });
}

fn move_peers(w: &mut World, cx: &Cx<'_>, call: EditPeerFolders) -> Answer<enums::Updates> {
    if call.folder_peers.len() > MOVED_MAX {
        return Err(Refusal::bad("FOLDER_ID_INVALID"));
    }
    let moves = call
        .folder_peers
        .iter()
        .map(|moved| Ok((w.peer(cx.me, &moved.peer)?, moved.folder_id)));
    let moves = moves.collect::<Answer<Vec<(i64, i32)>>>()?;
    let moved = w.move_dialogs(cx.actor(), &moves)?;
    if moved.peers.is_empty() {
        return Ok(w.updates(cx.me, Vec::new(), &[]));
    }
    let about: Vec<i64> = moved.peers.iter().map(|(peer, _)| *peer).collect();
    let peers = moved.peers.into_iter();
    let peers = peers.map(|(with, folder)| types::FolderPeer::new(peer(with), folder));
    let update = types::UpdateFolderPeers::new(peers.collect(), moved.pts, moved.count);
    Ok(w.updates(cx.me, vec![update.into()], &about))
}

fn update(w: &mut World, cx: &Cx<'_>, call: UpdateDialogFilter) -> Answer<bool> {
    let kept = match call.filter {
        None => {
            w.drop_filter(cx.me, call.id)?;
            None
        }
        Some(enums::DialogFilter::DialogFilter(filter)) => {
            let filter = w.put_filter(cx.me, call.id, *filter)?;
            Some(filter.into())
        }
        // The list of all conversations is nobody's to change, and shared folders are not made here.
        Some(_) => return Err(Refusal::bad("FILTER_NOT_SUPPORTED")),
    };
    let update = types::UpdateDialogFilter {
        filter: kept,
        ..types::UpdateDialogFilter::new(call.id)
    };
    w.push_one(cx.me, cx.actor(), update.into(), &[]);
    Ok(true)
}
