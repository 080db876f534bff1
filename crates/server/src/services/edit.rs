use heliogram_api::functions::messages::{
    DeleteHistory, DeleteMessages, EditMessage, ReadHistory, ReadMessageContents, ReceivedMessages,
    UnpinAllMessages, UpdatePinnedMessage,
};
use heliogram_api::{enums, types};

use super::media::take_media;
use super::send::markup_of;
use crate::render::peer as peer_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Edit, World};

pub(super) fn register(table: &mut Table) {
    table.slow::<EditMessage>(edit);
    table.on::<DeleteMessages>(|w, cx, call| {
        let (pts, count) = w.delete(cx.actor(), &call.id, call.revoke)?;
        Ok(types::messages::AffectedMessages::new(pts, count))
    });
    table.on::<DeleteHistory>(delete_history);
    table.on::<ReadHistory>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let (pts, count) = w.read(cx.actor(), peer, call.max_id)?;
        Ok(types::messages::AffectedMessages::new(pts, count))
    });
    table.on::<ReadMessageContents>(|w, cx, call| {
        let (pts, count) = w.hear(cx.actor(), &call.id)?;
        Ok(types::messages::AffectedMessages::new(pts, count))
    });
    table.on::<ReceivedMessages>(|_, _, _| Ok(Vec::new()));
    table.on::<UpdatePinnedMessage>(pin);
    table.on::<UnpinAllMessages>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let (pts, count) = w.unpin_all(cx.actor(), peer)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
}

fn edit(cx: &Cx<'_>, call: EditMessage) -> Answer<enums::Updates> {
    if call.schedule_date.is_some() {
        return Err(Refusal::bad("SCHEDULE_DATE_INVALID"));
    }
    let media = match call.media {
        Some(media) => take_media(cx, *media)?,
        None => None,
    };
    cx.shared.change(|w| {
        let peer = w.peer(cx.me, &call.peer)?;
        let rich = match &call.message {
            Some(text) => Some(w.rich(cx.me, text, call.entities)?),
            None => None,
        };
        // A bot that edits without buttons takes them away.
        let markup = match w.is_bot(cx.me) {
            true => Some(markup_of(w, cx.me, call.reply_markup.map(|markup| *markup))),
            false => None,
        };
        let edit = Edit {
            rich,
            media,
            markup,
        };
        let pts = w.edit(cx.actor(), peer, call.id, edit)?;
        let message = w.message_for(cx.me, call.id);
        let update = types::UpdateEditMessage::new(message, pts, 1);
        Ok(w.updates(cx.me, vec![update.into()], &w.people_in(cx.me, call.id)))
    })
}

fn delete_history(
    w: &mut World,
    cx: &Cx<'_>,
    call: DeleteHistory,
) -> Answer<types::messages::AffectedHistory> {
    let peer = w.peer(cx.me, &call.peer)?;
    let (pts, count) = w.clear(cx.actor(), peer, call.max_id, call.revoke, call.just_clear)?;
    Ok(types::messages::AffectedHistory::new(pts, count, 0))
}

fn pin(w: &mut World, cx: &Cx<'_>, call: UpdatePinnedMessage) -> Answer<enums::Updates> {
    let peer = w.peer(cx.me, &call.peer)?;
    let (pts, count) = w.pin(cx.actor(), peer, call.id, !call.unpin, call.pm_oneside)?;
    let mut updates: Vec<enums::Update> = Vec::new();
    if count > 0 {
        let update = types::UpdatePinnedMessages {
            pinned: !call.unpin,
            ..types::UpdatePinnedMessages::new(peer_of(peer), vec![call.id], pts, count)
        };
        updates.push(update.into());
    }
    Ok(w.updates(cx.me, updates, &[peer]))
}
