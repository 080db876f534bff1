use std::{fmt, time::Duration};

use heliogram_api::{functions as f, types};

use super::{agreed, seconds};
use crate::{Client, Result, UsageError, types::InlineQueryResult};

/// Most results of one answer.
const MAX_RESULTS: usize = 50;

impl Client {
    /// Answers an inline query by its id;
    /// [`InlineQuery::answer`](crate::events::InlineQuery::answer) is the same with the id.
    ///
    /// Raw `messages.setInlineBotResults`.
    ///
    /// # Errors
    /// When awaited: [`Error::Usage`](crate::Error::Usage) for more than 50 results, marks that are
    /// wrong or keyboards that cannot be; the errors of uploads; and the server's refusals, such as
    /// [`QUERY_ID_INVALID`](crate::errors::QUERY_ID_INVALID) after some seconds.
    #[doc(alias = "answer_inline_query")]
    #[doc(alias = "messages.setInlineBotResults")]
    pub fn answer_inline(&self, query_id: i64) -> AnswerInline {
        AnswerInline {
            client: self.clone(),
            query_id,
            results: Vec::new(),
            gallery: false,
            private: false,
            next_offset: None,
            cache_time: Duration::ZERO,
            switch: None,
        }
    }
}

/// An answer to an inline query; made by [`InlineQuery::answer`], given when awaited.
///
/// [`InlineQuery::answer`]: crate::events::InlineQuery::answer
#[must_use = "the query is answered when this is awaited"]
pub struct AnswerInline {
    client: Client,
    query_id: i64,
    results: Vec<InlineQueryResult>,
    gallery: bool,
    private: bool,
    next_offset: Option<String>,
    cache_time: Duration,
    switch: Option<Switch>,
}

/// What may be done in place of choosing.
enum Switch {
    Private(types::InlineBotSwitchPM),
    WebApp(types::InlineBotWebView),
}

impl AnswerInline {
    /// Offers one more result.
    pub fn result(mut self, result: InlineQueryResult) -> Self {
        self.results.push(result);
        self
    }

    /// Offers these results, after those that are there; at most 50 in all.
    pub fn results(mut self, results: impl IntoIterator<Item = InlineQueryResult>) -> Self {
        self.results.extend(results);
        self
    }

    /// Shows them side by side as pictures.
    #[doc(alias = "is_gallery")]
    pub fn gallery(mut self) -> Self {
        self.gallery = true;
        self
    }

    /// Keeps the answer from others who ask the same.
    #[doc(alias = "is_personal")]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Says that there are more results: the next query has this as its offset, in at most 64 bytes.
    pub fn next_offset(mut self, offset: impl Into<String>) -> Self {
        self.next_offset = Some(offset.into());
        self
    }

    /// Lets the server give this answer by itself for so long, in whole seconds; not at all unless
    /// this is called.
    pub fn cache_time(mut self, time: Duration) -> Self {
        self.cache_time = time;
        self
    }

    /// Shows a button above the results, which leads to the private chat with the bot and starts it
    /// with this parameter: 1 to 64 letters, digits, `_` and `-`.
    #[doc(alias = "switch_pm_text")]
    #[doc(alias = "switch_pm_param")]
    #[doc(alias = "switch_pm_parameter")]
    pub fn switch_pm(mut self, text: impl Into<String>, start_param: impl Into<String>) -> Self {
        let switch = types::InlineBotSwitchPM::new(text.into(), start_param.into());
        self.switch = Some(Switch::Private(switch));
        self
    }

    /// Shows a button above the results, which opens the web app at this `https://` address.
    #[doc(alias = "switch_webview")]
    pub fn switch_web_app(mut self, text: impl Into<String>, url: impl Into<String>) -> Self {
        let switch = types::InlineBotWebView::new(text.into(), url.into());
        self.switch = Some(Switch::WebApp(switch));
        self
    }

    /// Gives it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::answer_inline`].
    pub async fn send(self) -> Result<()> {
        let client = &self.client;
        let count = self.results.len();
        if count > MAX_RESULTS {
            let why = format!(
                "an answer to an inline query has at most {MAX_RESULTS} results, not {count}. Give \
                 the rest with `next_offset`."
            );
            return Err(UsageError::Other(why.into()).into());
        }
        let mut results = Vec::with_capacity(count);
        for (at, result) in self.results.into_iter().enumerate() {
            results.push(result.into_raw(client, at).await?);
        }
        let (switch_pm, switch_webview) = match self.switch {
            Some(Switch::Private(switch)) => (Some(Box::new(switch)), None),
            Some(Switch::WebApp(switch)) => (None, Some(Box::new(switch))),
            None => (None, None),
        };
        let call = f::messages::SetInlineBotResults {
            gallery: self.gallery,
            private: self.private,
            query_id: self.query_id,
            results,
            cache_time: seconds(self.cache_time),
            next_offset: self.next_offset,
            switch_pm,
            switch_webview,
        };
        let answer = client.invoke(call).await?;
        agreed("messages.setInlineBotResults", answer)
    }
}

awaitable!(AnswerInline => ());

/// Shows which query it answers, not how.
impl fmt::Debug for AnswerInline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerInline")
            .field("query_id", &self.query_id)
            .field("results", &self.results.len())
            .finish_non_exhaustive()
    }
}
