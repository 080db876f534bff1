use std::{str, sync::Arc};

use bytes::Bytes;
use heliogram_api::enums;

use super::EditPressed;
use crate::events::{About, Context, message};
use crate::{
    Keyboard, PeerError, PeerId, PeerLike, Result, Text,
    methods::{
        bots::AnswerCallback,
        messages::{DeleteMessages, SendMessage, change::Change},
    },
    types::{InlineMessageId, Message},
};

/// Somebody pressed a button that asks the bot.
///
/// Until it is [answered](Self::answer) the button shows that it waits.
///
/// ```no_run
/// # async fn run(query: heliogram::events::CallbackQuery) -> heliogram::Result<()> {
/// if query.data_str() == Some("vote:yes") {
///     query.answer().text("Thank you!").await?;
///     query.edit("You voted yes").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotCallbackQuery`, `updateInlineBotCallbackQuery`, `updateBusinessBotCallbackQuery`.
#[derive(Clone, Debug)]
#[doc(alias = "query")]
#[doc(alias = "on_callback_query")]
#[doc(alias = "updateBotCallbackQuery")]
#[doc(alias = "updateInlineBotCallbackQuery")]
#[doc(alias = "updateBusinessBotCallbackQuery")]
pub struct CallbackQuery {
    cx: Context,
    chat: Option<PeerId>,
    sender: PeerId,
    place: Place,
}

/// Below which message the button is.
#[derive(Clone, Debug)]
enum Place {
    /// The bot's own.
    Own(i32),
    /// One that somebody sent through the bot.
    Inline(InlineMessageId),
    /// One that the bot wrote for somebody else.
    Business {
        connection: Arc<str>,
        message: Message,
    },
}

event_members!(CallbackQuery);
has_chat!(maybe CallbackQuery);
has_sender!(one CallbackQuery);

impl CallbackQuery {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let (cx, chat, user, place) = match &**cx.update() {
            enums::Update::BotCallbackQuery(u) => {
                let chat = PeerId::from_peer(&u.peer)?;
                (cx.clone(), Some(chat), u.user_id, Place::Own(u.msg_id))
            }
            enums::Update::InlineBotCallbackQuery(u) => {
                let place = Place::Inline(u.msg_id.clone().into());
                (cx.clone(), None, u.user_id, place)
            }
            enums::Update::BusinessBotCallbackQuery(u) => {
                let cx = cx.in_business(&u.connection_id);
                let message = message::message(&cx, &u.message)?;
                let connection = u.connection_id.as_str().into();
                let chat = Some(message.peer_id());
                (
                    cx,
                    chat,
                    u.user_id,
                    Place::Business {
                        connection,
                        message,
                    },
                )
            }
            _ => return None,
        };
        Some(Self {
            cx,
            chat,
            sender: PeerId::user(user)?,
            place,
        })
    }

    /// The number of the question.
    #[must_use]
    #[doc(alias = "query_id")]
    pub fn id(&self) -> i64 {
        match self.raw() {
            enums::Update::BotCallbackQuery(u) => u.query_id,
            enums::Update::InlineBotCallbackQuery(u) => u.query_id,
            enums::Update::BusinessBotCallbackQuery(u) => u.query_id,
            _ => 0,
        }
    }

    /// The bytes of the button; empty if it plays a game.
    #[must_use]
    #[doc(alias = "data_match")]
    pub fn data(&self) -> &[u8] {
        let data: Option<&Bytes> = match self.raw() {
            enums::Update::BotCallbackQuery(u) => u.data.as_ref(),
            enums::Update::InlineBotCallbackQuery(u) => u.data.as_ref(),
            enums::Update::BusinessBotCallbackQuery(u) => u.data.as_ref(),
            _ => None,
        };
        data.map_or(&[], |d| d)
    }

    /// The bytes of the button as text; `None` if they are none.
    #[must_use]
    pub fn data_str(&self) -> Option<&str> {
        str::from_utf8(self.data()).ok()
    }

    /// The game that is to be played.
    #[must_use]
    pub fn game_short_name(&self) -> Option<&str> {
        match self.raw() {
            enums::Update::BotCallbackQuery(u) => u.game_short_name.as_deref(),
            enums::Update::InlineBotCallbackQuery(u) => u.game_short_name.as_deref(),
            _ => None,
        }
    }

    /// A number that stands for the chat, also where the bot is not told which it is: for the
    /// scores of games.
    #[must_use]
    pub fn chat_instance(&self) -> i64 {
        match self.raw() {
            enums::Update::BotCallbackQuery(u) => u.chat_instance,
            enums::Update::InlineBotCallbackQuery(u) => u.chat_instance,
            enums::Update::BusinessBotCallbackQuery(u) => u.chat_instance,
            _ => 0,
        }
    }

    /// The id of the message with the button; `None` if it was sent through the bot.
    #[must_use]
    pub fn message_id(&self) -> Option<i32> {
        match &self.place {
            Place::Own(id) => Some(*id),
            Place::Inline(_) => None,
            Place::Business { message, .. } => Some(message.id()),
        }
    }

    /// Whether the message with the button was sent by somebody else, through the bot.
    #[must_use]
    pub fn via_inline(&self) -> bool {
        matches!(self.place, Place::Inline(_))
    }

    /// What the message is called by if it was sent through the bot.
    #[must_use]
    pub fn inline_message_id(&self) -> Option<&InlineMessageId> {
        match &self.place {
            Place::Inline(id) => Some(id),
            _ => None,
        }
    }

    /// The business connection that the message was written through.
    #[must_use]
    pub fn business_connection_id(&self) -> Option<&str> {
        match &self.place {
            Place::Business { connection, .. } => Some(connection),
            _ => None,
        }
    }

    /// Fetches the message with the button; `None` if it is gone or was sent through the bot.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_message")]
    pub async fn message(&self) -> Result<Option<Message>> {
        match &self.place {
            Place::Own(id) => {
                let found = self.client().get_messages(self.place(), *id).await?;
                Ok(found.into_iter().next().flatten())
            }
            Place::Inline(_) => Ok(None),
            Place::Business { message, .. } => Ok(Some(message.clone())),
        }
    }

    /// Answers, so that the button waits no longer; with or without a text.
    ///
    /// ```no_run
    /// # async fn run(query: heliogram::events::CallbackQuery) -> heliogram::Result<()> {
    /// query.answer().text("You cannot do that.").alert().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// See [`Client::answer_callback`](crate::Client::answer_callback).
    #[doc(alias = "answer_callback_query")]
    #[doc(alias = "messages.setBotCallbackAnswer")]
    pub fn answer(&self) -> AnswerCallback {
        self.client().answer_callback(self.id())
    }

    /// Changes the text of the message with the button, wherever it is. Buttons that are not sent
    /// again are gone.
    ///
    /// Raw `messages.editMessage`, `messages.editInlineBotMessage`.
    #[doc(alias = "edit_message_text")]
    #[doc(alias = "edit_message_caption")]
    pub fn edit(&self, text: impl Into<Text>) -> EditPressed {
        EditPressed::new(self, Change::of_text(text))
    }

    /// Changes the buttons below the message and nothing else; an empty [`Keyboard`] takes them
    /// away.
    #[doc(alias = "edit_message_reply_markup")]
    pub fn edit_keyboard(&self, keyboard: impl Into<Keyboard>) -> EditPressed {
        EditPressed::new(self, Change::of_keyboard(keyboard))
    }

    /// Writes to the same chat; see [`Client::send_message`](crate::Client::send_message). Fails
    /// for messages sent through the bot, of which it is not told where they are.
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        self.client().send_message(self.place(), text)
    }

    /// Writes to the same chat as a reply to the message with the button; as
    /// [`respond`](Self::respond).
    pub fn reply(&self, text: impl Into<Text>) -> SendMessage {
        let answer = self.respond(text);
        match self.message_id() {
            Some(id) => answer.reply_to(id),
            None => answer,
        }
    }

    /// Deletes the message with the button for everyone; see
    /// [`Client::delete_messages`](crate::Client::delete_messages). Fails for messages sent through
    /// the bot.
    pub fn delete(&self) -> DeleteMessages {
        let ids: Vec<i32> = self.message_id().into_iter().collect();
        self.client().delete_messages(self.place(), ids)
    }

    /// The chat as calls take it.
    pub(super) fn place(&self) -> PeerLike {
        match self.chat() {
            Some(chat) => chat.into(),
            None => PeerError::InlineMessage.into(),
        }
    }
}

