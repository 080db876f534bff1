use heliogram_api::functions::messages::{
    CreateForumTopic, DeleteTopicHistory, EditForumTopic, GetForumTopics, GetForumTopicsByID,
    ReorderPinnedForumTopics, UpdatePinnedForumTopic,
};
use heliogram_api::{enums, types};

use super::send::sent_updates;
use crate::render::peer;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Chat, Told, Topic, TopicEdit, World};

/// Most topics in one answer.
const PAGE_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<CreateForumTopic>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        if call.send_as.is_some() {
            return Err(Refusal::bad("SEND_AS_PEER_INVALID"));
        }
        let icon = (call.icon_color, call.icon_emoji_id);
        let sent = w.add_topic(cx.actor(), chat, &call.title, icon, call.random_id)?;
        Ok(sent_updates(w, cx, &[sent]))
    });
    table.on::<EditForumTopic>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let edit = TopicEdit {
            title: call.title,
            icon_emoji: call.icon_emoji_id,
            closed: call.closed,
            hidden: call.hidden,
        };
        let sent = w.edit_topic(cx.actor(), chat, call.topic_id, edit)?;
        Ok(sent_updates(w, cx, &[sent]))
    });
    table.on::<GetForumTopics>(list);
    table.on::<GetForumTopicsByID>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let found = w.forum(cx.me, chat)?;
        let ids: Vec<i32> = call.topics.into_iter().take(PAGE_MAX).collect();
        Ok(w.topics_for(cx.me, found, (ids.len(), &ids)))
    });
    table.on::<UpdatePinnedForumTopic>(pin);
    table.on::<ReorderPinnedForumTopics>(reorder);
    table.on::<DeleteTopicHistory>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let (pts, count) = w.delete_topic(cx.actor(), chat, call.top_msg_id)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
}

/// A page of the topics: the pinned ones first, then by their newest message.
fn list(w: &mut World, cx: &Cx<'_>, call: GetForumTopics) -> Answer<types::messages::ForumTopics> {
    let chat = w.peer(cx.me, &call.peer)?;
    let found = w.forum(cx.me, chat)?;
    let query = call.q.unwrap_or_default().trim().to_lowercase();
    let named = |topic: &&Topic| {
        let title = topic.title.to_lowercase();
        title.starts_with(&query) || title.split(' ').any(|word| word.starts_with(&query))
    };
    let mut topics: Vec<&Topic> = found.topics.values().filter(named).collect();
    let newest = |topic: &Topic| w.last_of_thread(chat, topic.id).unwrap_or(topic.id);
    topics.sort_by_key(|topic| {
        let rest = topic.pinned.is_none();
        (rest, topic.pinned, std::cmp::Reverse(newest(topic)))
    });
    let ids: Vec<i32> = topics.iter().map(|topic| topic.id).collect();
    let from = match ids.iter().position(|id| *id == call.offset_topic) {
        Some(at) => at + 1,
        None => 0,
    };
    let limit = usize::try_from(call.limit).unwrap_or(0).min(PAGE_MAX);
    let page: Vec<i32> = ids.iter().copied().skip(from).take(limit).collect();
    Ok(w.topics_for(cx.me, found, (ids.len(), &page)))
}

fn pin(w: &mut World, cx: &Cx<'_>, call: UpdatePinnedForumTopic) -> Answer<enums::Updates> {
    let chat = w.peer(cx.me, &call.peer)?;
    let mut order = w.forum(cx.me, chat)?.pinned_topics();
    let was = order.contains(&call.topic_id);
    order.retain(|id| *id != call.topic_id);
    if call.pinned {
        order.insert(0, call.topic_id);
    }
    w.pin_topics(cx.me, chat, &order)?;
    if was == call.pinned {
        return Ok(w.updates(cx.me, Vec::new(), &[chat]));
    }
    let update = types::UpdatePinnedForumTopic {
        pinned: call.pinned,
        ..types::UpdatePinnedForumTopic::new(peer(chat), call.topic_id)
    };
    Ok(tell(w, cx, chat, update.into()))
}

fn reorder(w: &mut World, cx: &Cx<'_>, call: ReorderPinnedForumTopics) -> Answer<enums::Updates> {
    let chat = w.peer(cx.me, &call.peer)?;
    let known = |found: &Chat, id: &i32| found.topic(*id).is_some();
    let found = w.forum(cx.me, chat)?;
    let mut order: Vec<i32> = Vec::new();
    for id in call.order.into_iter().filter(|id| known(found, id)) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    if !call.force {
        // Only those that are named move; the others stay pinned below them.
        let rest = found.pinned_topics().into_iter();
        let rest: Vec<i32> = rest.filter(|id| !order.contains(id)).collect();
        order.extend(rest);
    }
    let order = w.pin_topics(cx.me, chat, &order)?;
    let update = types::UpdatePinnedForumTopics {
        order: Some(order),
        ..types::UpdatePinnedForumTopics::new(peer(chat))
    };
    Ok(tell(w, cx, chat, update.into()))
}

/// Tells everybody in a forum, and whoever asked by the answer.
fn tell(w: &mut World, cx: &Cx<'_>, chat: i64, update: enums::Update) -> enums::Updates {
    w.push_all(chat, cx.actor(), Told::One(update.clone(), vec![chat]));
    w.updates(cx.me, vec![update], &[chat])
}
