use heliogram_api::enums::{self, InputBotInlineMessage, InputBotInlineResult, InputMedia};
use heliogram_api::functions::messages::{
    GetInlineBotResults, SendInlineBotResult, SetInlineBotResults,
};
use heliogram_api::types;
use heliogram_tl::to_bytes;

use super::media::{place, take_media};
use super::send::{reply_of, sent_updates, voice_of};
use crate::rpc::{Answer, Cx, Refusal, Reply, Table, Wait};
use crate::world::{
    InlineAnswer, InlineBody, InlineMessage, InlineQuery, InlineResult, Media, Rich, Shown, World,
};

/// Longest time an answer is kept for others, in seconds.
const CACHE_MAX: i32 = 24 * 3600;

pub(super) fn register(table: &mut Table) {
    table.asking::<GetInlineBotResults>(ask);
    table.slow::<SetInlineBotResults>(answer);
    table.on::<SendInlineBotResult>(send);
}

/// Puts a query to a bot; the bot's answer is the answer.
fn ask(cx: &Cx<'_>, call: GetInlineBotResults) -> Answer<Reply<types::messages::BotResults>> {
    let geo = match &call.geo_point {
        Some(point) => Some(place(cx, point)?),
        None => None,
    };
    let me = cx.me;
    cx.shared.change(|w| {
        let bot = w.input_user(me, &call.bot)?;
        let peer = match &call.peer {
            enums::InputPeer::Empty => None,
            peer => Some(w.peer(me, peer)?),
        };
        let query = InlineQuery {
            text: call.query,
            offset: call.offset,
            geo,
        };
        let (id, answered) = w.ask_inline(cx.actor(), bot, peer, query)?;
        if answered {
            return results(w, me, id).map(Reply::Now);
        }
        let wait = Wait::new(&cx.shared.bells, id, move |shared| {
            shared.change(|w| results(w, me, id))
        });
        Ok(Reply::Later(wait))
    })
}

fn results(w: &mut World, me: i64, id: i64) -> Answer<types::messages::BotResults> {
    let answer = w.inline_answer(me, id)?;
    Ok(w.bot_results(me, id, &answer))
}

fn answer(cx: &Cx<'_>, call: SetInlineBotResults) -> Answer<bool> {
    let weight = to_bytes(&call).len();
    let results = call.results.into_iter();
    let results = results.map(|result| taken(cx, result));
    let results = results.collect::<Answer<Vec<InlineResult>>>()?;
    cx.shared.change(|w| {
        let answer = InlineAnswer {
            gallery: call.gallery,
            private: call.private,
            cache_time: call.cache_time.clamp(0, CACHE_MAX),
            next_offset: call.next_offset.filter(|offset| !offset.is_empty()),
            switch_pm: call.switch_pm,
            switch_webview: call.switch_webview,
            results,
            date: w.now(),
            weight,
        };
        w.answer_inline(cx.me, call.query_id, answer)?;
        Ok(true)
    })
}

/// A result as the world keeps it.
fn taken(cx: &Cx<'_>, result: InputBotInlineResult) -> Answer<InlineResult> {
    Ok(match result {
        InputBotInlineResult::InputBotInlineResult(result) => InlineResult {
            id: result.id,
            kind: result.r#type,
            title: result.title,
            description: result.description,
            shown: Shown::Link {
                url: result.url,
                thumb: result.thumb.map(|file| web(*file)).transpose()?,
                content: result.content.map(|file| web(*file)).transpose()?,
            },
            message: message(cx, result.send_message)?,
        },
        InputBotInlineResult::Photo(result) => InlineResult {
            id: result.id,
            kind: result.r#type,
            title: None,
            description: None,
            shown: known(cx, types::InputMediaPhoto::new(result.photo).into())
                .map_err(|_| Refusal::bad("PHOTO_INVALID"))?,
            message: message(cx, result.send_message)?,
        },
        InputBotInlineResult::Document(result) => InlineResult {
            id: result.id,
            kind: result.r#type,
            title: result.title,
            description: result.description,
            shown: known(cx, types::InputMediaDocument::new(result.document).into())
                .map_err(|_| Refusal::bad("DOCUMENT_INVALID"))?,
            message: message(cx, result.send_message)?,
        },
        // There are no games here.
        _ => return Err(Refusal::bad("RESULT_TYPE_INVALID")),
    })
}

/// A photo or document the bot knows already.
fn known(cx: &Cx<'_>, media: InputMedia) -> Answer<Shown> {
    let media = take_media(cx, media)?;
    media
        .map(Shown::Media)
        .ok_or_else(|| Refusal::bad("MEDIA_INVALID"))
}

/// A file that lies elsewhere; whoever wants it fetches it there.
fn web(file: types::InputWebDocument) -> Answer<types::InputWebDocument> {
    let rest = file.url.strip_prefix("https://");
    let rest = rest.or_else(|| file.url.strip_prefix("http://"));
    if rest.is_none_or(|rest| rest.is_empty() || rest.contains(char::is_whitespace)) {
        return Err(Refusal::bad("WEBDOCUMENT_URL_INVALID"));
    }
    if file.mime_type.is_empty() {
        return Err(Refusal::bad("WEBDOCUMENT_MIME_INVALID"));
    }
    Ok(file)
}

