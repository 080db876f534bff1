use heliogram_api::enums::messages::Messages;
use heliogram_api::functions::messages::{
    DeleteScheduledMessages, GetScheduledHistory, GetScheduledMessages, SendScheduledMessages,
};
use heliogram_api::{enums, types};

use super::send::new_messages;
use crate::render::scheduled_gone;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Draft, Edit, QueueKey, World, gone_updates};

/// Most messages of a queue in one request.
const IDS_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<GetScheduledHistory>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let key = w.queue_key(cx.me, peer)?;
        let ids: Vec<i32> = w.planned(key).into_iter().map(|(id, _)| id).collect();
        Ok(listed(w, cx.me, key, &ids))
    });
    table.on::<GetScheduledMessages>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let key = w.queue_key(cx.me, peer)?;
        check_ids(&call.id)?;
        Ok(listed(w, cx.me, key, &call.id))
    });
    table.on::<SendScheduledMessages>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let key = w.queue_key(cx.me, peer)?;
        check_ids(&call.id)?;
        publish(w, cx, key, &call.id)
    });
    table.on::<DeleteScheduledMessages>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let key = w.queue_key(cx.me, peer)?;
        check_ids(&call.id)?;
        let gone = w.drop_planned(cx.actor(), key, &call.id);
        let updates = match gone.is_empty() {
            true => Vec::new(),
            false => vec![scheduled_gone(peer, &gone, None)],
        };
        Ok(w.updates(cx.me, updates, &[peer]))
    });
}

fn check_ids(ids: &[i32]) -> Answer<()> {
    match ids.len() {
        0 => Err(Refusal::bad("MESSAGE_IDS_EMPTY")),
        1..=IDS_MAX => Ok(()),
        _ => Err(Refusal::bad("MESSAGE_IDS_TOO_LONG")),
    }
}

/// Messages of a queue; those that are not in it are left out.
fn listed(w: &World, me: i64, key: QueueKey, ids: &[i32]) -> Messages {
    let found = ids.iter().filter_map(|id| w.scheduled_for(me, key, *id));
    let (messages, about): (Vec<_>, Vec<Vec<i64>>) = found.unzip();
    let cast = w.cast(me, about.into_iter().flatten().chain([key.0]));
    types::messages::Messages::new(messages, Vec::new(), cast.chats, cast.users).into()
}

/// Sends messages of a queue now.
fn publish(w: &mut World, cx: &Cx<'_>, key: QueueKey, ids: &[i32]) -> Answer<enums::Updates> {
    let done = w.publish(cx.actor(), key, ids);
    if done.is_empty() {
        return Err(Refusal::bad("MESSAGE_ID_INVALID"));
    }
    let sent: Vec<_> = done.iter().filter_map(|(_, sent)| *sent).collect();
    let (new, mut about) = new_messages(w, cx, &sent);
    let mut updates = gone_updates(key.0, &done);
    updates.extend(new);
    about.push(key.0);
    Ok(w.updates(cx.me, updates, &about))
}

/// Messages are planned only once, and by a date alone.
pub(super) fn refuse_repeating(period: Option<i32>) -> Answer<()> {
    match period {
        Some(_) => Err(Refusal::forbidden("PREMIUM_ACCOUNT_REQUIRED")),
        None => Ok(()),
    }
}

/// Plans messages; the answer tells their ids by random id, and the messages themselves.
pub(super) fn plan(
    w: &mut World,
    cx: &Cx<'_>,
    peer: i64,
    drafts: Vec<Draft>,
    date: i32,
) -> Answer<enums::Updates> {
    let random: Vec<i64> = drafts.iter().map(|draft| draft.random_id).collect();
    let ids = w.schedule(cx.actor(), peer, drafts, date)?;
    let key = w.queue_key(cx.me, peer)?;
    let named = ids.iter().zip(random);
    let named = named.map(|(id, random_id)| types::UpdateMessageID::new(*id, random_id).into());
    let mut updates: Vec<enums::Update> = named.collect();
    let mut about = vec![peer];
    for (update, who) in ids
        .iter()
        .filter_map(|id| w.scheduled_update(cx.me, key, *id))
    {
        updates.push(update);
        about.extend(who);
    }
    Ok(w.updates(cx.me, updates, &about))
}

/// Changes a message that waits; with a date that is now, it is sent.
pub(super) fn edit_planned(
    w: &mut World,
    cx: &Cx<'_>,
    (peer, id): (i64, i32),
    edit: Edit,
    date: i32,
) -> Answer<enums::Updates> {
    let key = w.queue_key(cx.me, peer)?;
    let when = w.send_date(cx.me, peer, Some(date))?;
    w.edit_planned(cx.actor(), key, id, edit, date)?;
    if when.is_none() {
        return publish(w, cx, key, &[id]);
    }
    let told = w.scheduled_update(cx.me, key, id);
    let (update, mut about) = told.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
    about.push(peer);
    Ok(w.updates(cx.me, vec![update], &about))
}
