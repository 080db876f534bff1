use heliogram_api::functions::contacts::{
    AcceptContact, AddContact, DeleteContacts, GetContacts, GetStatuses, ImportContacts,
    ResolvePhone, ResolveUsername, Search,
};
use heliogram_api::{enums, types};

use super::privacy::tell;
use crate::render::peer;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Contact, Form, Private, World, phone_digits};

/// Most accounts a search finds.
const FOUND_MAX: i32 = 50;

pub(super) fn register(table: &mut Table) {
    table.on::<GetContacts>(get);
    table.on::<GetStatuses>(|w, cx, _| {
        let list = w.user(cx.me)?.contacts.keys();
        let known = list.filter_map(|id| w.users.get(id));
        Ok(known
            .map(|user| types::ContactStatus::new(user.id, w.status_for(cx.me, user)))
            .collect())
    });
    table.on::<ImportContacts>(import);
    table.on::<AddContact>(add);
    table.on::<AcceptContact>(|w, cx, call| {
        let id = w.input_user(cx.me, &call.id)?;
        let user = w.user(id)?;
        let (first, last) = (user.first_name.clone(), user.last_name.clone());
        keep(
            w,
            cx,
            id,
            Contact {
                first_name: first,
                last_name: last,
                knows_phone: true,
            },
        )
    });
    table.on::<DeleteContacts>(delete);
    table.on::<ResolveUsername>(|w, cx, call| {
        if call.username.is_empty() {
            return Err(Refusal::bad("USERNAME_INVALID"));
        }
        let not_there = || Refusal::bad("USERNAME_NOT_OCCUPIED");
        let id = w.by_username(&call.username).ok_or_else(not_there)?;
        Ok(resolved(w, cx, id))
    });
    table.on::<ResolvePhone>(|w, cx, call| {
        let phone = phone_digits(&call.phone)?;
        let not_there = || Refusal::bad("PHONE_NOT_OCCUPIED");
        let id = w.find_by_phone(cx.me, &phone).ok_or_else(not_there)?;
        Ok(resolved(w, cx, id))
    });
    table.on::<Search>(search);
}

fn get(w: &mut World, cx: &Cx<'_>, _: GetContacts) -> Answer<enums::contacts::Contacts> {
    let ids: Vec<i64> = w.user(cx.me)?.contacts.keys().copied().collect();
    let contacts = ids
        .iter()
        .map(|id| types::Contact::new(*id, w.is_mutual(cx.me, *id)))
        .collect();
    // The viewer is no contact of its own: only those in the list are named.
    let users = ids.iter().map(|id| w.user_for(cx.me, *id)).collect();
    Ok(types::contacts::Contacts::new(contacts, 0, users).into())
}

fn import(
    w: &mut World,
    cx: &Cx<'_>,
    call: ImportContacts,
) -> Answer<types::contacts::ImportedContacts> {
    let mut imported = Vec::new();
    let mut retry = Vec::new();
    let mut ids = Vec::new();
    for contact in call.contacts {
        let Ok(phone) = phone_digits(&contact.phone) else {
            continue;
        };
        let (first, last) = (contact.first_name.clone(), contact.last_name.clone());
        let found = w.find_by_phone(cx.me, &phone);
        if !w.save_contact(cx.me, phone, first, last) {
            retry.push(contact.client_id);
            continue;
        }
        let Some(id) = found.filter(|id| *id != cx.me) else {
            continue;
        };
        let first = if contact.first_name.is_empty() {
            &contact.phone
        } else {
            &contact.first_name
        };
        let kept = Contact {
            first_name: first.clone(),
            last_name: contact.last_name.clone(),
            knows_phone: true,
        };
        w.add_contact(cx.me, id, kept)?;
        imported.push(types::ImportedContact::new(id, contact.client_id));
        ids.push(id);
    }
    let users = w.users_for(cx.me, ids);
    Ok(types::contacts::ImportedContacts::new(
        imported,
        Vec::new(),
        retry,
        users,
    ))
}

fn add(w: &mut World, cx: &Cx<'_>, call: AddContact) -> Answer<enums::Updates> {
    let id = w.input_user(cx.me, &call.id)?;
    let given = phone_digits(&call.phone).ok();
    let knows_phone = given.is_some() && w.user(id)?.phone == given;
    let contact = Contact {
        first_name: call.first_name,
        last_name: call.last_name,
        knows_phone,
    };
    if call.add_phone_privacy_exception {
        w.allow_also(cx.me, Private::Phone, id)?;
        tell(w, cx, Private::Phone);
    }
    keep(w, cx, id, contact)
}

fn keep(w: &mut World, cx: &Cx<'_>, id: i64, contact: Contact) -> Answer<enums::Updates> {
    w.add_contact(cx.me, id, contact)?;
    let settings = types::UpdatePeerSettings::new(peer(id), w.peer_settings(cx.me, id).into());
    Ok(w.updates(cx.me, vec![settings.into()], &[id]))
}

fn delete(w: &mut World, cx: &Cx<'_>, call: DeleteContacts) -> Answer<enums::Updates> {
    let ids = call.id.iter().map(|user| w.input_user(cx.me, user));
    let ids = ids.collect::<Answer<Vec<i64>>>()?;
    w.remove_contacts(cx.me, &ids)?;
    let settings = |id: &i64| {
        types::UpdatePeerSettings::new(peer(*id), w.peer_settings(cx.me, *id).into()).into()
    };
    Ok(w.updates(cx.me, ids.iter().map(settings).collect(), &ids))
}

fn resolved(w: &World, cx: &Cx<'_>, id: i64) -> types::contacts::ResolvedPeer {
    let cast = w.cast(cx.me, [id]);
    types::contacts::ResolvedPeer::new(peer(id), cast.chats, cast.users)
}

fn search(w: &mut World, cx: &Cx<'_>, call: Search) -> Answer<types::contacts::Found> {
    if call.q.trim().is_empty() {
        return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
    }
    let limit = call.limit.clamp(1, FOUND_MAX) as usize;
    let (mut near, mut far) = w.find_users(cx.me, &call.q, limit);
    let (own, others) = w.find_chats(cx.me, &call.q);
    near.extend(own);
    far.extend(others);
    let broadcast = |id: &i64| {
        w.chats
            .get(id)
            .is_some_and(|chat| chat.form == Form::Broadcast)
    };
    let wanted = |id: &i64| (!call.bots || w.is_bot(*id)) && (!call.broadcasts || broadcast(id));
    near.retain(wanted);
    far.retain(wanted);
    near.truncate(limit);
    far.truncate(limit);
    let peers = |ids: &[i64]| ids.iter().map(|id| peer(*id)).collect();
    let cast = w.cast(cx.me, near.iter().chain(&far).copied());
    Ok(types::contacts::Found::new(
        peers(&near),
        peers(&far),
        cast.chats,
        cast.users,
    ))
}
