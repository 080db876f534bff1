//! Inline queries: what people type after a bot's name, and what the bot offers them for it.

use std::collections::HashSet;
use std::sync::Arc;

use heliogram_api::{enums, types};

use super::questions::Asked;
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Draft, Form, Media, Peer, Rich, World};

/// Most results of one answer.
const RESULTS_MAX: usize = 50;
/// Longest id of a result, and longest offset, in bytes.
const ID_MAX: usize = 64;
/// Longest query, in characters; what is longer is cut.
const QUERY_MAX: usize = 256;
/// Seconds after which a result cannot be sent any more.
const RESULT_LIFE: i32 = 3600;
/// What a result can be.
const KINDS: &[&str] = &[
    "article",
    "audio",
    "contact",
    "file",
    "geo",
    "gif",
    "mpeg4_gif",
    "photo",
    "sticker",
    "venue",
    "video",
    "voice",
    "document",
];

/// What somebody asks.
#[derive(Clone)]
pub(crate) struct InlineQuery {
    pub(crate) text: String,
    pub(crate) offset: String,
    pub(crate) geo: Option<enums::GeoPoint>,
}

/// What a bot offers.
pub(crate) struct InlineAnswer {
    pub(crate) gallery: bool,
    /// Nobody else may be given it.
    pub(crate) private: bool,
    pub(crate) cache_time: i32,
    pub(crate) next_offset: Option<String>,
    pub(crate) switch_pm: Option<Box<types::InlineBotSwitchPM>>,
    pub(crate) switch_webview: Option<Box<types::InlineBotWebView>>,
    pub(crate) results: Vec<InlineResult>,
    /// When it was given.
    pub(crate) date: i32,
    /// How many bytes the bot said.
    pub(crate) weight: usize,
}

/// One thing that can be chosen.
pub(crate) struct InlineResult {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) shown: Shown,
    pub(crate) message: InlineMessage,
}

/// What is shown of a result.
pub(crate) enum Shown {
    /// A link, with pictures and files that lie elsewhere.
    Link {
        url: Option<String>,
        thumb: Option<types::InputWebDocument>,
        content: Option<types::InputWebDocument>,
    },
    /// A photo or document of this server.
    Media(Media),
}

/// The message that is sent when a result is chosen.
pub(crate) struct InlineMessage {
    pub(crate) rich: Rich,
    pub(crate) body: InlineBody,
    pub(crate) no_webpage: bool,
    pub(crate) invert_media: bool,
    pub(crate) markup: Option<enums::ReplyMarkup>,
}

/// What that message carries.
pub(crate) enum InlineBody {
    /// Whatever the result shows.
    Auto,
    /// Its text alone.
    Text,
    /// Its text, with the preview of this page.
    Page(types::InputMediaWebPage),
    /// A place or a contact.
    Plain(Box<enums::MessageMedia>),
}

impl World {
    /// Puts a query to a bot, or finds what the bot answered to the same before. Gives the id of the
    /// question, and whether it is answered already.
    pub(crate) fn ask_inline(
        &mut self,
        by: Actor,
        bot: i64,
        peer: Option<i64>,
        mut query: InlineQuery,
    ) -> Answer<(i64, bool)> {
        if !self.is_bot(bot) {
            return Err(Refusal::bad("BOT_INVALID"));
        }
        if self.bot(bot).is_none_or(|bot| bot.placeholder.is_none()) {
            return Err(Refusal::bad("BOT_INLINE_DISABLED"));
        }
        if query.offset.len() > ID_MAX {
            return Err(Refusal::bad("NEXT_OFFSET_INVALID"));
        }
        if let Some((end, _)) = query.text.char_indices().nth(QUERY_MAX) {
            query.text.truncate(end);
        }
        if let Some(known) = self.cached(bot, by.user, &query) {
            let asked = Asked::Inline(query, Some(known));
            return Ok((self.ask(bot, by.user, asked)?, true));
        }
        let id = self.ask(bot, by.user, Asked::Inline(query.clone(), None))?;
        let update = types::UpdateBotInlineQuery {
            geo: query.geo.map(Box::new),
            peer_type: peer.map(|peer| self.peer_type(bot, peer)),
            ..types::UpdateBotInlineQuery::new(id, by.user, query.text, query.offset)
        };
        self.push_one(bot, by, update.into(), &[by.user]);
        Ok((id, false))
    }

