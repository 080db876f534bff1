use heliogram_api::functions::channels::{
    CheckUsername, CreateChannel, DeleteChannel, DeleteMessages, EditAdmin, EditBanned, EditPhoto,
    EditTitle, GetAdminedPublicChannels, GetChannels, GetFullChannel, GetMessages, InviteToChannel,
    JoinChannel, LeaveChannel, ReadHistory, ReadMessageContents, UpdateUsername,
};
use heliogram_api::functions::messages::GetMessagesViews;
use heliogram_api::{enums, types};

use super::chats::noted;
use super::history::by_id;
use super::photos::chat_photo;
use super::send::{joined, sent_updates};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Form, Peer, Place, Right, Standing, Way, World, check_ttl};

/// Most channels in one answer.
const CHANNELS_MAX: usize = 100;
/// Most accounts brought in at once.
const INVITED_MAX: usize = 100;
/// The refusal that is told as a missing member.
pub(super) const PRIVACY: &str = "USER_PRIVACY_RESTRICTED";
/// Most posts whose views are asked for at once.
const VIEWS_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    about(table);
    messages(table);
    table.on::<CreateChannel>(create);
    table.on::<InviteToChannel>(invite);
    table.on::<JoinChannel>(join);
    table.on::<LeaveChannel>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let sent = w.leave(cx.actor(), chat, cx.me, Standing::Left)?;
        Ok(noted(w, cx, chat, sent))
    });
    table.on::<DeleteChannel>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        w.delete_chat(cx.actor(), chat)?;
        Ok(noted(w, cx, chat, None))
    });
    table.on::<EditAdmin>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let user = w.input_user(cx.me, &call.user_id)?;
        let none = call.admin_rights == types::ChatAdminRights::new();
        let rights = (!none).then_some(call.admin_rights);
        w.promote(cx.actor(), chat, user, rights, call.rank)?;
        Ok(noted(w, cx, chat, None))
    });
    table.on::<EditBanned>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let user = w.peer(cx.me, &call.participant)?;
        let sent = w.restrict(cx.actor(), chat, user, call.banned_rights)?;
        Ok(noted(w, cx, chat, sent))
    });
}

/// What a channel is: asked for and changed.
fn about(table: &mut Table) {
    table.on::<EditTitle>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let sent = w.retitle(cx.actor(), chat, &call.title)?;
        Ok(sent_updates(w, cx, &[sent]))
    });
    table.slow::<EditPhoto>(|cx, call| {
        {
            let w = cx.shared.world();
            let chat = w.channel(cx.me, &call.channel)?;
            w.check_right(cx.me, chat, Right::ChangeInfo)?;
        }
        let photo = chat_photo(cx, call.photo)?;
        cx.shared.change(|w| {
            let chat = w.channel(cx.me, &call.channel)?;
            let sent = w.rephoto(cx.actor(), chat, photo)?;
            Ok(sent_updates(w, cx, &[sent]))
        })
    });
    table.on::<CheckUsername>(|w, cx, call| {
        let chat = match call.channel {
            enums::InputChannel::Empty => 0,
            channel => w.channel(cx.me, &channel)?,
        };
        match w.check_username(chat, &call.username) {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.name == "USERNAME_OCCUPIED" => Ok(false),
            Err(refusal) => Err(refusal),
        }
    });
    table.on::<UpdateUsername>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let found = w.check_creator(cx.me, chat)?;
        let old = found.username.clone().unwrap_or_default();
        w.set_chat_username(chat, &call.username)?;
        let deed = types::ChannelAdminLogEventActionChangeUsername::new(old, call.username);
        w.note_change(chat, cx.me, deed);
        w.chat_changed(cx.actor(), chat);
        Ok(true)
    });
    table.on::<GetChannels>(|w, cx, call| {
        let wanted = call.id.iter().take(CHANNELS_MAX);
        let known = wanted.map(|channel| w.channel_even_private(cx.me, channel));
        let known = known.collect::<Answer<Vec<i64>>>()?;
        let chats = known.iter().map(|chat| w.chat_for(cx.me, *chat)).collect();
        Ok(types::messages::Chats::new(chats).into())
    });
    table.on::<GetFullChannel>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        w.ensure_own_link(chat, cx.me);
        w.full_channel(cx.me, chat)
    });
    table.on::<GetAdminedPublicChannels>(|w, cx, _| {
        let chats = w.chats_of(cx.me).into_iter().filter(|chat| {
            let chat = w.chats.get(chat);
            chat.is_some_and(|chat| chat.is_public() && chat.creator == cx.me)
        });
        let chats = chats.map(|chat| w.chat_for(cx.me, chat)).collect();
        Ok(types::messages::Chats::new(chats).into())
    });
}

