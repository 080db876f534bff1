use std::{str::FromStr, time::Duration};

use super::{Conversation, ConversationError, wait::waits};
use crate::{BoxFuture, Error, Result, Text, methods::messages::SendMessage, types::Message};

/// How many answers [`AskParse`] tries to read.
const TRIES: u32 = 10;

/// A question; made by [`Conversation::ask`](crate::Conversation::ask).
#[must_use = "a question is asked when this is awaited"]
pub struct Ask<'a> {
    conversation: &'a Conversation,
    question: SendMessage,
    timeout: Option<Duration>,
}

waits!(Ask => Message);

impl<'a> Ask<'a> {
    pub(super) fn new(conversation: &'a Conversation, text: Text) -> Self {
        Self {
            question: conversation.say(text),
            timeout: conversation.talk.settings.timeout,
            conversation,
        }
    }

    /// Changes the message that is sent: silent, with buttons and so on.
    pub fn with(mut self, change: impl FnOnce(SendMessage) -> SendMessage) -> Self {
        self.question = change(self.question);
        self
    }

    /// Sends the question and waits for what comes after it; the same as awaiting it.
    ///
    /// # Errors
    /// Those of [`Client::send_message`](crate::Client::send_message), and see
    /// [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<Message> {
        let asked = self.question.await?;
        let response = self.conversation.get_response().after(&asked);
        response.timeout(self.timeout).await
    }
}

/// A question whose answer is read as a value; made by [`Conversation::ask_parse`](crate::Conversation::ask_parse).
#[must_use = "a question is asked when this is awaited"]
pub struct AskParse<'a, T> {
    ask: Ask<'a>,
    retry: Text,
    tries: u32,
    value: std::marker::PhantomData<fn() -> T>,
}

impl<'a, T: FromStr> AskParse<'a, T> {
    pub(super) const fn new(ask: Ask<'a>, retry: Text) -> Self {
        Self {
            ask,
            retry,
            tries: TRIES,
            value: std::marker::PhantomData,
        }
    }

    /// Changes the message that asks: silent, with buttons and so on.
    pub fn with(mut self, change: impl FnOnce(SendMessage) -> SendMessage) -> Self {
        self.ask = self.ask.with(change);
        self
    }

    /// Waits this long at most for each answer, in place of the conversation's
    /// [`timeout`](crate::Conversation::timeout); `None` is without end.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.ask = self.ask.timeout(limit);
        self
    }

    /// Gives up after this many answers that could not be read; 10 if not set.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Asks until an answer can be read; the same as awaiting it.
    ///
    /// # Errors
    /// As [`Ask::receive`], and [`ConversationError::NotUnderstood`].
    pub async fn receive(self) -> Result<T> {
        let (conversation, timeout) = (self.ask.conversation, self.ask.timeout);
        let mut answer = self.ask.await?;
        for left in (0..self.tries).rev() {
            if let Ok(value) = answer.text().trim().parse() {
                return Ok(value);
            }
            if left > 0 {
                let again = conversation.ask(self.retry.clone());
                answer = again.timeout(timeout).await?;
            }
        }
        let tries = self.tries;
        Err(Error::from(ConversationError::NotUnderstood { tries }))
    }
}

impl<'a, T: FromStr + 'a> IntoFuture for AskParse<'a, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.receive())
    }
}
