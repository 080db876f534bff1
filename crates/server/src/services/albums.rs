use std::collections::HashSet;

use heliogram_api::functions::messages::SendMultiMedia;
use heliogram_api::{enums, types};

use super::media::take_media;
use super::send::{check_before_file, reply_of, send_all, voice_of};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Draft, World, check_text};

/// Most files of one album.
const ALBUM_MAX: usize = 10;

pub(super) fn register(table: &mut Table) {
    table.slow::<SendMultiMedia>(send_album);
}

fn send_album(cx: &Cx<'_>, call: SendMultiMedia) -> Answer<enums::Updates> {
    let peer = {
        let w = cx.shared.world();
        let peer = w.peer(cx.me, &call.peer)?;
        w.send_date(cx.me, peer, call.schedule_date)?;
        check_items(&w, cx, peer, &call.multi_media, call.reply_to.as_deref())?;
        peer
    };
    let mut items = Vec::with_capacity(call.multi_media.len());
    for item in call.multi_media {
        let media = take_media(cx, item.media)?.ok_or_else(|| Refusal::bad("MEDIA_INVALID"))?;
        items.push((media, item.random_id, item.message, item.entities));
    }
    cx.shared.change(|w| {
        w.check_album(items.iter().map(|(media, ..)| media))?;
        let reply = reply_of(w, cx, call.reply_to.map(|reply| *reply))?;
        let group = w.random_id();
        let send_as = voice_of(w, cx, peer, call.send_as.as_deref())?;
        let mut drafts = Vec::with_capacity(items.len());
        for (media, random_id, text, entities) in items {
            let draft = Draft {
                send_as,
                rich: w.rich(cx.me, &text, entities)?,
                media: Some(media),
                reply_to: reply.to,
                thread: reply.thread,
                quote: reply.quote.clone(),
                grouped: Some(group),
                silent: call.silent,
                noforwards: call.noforwards,
                invert_media: call.invert_media,
                random_id,
                ..Draft::default()
            };
            drafts.push(draft);
        }
        let answer = send_all(w, cx, peer, drafts, call.schedule_date)?;
        if call.clear_draft {
            w.set_draft(cx.me, peer, None)?;
        }
        Ok(answer)
    })
}

/// An album is sent whole or not at all.
fn check_items(
    w: &World,
    cx: &Cx<'_>,
    peer: i64,
    items: &[types::InputSingleMedia],
    reply: Option<&enums::InputReplyTo>,
) -> Answer<()> {
    match items.len() {
        0 => return Err(Refusal::bad("MEDIA_EMPTY")),
        1..=ALBUM_MAX => {}
        _ => return Err(Refusal::bad("MULTI_MEDIA_TOO_LONG")),
    }
    let mut random_ids = HashSet::new();
    for item in items {
        if !random_ids.insert(item.random_id) {
            return Err(Refusal::new(500, "RANDOM_ID_DUPLICATE"));
        }
        let rich = w.rich(cx.me, &item.message, item.entities.clone())?;
        check_text(&rich.text, true)?;
        check_before_file(w, cx, peer, item.random_id, reply.cloned())?;
    }
    Ok(())
}
