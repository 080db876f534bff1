//! What a conversation waits for, each a builder that waits when it is awaited.

use std::time::Duration;

use super::{Awaited, ConversationError, Talk, transcript::EditOf};
use crate::{BoxFuture, Result, methods::messages::MessageIds, types::Message};

/// Makes a wait awaitable, and gives it a time of its own.
macro_rules! waits {
    ($wait:ident => $output:ty) => {
        impl<'a> $wait<'a> {
            /// Waits this long at most, in place of the conversation's
            /// [`timeout`](crate::Conversation::timeout); `None` is without end.
            pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
                self.timeout = limit.into();
                self
            }
        }

        impl<'a> IntoFuture for $wait<'a> {
            type Output = Result<$output>;
            type IntoFuture = BoxFuture<'a, Result<$output>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.receive())
            }
        }
    };
}

pub(super) use waits;

/// The newest of the messages that are named.
pub(super) fn newest(ids: impl Into<MessageIds>) -> Option<i32> {
    ids.into().0.into_iter().max()
}

/// A message to come; made by [`Conversation::next`](crate::Conversation::next) and [`Conversation::get_response`](crate::Conversation::get_response).
#[must_use = "a message is waited for when this is awaited"]
pub struct GetResponse<'a> {
    talk: &'a Talk,
    any: bool,
    after: Option<i32>,
    timeout: Option<Duration>,
}

waits!(GetResponse => Message);

impl<'a> GetResponse<'a> {
    pub(super) const fn new(talk: &'a Talk, any: bool) -> Self {
        Self {
            talk,
            any,
            after: None,
            timeout: talk.settings.timeout,
        }
    }

    /// Takes a message later than this one, a message or its id.
    pub fn after(mut self, message: impl Into<MessageIds>) -> Self {
        self.any = false;
        self.after = newest(message);
        self
    }

    /// Waits for it; the same as awaiting it. Loses nothing if dropped.
    ///
    /// # Errors
    /// See [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<Message> {
        let Self { any, after, .. } = self;
        if any {
            let next = self
                .talk
                .wait(Awaited::Message, self.timeout, |t| t.take_next());
            return next.await;
        }
        let wait = self.talk.wait(Awaited::Response, self.timeout, |t| {
            let after = after.or_else(|| t.last_sent());
            t.take_response(after.unwrap_or(0))
        });
        wait.await
    }
}

/// A reply to come; made by [`Conversation::get_reply`](crate::Conversation::get_reply).
#[must_use = "a reply is waited for when this is awaited"]
pub struct GetReply<'a> {
    talk: &'a Talk,
    to: Option<i32>,
    timeout: Option<Duration>,
}

waits!(GetReply => Message);

impl<'a> GetReply<'a> {
    pub(super) const fn new(talk: &'a Talk) -> Self {
        Self {
            talk,
            to: None,
            timeout: talk.settings.timeout,
        }
    }

    /// Takes a reply to this message, a message or its id.
    pub fn to(mut self, message: impl Into<MessageIds>) -> Self {
        self.to = newest(message);
        self
    }

    /// Waits for it; the same as awaiting it. Loses nothing if dropped.
    ///
    /// # Errors
    /// See [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<Message> {
        let to = named_or_sent(self.talk, self.to, Awaited::Reply).await?;
        let reply = self
            .talk
            .wait(Awaited::Reply, self.timeout, |t| t.take_reply(to));
        reply.await
    }
}

/// An edit to come; made by [`Conversation::get_edit`](crate::Conversation::get_edit).
#[must_use = "an edit is waited for when this is awaited"]
pub struct GetEdit<'a> {
    talk: &'a Talk,
    of: Option<EditOf>,
    timeout: Option<Duration>,
}

waits!(GetEdit => Message);

impl<'a> GetEdit<'a> {
    pub(super) const fn new(talk: &'a Talk) -> Self {
        Self {
            talk,
            of: None,
            timeout: talk.settings.timeout,
        }
    }

    /// Takes the edit of a message later than this one, a message or its id.
    pub fn after(mut self, message: impl Into<MessageIds>) -> Self {
        self.of = newest(message).map(EditOf::After);
        self
    }

    /// Takes the edit of this message only, a message or its id.
    pub fn of(mut self, message: impl Into<MessageIds>) -> Self {
        self.of = newest(message).map(EditOf::Message);
        self
    }

    /// Waits for it; the same as awaiting it. Loses nothing if dropped.
    ///
    /// # Errors
    /// See [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<Message> {
        let of = self.of;
        let edit = self.talk.wait(Awaited::Edit, self.timeout, |t| {
            let after = EditOf::After(t.last_sent().unwrap_or(0));
            t.take_edit(of.unwrap_or(after))
        });
        edit.await
    }
}

/// A reading to come; made by [`Conversation::wait_read`](crate::Conversation::wait_read).
#[must_use = "it is waited for when this is awaited"]
pub struct WaitRead<'a> {
    talk: &'a Talk,
    up_to: Option<i32>,
    timeout: Option<Duration>,
}

waits!(WaitRead => ());

impl<'a> WaitRead<'a> {
    pub(super) const fn new(talk: &'a Talk) -> Self {
        Self {
            talk,
            up_to: None,
            timeout: talk.settings.timeout,
        }
    }

    /// Waits for this message, a message or its id.
    pub fn up_to(mut self, message: impl Into<MessageIds>) -> Self {
        self.up_to = newest(message);
        self
    }

    /// Waits for it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<()> {
        let id = named_or_sent(self.talk, self.up_to, Awaited::Read).await?;
        let read = self
            .talk
            .wait(Awaited::Read, self.timeout, |t| t.is_read(id).then_some(()));
        read.await
    }
}

/// The message that was named, or the last that was sent.
async fn named_or_sent(talk: &Talk, named: Option<i32>, awaited: Awaited) -> Result<i32> {
    let open = talk.open().await?;
    let id = named.or_else(|| open.seat.with(|t| t.last_sent()));
    id.ok_or_else(|| ConversationError::NothingSent { awaited }.into())
}
