use heliogram_api::functions::messages::{
    CheckChatInvite, DeleteExportedChatInvite, DeleteRevokedExportedChatInvites,
    EditExportedChatInvite, ExportChatInvite, GetAdminsWithInvites, GetChatInviteImporters,
    GetExportedChatInvite, GetExportedChatInvites, HideAllChatJoinRequests, HideChatJoinRequest,
    ImportChatInvite,
};
use heliogram_api::{enums, types};

use super::chats::noted;
use super::send::sent_updates;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Invite, LinkTerms, World};

/// Most links or people in one answer.
const PAGE_MAX: i32 = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<ExportChatInvite>(export);
    table.on::<EditExportedChatInvite>(edit);
    table.on::<GetExportedChatInvites>(list);
    table.on::<GetExportedChatInvite>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let link = w.link_of(cx.me, chat, &call.link)?;
        let (admin, invite) = (link.admin, w.exported(link));
        let users = w.users_for(cx.me, [admin]);
        Ok(types::messages::ExportedChatInvite::new(invite, users).into())
    });
    table.on::<DeleteExportedChatInvite>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        w.forget_link(cx.me, chat, &call.link)?;
        Ok(true)
    });
    table.on::<DeleteRevokedExportedChatInvites>(delete_revoked);
    table.on::<GetAdminsWithInvites>(admins);
    table.on::<GetChatInviteImporters>(importers);
    table.on::<CheckChatInvite>(|w, cx, call| {
        let link = w.followed(cx.me, &call.hash)?;
        Ok(w.invitation(cx.me, link))
    });
    table.on::<ImportChatInvite>(|w, cx, call| {
        let (chat, sent) = w.join_by_link(cx.actor(), &call.hash)?;
        let updates = noted(w, cx, chat, sent);
        Ok(types::messages::ChatInviteJoinResultOk::new(updates).into())
    });
    table.on::<HideChatJoinRequest>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let user = w.input_user(cx.me, &call.user_id)?;
        let sent = w.decide(cx.actor(), chat, user, call.approved)?;
        Ok(noted(w, cx, chat, sent))
    });
    table.on::<HideAllChatJoinRequests>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let link = match &call.link {
            Some(link) => Some(w.link_of(cx.me, chat, link)?.id),
            None => None,
        };
        let sent = w.decide_all(cx.actor(), chat, link, call.approved)?;
        match sent.is_empty() {
            true => Ok(noted(w, cx, chat, None)),
            false => Ok(sent_updates(w, cx, &sent)),
        }
    });
}

fn export(w: &mut World, cx: &Cx<'_>, call: ExportChatInvite) -> Answer<enums::ExportedChatInvite> {
    let chat = w.peer(cx.me, &call.peer)?;
    if call.subscription_pricing.is_some() {
        return Err(Refusal::bad("PRICING_CHAT_INVALID"));
    }
    let terms = LinkTerms {
        title: call.title.unwrap_or_default(),
        expire: call.expire_date.unwrap_or_default(),
        limit: call.usage_limit.unwrap_or_default(),
        request_needed: call.request_needed,
        permanent: false,
    };
    // The old way of asking gives up the permanent link for another.
    let terms = match call.legacy_revoke_permanent {
        true => LinkTerms::permanent(),
        false => terms,
    };
    let link = w.new_link(cx.me, chat, terms)?;
    Ok(w.exported(&link))
}

fn edit(
    w: &mut World,
    cx: &Cx<'_>,
    call: EditExportedChatInvite,
) -> Answer<enums::messages::ExportedChatInvite> {
    let chat = w.peer(cx.me, &call.peer)?;
    if call.revoked {
        let (old, new) = w.end_link(cx.me, chat, &call.link)?;
        let users = w.users_for(cx.me, [old.admin]);
        let ended = w.exported(&old);
        return Ok(match new {
            Some(new) => {
                let new = w.exported(&new);
                types::messages::ExportedChatInviteReplaced::new(ended, new, users).into()
            }
            None => types::messages::ExportedChatInvite::new(ended, users).into(),
        });
    }
    let (_, new) = w.edit_link(cx.me, chat, &call.link, |terms| {
        if let Some(expire) = call.expire_date {
            terms.expire = expire;
        }
        if let Some(limit) = call.usage_limit {
            terms.limit = limit;
        }
        if let Some(needed) = call.request_needed {
            terms.request_needed = needed;
        }
        if let Some(title) = call.title {
            terms.title = title;
        }
    })?;
    let users = w.users_for(cx.me, [new.admin]);
    Ok(types::messages::ExportedChatInvite::new(w.exported(&new), users).into())
}

/// The administrator whose links are asked for.
fn admin_of(w: &World, cx: &Cx<'_>, chat: i64, admin: &enums::InputUser) -> Answer<i64> {
    let admin = w
        .input_user(cx.me, admin)
        .map_err(|_| Refusal::bad("ADMIN_ID_INVALID"))?;
    w.check_links_of(cx.me, chat, admin)?;
    Ok(admin)
}

