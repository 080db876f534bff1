use std::{fmt, time::Duration};

use heliogram_api::functions as f;

use super::{agreed, seconds};
use crate::{Client, Result};

impl Client {
    /// Answers a pressed button by the id of its query;
    /// [`CallbackQuery::answer`](crate::events::CallbackQuery::answer) is the same with the id.
    ///
    /// Raw `messages.setBotCallbackAnswer`.
    ///
    /// # Errors
    /// When awaited: the server's refusals, such as
    /// [`QUERY_ID_INVALID`](crate::errors::QUERY_ID_INVALID) after half a minute.
    #[doc(alias = "answer_callback_query")]
    #[doc(alias = "messages.setBotCallbackAnswer")]
    pub fn answer_callback(&self, query_id: i64) -> AnswerCallback {
        AnswerCallback {
            client: self.clone(),
            query_id,
            text: None,
            url: None,
            alert: false,
            cache_time: Duration::ZERO,
        }
    }
}

/// An answer to a pressed button; made by [`CallbackQuery::answer`], given when awaited.
///
/// [`CallbackQuery::answer`]: crate::events::CallbackQuery::answer
#[derive(Clone)]
#[must_use = "the button is answered when this is awaited"]
pub struct AnswerCallback {
    client: Client,
    query_id: i64,
    text: Option<String>,
    url: Option<String>,
    alert: bool,
    cache_time: Duration,
}

impl AnswerCallback {
    /// Shows this for a moment, in at most 200 characters.
    #[doc(alias = "message")]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Shows the text until it is closed.
    #[doc(alias = "show_alert")]
    pub fn alert(mut self) -> Self {
        self.alert = true;
        self
    }

    /// Opens this address: that of the bot's game, or a link to the bot with a start parameter.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Lets the person's app give this answer by itself for so long, in whole seconds.
    pub fn cache_time(mut self, time: Duration) -> Self {
        self.cache_time = time;
        self
    }

    /// Gives it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::answer_callback`].
    pub async fn send(self) -> Result<()> {
        let call = f::messages::SetBotCallbackAnswer {
            alert: self.alert,
            query_id: self.query_id,
            message: self.text,
            url: self.url,
            cache_time: seconds(self.cache_time),
        };
        let answer = self.client.invoke(call).await?;
        agreed("messages.setBotCallbackAnswer", answer)
    }
}

awaitable!(AnswerCallback => ());

/// Shows which question it answers, not how.
impl fmt::Debug for AnswerCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCallback")
            .field("query_id", &self.query_id)
            .finish_non_exhaustive()
    }
}
