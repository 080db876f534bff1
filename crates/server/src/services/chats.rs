use heliogram_api::functions::messages::{
    AddChatUser, CreateChat, DeleteChat, DeleteChatUser, EditChatAbout, EditChatAdmin,
    EditChatDefaultBannedRights, EditChatPhoto, EditChatTitle, GetChats, GetCommonChats,
    GetFullChat, MigrateChat,
};
use heliogram_api::{enums, types};

use super::channels::PRIVACY;
use super::photos::chat_photo;
use super::send::{joined, sent_updates};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Form, Peer, Right, Sent, Standing, Way, World, check_ttl, group_dialog};

/// Most chats in one answer.
const CHATS_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<CreateChat>(create);
    table.on::<AddChatUser>(add);
    table.on::<DeleteChatUser>(remove);
    table.on::<EditChatTitle>(|w, cx, call| {
        let chat = group(w, cx, call.chat_id)?;
        let sent = w.retitle(cx.actor(), chat, &call.title)?;
        Ok(sent_updates(w, cx, &[sent]))
    });
    table.slow::<EditChatPhoto>(|cx, call| {
        {
            let w = cx.shared.world();
            w.check_right(cx.me, group(&w, cx, call.chat_id)?, Right::ChangeInfo)?;
        }
        let photo = chat_photo(cx, call.photo)?;
        cx.shared.change(|w| {
            let chat = group(w, cx, call.chat_id)?;
            let sent = w.rephoto(cx.actor(), chat, photo)?;
            Ok(sent_updates(w, cx, &[sent]))
        })
    });
    table.on::<EditChatAbout>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        w.describe(cx.actor(), chat, &call.about)?;
        Ok(true)
    });
    table.on::<EditChatAdmin>(|w, cx, call| {
        let chat = group(w, cx, call.chat_id)?;
        let user = w.input_user(cx.me, &call.user_id)?;
        let rights = call.is_admin.then(|| types::ChatAdminRights {
            add_admins: false,
            ..crate::world::all_rights()
        });
        w.promote(cx.actor(), chat, user, rights, None)?;
        Ok(true)
    });
    table.on::<EditChatDefaultBannedRights>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        w.forbid_all(cx.actor(), chat, call.banned_rights)?;
        Ok(w.updates(cx.me, Vec::new(), &[chat]))
    });
    table.on::<GetChats>(|w, cx, call| {
        let ids = call.id.iter().take(CHATS_MAX).copied();
        let known = ids.filter_map(|id| group(w, cx, id).ok());
        let chats = known.map(|chat| w.chat_for(cx.me, chat)).collect();
        Ok(types::messages::Chats::new(chats).into())
    });
    table.on::<GetFullChat>(|w, cx, call| {
        let chat = group(w, cx, call.chat_id)?;
        w.ensure_own_link(chat, cx.me);
        w.full_group(cx.me, chat)
    });
    table.on::<GetCommonChats>(common);
    table.on::<DeleteChat>(|w, cx, call| {
        let chat = group(w, cx, call.chat_id)?;
        w.delete_chat(cx.actor(), chat)?;
        Ok(true)
    });
    table.on::<MigrateChat>(|w, cx, call| {
        let old = group(w, cx, call.chat_id)?;
        let (new, notes) = w.migrate(cx.actor(), old)?;
        let update = types::UpdateChannel::new(Peer::of(new).id());
        let moved = w.updates(cx.me, vec![update.into()], &[old, new]);
        Ok(joined(moved, sent_updates(w, cx, &notes)))
    });
}

/// The basic group with that id, if the account is or was in it, as a dialog id.
fn group(w: &World, cx: &Cx<'_>, id: i64) -> Answer<i64> {
    let dialog = group_dialog(id)?;
    match w.visible_chat(cx.me, dialog)?.form {
        Form::Group => Ok(dialog),
        _ => Err(Refusal::bad("CHAT_ID_INVALID")),
    }
}

