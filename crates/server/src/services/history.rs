use heliogram_api::enums::messages::Messages;
use heliogram_api::functions::messages::{
    GetHistory, GetMessages, GetSearchCounters, Search, SearchGlobal,
};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Table};
use crate::world::{Among, Page, Place, Query, Window, World, is_channel};

/// Most messages asked for by id at once.
const BY_ID_MAX: usize = 200;

pub(super) fn register(table: &mut Table) {
    table.on::<GetHistory>(history);
    table.on::<GetMessages>(|w, cx, call| Ok(by_id(w, cx.me, cx.me, &call.id)));
    table.on::<Search>(search);
    table.on::<SearchGlobal>(search_global);
    table.on::<GetSearchCounters>(counters);
}

/// A page of messages: of a channel, the whole of another list, or a slice that says how long the
/// list is.
pub(super) fn page_of(w: &World, me: i64, peer: Option<i64>, page: &Page) -> Messages {
    let (messages, cast) = w.messages_for(me, &page.places);
    let (users, chats) = (cast.users, cast.chats);
    let channel = peer.filter(|peer| is_channel(*peer));
    if let Some(mailbox) = channel.and_then(|channel| w.boxes.get(&channel)) {
        let (pts, total) = (mailbox.pts, page.total);
        let topics = Vec::new();
        return types::messages::ChannelMessages::new(pts, total, messages, topics, chats, users)
            .into();
    }
    if page.complete {
        types::messages::Messages::new(messages, Vec::new(), chats, users).into()
    } else {
        types::messages::MessagesSlice::new(page.total, messages, Vec::new(), chats, users).into()
    }
}

fn history(w: &mut World, cx: &Cx<'_>, call: GetHistory) -> Answer<Messages> {
    let peer = w.peer(cx.me, &call.peer)?;
    let window = Window {
        offset_id: call.offset_id,
        offset_date: call.offset_date,
        add_offset: call.add_offset,
        limit: call.limit,
        max_id: call.max_id,
        min_id: call.min_id,
    };
    let page = w.history_in(cx.me, peer, window, cx.range)?;
    Ok(page_of(w, cx.me, Some(peer), &page))
}

/// Messages of a box by their ids: the account's own, or a channel's.
pub(super) fn by_id(w: &World, me: i64, owner: i64, wanted: &[enums::InputMessage]) -> Messages {
    let find = |wanted: &enums::InputMessage| match wanted {
        enums::InputMessage::ID(one) => one.id,
        // The message that this one answers.
        enums::InputMessage::ReplyTo(one) => {
            let entry = w.boxes.get(&owner).and_then(|b| b.entries.get(&one.id));
            entry.and_then(|entry| entry.reply_to).unwrap_or_default()
        }
        enums::InputMessage::Pinned => {
            let dialog = w.boxes.get(&owner).and_then(|b| b.dialogs.get(&owner));
            dialog
                .and_then(|dialog| dialog.pins.last().copied())
                .unwrap_or_default()
        }
        enums::InputMessage::CallbackQuery(one) => one.id,
        _ => 0,
    };
    let hidden = w.hidden_up_to(me, owner);
    let places: Vec<Place> = wanted
        .iter()
        .take(BY_ID_MAX)
        .map(find)
        .map(|id| Place {
            owner,
            // A message that is hidden is as good as none.
            id: if id > hidden { id } else { 0 },
        })
        .collect();
    let page = Page {
        total: places.len() as i32,
        complete: true,
        places,
    };
    page_of(w, me, Some(owner), &page)
}

fn search(w: &mut World, cx: &Cx<'_>, call: Search) -> Answer<Messages> {
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
        thread: call.top_msg_id,
        text: &call.q,
        from,
        min_date: call.min_date,
        max_date: call.max_date,
        ..Query::of(0, &call.filter)
    };
    let window = Window {
        offset_id: call.offset_id,
        offset_date: 0,
        add_offset: call.add_offset,
        limit: call.limit,
        max_id: call.max_id,
        min_id: call.min_id,
    };
    let range = cx.range.filter(|_| !peer.is_some_and(is_channel));
    let window = range.map_or(window, |range| range.part_of(window));
    let page = w.search(cx.me, &query, window)?;
    Ok(page_of(w, cx.me, peer, &page))
}

fn search_global(w: &mut World, cx: &Cx<'_>, call: SearchGlobal) -> Answer<Messages> {
    let after = match &call.offset_peer {
        enums::InputPeer::Empty => None,
        peer => {
            let place = Place {
                owner: w.box_of(cx.me, w.peer(cx.me, peer)?),
                id: call.offset_id,
            };
            Some((place, call.offset_rate))
        }
    };
    let among = match (call.broadcasts_only, call.groups_only, call.users_only) {
        (true, ..) => Among::Broadcasts,
        (_, true, _) => Among::Groups,
        (_, _, true) => Among::Users,
        _ => Among::All,
    };
    let query = Query {
        peer: None,
        among,
        after,
        text: &call.q,
        min_date: call.min_date,
        max_date: call.max_date,
        ..Query::of(0, &call.filter)
    };
    let window = Window {
        limit: call.limit,
        ..Window::default()
    };
    let page = w.search(cx.me, &query, window)?;
    let last = page.places.last().and_then(|place| w.letter_at(*place));
    let rate = last.map(|letter| letter.date);
    Ok(match page_of(w, cx.me, None, &page) {
        // Where the next page begins.
        Messages::Slice(slice) => types::messages::MessagesSlice {
            next_rate: rate,
            ..*slice
        }
        .into(),
        whole => whole,
    })
}

fn counters(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetSearchCounters,
) -> Answer<Vec<types::messages::SearchCounter>> {
    let peer = w.peer(cx.me, &call.peer)?;
    // Each kind is looked through the conversation for once, however often it is asked for.
    let mut kinds = Vec::new();
    for filter in call.filters {
        if !kinds.contains(&filter) {
            kinds.push(filter);
        }
    }
    let count = |filter: enums::MessagesFilter| {
        let query = Query {
            thread: call.top_msg_id,
            ..Query::of(peer, &filter)
        };
        let total = w.search(cx.me, &query, Window::default())?.total;
        Ok(types::messages::SearchCounter::new(filter, total))
    };
    kinds.into_iter().map(count).collect()
}
