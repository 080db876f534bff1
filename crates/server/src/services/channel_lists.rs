use heliogram_api::functions::channels::{GetGroupsForDiscussion, GetInactiveChannels};
use heliogram_api::types;

use crate::rpc::Table;
use crate::world::{Form, Right, World};

/// Seconds without a message after which a group counts as forgotten.
const QUIET_FOR: i32 = 30 * 86_400;

pub(super) fn register(table: &mut Table) {
    table.on::<GetInactiveChannels>(|w, cx, _| {
        let since = w.now() - QUIET_FOR;
        let mut quiet: Vec<(i32, i64)> = w
            .chats_of(cx.me)
            .into_iter()
            .filter(|chat| {
                w.chats
                    .get(chat)
                    .is_some_and(|chat| chat.form == Form::Supergroup)
            })
            .filter_map(|chat| Some((w.top_of(cx.me, chat)?.0, chat)))
            .filter(|(date, _)| *date < since)
            .collect();
        quiet.sort_unstable();
        let dates = quiet.iter().map(|(date, _)| *date).collect();
        let cast = w.cast(cx.me, quiet.iter().map(|(_, chat)| *chat));
        Ok(types::messages::InactiveChats::new(
            dates, cast.chats, cast.users,
        ))
    });
    table.on::<GetGroupsForDiscussion>(|w, cx, _| {
        let groups = w.chats_of(cx.me).into_iter();
        let fit: Vec<i64> = groups.filter(|chat| can_discuss(w, cx.me, *chat)).collect();
        let chats = fit.iter().map(|chat| w.chat_for(cx.me, *chat)).collect();
        Ok(types::messages::Chats::new(chats).into())
    });
}

/// Whether an account may make a group the discussion of a channel.
fn can_discuss(w: &World, user: i64, chat: i64) -> bool {
    w.chats.get(&chat).is_some_and(|chat| {
        let open = chat.linked.is_none() && chat.migrated_to.is_none() && !chat.settings.forum;
        let own = match chat.form {
            Form::Group => chat.creator == user,
            Form::Supergroup => w.check_admin(user, chat.id, Right::Pin).is_ok(),
            Form::Broadcast => false,
        };
        open && own
    })
}
