use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use crate::{
    Client, Event,
    updates::{ConnectionNews, Deliveries, Delivery},
};

/// Where the events for handlers come from.
pub(super) struct Sources {
    deliveries: Deliveries,
    connection: ConnectionNews,
}

impl Sources {
    /// Those of a client; it is not kept open.
    pub(super) fn of(client: &Client) -> Self {
        Self {
            deliveries: client.deliveries(),
            connection: ConnectionNews::of(client),
        }
    }

    /// Waits for the next event; `None` once the client was stopped. Loses nothing if dropped.
    pub(super) async fn next(&mut self) -> Option<Delivery> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if let Poll::Ready(turn) = self.connection.poll_next(cx) {
            return Poll::Ready(Some(Delivery::told(Event::Lifecycle(turn))));
        }
        self.deliveries.poll_next(cx)
    }
}
