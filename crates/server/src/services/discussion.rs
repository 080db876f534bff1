use heliogram_api::enums::messages::Messages;
use heliogram_api::functions::channels::SetDiscussionGroup;
use heliogram_api::functions::messages::{
    GetDiscussionMessage, GetReplies, GetUnreadMentions, ReadDiscussion, ReadMentions,
};
use heliogram_api::{enums, types};

use super::history::page_of;
use crate::rpc::{Answer, Cx, Table};
use crate::world::{Place, Query, Window, World, page_of_places};

pub(super) fn register(table: &mut Table) {
    table.on::<SetDiscussionGroup>(|w, cx, call| {
        let channel = optional(w, cx, &call.broadcast)?;
        let group = optional(w, cx, &call.group)?;
        w.set_discussion(cx.actor(), channel, group)?;
        Ok(true)
    });
    table.on::<GetDiscussionMessage>(discussion_message);
    table.on::<GetReplies>(replies);
    table.on::<ReadDiscussion>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let top = w.thread_at(cx.me, chat, call.msg_id)?;
        w.read_thread(cx.actor(), top.owner, top.id, call.read_max_id)?;
        Ok(true)
    });
    table.on::<GetUnreadMentions>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let found = w.unread_mentions_in(cx.me, peer, call.top_msg_id);
        let window = Window {
            offset_id: call.offset_id,
            offset_date: 0,
            add_offset: call.add_offset,
            limit: call.limit,
            max_id: call.max_id,
            min_id: call.min_id,
        };
        let page = page_of_places(&found, window);
        Ok(page_of(w, cx.me, Some(peer), &page))
    });
    table.on::<ReadMentions>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let (pts, count) = w.read_mentions(cx.actor(), peer, call.top_msg_id)?;
        Ok(types::messages::AffectedHistory::new(pts, count, 0))
    });
}

fn optional(w: &World, cx: &Cx<'_>, channel: &enums::InputChannel) -> Answer<Option<i64>> {
    match channel {
        enums::InputChannel::Empty => Ok(None),
        channel => w.channel(cx.me, channel).map(Some),
    }
}

/// The message answers are below, and how far they were read.
fn discussion_message(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetDiscussionMessage,
) -> Answer<types::messages::DiscussionMessage> {
    let chat = w.peer(cx.me, &call.peer)?;
    let top = w.thread_at(cx.me, chat, call.msg_id)?;
    let (messages, cast) = w.messages_for(cx.me, &[top]);
    let read = w.thread_read(cx.me, top.owner, top.id);
    let ids = w.thread_ids(top.owner, top.id);
    let last = ids.and_then(|ids| ids.last().copied());
    let ids = ids.into_iter().flatten().copied();
    let unread = w.unread_of(cx.me, top.owner, ids, read.inbox);
    Ok(types::messages::DiscussionMessage {
        max_id: last,
        read_inbox_max_id: (read.inbox > 0).then_some(read.inbox),
        read_outbox_max_id: (read.outbox > 0).then_some(read.outbox),
        ..types::messages::DiscussionMessage::new(messages, unread, cast.chats, cast.users)
    })
}

fn replies(w: &mut World, cx: &Cx<'_>, call: GetReplies) -> Answer<Messages> {
    let chat = w.peer(cx.me, &call.peer)?;
    let Place { owner, id } = w.thread_at(cx.me, chat, call.msg_id)?;
    let filter = enums::MessagesFilter::InputMessagesFilterEmpty;
    let query = Query {
        thread: Some(id),
        max_date: call.offset_date,
        ..Query::of(owner, &filter)
    };
    let window = Window {
        offset_id: call.offset_id,
        offset_date: 0,
        add_offset: call.add_offset,
        limit: call.limit,
        max_id: call.max_id,
        min_id: call.min_id,
    };
    let page = w.search(cx.me, &query, window)?;
    Ok(page_of(w, cx.me, Some(owner), &page))
}
