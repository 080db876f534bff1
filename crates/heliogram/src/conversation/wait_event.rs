use std::{sync::Arc, time::Duration};

use super::{
    Awaited, Talk,
    desk::{Reach, Watch},
    wait::newest,
};
use crate::{
    BoxFuture, Client, Error, Event, Filter, Result,
    events::{CallbackQuery, Kinds},
    filter::{filter_fn, of_kind},
    methods::messages::MessageIds,
};

/// An event to come; made by [`Conversation::wait_event`](crate::Conversation::wait_event) and
/// [`Conversation::wait_click`](crate::Conversation::wait_click).
#[must_use = "an event is waited for when this is awaited"]
pub struct WaitEvent<'a, T = Event> {
    talk: &'a Talk,
    filter: Filter,
    reach: Reach,
    pick: fn(Event) -> Option<T>,
    timeout: Option<Duration>,
    watching: Option<Watching>,
}

/// A watch that stands at the desk.
struct Watching {
    client: Client,
    watch: Arc<Watch>,
}

impl<'a> WaitEvent<'a> {
    pub(super) const fn new(talk: &'a Talk, filter: Filter) -> Self {
        Self {
            talk,
            filter,
            reach: Reach::Everywhere,
            pick: Some,
            timeout: talk.settings.timeout,
            watching: None,
        }
    }
}

impl<'a> WaitEvent<'a, CallbackQuery> {
    pub(super) fn click(talk: &'a Talk) -> Self {
        Self {
            talk,
            filter: of_kind(Kinds::CALLBACK_QUERY),
            reach: Reach::Here,
            pick: |event| match event {
                Event::CallbackQuery(query) => Some(query),
                _ => None,
            },
            timeout: talk.settings.timeout,
            watching: None,
        }
    }

    /// Takes a button of this message only, a message or its id.
    pub fn of(mut self, message: impl Into<MessageIds>) -> Self {
        let id = newest(message);
        self.filter = self.filter
            & filter_fn(move |cx| match cx.event() {
                Event::CallbackQuery(query) => query.message_id() == id,
                _ => false,
            });
        self
    }
}

impl<'a, T> WaitEvent<'a, T> {
    /// Waits this long at most, in place of the conversation's
    /// [`timeout`](crate::Conversation::timeout); `None` is without end.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = limit.into();
        self
    }

    /// Watches from now on, before it is awaited: for what may come as soon as something is sent.
    ///
    /// ```no_run
    /// # async fn run(conversation: heliogram::Conversation) -> heliogram::Result<()> {
    /// use heliogram::{filter, events::Kinds};
    ///
    /// let deleted = filter::of_kind(Kinds::MESSAGES_DELETED);
    /// let deleted = conversation.wait_event(deleted).from_now().await?;
    /// conversation.say("Please delete this.").await?;
    /// deleted.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the filter's [`prepare`](Filter::prepare) fails with; see also
    /// [`Conversation`](crate::Conversation#errors).
    pub async fn from_now(mut self) -> Result<Self> {
        if self.watching.is_none() {
            let client = &self.talk.client;
            self.filter.prepare(client).await?;
            let open = self.talk.open().await?;
            let watch = Arc::new(Watch::new(&open.seat, self.filter.clone(), self.reach));
            client.hub().desk().watch(&watch);
            self.watching = Some(Watching {
                client: client.clone(),
                watch,
            });
        }
        Ok(self)
    }

    /// Waits for it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Conversation`](crate::Conversation#errors).
    pub async fn receive(self) -> Result<T> {
        let this = self.from_now().await?;
        let caught = this.talk.wait(Awaited::Event, this.timeout, |t| {
            let caught = this.watching.as_ref()?.watch.take()?;
            if let Some(message) = caught.as_ref().ok().and_then(Event::message) {
                t.was_told(message);
            }
            Some(caught)
        });
        // The filter lets nothing else through than what is picked.
        (this.pick)(caught.await??).ok_or(Error::Cancelled)
    }
}

impl<'a, T: 'a> IntoFuture for WaitEvent<'a, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.receive())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let hub = self.client.hub();
        hub.desk().unwatch(&self.watch);
        // What it has caught may be for others.
        hub.wake();
    }
}