/// What is written in a channel.
fn messages(table: &mut Table) {
    table.on::<GetMessages>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        Ok(by_id(w, cx.me, chat, &call.id))
    });
    table.on::<DeleteMessages>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let (pts, count) = w.delete_in(cx.actor(), chat, &call.id)?;
        Ok(types::messages::AffectedMessages::new(pts, count))
    });
    table.on::<ReadHistory>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let up_to = if call.max_id <= 0 {
            i32::MAX
        } else {
            call.max_id
        };
        w.read_channel(cx.actor(), chat, up_to)
    });
    table.on::<ReadMessageContents>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        w.hear_in(cx.actor(), chat, &call.id)?;
        Ok(true)
    });
    table.on::<GetMessagesViews>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let ids: Vec<i32> = call.id.into_iter().take(VIEWS_MAX).collect();
        let views = ids.iter();
        let views = views.map(|id| w.view(cx.me, chat, *id, call.increment));
        let views = views.collect();
        let owner = w.box_of(cx.me, chat);
        let about = ids.iter().map(|id| Place { owner, id: *id });
        let about: Vec<i64> = about.flat_map(|place| w.repliers_of(place)).collect();
        let cast = w.cast(cx.me, about.into_iter().chain([chat]));
        Ok(types::messages::MessageViews::new(
            views, cast.chats, cast.users,
        ))
    });
}

fn create(w: &mut World, cx: &Cx<'_>, call: CreateChannel) -> Answer<enums::Updates> {
    let form = match call.broadcast {
        true => Form::Broadcast,
        false => Form::Supergroup,
    };
    let ttl = call.ttl_period.unwrap_or_default();
    check_ttl(ttl)?;
    let chat = w.add_chat(form, cx.me, &call.title, &call.about)?;
    let made = w.chat_mut(chat)?;
    made.settings.forum = call.forum && form == Form::Supergroup;
    made.settings.ttl = ttl;
    let title = made.title.clone();
    if made.settings.forum {
        w.add_general(chat)?;
    }
    let note = types::MessageActionChannelCreate::new(title);
    let sent = w.note_down(cx.actor(), chat, note)?;
    w.open_dialog(cx.me, chat);
    w.push_chat(cx.me, cx.actor(), chat);
    let update = types::UpdateChannel::new(Peer::of(chat).id());
    let made = w.updates(cx.me, vec![update.into()], &[chat]);
    Ok(joined(made, sent_updates(w, cx, &[sent])))
}

fn invite(
    w: &mut World,
    cx: &Cx<'_>,
    call: InviteToChannel,
) -> Answer<types::messages::InvitedUsers> {
    let chat = w.channel(cx.me, &call.channel)?;
    if call.users.len() > INVITED_MAX {
        return Err(Refusal::bad("USERS_TOO_MUCH"));
    }
    w.check_right(cx.me, chat, Right::Invite)?;
    let (mut come, mut missing) = (Vec::new(), Vec::new());
    for user in &call.users {
        let user = w.input_user(cx.me, user)?;
        match w.check_invite(cx.me, chat, user) {
            Ok(()) if come.contains(&user) => {}
            Ok(()) => come.push(user),
            Err(refusal) if refusal.name == "USER_ALREADY_PARTICIPANT" => {}
            // Whom its privacy keeps out can be sent a link instead.
            Err(refusal) if call.users.len() == 1 && refusal.name != PRIVACY => {
                return Err(refusal);
            }
            Err(_) => missing.push(types::MissingInvitee::new(user)),
        }
    }
    let sent = match come.is_empty() {
        true => None,
        false => w.enter(cx.actor(), chat, &come, Way::Invited)?,
    };
    Ok(types::messages::InvitedUsers::new(
        noted(w, cx, chat, sent),
        missing,
    ))
}

fn join(
    w: &mut World,
    cx: &Cx<'_>,
    call: JoinChannel,
) -> Answer<enums::messages::ChatInviteJoinResult> {
    let chat = w.channel(cx.me, &call.channel)?;
    let found = w.chat(chat)?;
    if found.members.has(cx.me) {
        let updates = noted(w, cx, chat, None);
        return Ok(types::messages::ChatInviteJoinResultOk::new(updates).into());
    }
    if found.settings.join_request {
        return Err(w.ask_to_join(cx.actor(), chat, 0)?);
    }
    let sent = w.enter(cx.actor(), chat, &[cx.me], Way::Joined)?;
    let updates = noted(w, cx, chat, sent);
    Ok(types::messages::ChatInviteJoinResultOk::new(updates).into())
}
