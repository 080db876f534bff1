use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{ConnectionNews, Deliveries, Delivery, Receipt, mailbox::Leftover};
use crate::{Client, Result, events::Event};

/// A stream of what happens to the account; made by [`Client::updates`].
///
/// It ends when the client is stopped. It keeps the client open as long as it exists.
///
/// # At least once
/// An event counts as dealt with when the next one is asked for. One that is in hand when the
/// program dies, the client is stopped or the stream is dropped comes again to the next reader, in
/// this process or another, and so does what was not taken yet; nothing else does. A stream that is
/// dropped while others go on leaves to them what it alone was given. Say
/// [`acknowledge`](Self::acknowledge) for an event that was dealt with although no more are asked
/// for, such as the command to stop.
#[must_use = "events are handed to those who read them"]
pub struct Updates {
    client: Client,
    deliveries: Deliveries,
    /// The event that was taken last.
    in_hand: Option<Leftover>,
    /// News of the connection, if they are asked for.
    connection: Option<ConnectionNews>,
}

impl Updates {
    pub(super) const fn new(client: Client, deliveries: Deliveries) -> Self {
        Self {
            client,
            deliveries,
            in_hand: None,
            connection: None,
        }
    }

    /// Tells of the connection, too: from now on [`Event::Lifecycle`] comes when it is lost and when
    /// it is there again, ahead of the events that wait; one that comes back before the stream is asked
    /// again was never away. What was missed meanwhile is fetched as always, so most programs have no
    /// need of it.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::{Event, events::Lifecycle};
    ///
    /// let mut updates = client.updates().with_lifecycle();
    /// while let Some(event) = updates.next().await {
    ///     if let Event::Lifecycle(Lifecycle::Disconnected) = event? {
    ///         eprintln!("The connection is lost; it comes back by itself.");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "on_connect")]
    #[doc(alias = "on_disconnect")]
    pub fn with_lifecycle(mut self) -> Self {
        self.connection = Some(ConnectionNews::of(&self.client));
        self
    }

    /// Waits for the next event; `None` once the client was stopped. The event taken before counts
    /// as dealt with from now on.
    ///
    /// Loses nothing if it is dropped before it is done.
    ///
    /// # Errors
    /// [`Error::Rpc`](crate::Error::Rpc) if the account is not signed in any more; the stream goes
    /// on when it signs in again.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Says that the event taken last was dealt with, without asking for another.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::Event;
    ///
    /// let mut updates = client.updates();
    /// while let Some(event) = updates.next().await {
    ///     if matches!(event?, Event::NewMessage(m) if m.text() == "/stop") {
    ///         // Otherwise the next run would begin with being told to stop.
    ///         updates.acknowledge();
    ///         break;
    ///     }
    /// }
    /// client.stop().await
    /// # }
    /// ```
    pub fn acknowledge(&mut self) {
        self.in_hand = None;
    }

    /// Takes the receipt of the event taken last: the event counts as dealt with when it is dropped,
    /// however many others were asked for meanwhile.
    ///
    /// Without an event in hand, or when it was taken already, the receipt is for nothing.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let mut updates = client.updates();
    /// while let Some(event) = updates.next().await {
    ///     let (event, receipt) = (event?, updates.take_receipt());
    ///     tokio::spawn(async move {
    ///         println!("{:?}", event.kind());
    ///         // Only now may it be forgotten that there was something to do.
    ///         drop(receipt);
    ///     });
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn take_receipt(&mut self) -> Receipt {
        let in_hand = self.in_hand.take();
        in_hand.map(|in_hand| in_hand.receipt).unwrap_or_default()
    }

    /// The client the events are of.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        self.acknowledge();
        // That the connection ends with the client is not told.
        if let Some(Poll::Ready(turn)) = self.connection.as_mut().map(|c| c.poll_next(cx))
            && !self.client.hub().is_closed()
        {
            return Poll::Ready(Some(Ok(Event::Lifecycle(turn))));
        }
        self.deliveries.poll_next(cx).map(|delivery| {
            let Delivery {
                event,
                receipt,
                company,
            } = delivery?;
            self.in_hand = event.as_ref().ok().map(|event| Leftover {
                event: event.clone(),
                receipt,
                company,
            });
            Some(event)
        })
    }
}

impl Stream for Updates {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx)
    }
}

impl Drop for Updates {
    fn drop(&mut self) {
        self.deliveries.leave(self.in_hand.take());
    }
}

impl fmt::Debug for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").finish_non_exhaustive()
    }
}
