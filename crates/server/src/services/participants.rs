use heliogram_api::functions::channels::{GetParticipant, GetParticipants};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Chat, Form, Member, Standing, World};

/// Most members in one answer.
const PAGE_MAX: i32 = 200;

pub(super) fn register(table: &mut Table) {
    table.on::<GetParticipants>(list);
    table.on::<GetParticipant>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        let user = w.peer(cx.me, &call.participant)?;
        let found = w.chat(chat)?;
        let known = found.members.get(user);
        if known.is_none_or(|m| m.standing == Standing::Left && m.banned.is_none()) {
            return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
        }
        may_list(found, cx.me, user == cx.me)?;
        let place = w
            .channel_member(cx.me, found, user)
            .ok_or_else(|| Refusal::bad("USER_NOT_PARTICIPANT"))?;
        let cast = w.cast(cx.me, [user, chat]);
        Ok(types::channels::ChannelParticipant::new(
            place, cast.chats, cast.users,
        ))
    });
}

/// Who is in a broadcast channel is for its administrators to know.
fn may_list(chat: &Chat, viewer: i64, own: bool) -> Answer<()> {
    let hidden = chat.form == Form::Broadcast || chat.settings.participants_hidden;
    match hidden && !own && !chat.is_admin(viewer) {
        true => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        false => Ok(()),
    }
}

fn list(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetParticipants,
) -> Answer<enums::channels::ChannelParticipants> {
    let chat = w.channel(cx.me, &call.channel)?;
    let found = w.chat(chat)?;
    may_list(found, cx.me, false)?;
    use enums::ChannelParticipantsFilter as F;
    let removed = matches!(
        call.filter,
        F::ChannelParticipantsKicked(_) | F::ChannelParticipantsBanned(_)
    );
    if removed && !found.is_admin(cx.me) {
        return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
    }
    let mut users: Vec<i64> = found
        .members
        .all()
        .filter(|(user, member)| w.listed(cx.me, found, *user, member, &call.filter))
        .map(|(user, _)| user)
        .collect();
    // The newest come first.
    let date = |user: &i64| found.members.get(*user).map_or(0, |member| member.date);
    users.sort_by_key(|user| (std::cmp::Reverse(date(user)), *user));
    let total = users.len() as i32;
    let page: Vec<i64> = users
        .into_iter()
        .skip(usize::try_from(call.offset).unwrap_or(0))
        .take(call.limit.clamp(0, PAGE_MAX) as usize)
        .collect();
    let places = page
        .iter()
        .filter_map(|user| w.channel_member(cx.me, found, *user))
        .collect();
    let mut about = page;
    about.push(chat);
    let cast = w.cast(cx.me, about);
    Ok(types::channels::ChannelParticipants::new(total, places, cast.chats, cast.users).into())
}

impl World {
    /// Whether somebody belongs into a list of members.
    fn listed(
        &self,
        viewer: i64,
        chat: &Chat,
        user: i64,
        member: &Member,
        filter: &enums::ChannelParticipantsFilter,
    ) -> bool {
        use enums::ChannelParticipantsFilter as F;
        let named = |q: &str| self.is_called(user, q);
        match filter {
            F::ChannelParticipantsRecent => member.is_in(),
            F::ChannelParticipantsAdmins => chat.is_admin(user),
            F::ChannelParticipantsBots => member.is_in() && self.is_bot(user),
            F::ChannelParticipantsKicked(filter) => {
                member.standing == Standing::Kicked && named(&filter.q)
            }
            F::ChannelParticipantsBanned(filter) => {
                let restricted = member.banned.is_some();
                restricted && member.standing != Standing::Kicked && named(&filter.q)
            }
            F::ChannelParticipantsSearch(filter) => member.is_in() && named(&filter.q),
            F::ChannelParticipantsContacts(filter) => {
                let list = self.users.get(&viewer).map(|user| &user.contacts);
                let known = list.is_some_and(|list| list.contains_key(&user));
                member.is_in() && known && named(&filter.q)
            }
            F::ChannelParticipantsMentions(filter) => {
                let q = filter.q.as_deref().unwrap_or_default();
                member.is_in() && user != viewer && named(q)
            }
            _ => false,
        }
    }

    /// Whether a part of an account's name or public name begins with these words.
    pub(super) fn is_called(&self, user: i64, query: &str) -> bool {
        let query = query.trim().trim_start_matches('@').to_lowercase();
        let Some(user) = self.users.get(&user) else {
            return false;
        };
        let names = [user.full_name(), user.username.clone().unwrap_or_default()];
        query.is_empty()
            || names.iter().any(|name| {
                let name = name.to_lowercase();
                name.starts_with(&query) || name.split(' ').any(|part| part.starts_with(&query))
            })
    }
}
