use heliogram_api::functions::messages::{ForwardMessages, SendMedia, SendMessage, SetTyping};
use heliogram_api::{enums, types};

use super::media::take_media;
use super::polls::poll_of;
use super::scheduled::{plan, refuse_repeating};
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Draft, How, Media, Poll, Quote, Rich, Sent, World, check_text, is_channel};

/// Most messages passed on at once.
const FORWARD_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<SendMessage>(send_message);
    table.slow::<SendMedia>(send_media);
    table.on::<ForwardMessages>(forward);
    table.on::<SetTyping>(|w, cx, call| {
        let to = w.peer(cx.me, &call.peer)?;
        w.type_into(cx.actor(), to, call.top_msg_id, call.action)?;
        Ok(true)
    });
}

/// What a message answers.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) to: Option<i32>,
    /// The thread or topic it goes into.
    pub(super) thread: Option<i32>,
    /// The words that are quoted.
    pub(super) quote: Option<Quote>,
}

pub(super) fn reply_of(
    w: &World,
    cx: &Cx<'_>,
    reply: Option<enums::InputReplyTo>,
) -> Answer<Reply> {
    match reply {
        None => Ok(Reply::default()),
        Some(enums::InputReplyTo::Message(reply)) => {
            let entities = reply.quote_entities;
            let quote = match reply.quote_text.filter(|text| !text.is_empty()) {
                Some(text) => {
                    let Rich { text, entities } = w.rich(cx.me, &text, entities)?;
                    Some(Quote {
                        text,
                        entities,
                        offset: reply.quote_offset,
                    })
                }
                None => None,
            };
            Ok(Reply {
                to: Some(reply.reply_to_msg_id),
                thread: reply.top_msg_id,
                quote,
            })
        }
        Some(_) => Err(Refusal::bad("REPLY_TO_INVALID")),
    }
}

/// The channel in whose name somebody writes.
pub(super) fn voice_of(
    w: &World,
    cx: &Cx<'_>,
    to: i64,
    asked: Option<&enums::InputPeer>,
) -> Answer<Option<i64>> {
    let invalid = |_| Refusal::bad("SEND_AS_PEER_INVALID");
    let asked = asked.map(|asked| w.peer(cx.me, asked).map_err(invalid));
    w.voice(cx.me, to, asked.transpose()?)
}

fn send_message(w: &mut World, cx: &Cx<'_>, call: SendMessage) -> Answer<enums::Updates> {
    refuse_repeating(call.schedule_repeat_period)?;
    let peer = w.peer(cx.me, &call.peer)?;
    let later = w.send_date(cx.me, peer, call.schedule_date)?;
    let reply = reply_of(w, cx, call.reply_to.map(|reply| *reply))?;
    let send_as = voice_of(w, cx, peer, call.send_as.as_deref())?;
    let draft = Draft {
        send_as,
        rich: w.rich(cx.me, &call.message, call.entities)?,
        markup: w.markup(cx.me, peer, call.reply_markup.map(|markup| *markup))?,
        reply_to: reply.to,
        thread: reply.thread,
        quote: reply.quote,
        silent: call.silent,
        noforwards: call.noforwards,
        invert_media: call.invert_media,
        random_id: call.random_id,
        ..Draft::default()
    };
    let given = call.message;
    let answer = match later {
        Some(date) => plan(w, cx, peer, vec![draft], date)?,
        None => {
            let sent = w.send(cx.actor(), peer, draft)?;
            short_sent(w, cx, sent, &given)
        }
    };
    if call.clear_draft {
        w.set_draft(cx.me, peer, None)?;
    }
    Ok(answer)
}

