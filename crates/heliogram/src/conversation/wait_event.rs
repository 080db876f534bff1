use std::{sync::Arc, time::Duration};

use super::{Awaited, Talk, desk::Watch, wait::waits};
use crate::{BoxFuture, Client, Event, Filter, Result};

/// An event to come; made by [`Conversation::wait_event`](crate::Conversation::wait_event).
#[must_use = "an event is waited for when this is awaited"]
pub struct WaitEvent<'a> {
    talk: &'a Talk,
    filter: Filter,
    timeout: Option<Duration>,
    watching: Option<Watching>,
}

/// A watch that stands at the desk.
struct Watching {
    client: Client,
    watch: Arc<Watch>,
}

waits!(WaitEvent => Event);

impl<'a> WaitEvent<'a> {
    pub(super) const fn new(talk: &'a Talk, filter: Filter) -> Self {
        Self {
            talk,
            filter,
            timeout: talk.settings.timeout,
            watching: None,
        }
    }

    /// Watches from now on, before it is awaited: for what may come as soon as something is sent.
    ///
    /// ```no_run
    /// # async fn run(conversation: heliogram::Conversation) -> heliogram::Result<()> {
    /// use heliogram::{filter, events::Kinds};
    ///
    /// let deleted = filter::filter_fn(|cx| cx.event().kind() == Kinds::MESSAGES_DELETED);
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
            let watch = Arc::new(Watch::new(&open.seat, self.filter.clone()));
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
    pub async fn receive(self) -> Result<Event> {
        let this = self.from_now().await?;
        let caught = this.talk.wait(Awaited::Event, this.timeout, |_| {
            this.watching.as_ref()?.watch.take()
        });
        Ok(caught.await??)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.client.hub().desk().unwatch(&self.watch);
    }
}
