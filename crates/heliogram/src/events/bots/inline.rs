//! Queries typed after the bot's name, and what was chosen of the answers.

use heliogram_api::enums;

use crate::events::{About, Context};
use crate::{
    PeerId, Text,
    methods::{
        bots::{AnswerInline, EditInlineMessage},
        messages::change::Change,
    },
    types::{InlineChatKind, InlineMessageId},
};

/// Somebody types something after the bot's name, in any chat.
///
/// ```no_run
/// # async fn run(query: heliogram::events::InlineQuery) -> heliogram::Result<()> {
/// use heliogram::types::InlineQueryResult;
///
/// let shout = query.text().to_uppercase();
/// query.answer().result(InlineQueryResult::article("Shout it", shout)).await?;
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotInlineQuery`.
#[derive(Clone, Debug)]
#[doc(alias = "on_inline_query")]
#[doc(alias = "updateBotInlineQuery")]
pub struct InlineQuery {
    cx: Context,
    sender: PeerId,
}

event_members!(InlineQuery, ChosenInlineResult);
has_sender!(one InlineQuery);
has_sender!(one ChosenInlineResult);

impl InlineQuery {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotInlineQuery(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            sender: PeerId::user(u.user_id)?,
        })
    }

    /// The number of the question.
    #[must_use]
    #[doc(alias = "query_id")]
    pub fn id(&self) -> i64 {
        match self.raw() {
            enums::Update::BotInlineQuery(u) => u.query_id,
            _ => 0,
        }
    }

    /// What was typed after the bot's name.
    #[must_use]
    #[doc(alias = "query")]
    pub fn text(&self) -> &str {
        match self.raw() {
            enums::Update::BotInlineQuery(u) => &u.query,
            _ => "",
        }
    }

    /// Where to go on in the results: what an earlier answer gave as its `next_offset`, empty at
    /// first.
    #[must_use]
    pub fn offset(&self) -> &str {
        match self.raw() {
            enums::Update::BotInlineQuery(u) => &u.offset,
            _ => "",
        }
    }

    /// Latitude and longitude in degrees, if the bot asks for that and the person lets it.
    #[must_use]
    #[doc(alias = "geo")]
    pub fn location(&self) -> Option<(f64, f64)> {
        match self.raw() {
            enums::Update::BotInlineQuery(u) => degrees(u.geo.as_deref()),
            _ => None,
        }
    }

    /// In what kind of chat it is typed, as far as the server tells.
    #[must_use]
    #[doc(alias = "chat_type")]
    #[doc(alias = "peer_type")]
    pub fn chat_kind(&self) -> Option<InlineChatKind> {
        match self.raw() {
            enums::Update::BotInlineQuery(u) => InlineChatKind::from_raw(u.peer_type.as_ref()?),
            _ => None,
        }
    }

    /// Answers with results to choose from; see [`Client::answer_inline`].
    ///
    /// [`Client::answer_inline`]: crate::Client::answer_inline
    #[doc(alias = "builder")]
    #[doc(alias = "answer_inline_query")]
    #[doc(alias = "messages.setInlineBotResults")]
    pub fn answer(&self) -> AnswerInline {
        self.client().answer_inline(self.id())
    }
}

impl About for InlineQuery {
    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

/// A result of an inline query was chosen and sent; told to bots that ask @BotFather for it.
///
/// Raw `updateBotInlineSend`.
#[derive(Clone, Debug)]
#[doc(alias = "on_chosen_inline_result")]
#[doc(alias = "updateBotInlineSend")]
pub struct ChosenInlineResult {
    cx: Context,
    sender: PeerId,
    message: Option<InlineMessageId>,
}

impl ChosenInlineResult {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotInlineSend(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            sender: PeerId::user(u.user_id)?,
            message: u.msg_id.as_deref().cloned().map(Into::into),
        })
    }

    /// The id that the bot gave the result.
    #[must_use]
    #[doc(alias = "result_id")]
    pub fn id(&self) -> &str {
        match self.raw() {
            enums::Update::BotInlineSend(u) => &u.id,
            _ => "",
        }
    }

    /// What had been typed after the bot's name.
    #[must_use]
    #[doc(alias = "query")]
    pub fn text(&self) -> &str {
        match self.raw() {
            enums::Update::BotInlineSend(u) => &u.query,
            _ => "",
        }
    }

    /// Latitude and longitude in degrees, if the bot asks for that and the person lets it.
    #[must_use]
    #[doc(alias = "geo")]
    pub fn location(&self) -> Option<(f64, f64)> {
        match self.raw() {
            enums::Update::BotInlineSend(u) => degrees(u.geo.as_deref()),
            _ => None,
        }
    }

    /// What the message is called by; `None` if it has no buttons and cannot be changed.
    #[must_use]
    pub fn inline_message_id(&self) -> Option<&InlineMessageId> {
        self.message.as_ref()
    }

    /// Changes the text of the message that was sent; see [`Client::edit_inline_message`]. Fails
    /// for messages without buttons.
    ///
    /// [`Client::edit_inline_message`]: crate::Client::edit_inline_message
    #[doc(alias = "edit_message_text")]
    pub fn edit(&self, text: impl Into<Text>) -> EditInlineMessage {
        EditInlineMessage::new(self.client(), self.message.clone(), Change::of_text(text))
    }
}

impl About for ChosenInlineResult {
    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

fn degrees(point: Option<&enums::GeoPoint>) -> Option<(f64, f64)> {
    match point? {
        enums::GeoPoint::GeoPoint(p) => Some((p.lat, p.long)),
        _ => None,
    }
}