/// The answer to plain words is short: the client knows what it sent. What the server made of it
/// (cut white space, buttons) needs the long form.
fn short_sent(w: &World, cx: &Cx<'_>, sent: Sent, given: &str) -> enums::Updates {
    let letter = w.letters.get(&sent.letter);
    let as_given = letter.is_some_and(|letter| letter.text == given && letter.markup.is_none());
    if !as_given || is_channel(sent.owner) {
        return sent_updates(w, cx, &[sent]);
    }
    let entities = letter
        .map(|letter| letter.entities.clone())
        .unwrap_or_default();
    types::UpdateShortSentMessage {
        out: true,
        entities: (!entities.is_empty()).then_some(entities),
        ttl_period: letter.and_then(|letter| letter.ttl),
        ..types::UpdateShortSentMessage::new(sent.id, sent.pts, 1, sent.date)
    }
    .into()
}

/// The answer to messages that were sent: their ids by random id, and the messages themselves.
pub(super) fn sent_updates(w: &World, cx: &Cx<'_>, sent: &[Sent]) -> enums::Updates {
    let mut updates: Vec<enums::Update> = Vec::with_capacity(2 * sent.len());
    for one in sent {
        let random_id = w
            .letters
            .get(&one.letter)
            .map(|l| l.random_id)
            .unwrap_or_default();
        updates.push(types::UpdateMessageID::new(one.id, random_id).into());
    }
    let (new, people) = new_messages(w, cx, sent);
    updates.extend(new);
    w.updates(cx.me, updates, &people)
}

/// Messages that were sent as updates, with who appears in them.
pub(super) fn new_messages(
    w: &World,
    cx: &Cx<'_>,
    sent: &[Sent],
) -> (Vec<enums::Update>, Vec<i64>) {
    let (mut updates, mut people) = (Vec::with_capacity(sent.len()), Vec::new());
    for one in sent {
        let step = w.boxes.get(&one.owner).and_then(|b| b.logged_at(one.pts));
        let Some(step) = step else { continue };
        let (update, about) = w.update_of(cx.me, one.owner, step);
        updates.push(update);
        people.extend(about);
    }
    (updates, people)
}

/// Two answers as one: what came first and what followed, with who appears in either.
pub(super) fn joined(first: enums::Updates, second: enums::Updates) -> enums::Updates {
    match (first, second) {
        (enums::Updates::Updates(mut first), enums::Updates::Updates(second)) => {
            first.updates.extend(second.updates);
            let users = second.users.into_iter();
            first.users.extend(
                users
                    .filter(|user| !first.users.contains(user))
                    .collect::<Vec<_>>(),
            );
            let chats = second.chats.into_iter();
            first.chats.extend(
                chats
                    .filter(|chat| !first.chats.contains(chat))
                    .collect::<Vec<_>>(),
            );
            enums::Updates::Updates(first)
        }
        (_, second) => second,
    }
}

fn send_media(cx: &Cx<'_>, call: SendMedia) -> Answer<enums::Updates> {
    refuse_repeating(call.schedule_repeat_period)?;
    let peer = {
        let w = cx.shared.world();
        let peer = w.peer(cx.me, &call.peer)?;
        w.send_date(cx.me, peer, call.schedule_date)?;
        let rich = w.rich(cx.me, &call.message, call.entities.clone())?;
        // The words around a link are no caption.
        if !matches!(call.media, enums::InputMedia::WebPage(_)) {
            check_text(&rich.text, true)?;
        }
        check_before_file(
            &w,
            cx,
            peer,
            call.random_id,
            call.reply_to.as_deref().cloned(),
        )?;
        peer
    };
    let (media, poll) = match call.media {
        enums::InputMedia::Poll(poll) => (None, Some(*poll)),
        media => (take_media(cx, media)?, None),
    };
    cx.shared.change(|w| {
        let poll = poll.map(|poll| poll_of(w, cx, poll)).transpose()?;
        let reply = reply_of(w, cx, call.reply_to.map(|reply| *reply))?;
        let draft = Draft {
            send_as: voice_of(w, cx, peer, call.send_as.as_deref())?,
            rich: w.rich(cx.me, &call.message, call.entities)?,
            media,
            markup: w.markup(cx.me, peer, call.reply_markup.map(|markup| *markup))?,
            reply_to: reply.to,
            thread: reply.thread,
            quote: reply.quote,
            silent: call.silent,
            noforwards: call.noforwards,
            invert_media: call.invert_media,
            random_id: call.random_id,
            ..Draft::default()
        };
        let answer = match poll {
            Some(poll) => send_poll(w, cx, peer, (draft, poll), call.schedule_date)?,
            None => send_all(w, cx, peer, vec![draft], call.schedule_date)?,
        };
        if call.clear_draft {
            w.set_draft(cx.me, peer, None)?;
        }
        Ok(answer)
    })
}

