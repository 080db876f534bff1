use heliogram_api::enums;
use heliogram_api::functions::channels::{DeleteHistory, DeleteParticipantHistory};
use heliogram_api::functions::messages::DeleteHistory as DeleteConversation;
use heliogram_api::types;

use super::edit::step_updates;
use crate::rpc::{Answer, Cx, Table};
use crate::world::{Peer, World};

pub(super) fn register(table: &mut Table) {
    table.on::<DeleteHistory>(channel);
    table.on::<DeleteParticipantHistory>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let user = w.peer(cx.me, &call.participant)?;
        let (pts, count) = w.wipe_member(cx.actor(), chat, user)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
    table.on::<DeleteConversation>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let how = (call.revoke, call.just_clear);
        let (pts, count) = w.forget_history(cx.actor(), peer, call.max_id, how)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
}

fn channel(w: &mut World, cx: &Cx<'_>, call: DeleteHistory) -> Answer<enums::Updates> {
    let chat = w.channel(cx.me, &call.channel)?;
    if call.for_everyone {
        let (pts, count) = w.wipe_channel(cx.actor(), chat, call.max_id)?;
        return Ok(match count {
            0 => w.updates(cx.me, Vec::new(), &[chat]),
            _ => step_updates(w, cx.me, chat, pts),
        });
    }
    let cleared = w.clear_channel(cx.actor(), chat, call.max_id)?;
    let update = types::UpdateChannelAvailableMessages::new(Peer::of(chat).id(), cleared);
    Ok(w.updates(cx.me, vec![update.into()], &[chat]))
}
