use heliogram_api::functions::channels::GetAdminLog;
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Act, Deed, World};

/// Most things in one answer.
const PAGE_MAX: i32 = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<GetAdminLog>(log);
}

fn log(w: &mut World, cx: &Cx<'_>, call: GetAdminLog) -> Answer<types::channels::AdminLogResults> {
    let chat = w.channel(cx.me, &call.channel)?;
    let found = w.chat(chat)?;
    if !found.is_admin(cx.me) {
        return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
    }
    let admins = match &call.admins {
        Some(admins) => {
            let admins = admins.iter().map(|user| w.input_user(cx.me, user));
            Some(admins.collect::<Answer<Vec<i64>>>()?)
        }
        None => None,
    };
    let query = call.q.trim().to_lowercase();
    let wanted = |deed: &&Deed| {
        (call.max_id <= 0 || deed.id < call.max_id)
            && deed.id > call.min_id
            && admins
                .as_ref()
                .is_none_or(|admins| admins.contains(&deed.by))
            && call
                .events_filter
                .as_ref()
                .is_none_or(|filter| deed.act.falls_under(filter))
            && (query.is_empty() || w.speaks_of(deed, &query))
    };
    let limit = call.limit.clamp(0, PAGE_MAX) as usize;
    let page = found.deeds.iter().rev().filter(wanted).take(limit);
    let (mut events, mut about) = (Vec::new(), vec![chat]);
    for deed in page {
        let (event, who) = w.deed_for(cx.me, found, deed);
        events.push(event);
        about.extend(who);
    }
    let cast = w.cast(cx.me, about);
    Ok(types::channels::AdminLogResults::new(
        events, cast.chats, cast.users,
    ))
}

impl World {
    /// Whether something that was done has to do with these words: who did it, whom it was done to,
    /// or what a message says.
    fn speaks_of(&self, deed: &Deed, query: &str) -> bool {
        let says = |text: &str| text.to_lowercase().contains(query);
        self.is_called(deed.by, query)
            || match &deed.act {
                Act::Message(_, message) => says(&message.letter.text),
                Act::Edited(before, after) => says(&before.letter.text) || says(&after.letter.text),
                Act::Place(user, ..) => self.is_called(*user, query),
                Act::TopicMade(topic) | Act::TopicGone(topic) => says(&topic.title),
                Act::TopicChanged(before, after) => says(&before.title) || says(&after.title),
                Act::Plain(_) | Act::Photo(..) => false,
            }
    }
}
