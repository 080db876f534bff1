use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::Deliveries;
use crate::{Client, Result, events::Event};

/// A stream of what happens to the account; made by [`Client::updates`].
///
/// It ends when the client is stopped. It keeps the client open as long as it exists.
#[must_use = "events are handed to those who read them"]
pub struct Updates {
    client: Client,
    deliveries: Deliveries,
}

impl Updates {
    pub(super) const fn new(client: Client, deliveries: Deliveries) -> Self {
        Self { client, deliveries }
    }

    /// Waits for the next event; `None` once the client was stopped.
    ///
    /// # Errors
    /// [`Error::Rpc`](crate::Error::Rpc) if the account is not signed in any more; the stream goes
    /// on when it signs in again.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// The client the events are of.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        let delivery = self.deliveries.poll_next(cx);
        delivery.map(|delivery| delivery.map(|d| d.event))
    }
}

impl Stream for Updates {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").finish_non_exhaustive()
    }
}
