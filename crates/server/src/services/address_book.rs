//! What an account brought along of its address book, close friends, and whom it talks to most.

use heliogram_api::functions::contacts::{
    DeleteByPhones, EditCloseFriends, GetTopPeers, ResetSaved, ResetTopPeerRating, ToggleTopPeers,
};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{World, phone_digits};

pub(super) fn register(table: &mut Table) {
    table.on::<ResetSaved>(|w, cx, _| {
        w.forget_saved(cx.me, None);
        Ok(true)
    });
    table.on::<DeleteByPhones>(|w, cx, call| {
        let phones = call
            .phones
            .iter()
            .filter_map(|phone| phone_digits(phone).ok());
        let phones: Vec<String> = phones.collect();
        let known = phones.iter().filter_map(|phone| w.by_phone.get(phone));
        let known: Vec<i64> = known.copied().collect();
        w.remove_contacts(cx.me, &known)?;
        w.forget_saved(cx.me, Some(&phones));
        Ok(true)
    });
    table.on::<EditCloseFriends>(|w, cx, call| {
        let contacts = &w.user(cx.me)?.contacts;
        let mut friends: Vec<i64> = call.id;
        friends.retain(|id| contacts.contains_key(id));
        friends.sort_unstable();
        friends.dedup();
        w.preferences_mut(cx.me).privacy.close_friends = friends;
        Ok(true)
    });
    table.on::<GetTopPeers>(top_peers);
    table.on::<ToggleTopPeers>(|w, cx, call| {
        w.preferences_mut(cx.me).no_top_peers = !call.enabled;
        Ok(true)
    });
    // Nothing is counted, so nothing has to be forgotten.
    table.on::<ResetTopPeerRating>(|w, cx, call| w.peer(cx.me, &call.peer).map(|_| true));
}

/// Nothing is counted: a client that sees this asks no more for a while.
fn top_peers(w: &mut World, cx: &Cx<'_>, call: GetTopPeers) -> Answer<enums::contacts::TopPeers> {
    let any = call.correspondents || call.bots_pm || call.bots_inline || call.phone_calls;
    let any = any || call.forward_users || call.forward_chats || call.groups || call.channels;
    if !any && !call.bots_app && !call.bots_guestchat {
        return Err(Refusal::bad("TYPES_EMPTY"));
    }
    if w.preferences(cx.me).is_some_and(|all| all.no_top_peers) {
        return Ok(enums::contacts::TopPeers::Disabled);
    }
    Ok(types::contacts::TopPeers::new(Vec::new(), Vec::new(), Vec::new()).into())
}