/// The message that is sent if a result is chosen.
fn message(cx: &Cx<'_>, message: InputBotInlineMessage) -> Answer<InlineMessage> {
    use InputBotInlineMessage as M;
    let words = |text: &str, entities, body, markup| words(cx, text, entities, body, markup);
    Ok(match message {
        M::MediaAuto(m) => InlineMessage {
            invert_media: m.invert_media,
            ..words(&m.message, m.entities, InlineBody::Auto, m.reply_markup)?
        },
        M::Text(m) => InlineMessage {
            no_webpage: m.no_webpage,
            invert_media: m.invert_media,
            ..words(&m.message, m.entities, InlineBody::Text, m.reply_markup)?
        },
        M::MediaWebPage(m) => {
            let page = types::InputMediaWebPage {
                force_large_media: m.force_large_media,
                force_small_media: m.force_small_media,
                optional: m.optional,
                ..types::InputMediaWebPage::new(m.url)
            };
            InlineMessage {
                invert_media: m.invert_media,
                ..words(
                    &m.message,
                    m.entities,
                    InlineBody::Page(page),
                    m.reply_markup,
                )?
            }
        }
        M::MediaGeo(m) => {
            let geo = place(cx, &m.geo_point)?;
            let media = match m.period {
                Some(period) => types::MessageMediaGeoLive {
                    heading: m.heading,
                    proximity_notification_radius: m.proximity_notification_radius,
                    ..types::MessageMediaGeoLive::new(geo, period)
                }
                .into(),
                None => types::MessageMediaGeo::new(geo).into(),
            };
            words("", None, InlineBody::Plain(Box::new(media)), m.reply_markup)?
        }
        M::MediaVenue(m) => {
            let venue = types::InputMediaVenue::new(
                m.geo_point,
                m.title,
                m.address,
                m.provider,
                m.venue_id,
                m.venue_type,
            );
            words("", None, plain(cx, venue.into())?, m.reply_markup)?
        }
        M::MediaContact(m) => {
            let contact =
                types::InputMediaContact::new(m.phone_number, m.first_name, m.last_name, m.vcard);
            words("", None, plain(cx, contact.into())?, m.reply_markup)?
        }
        // Games, invoices and pages written by bots cannot be sent here.
        _ => return Err(Refusal::bad("SEND_MESSAGE_TYPE_INVALID")),
    })
}

fn words(
    cx: &Cx<'_>,
    text: &str,
    entities: Option<Vec<enums::MessageEntity>>,
    body: InlineBody,
    markup: Option<Box<enums::ReplyMarkup>>,
) -> Answer<InlineMessage> {
    let w = cx.shared.world();
    let rich: Rich = w.rich(cx.me, text, entities)?;
    match &body {
        InlineBody::Text | InlineBody::Page(_) => crate::world::check_text(&rich.text, false)?,
        _ => crate::world::check_text(&rich.text, true)?,
    }
    Ok(InlineMessage {
        rich,
        body,
        no_webpage: false,
        invert_media: false,
        markup: w.inline_markup(cx.me, markup.map(|markup| *markup))?,
    })
}

fn plain(cx: &Cx<'_>, media: InputMedia) -> Answer<InlineBody> {
    match take_media(cx, media)? {
        Some(Media::Plain(media)) => Ok(InlineBody::Plain(media)),
        _ => Err(Refusal::bad("SEND_MESSAGE_MEDIA_INVALID")),
    }
}

/// Sends what somebody chose.
fn send(w: &mut World, cx: &Cx<'_>, call: SendInlineBotResult) -> Answer<enums::Updates> {
    if call.schedule_date.is_some() {
        return Err(Refusal::bad("SCHEDULE_DATE_INVALID"));
    }
    let peer = w.peer(cx.me, &call.peer)?;
    let may_inline = |chat: &crate::world::Chat| !chat.banned_for(cx.me).send_inline;
    if !w.chats.get(&peer).is_none_or(may_inline) {
        return Err(Refusal::bad("CHAT_SEND_INLINE_FORBIDDEN"));
    }
    let (bot, query, mut draft) = w.chosen(cx.me, call.query_id, &call.id)?;
    let reply = reply_of(w, cx, call.reply_to.map(|reply| *reply))?;
    draft.send_as = voice_of(w, cx, peer, call.send_as.as_deref())?;
    draft.reply_to = reply.to;
    draft.thread = reply.thread;
    draft.quote = reply.quote;
    draft.silent = call.silent;
    draft.random_id = call.random_id;
    if call.hide_via && w.is_search_bot(bot) {
        draft.via_bot = None;
    }
    let sent = w.send(cx.actor(), peer, draft)?;
    if call.clear_draft {
        w.set_draft(cx.me, peer, None)?;
    }
    w.push_chosen(cx.actor(), bot, query, call.id, sent.letter);
    Ok(sent_updates(w, cx, &[sent]))
}