    /// What a bot answered to the same query not too long ago.
    fn cached(&self, bot: i64, user: i64, query: &InlineQuery) -> Option<Arc<InlineAnswer>> {
        let now = self.now();
        let fits = |known: &InlineQuery| {
            known.text == query.text && known.offset == query.offset && known.geo == query.geo
        };
        self.questions.newest().find_map(|question| {
            let Asked::Inline(known, Some(answer)) = &question.what else {
                return None;
            };
            let shared = question.user == user || (!answer.private && query.geo.is_none());
            let fresh = now < answer.date.saturating_add(answer.cache_time);
            let same = question.bot == bot && fits(known) && shared && fresh;
            same.then(|| Arc::clone(answer))
        })
    }

    fn peer_type(&self, bot: i64, peer: i64) -> enums::InlineQueryPeerType {
        use enums::InlineQueryPeerType as T;
        match Peer::of(peer) {
            Peer::User(id) if id == bot => T::SameBotPM,
            Peer::User(id) if self.is_bot(id) => T::BotPM,
            Peer::User(_) => T::PM,
            Peer::Group(_) => T::Chat,
            Peer::Channel(_) => match self.chats.get(&peer).map(|chat| chat.form) {
                Some(Form::Broadcast) => T::Broadcast,
                _ => T::Megagroup,
            },
        }
    }

    /// A bot's answer to a query.
    pub(crate) fn answer_inline(&mut self, bot: i64, id: i64, answer: InlineAnswer) -> Answer<()> {
        check_answer(&answer)?;
        let question = self.questions.waiting(id, bot)?;
        let Asked::Inline(_, given) = &mut question.what else {
            return Err(Refusal::bad("QUERY_ID_INVALID"));
        };
        let weight = answer.weight;
        *given = Some(Arc::new(answer));
        self.questions.grow(weight);
        self.answered.push(id);
        Ok(())
    }

    /// The answer to a question of an account. A question that has none by now never gets one.
    pub(crate) fn inline_answer(&mut self, user: i64, id: i64) -> Answer<Arc<InlineAnswer>> {
        let question = self.questions.asked(id, user);
        if let Ok(question) = question
            && let Asked::Inline(_, Some(answer)) = &question.what
        {
            return Ok(Arc::clone(answer));
        }
        self.questions.forget(id);
        Err(Refusal::bad("BOT_RESPONSE_TIMEOUT"))
    }

    /// The message an account chose from an answer, the bot that offered it, and what was asked.
    pub(crate) fn chosen(
        &self,
        user: i64,
        id: i64,
        result: &str,
    ) -> Answer<(i64, InlineQuery, Draft)> {
        let question = self.questions.asked(id, user)?;
        let Asked::Inline(query, Some(answer)) = &question.what else {
            return Err(Refusal::bad("QUERY_ID_INVALID"));
        };
        if self.now() > question.asked.saturating_add(RESULT_LIFE) {
            return Err(Refusal::bad("INLINE_RESULT_EXPIRED"));
        }
        let mut results = answer.results.iter();
        let result = results.find(|known| known.id == result);
        let result = result.ok_or_else(|| Refusal::bad("RESULT_ID_INVALID"))?;
        let media = match (&result.message.body, &result.shown) {
            (InlineBody::Text | InlineBody::Page(_), _) => None,
            (InlineBody::Plain(media), _) => Some(Media::Plain(media.clone())),
            (InlineBody::Auto, Shown::Media(media)) => Some(media.clone()),
            // Nothing is ever fetched from elsewhere.
            (InlineBody::Auto, _) => return Err(Refusal::bad("WEBPAGE_CURL_FAILED")),
        };
        let draft = Draft {
            rich: result.message.rich.clone(),
            media,
            markup: result.message.markup.clone(),
            invert_media: result.message.invert_media,
            via_bot: Some(question.bot),
            ..Draft::default()
        };
        Ok((question.bot, query.clone(), draft))
    }

