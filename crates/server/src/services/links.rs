use heliogram_api::functions::channels::{ExportMessageLink, GetMessageAuthor};
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Peer, World};

pub(super) fn register(table: &mut Table) {
    table.on::<ExportMessageLink>(export);
    table.on::<GetMessageAuthor>(|w, cx, call| {
        let chat = w.channel(cx.me, &call.channel)?;
        if !w.chat(chat)?.is_admin(cx.me) {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        let letter = w.message_of(cx.me, chat, call.id)?;
        let author = w.letters.get(&letter).map(|letter| letter.by);
        let author = author.filter(|author| w.users.contains_key(author));
        let author = author.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        Ok(w.user_for(cx.me, author))
    });
}

fn export(
    w: &mut World,
    cx: &Cx<'_>,
    call: ExportMessageLink,
) -> Answer<types::ExportedMessageLink> {
    let chat = w.channel(cx.me, &call.channel)?;
    let letter = w.message_of(cx.me, chat, call.id)?;
    let found = w.chat(chat)?;
    let base = match &found.username {
        Some(name) => format!("https://t.me/{name}"),
        None => format!("https://t.me/c/{}", Peer::of(chat).id()),
    };
    let entry = w.boxes.get(&chat).and_then(|b| b.entries.get(&call.id));
    let thread = entry.and_then(|entry| entry.thread);
    let mut link = match thread.filter(|_| found.settings.forum) {
        Some(topic) => format!("{base}/{topic}/{}", call.id),
        None => format!("{base}/{}", call.id),
    };
    let thread = thread.filter(|_| call.thread && !found.settings.forum);
    let album = w
        .letters
        .get(&letter)
        .is_some_and(|letter| letter.grouped.is_some());
    let marks = [
        (album && !call.grouped).then(|| "single".to_owned()),
        thread.map(|thread| format!("thread={thread}")),
    ];
    for (mark, sign) in marks.into_iter().flatten().zip(['?', '&']) {
        link.push(sign);
        link.push_str(&mark);
    }
    let html = format!("<a href=\"{link}\">{link}</a>");
    Ok(types::ExportedMessageLink::new(link, html))
}