impl About for CallbackQuery {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }

    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, events::told};

    async fn query(update: impl Into<enums::Update>) -> CallbackQuery {
        let client = Client::offline().await;
        CallbackQuery::from_update(&told(&client, update)).unwrap()
    }

    #[tokio::test]
    async fn a_button_of_a_game_has_no_data() {
        let chat = raw::PeerChat::new(5).into();
        let query = query(raw::UpdateBotCallbackQuery {
            game_short_name: Some("chess".into()),
            ..raw::UpdateBotCallbackQuery::new(1, 7, chat, 3, 9)
        })
        .await;
        assert_eq!((query.data(), query.data_str()), (&[][..], Some("")));
        assert_eq!(query.game_short_name(), Some("chess"));
        assert_eq!(
            (query.id(), query.sender_id(), query.chat_id()),
            (1, 7, Some(-5))
        );
        assert_eq!((query.message_id(), query.chat_instance()), (Some(3), 9));
        assert!(query.is_group() && !query.via_inline());
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_told_as_bytes() {
        let id = raw::InputBotInlineMessageID64::new(2, 7, 1, 0);
        let query = query(raw::UpdateInlineBotCallbackQuery {
            data: Some(Bytes::from_static(&[0xff, 0])),
            ..raw::UpdateInlineBotCallbackQuery::new(1, 7, id.into(), 9)
        })
        .await;
        assert_eq!((query.data(), query.data_str()), (&[0xff, 0][..], None));
        assert!(query.via_inline() && query.chat().is_none() && !query.is_private());
        assert_eq!(
            query.inline_message_id().map(InlineMessageId::dc_id),
            Some(2)
        );
    }

    #[tokio::test]
    async fn a_button_in_a_business_chat_is_answered_through_its_connection() {
        let message = raw::Message::new(4, raw::PeerUser::new(7).into(), 0, "x".into());
        let update = raw::UpdateBusinessBotCallbackQuery::new(1, 7, "c".into(), message.into(), 9);
        let query = query(update).await;
        assert_eq!(query.business_connection_id(), Some("c"));
        assert_eq!(query.client().business(), Some("c"));
        assert_eq!((query.message_id(), query.chat_id()), (Some(4), Some(7)));
        let message = query.message().await.unwrap().unwrap();
        assert_eq!(
            (message.text(), message.client().business()),
            ("x", Some("c"))
        );
    }

    #[tokio::test]
    async fn nobody_with_an_impossible_id_presses_buttons() {
        let client = Client::offline().await;
        let chat = raw::PeerChat::new(5).into();
        let update = raw::UpdateBotCallbackQuery::new(1, -7, chat, 3, 9);
        assert!(CallbackQuery::from_update(&told(&client, update)).is_none());
    }
}
