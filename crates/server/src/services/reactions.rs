use heliogram_api::enums::{self, Reaction};
use heliogram_api::functions::messages::{
    ClearRecentReactions, GetAvailableReactions, GetMessageReactionsList, GetMessagesReactions,
    GetRecentReactions, GetTopReactions, GetUnreadReactions, ReadReactions, SendReaction,
    SetDefaultReaction,
};
use heliogram_api::types;

use heliogram_crypto::hash::md5;

use super::hashes::list_hash;
use super::history::page_of;
use crate::render::{reacted_by, sign};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Page, Place, SIGNS, World};

/// Most messages whose signs are asked for at once, and most signs in one list.
const PAGE_MAX: usize = 100;
/// Names this list of signs; it never changes.
const SIGNS_HASH: i32 = 1;

pub(super) fn register(table: &mut Table) {
    table.on::<SendReaction>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let signs = call.reaction.unwrap_or_default();
        w.react(cx.actor(), peer, call.msg_id, signs.clone(), call.big)?;
        if call.add_to_recent {
            w.note_recent_signs(cx.me, &signs);
        }
        Ok(told(w, cx, peer, &[call.msg_id]))
    });
    table.on::<GetMessagesReactions>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let ids: Vec<i32> = call.id.into_iter().take(PAGE_MAX).collect();
        Ok(told(w, cx, peer, &ids))
    });
    table.on::<GetMessageReactionsList>(list);
    table.on::<GetUnreadReactions>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let found = w.unread_reactions_in(cx.me, peer);
        let total = found.len() as i32;
        let after = |place: &Place| call.offset_id <= 0 || place.id < call.offset_id;
        let limit = usize::try_from(call.limit).unwrap_or(0).min(PAGE_MAX);
        let places: Vec<Place> = found.into_iter().filter(after).take(limit).collect();
        let page = Page {
            complete: places.len() as i32 == total,
            places,
            total,
        };
        Ok(page_of(w, cx.me, Some(peer), &page))
    });
    table.on::<ReadReactions>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        w.read_reactions(cx.actor(), peer)?;
        let pts = w.mailbox(w.box_of(cx.me, peer))?.pts;
        Ok(types::messages::AffectedHistory::new(pts, 0, 0))
    });
    table.on::<GetAvailableReactions>(available);
    table.on::<GetTopReactions>(|_, _, call| Ok(offered(&usual(), call.limit, call.hash)));
    table.on::<GetRecentReactions>(|w, cx, call| {
        let recent = w.preferences(cx.me).map(|own| &own.recent_reactions);
        let recent = recent.map(Vec::as_slice).unwrap_or_default();
        Ok(offered(recent, call.limit, call.hash))
    });
    table.on::<ClearRecentReactions>(|w, cx, _| {
        w.preferences_mut(cx.me).recent_reactions.clear();
        w.push_short(cx.me, cx.actor(), enums::Update::RecentReactions);
        Ok(true)
    });
    table.on::<SetDefaultReaction>(|w, cx, call| {
        w.set_default_reaction(cx.me, call.reaction)?;
        Ok(true)
    });
}

/// The signs on messages as updates.
fn told(w: &World, cx: &Cx<'_>, peer: i64, ids: &[i32]) -> enums::Updates {
    let owner = w.box_of(cx.me, peer);
    let places = ids.iter().map(|id| Place { owner, id: *id });
    let seen = places.filter(|place| w.message_of(cx.me, peer, place.id).is_ok());
    let (mut updates, mut about) = (Vec::new(), Vec::new());
    for (update, who) in seen.filter_map(|place| w.reactions_update(cx.me, place)) {
        updates.push(update);
        about.extend(who);
    }
    w.updates(cx.me, updates, &about)
}

fn list(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetMessageReactionsList,
) -> Answer<types::messages::MessageReactionsList> {
    let peer = w.peer(cx.me, &call.peer)?;
    let mut all = w.reacted_list(cx.me, peer, call.id)?;
    if let Some(wanted) = &call.reaction {
        all.retain(|reacted| reacted.reaction == **wanted);
    }
    let start = match call.offset.as_deref() {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| Refusal::bad("OFFSET_INVALID"))?,
    };
    let limit = usize::try_from(call.limit).unwrap_or(0).clamp(1, PAGE_MAX);
    let total = all.len();
    let unread = w.unread_reactions(cx.me, peer).contains(&call.id);
    let page: Vec<_> = all.into_iter().skip(start).take(limit).collect();
    let end = start + page.len();
    let cast = w.cast(cx.me, page.iter().map(|reacted| reacted.by).chain([peer]));
    let page = page.iter().map(|r| reacted_by(cx.me, r, unread));
    Ok(types::messages::MessageReactionsList {
        next_offset: (end < total).then(|| end.to_string()),
        ..types::messages::MessageReactionsList::new(
            total as i32,
            page.collect(),
            cast.chats,
            cast.users,
        )
    })
}

fn available(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetAvailableReactions,
) -> Answer<enums::messages::AvailableReactions> {
    if call.hash == SIGNS_HASH {
        return Ok(enums::messages::AvailableReactions::NotModified);
    }
    let stock = w.stock.as_ref();
    let document = |id: i64| {
        let document = w.documents.get(&id);
        document.map(|document| w.document_for(cx.me, document))
    };
    let files = stock.and_then(|stock| Some((document(stock.icon)?, document(stock.animation)?)));
    let Some((icon, animation)) = files else {
        return Ok(types::messages::AvailableReactions::new(0, Vec::new()).into());
    };
    let all = SIGNS.iter().map(|text| {
        let moving = || animation.clone();
        let made = types::AvailableReaction::new(
            (*text).to_owned(),
            (*text).to_owned(),
            icon.clone(),
            moving(),
            moving(),
            moving(),
            moving(),
        );
        types::AvailableReaction {
            around_animation: Some(moving()),
            center_icon: Some(moving()),
            ..made
        }
    });
    Ok(types::messages::AvailableReactions::new(SIGNS_HASH, all.collect()).into())
}

/// The signs everybody may use.
fn usual() -> Vec<Reaction> {
    SIGNS.iter().map(|text| sign(text)).collect()
}

/// The signs to offer first; a client that has them already is not told again.
fn offered(signs: &[Reaction], limit: i32, known: i64) -> enums::messages::Reactions {
    let limit = usize::try_from(limit).unwrap_or(0).min(signs.len());
    let signs = signs.get(..limit).unwrap_or_default();
    let hash = list_hash(signs.iter().flat_map(sign_numbers));
    if hash == known && hash != 0 {
        return enums::messages::Reactions::NotModified;
    }
    types::messages::Reactions::new(hash, signs.to_vec()).into()
}

/// What stands for a sign where lists of them are compared: a zero, and the first four bytes of its
/// MD5 as a signed number. Telegram's pages do not tell; this is what TDLib checks answers by.
fn sign_numbers(sign: &Reaction) -> [u64; 2] {
    let text = match sign {
        Reaction::Emoji(emoji) => emoji.emoticon.as_bytes(),
        _ => &[],
    };
    let [a, b, c, d, ..] = md5(&[text]);
    [0, i64::from(i32::from_be_bytes([a, b, c, d])) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_top_reactions_is_the_one_tdlib_counts() {
        // What TDLib 1.8.69 logged that it had expected for the twenty signs in their order.
        let hash = list_hash(usual().iter().flat_map(sign_numbers));
        assert_eq!(hash, 1_986_207_473_992_597_339);
    }
}