fn create(w: &mut World, cx: &Cx<'_>, call: CreateChat) -> Answer<types::messages::InvitedUsers> {
    let mut users = Vec::new();
    for user in &call.users {
        let user = w.input_user(cx.me, user)?;
        if user != cx.me && !users.contains(&user) {
            users.push(user);
        }
    }
    if users.is_empty() {
        return Err(Refusal::bad("USERS_TOO_FEW"));
    }
    let ttl = call.ttl_period.unwrap_or_default();
    check_ttl(ttl)?;
    let chat = w.add_chat(Form::Group, cx.me, &call.title, "")?;
    w.chat_mut(chat)?.settings.ttl = ttl;
    let mut missing = Vec::new();
    let date = w.now();
    let mut all = vec![cx.me];
    for user in users {
        match w.check_invite(cx.me, chat, user) {
            Ok(()) => {
                let member = crate::world::Member::joined(date, cx.me);
                w.place(cx.actor(), chat, user, member)?;
                all.push(user);
            }
            Err(_) => missing.push(types::MissingInvitee::new(user)),
        }
    }
    let title = w.chat(chat)?.title.clone();
    let note = types::MessageActionChatCreate::new(title, all);
    let sent = w.note_down(cx.actor(), chat, note)?;
    w.members_changed(cx.actor(), chat)?;
    Ok(types::messages::InvitedUsers::new(
        sent_updates(w, cx, &[sent]),
        missing,
    ))
}

fn add(w: &mut World, cx: &Cx<'_>, call: AddChatUser) -> Answer<types::messages::InvitedUsers> {
    let chat = group(w, cx, call.chat_id)?;
    let user = w.input_user(cx.me, &call.user_id)?;
    match w.check_invite(cx.me, chat, user) {
        Err(refusal) if refusal.name == PRIVACY => {
            let missing = vec![types::MissingInvitee::new(user)];
            let nothing = w.updates(cx.me, Vec::new(), &[chat]);
            return Ok(types::messages::InvitedUsers::new(nothing, missing));
        }
        checked => checked?,
    }
    let sent = w.enter(cx.actor(), chat, &[user], Way::Invited)?;
    Ok(types::messages::InvitedUsers::new(
        noted(w, cx, chat, sent),
        Vec::new(),
    ))
}

fn remove(w: &mut World, cx: &Cx<'_>, call: DeleteChatUser) -> Answer<enums::Updates> {
    let chat = group(w, cx, call.chat_id)?;
    let user = w.input_user(cx.me, &call.user_id)?;
    let standing = if user == cx.me {
        w.living_chat(cx.me, chat)?;
        Standing::Left
    } else {
        w.check_removal(cx.me, chat, user)?;
        Standing::Kicked
    };
    let sent = w.leave(cx.actor(), chat, user, standing)?;
    Ok(noted(w, cx, chat, sent))
}

/// The note of a change as the answer to the call that made it; where nothing is noted, the group
/// or channel as it is now.
pub(super) fn noted(w: &World, cx: &Cx<'_>, chat: i64, sent: Option<Sent>) -> enums::Updates {
    match sent {
        Some(sent) => sent_updates(w, cx, &[sent]),
        None => {
            let update: enums::Update = match Peer::of(chat) {
                Peer::Channel(id) => types::UpdateChannel::new(id).into(),
                peer => types::UpdateChat::new(peer.id()).into(),
            };
            w.updates(cx.me, vec![update], &[chat])
        }
    }
}

fn common(w: &mut World, cx: &Cx<'_>, call: GetCommonChats) -> Answer<enums::messages::Chats> {
    let user = w.input_user(cx.me, &call.user_id)?;
    let theirs = w.chats_of(user);
    let mut both: Vec<i64> = w.chats_of(cx.me);
    both.retain(|chat| theirs.contains(chat));
    let from = both
        .iter()
        .position(|chat| Peer::of(*chat).id() == call.max_id)
        .map_or(0, |at| at + 1);
    let limit = usize::try_from(call.limit).unwrap_or(0).min(CHATS_MAX);
    let limit = if limit == 0 { CHATS_MAX } else { limit };
    let page = both.iter().skip(from).take(limit);
    let chats = page.map(|chat| w.chat_for(cx.me, *chat)).collect();
    Ok(types::messages::Chats::new(chats).into())
}
