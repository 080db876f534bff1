//! Who is not to write to an account, and who is not to see its stories.

use std::collections::BTreeSet;

use heliogram_api::functions::contacts::{Block, GetBlocked, SetBlocked, Unblock};
use heliogram_api::{enums, types};

use crate::render::peer;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

/// Most accounts in one answer.
const PAGE_MAX: i32 = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<Block>(|w, cx, call| {
        let who = other(w, cx, &call.id)?;
        put(w, cx, call.my_stories_from, who, true)
    });
    table.on::<Unblock>(|w, cx, call| {
        let who = other(w, cx, &call.id)?;
        put(w, cx, call.my_stories_from, who, false)
    });
    table.on::<SetBlocked>(|w, cx, call| {
        let wanted = call.id.iter().map(|who| other(w, cx, who));
        let wanted = wanted.collect::<Answer<BTreeSet<i64>>>()?;
        let now = list(w, cx, call.my_stories_from)?;
        for who in now.difference(&wanted) {
            put(w, cx, call.my_stories_from, *who, false)?;
        }
        for who in wanted.difference(&now) {
            put(w, cx, call.my_stories_from, *who, true)?;
        }
        Ok(true)
    });
    table.on::<GetBlocked>(blocked);
}

fn other(w: &World, cx: &Cx<'_>, who: &enums::InputPeer) -> Answer<i64> {
    match w.peer(cx.me, who)? {
        id if id == cx.me => Err(Refusal::bad("CONTACT_ID_INVALID")),
        id => Ok(id),
    }
}

/// The people on one of the two lists.
fn list(w: &World, cx: &Cx<'_>, stories: bool) -> Answer<BTreeSet<i64>> {
    Ok(match stories {
        true => {
            let set = w.preferences(cx.me);
            set.map(|all| all.kept_from_stories.clone())
                .unwrap_or_default()
        }
        false => w.user(cx.me)?.blocked.clone(),
    })
}

fn put(w: &mut World, cx: &Cx<'_>, stories: bool, who: i64, on: bool) -> Answer<bool> {
    let list = match stories {
        true => &mut w.preferences_mut(cx.me).kept_from_stories,
        false => &mut w.user_mut(cx.me)?.blocked,
    };
    let changed = if on {
        list.insert(who)
    } else {
        list.remove(&who)
    };
    if changed {
        let update = types::UpdatePeerBlocked {
            blocked: self::list(w, cx, false)?.contains(&who),
            blocked_my_stories_from: self::list(w, cx, true)?.contains(&who),
            ..types::UpdatePeerBlocked::new(peer(who))
        };
        w.push_one(cx.me, cx.actor(), update.into(), &[who]);
        if !stories {
            w.bot_stopped(cx.actor(), who, on);
        }
    }
    Ok(true)
}

fn blocked(w: &mut World, cx: &Cx<'_>, call: GetBlocked) -> Answer<enums::contacts::Blocked> {
    let skip = usize::try_from(call.offset).unwrap_or(0);
    let limit = call.limit.clamp(0, PAGE_MAX) as usize;
    let all = list(w, cx, call.my_stories_from)?;
    let page: Vec<i64> = all.iter().skip(skip).take(limit).copied().collect();
    let entries: Vec<_> = page
        .iter()
        .map(|id| types::PeerBlocked::new(peer(*id), 0))
        .collect();
    let whole = entries.len() == all.len();
    let cast = w.cast(cx.me, page);
    let (users, chats) = (cast.users, cast.chats);
    Ok(if whole {
        types::contacts::Blocked::new(entries, chats, users).into()
    } else {
        types::contacts::BlockedSlice::new(all.len() as i32, entries, chats, users).into()
    })
}
