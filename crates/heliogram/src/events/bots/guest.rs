//! Bots beyond their own chats: as guests of others, and with bots of their own.

use heliogram_api::enums;

use super::payment::of_person;
use crate::{
    PeerId,
    events::{About, Context, message},
    methods::bots::AnswerGuest,
    types::{InlineQueryResult, Message},
};

/// Somebody mentions the bot in a chat that it is not in, or replies to it there.
///
/// ```no_run
/// # async fn run(asked: heliogram::events::GuestMessage) -> heliogram::Result<()> {
/// use heliogram::types::InlineQueryResult;
///
/// asked.answer(InlineQueryResult::article("Answer", "42")).await?;
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotGuestChatQuery`.
#[derive(Clone, Debug)]
#[doc(alias = "on_guest_message")]
#[doc(alias = "updateBotGuestChatQuery")]
pub struct GuestMessage {
    cx: Context,
    message: Message,
}

event_members!(GuestMessage);

impl GuestMessage {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotGuestChatQuery(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            message: message::message(cx, &u.message)?,
            cx: cx.clone(),
        })
    }

    /// The number of the question.
    #[must_use]
    #[doc(alias = "guest_query_id")]
    pub fn id(&self) -> i64 {
        match self.raw() {
            enums::Update::BotGuestChatQuery(u) => u.query_id,
            _ => 0,
        }
    }

    /// The message that asks.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The messages that it refers to.
    #[must_use]
    pub fn references(&self) -> Vec<Message> {
        let enums::Update::BotGuestChatQuery(u) = self.raw() else {
            return vec![];
        };
        let raw = u.reference_messages.iter().flatten().cloned();
        raw.filter_map(|raw| Message::new(self.client(), raw, self.cx.entities()))
            .collect()
    }

    /// Answers in the same chat, once; see [`Client::answer_guest`].
    ///
    /// [`Client::answer_guest`]: crate::Client::answer_guest
    #[doc(alias = "answer_guest_query")]
    pub fn answer(&self, result: InlineQueryResult) -> AnswerGuest {
        self.client().answer_guest(self.id(), result)
    }
}

impl About for GuestMessage {
    fn chat(&self) -> Option<PeerId> {
        About::chat(&self.message)
    }

    fn sender(&self) -> Option<PeerId> {
        About::sender(&self.message)
    }
}

/// A bot that this bot manages was made, or changed hands.
///
/// Raw `updateManagedBot`.
#[derive(Clone, Debug)]
#[doc(alias = "on_managed_bot")]
#[doc(alias = "updateManagedBot")]
pub struct ManagedBot {
    cx: Context,
    sender: PeerId,
}

of_person!(ManagedBot = ManagedBot);

impl ManagedBot {
    /// The id of the managed bot; the [sender](Self::sender) is whose it is.
    #[must_use]
    pub fn bot_id(&self) -> i64 {
        match self.raw() {
            enums::Update::ManagedBot(u) => u.bot_id,
            _ => 0,
        }
    }

    /// The managed bot, as far as it is known.
    #[must_use]
    pub fn bot(&self) -> Option<crate::User> {
        let bot = self.cx.chat(PeerId::user(self.bot_id())?);
        bot.as_user().cloned()
    }
}