fn list(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetExportedChatInvites,
) -> Answer<types::messages::ExportedChatInvites> {
    let chat = w.peer(cx.me, &call.peer)?;
    let admin = admin_of(w, cx, chat, &call.admin_id)?;
    let links = w.links_of(chat).into_iter();
    let links: Vec<&Invite> = links
        .filter(|link| link.admin == admin && link.revoked == call.revoked)
        .collect();
    let total = links.len() as i32;
    let after = call.offset_link.unwrap_or_default();
    let date = call.offset_date.unwrap_or_default();
    let from = match links.iter().position(|link| link.link() == after) {
        Some(at) => at + 1,
        None if date > 0 => links.partition_point(|link| link.date >= date),
        None => 0,
    };
    let limit = call.limit.clamp(0, PAGE_MAX) as usize;
    let page = links.into_iter().skip(from).take(limit);
    let invites = page.map(|link| w.exported(link)).collect();
    let users = w.users_for(cx.me, [admin]);
    Ok(types::messages::ExportedChatInvites::new(
        total, invites, users,
    ))
}

fn delete_revoked(
    w: &mut World,
    cx: &Cx<'_>,
    call: DeleteRevokedExportedChatInvites,
) -> Answer<bool> {
    let chat = w.peer(cx.me, &call.peer)?;
    let admin = admin_of(w, cx, chat, &call.admin_id)?;
    let links = w.links_of(chat).into_iter();
    let revoked: Vec<String> = links
        .filter(|link| link.admin == admin && link.revoked)
        .map(Invite::link)
        .collect();
    for link in revoked {
        w.forget_link(cx.me, chat, &link)?;
    }
    Ok(true)
}

fn admins(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetAdminsWithInvites,
) -> Answer<types::messages::ChatAdminsWithInvites> {
    let chat = w.peer(cx.me, &call.peer)?;
    w.check_links_of(cx.me, chat, w.chat(chat)?.creator)?;
    let mut counts = std::collections::BTreeMap::<i64, (i32, i32)>::new();
    for link in w.links_of(chat) {
        let count = counts.entry(link.admin).or_default();
        match link.revoked {
            true => count.1 += 1,
            false => count.0 += 1,
        }
    }
    let users = w.users_for(cx.me, counts.keys().copied());
    let admins = counts
        .into_iter()
        .map(|(admin, (live, revoked))| types::ChatAdminWithInvites::new(admin, live, revoked))
        .collect();
    Ok(types::messages::ChatAdminsWithInvites::new(admins, users))
}

fn importers(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetChatInviteImporters,
) -> Answer<types::messages::ChatInviteImporters> {
    let chat = w.peer(cx.me, &call.peer)?;
    w.check_links(cx.me, chat)?;
    let query = call.q.unwrap_or_default();
    if call.link.is_some() && !query.is_empty() {
        return Err(Refusal::bad("SEARCH_WITH_LINK_NOT_SUPPORTED"));
    }
    let link = match &call.link {
        Some(link) => Some(w.link_of(cx.me, chat, link)?.id),
        None => None,
    };
    let mut all = match call.requested {
        true => waiting(w, chat, link)?,
        false => came(w, chat, link)?,
    };
    all.retain(|one| w.is_called(one.user_id, &query));
    all.sort_by_key(|one| std::cmp::Reverse((one.date, one.user_id)));
    let total = all.len() as i32;
    let after = w.input_user(cx.me, &call.offset_user).unwrap_or_default();
    if call.offset_date > 0 {
        all.retain(|one| (one.date, one.user_id) < (call.offset_date, after));
    }
    all.truncate(call.limit.clamp(0, PAGE_MAX) as usize);
    let users = all.iter().map(|one| one.user_id);
    let users = w.users_for(
        cx.me,
        users.chain(all.iter().filter_map(|one| one.approved_by)),
    );
    Ok(types::messages::ChatInviteImporters::new(total, all, users))
}

/// Those who wait to be let in.
fn waiting(w: &World, chat: i64, link: Option<i64>) -> Answer<Vec<types::ChatInviteImporter>> {
    let requests = w.chat(chat)?.requests.iter();
    let wanted = requests.filter(|(_, one)| link.is_none_or(|link| one.link == link));
    Ok(wanted
        .map(|(user, one)| types::ChatInviteImporter {
            requested: true,
            about: Some(one.about.clone()).filter(|about| !about.is_empty()),
            ..types::ChatInviteImporter::new(*user, one.date)
        })
        .collect())
}

/// Those who came by a link and are still there.
fn came(w: &World, chat: i64, link: Option<i64>) -> Answer<Vec<types::ChatInviteImporter>> {
    let members = w.chat(chat)?.members.inside();
    let wanted =
        members.filter(|(_, member)| link.map_or(member.link != 0, |link| member.link == link));
    Ok(wanted
        .map(|(user, member)| types::ChatInviteImporter {
            approved_by: Some(member.approved_by).filter(|by| *by != 0),
            ..types::ChatInviteImporter::new(user, member.date)
        })
        .collect())
}
