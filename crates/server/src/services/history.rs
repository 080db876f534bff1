use heliogram_api::functions::messages::{
    GetHistory, GetMessages, GetSavedHistory, GetSearchCounters, Search, SearchGlobal,
};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Table};
use crate::world::{Page, Query, Window, World};

/// Most messages asked for by id at once.
const BY_ID_MAX: usize = 200;

pub(super) fn register(table: &mut Table) {
    table.on::<GetHistory>(history);
    table.on::<GetMessages>(|w, cx, call| Ok(by_id(w, cx, &call.id)));
    table.on::<Search>(search);
    table.on::<SearchGlobal>(search_global);
    table.on::<GetSearchCounters>(counters);
    table.on::<GetSavedHistory>(saved_history);
}

/// A page of messages: the whole list, or a slice that says how long the list is.
fn page_of(w: &World, cx: &Cx<'_>, page: &Page) -> enums::messages::Messages {
    let (messages, users) = w.messages_for(cx.me, &page.ids);
    if page.complete {
        types::messages::Messages::new(messages, Vec::new(), Vec::new(), users).into()
    } else {
        types::messages::MessagesSlice::new(page.total, messages, Vec::new(), Vec::new(), users)
            .into()
    }
}

fn history(w: &mut World, cx: &Cx<'_>, call: GetHistory) -> Answer<enums::messages::Messages> {
    let peer = w.peer(cx.me, &call.peer)?;
    let window = Window {
        offset_id: call.offset_id,
        offset_date: call.offset_date,
        add_offset: call.add_offset,
        limit: call.limit,
        max_id: call.max_id,
        min_id: call.min_id,
    };
    let page = w.history(cx.me, peer, window)?;
    Ok(page_of(w, cx, &page))
}

/// What is saved from one author is not kept apart: all of it is the account's own.
fn saved_history(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetSavedHistory,
) -> Answer<enums::messages::Messages> {
    let author = w.peer(cx.me, &call.peer)?;
    if author != cx.me {
        return Ok(page_of(w, cx, &Page::empty()));
    }
    let window = Window {
        offset_id: call.offset_id,
        offset_date: call.offset_date,
        add_offset: call.add_offset,
        limit: call.limit,
        max_id: call.max_id,
        min_id: call.min_id,
    };
    let page = w.history(cx.me, cx.me, window)?;
    Ok(page_of(w, cx, &page))
}

fn by_id(w: &World, cx: &Cx<'_>, wanted: &[enums::InputMessage]) -> enums::messages::Messages {
    let find = |wanted: &enums::InputMessage| match wanted {
        enums::InputMessage::ID(one) => one.id,
        // The message that this one answers.
        enums::InputMessage::ReplyTo(one) => {
            let entry = w.boxes.get(&cx.me).and_then(|b| b.entries.get(&one.id));
            entry.and_then(|entry| entry.reply_to).unwrap_or_default()
        }
        _ => 0,
    };
    let ids: Vec<i32> = wanted.iter().take(BY_ID_MAX).map(find).collect();
    let (messages, users) = w.messages_for(cx.me, &ids);
    types::messages::Messages::new(messages, Vec::new(), Vec::new(), users).into()
}

fn search(w: &mut World, cx: &Cx<'_>, call: Search) -> Answer<enums::messages::Messages> {
    let peer = match &call.peer {
        enums::InputPeer::Empty => None,
        peer => Some(w.peer(cx.me, peer)?),
    };
    let from = match &call.from_id {
        Some(from) => Some(w.peer(cx.me, from)?),
        None => None,
    };
    let query = Query {
        peer,
        text: &call.q,
        from,
        filter: &call.filter,
        min_date: call.min_date,
        max_date: call.max_date,
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
    Ok(page_of(w, cx, &page))
}

fn search_global(
    w: &mut World,
    cx: &Cx<'_>,
    call: SearchGlobal,
) -> Answer<enums::messages::Messages> {
    if call.broadcasts_only || call.groups_only {
        return Ok(page_of(w, cx, &Page::empty()));
    }
    let query = Query {
        peer: None,
        text: &call.q,
        from: None,
        filter: &call.filter,
        min_date: call.min_date,
        max_date: call.max_date,
    };
    let window = Window {
        offset_id: call.offset_id,
        limit: call.limit,
        ..Window::default()
    };
    let page = w.search(cx.me, &query, window)?;
    Ok(page_of(w, cx, &page))
}

fn counters(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetSearchCounters,
) -> Answer<Vec<types::messages::SearchCounter>> {
    let peer = w.peer(cx.me, &call.peer)?;
    let count = |filter: enums::MessagesFilter| {
        let query = Query {
            peer: Some(peer),
            text: "",
            from: None,
            filter: &filter,
            min_date: 0,
            max_date: 0,
        };
        let total = w.search(cx.me, &query, Window::default())?.total;
        Ok(types::messages::SearchCounter::new(filter, total))
    };
    call.filters.into_iter().map(count).collect()
}
