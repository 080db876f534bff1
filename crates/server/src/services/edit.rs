use heliogram_api::functions::messages::{
    DeleteMessages, EditMessage, ReadHistory, ReadMessageContents, ReceivedMessages,
    UnpinAllMessages, UpdatePinnedMessage,
};
use heliogram_api::{enums, types};

use super::media::take_media;
use super::polls::poll_answer;
use super::scheduled::{edit_planned, refuse_repeating};
use super::send::{joined, sent_updates};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Edit, World};

pub(super) fn register(table: &mut Table) {
    table.slow::<EditMessage>(edit);
    table.on::<DeleteMessages>(|w, cx, call| {
        let (pts, count) = w.delete(cx.actor(), &call.id, call.revoke)?;
        Ok(types::messages::AffectedMessages::new(pts, count))
    });
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
        let (pts, count) = w.unpin_all(cx.actor(), peer, call.top_msg_id)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
}

fn edit(cx: &Cx<'_>, call: EditMessage) -> Answer<enums::Updates> {
    refuse_repeating(call.schedule_repeat_period)?;
    check_before_file(cx, &call)?;
    let media = match call.media {
        Some(media) => match *media {
            enums::InputMedia::Poll(poll) => {
                return close_poll(cx, &call.peer, call.id, &poll.poll);
            }
            media => take_media(cx, media)?,
        },
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
            true => Some(w.markup(cx.me, peer, call.reply_markup.map(|markup| *markup))?),
            false => None,
        };
        let invert_media = (rich.is_some() || media.is_some()).then_some(call.invert_media);
        let edit = Edit {
            rich,
            media,
            invert_media,
            markup,
        };
        if let Some(date) = call.schedule_date {
            return edit_planned(w, cx, (peer, call.id), edit, date);
        }
        let pts = w.edit(cx.actor(), peer, call.id, edit)?;
        Ok(step_updates(w, cx.me, w.box_of(cx.me, peer), pts))
    })
}

/// Refuses an edit of what is not the account's to edit, before the file is looked at: an edit that
/// is refused leaves the uploaded parts alone.
fn check_before_file(cx: &Cx<'_>, call: &EditMessage) -> Answer<()> {
    let w = cx.shared.world();
    let peer = w.peer(cx.me, &call.peer)?;
    match call.schedule_date {
        Some(_) => {
            let key = w.queue_key(cx.me, peer)?;
            w.check_edits_planned(cx.me, key, call.id)
        }
        None => w.editable(cx.me, peer, call.id).map(drop),
    }
}

/// Polls are edited only to close them.
fn close_poll(
    cx: &Cx<'_>,
    peer: &enums::InputPeer,
    id: i32,
    poll: &types::Poll,
) -> Answer<enums::Updates> {
    cx.shared.change(|w| {
        let peer = w.peer(cx.me, peer)?;
        let known = w.poll_in(cx.me, peer, id)?.id;
        if !poll.closed || poll.id != known {
            return Err(Refusal::bad("MEDIA_NEW_INVALID"));
        }
        w.close_poll(cx.actor(), peer, id)?;
        poll_answer(w, cx, peer, id, None)
    })
}

/// A step of a box as the answer to the call that made it.
pub(super) fn step_updates(w: &World, me: i64, owner: i64, pts: i32) -> enums::Updates {
    let step = w.boxes.get(&owner).and_then(|b| b.logged_at(pts));
    let told = step.map(|step| w.update_of(me, owner, step));
    let (updates, about) = told.map_or((Vec::new(), Vec::new()), |(update, about)| {
        (vec![update], about)
    });
    w.updates(me, updates, &about)
}

fn pin(w: &mut World, cx: &Cx<'_>, call: UpdatePinnedMessage) -> Answer<enums::Updates> {
    let peer = w.peer(cx.me, &call.peer)?;
    let (pts, count) = w.pin(cx.actor(), peer, call.id, !call.unpin, call.pm_oneside)?;
    if count == 0 {
        return Ok(w.updates(cx.me, Vec::new(), &[peer]));
    }
    let done = step_updates(w, cx.me, w.box_of(cx.me, peer), pts);
    if call.unpin || call.pm_oneside {
        return Ok(done);
    }
    let note = enums::MessageAction::PinMessage;
    let sent = w.note_answer(cx.actor(), peer, note, call.id)?;
    Ok(joined(done, sent_updates(w, cx, &[sent])))
}
