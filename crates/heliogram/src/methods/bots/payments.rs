use std::fmt;

use heliogram_api::{functions as f, types};

use super::agreed;
use crate::{Client, Result};

/// An answer to somebody who pays; made by [`PreCheckoutQuery`] and [`ShippingQuery`], given when
/// awaited.
///
/// [`PreCheckoutQuery`]: crate::events::PreCheckoutQuery
/// [`ShippingQuery`]: crate::events::ShippingQuery
#[derive(Clone)]
#[must_use = "the query is answered when this is awaited"]
pub struct AnswerPayment {
    client: Client,
    query_id: i64,
    answer: Answer,
}

#[derive(Clone)]
enum Answer {
    Checkout { refusal: Option<String> },
    Shipping(std::result::Result<Vec<types::ShippingOption>, String>),
}

impl Client {
    /// Answers a query before a payment by its id: nothing stands in the way, or this does.
    ///
    /// Raw `messages.setBotPrecheckoutResults`.
    ///
    /// # Errors
    /// When awaited: the server's refusals, such as
    /// [`QUERY_ID_INVALID`](crate::errors::QUERY_ID_INVALID) after ten seconds.
    #[doc(alias = "answer_pre_checkout_query")]
    #[doc(alias = "messages.setBotPrecheckoutResults")]
    pub fn answer_pre_checkout(&self, query_id: i64, refusal: Option<String>) -> AnswerPayment {
        AnswerPayment {
            client: self.clone(),
            query_id,
            answer: Answer::Checkout { refusal },
        }
    }

    /// Answers a query about shipping by its id: with the ways to choose from, or why it cannot be.
    ///
    /// Raw `messages.setBotShippingResults`.
    ///
    /// # Errors
    /// When awaited: the server's refusals.
    #[doc(alias = "answer_shipping_query")]
    #[doc(alias = "messages.setBotShippingResults")]
    pub fn answer_shipping(
        &self,
        query_id: i64,
        options: std::result::Result<Vec<types::ShippingOption>, String>,
    ) -> AnswerPayment {
        AnswerPayment {
            client: self.clone(),
            query_id,
            answer: Answer::Shipping(options),
        }
    }
}

impl AnswerPayment {
    /// Gives it; the same as awaiting it.
    ///
    /// # Errors
    /// The server's refusals, and the errors of the network.
    pub async fn send(self) -> Result<()> {
        match self.answer {
            Answer::Checkout { refusal } => {
                let call = f::messages::SetBotPrecheckoutResults {
                    success: refusal.is_none(),
                    query_id: self.query_id,
                    error: refusal,
                };
                let answer = self.client.invoke(call).await?;
                agreed("messages.setBotPrecheckoutResults", answer)
            }
            Answer::Shipping(options) => {
                let (shipping_options, error) = match options {
                    Ok(options) => (Some(options), None),
                    Err(why) => (None, Some(why)),
                };
                let call = f::messages::SetBotShippingResults {
                    query_id: self.query_id,
                    error,
                    shipping_options,
                };
                let answer = self.client.invoke(call).await?;
                agreed("messages.setBotShippingResults", answer)
            }
        }
    }
}

awaitable!(AnswerPayment => ());

/// Shows which query it answers, not how.
impl fmt::Debug for AnswerPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerPayment")
            .field("query_id", &self.query_id)
            .finish_non_exhaustive()
    }
}
