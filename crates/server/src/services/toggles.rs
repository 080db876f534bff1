use heliogram_api::enums;
use heliogram_api::functions::channels::{
    ToggleForum, ToggleJoinRequest, ToggleJoinToSend, ToggleParticipantsHidden,
    TogglePreHistoryHidden, ToggleSignatures, ToggleSlowMode,
};
use heliogram_api::functions::messages::{
    EditChatParticipantRank, SetChatAvailableReactions, SetHistoryTTL, ToggleNoForwards,
};

use super::chats::noted;
use super::send::sent_updates;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Actor, World};

/// Most different reactions a message can be limited to.
const REACTIONS_MAX: i32 = 11;

pub(super) fn register(table: &mut Table) {
    table.on::<ToggleSignatures>(|w, cx, call| {
        if call.profiles_enabled {
            return Err(not_here());
        }
        let on = call.signatures_enabled;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_signatures(by, chat, on)
        })
    });
    table.on::<TogglePreHistoryHidden>(|w, cx, call| {
        let on = call.enabled;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_hidden_history(by, chat, on)
        })
    });
    table.on::<ToggleSlowMode>(|w, cx, call| {
        let seconds = call.seconds;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_slow_mode(by, chat, seconds)
        })
    });
    table.on::<ToggleJoinToSend>(|w, cx, call| {
        let on = call.enabled;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_join_to_send(by, chat, on)
        })
    });
    table.on::<ToggleJoinRequest>(|w, cx, call| {
        if call.guard_bot.is_some() || call.apply_to_invites {
            return Err(not_here());
        }
        let on = call.enabled;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_join_request(by, chat, on)
        })
    });
    table.on::<ToggleParticipantsHidden>(|w, cx, call| {
        let on = call.enabled;
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_participants_hidden(by, chat, on)
        })
    });
    table.on::<ToggleForum>(|w, cx, call| {
        let (on, tabs) = (call.enabled, call.tabs);
        switch(w, cx, &call.channel, |w, by, chat| {
            w.set_forum(by, chat, on, tabs)
        })
    });
    for_all_forms(table);
}

/// What basic groups have too.
fn for_all_forms(table: &mut Table) {
    table.on::<ToggleNoForwards>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        w.set_noforwards(cx.actor(), chat, call.enabled)?;
        Ok(noted(w, cx, chat, None))
    });
    table.on::<SetChatAvailableReactions>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        if call.paid_enabled == Some(true) {
            return Err(not_here());
        }
        let limit = call.reactions_limit;
        if limit.is_some_and(|limit| !(1..=REACTIONS_MAX).contains(&limit)) {
            return Err(Refusal::bad("REACTIONS_TOO_MANY"));
        }
        w.set_reactions(cx.actor(), chat, call.available_reactions, limit)?;
        Ok(noted(w, cx, chat, None))
    });
    table.on::<SetHistoryTTL>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let sent = w.set_ttl(cx.actor(), peer, call.period)?;
        Ok(sent_updates(w, cx, &[sent]))
    });
    table.on::<EditChatParticipantRank>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let user = w.peer(cx.me, &call.participant)?;
        w.set_rank(cx.actor(), chat, user, &call.rank)?;
        Ok(noted(w, cx, chat, None))
    });
}

/// The refusal of what a method can do and this server cannot.
fn not_here() -> Refusal {
    Refusal::bad("METHOD_NOT_IMPLEMENTED")
}

/// Changes a setting of a supergroup or channel; the answer shows it as it is now.
fn switch(
    w: &mut World,
    cx: &Cx<'_>,
    channel: &enums::InputChannel,
    change: impl FnOnce(&mut World, Actor, i64) -> Answer<()>,
) -> Answer<enums::Updates> {
    let chat = w.channel(cx.me, channel)?;
    change(w, cx.actor(), chat)?;
    Ok(noted(w, cx, chat, None))
}
