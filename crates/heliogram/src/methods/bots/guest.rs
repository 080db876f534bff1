use heliogram_api::functions as f;

use crate::{
    Client, Result,
    types::{InlineMessageId, InlineQueryResult},
};

impl Client {
    /// Answers in a chat that the bot is not in, by the id of the query;
    /// [`GuestMessage::answer`](crate::events::GuestMessage::answer) is the same with the id.
    ///
    /// Raw `messages.setBotGuestChatResult`.
    ///
    /// # Errors
    /// When awaited: [`Error::Usage`](crate::Error::Usage) for what cannot be sent, and the server's
    /// refusals.
    #[doc(alias = "answer_guest_query")]
    #[doc(alias = "messages.setBotGuestChatResult")]
    pub fn answer_guest(&self, query_id: i64, result: InlineQueryResult) -> AnswerGuest {
        AnswerGuest {
            client: self.clone(),
            query_id,
            result,
        }
    }
}

/// An answer in a chat that the bot is not in; made by [`Client::answer_guest`], given when awaited.
#[derive(Debug)]
#[must_use = "the answer is given when this is awaited"]
pub struct AnswerGuest {
    client: Client,
    query_id: i64,
    result: InlineQueryResult,
}

impl AnswerGuest {
    /// Gives it; the same as awaiting it. What comes back serves to change the message.
    ///
    /// # Errors
    /// See [`Client::answer_guest`].
    pub async fn send(self) -> Result<InlineMessageId> {
        let result = self.result.into_raw(&self.client, 0).await?;
        let call = f::messages::SetBotGuestChatResult::new(self.query_id, result);
        Ok(self.client.invoke(call).await?.into())
    }
}

awaitable!(AnswerGuest => InlineMessageId);