/// Refuses what cannot be sent whatever its file is, before the file is looked at: a message that is
/// refused leaves the uploaded parts alone.
pub(super) fn check_before_file(
    w: &World,
    cx: &Cx<'_>,
    peer: i64,
    random_id: i64,
    reply: Option<enums::InputReplyTo>,
) -> Answer<()> {
    let reply = reply_of(w, cx, reply)?;
    let draft = Draft {
        random_id,
        reply_to: reply.to,
        thread: reply.thread,
        ..Draft::default()
    };
    w.check_may_send(cx.me, peer, &draft)
}

/// Sends a poll; one that may not be sent is not kept.
fn send_poll(
    w: &mut World,
    cx: &Cx<'_>,
    peer: i64,
    (draft, poll): (Draft, Poll),
    date: Option<i32>,
) -> Answer<enums::Updates> {
    let media = w.add_poll(poll);
    let draft = Draft {
        media: Some(media.clone()),
        ..draft
    };
    let answer = send_all(w, cx, peer, vec![draft], date);
    if let (Err(_), Media::Poll(id)) = (&answer, media) {
        w.drop_unused_poll(id);
    }
    answer
}

/// Sends messages that may be sent, at once or when they are to be.
pub(super) fn send_all(
    w: &mut World,
    cx: &Cx<'_>,
    peer: i64,
    drafts: Vec<Draft>,
    date: Option<i32>,
) -> Answer<enums::Updates> {
    if let Some(date) = w.send_date(cx.me, peer, date)? {
        return plan(w, cx, peer, drafts, date);
    }
    let sent = w.send_each(cx.actor(), peer, drafts)?;
    Ok(sent_updates(w, cx, &sent))
}

fn forward(w: &mut World, cx: &Cx<'_>, call: ForwardMessages) -> Answer<enums::Updates> {
    refuse_repeating(call.schedule_repeat_period)?;
    if call.id.len() != call.random_id.len() {
        return Err(Refusal::bad("RANDOM_ID_INVALID"));
    }
    if call.id.len() > FORWARD_MAX {
        return Err(Refusal::bad("MESSAGE_IDS_TOO_LONG"));
    }
    let from = match &call.from_peer {
        // Clients that forward from several conversations at once leave it out.
        enums::InputPeer::Empty => match call.id.first().map(|id| w.entry_peer(cx.me, *id)) {
            Some(peer) => peer?,
            None => return Err(Refusal::bad("MESSAGE_IDS_EMPTY")),
        },
        peer => w.peer(cx.me, peer)?,
    };
    let to = w.peer(cx.me, &call.to_peer)?;
    let reply = reply_of(w, cx, call.reply_to.map(|reply| *reply))?;
    let how = How {
        reply_to: reply.to,
        thread: call.top_msg_id.or(reply.thread),
        send_as: voice_of(w, cx, to, call.send_as.as_deref())?,
        drop_author: call.drop_author,
        drop_captions: call.drop_media_captions,
        silent: call.silent,
        noforwards: call.noforwards,
    };
    let ids: Vec<(i32, i64)> = call.id.into_iter().zip(call.random_id).collect();
    if let Some(date) = w.send_date(cx.me, to, call.schedule_date)? {
        let drafts = w.forward_drafts(cx.actor(), from, to, &ids, how)?;
        return plan(w, cx, to, drafts, date);
    }
    let sent = w.forward(cx.actor(), from, to, &ids, how)?;
    Ok(sent_updates(w, cx, &sent))
}