    /// Tells a bot that something it offered was sent. A message with buttons below it can be edited
    /// by the bot, which is told how it is called.
    pub(crate) fn push_chosen(
        &mut self,
        by: Actor,
        bot: i64,
        query: InlineQuery,
        result: String,
        letter: i64,
    ) {
        let buttons = self.letters.get(&letter).and_then(|l| l.markup.as_ref());
        let msg_id = buttons.and_then(|_| self.inline_id(bot, letter));
        let update = types::UpdateBotInlineSend {
            geo: query.geo.map(Box::new),
            msg_id: msg_id.map(|id| Box::new(id.into())),
            ..types::UpdateBotInlineSend::new(by.user, query.text, result)
        };
        self.push_one(bot, by, update.into(), &[by.user]);
    }
}

fn check_answer(answer: &InlineAnswer) -> Answer<()> {
    let refuse = |name: &'static str| Err(Refusal::bad(name));
    if answer.results.len() > RESULTS_MAX {
        return refuse("RESULTS_TOO_MUCH");
    }
    if answer
        .next_offset
        .as_ref()
        .is_some_and(|offset| offset.len() > ID_MAX)
    {
        return refuse("NEXT_OFFSET_INVALID");
    }
    if let Some(switch) = &answer.switch_pm {
        if switch.text.is_empty() {
            return refuse("SWITCH_PM_TEXT_EMPTY");
        }
        super::check_start(&switch.start_param)?;
    }
    if let Some(switch) = &answer.switch_webview
        && !switch.url.starts_with("https://")
    {
        return refuse("URL_INVALID");
    }
    let mut ids = HashSet::new();
    for result in &answer.results {
        if result.id.is_empty() {
            return refuse("RESULT_ID_EMPTY");
        }
        if result.id.len() > ID_MAX {
            return refuse("RESULT_ID_INVALID");
        }
        if !ids.insert(result.id.as_str()) {
            return refuse("RESULT_ID_DUPLICATE");
        }
        check_result(result)?;
    }
    Ok(())
}

fn check_result(result: &InlineResult) -> Answer<()> {
    let refuse = |name: &'static str| Err(Refusal::bad(name));
    let untitled = result.title.as_ref().is_none_or(String::is_empty);
    if !KINDS.contains(&result.kind.as_str()) {
        return refuse("RESULT_TYPE_INVALID");
    }
    let elsewhere = matches!(&result.shown, Shown::Link { .. });
    let missing = matches!(&result.shown, Shown::Link { content: None, .. });
    match (result.kind.as_str(), &result.message.body) {
        ("article", _) if untitled => refuse("ARTICLE_TITLE_EMPTY"),
        ("article", InlineBody::Auto) => refuse("SEND_MESSAGE_TYPE_INVALID"),
        ("photo", _) if missing => refuse("PHOTO_CONTENT_URL_EMPTY"),
        ("audio", _) if missing => refuse("AUDIO_CONTENT_URL_EMPTY"),
        ("audio", _) if elsewhere && untitled => refuse("AUDIO_TITLE_EMPTY"),
        ("file", _) if elsewhere && untitled => refuse("FILE_TITLE_EMPTY"),
        ("video", _) if elsewhere && untitled => refuse("VIDEO_TITLE_EMPTY"),
        (_, InlineBody::Auto) if missing => refuse("SEND_MESSAGE_MEDIA_INVALID"),
        _ => Ok(()),
    }
}
