use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use tokio::sync::Notify;

use crate::{
    Client, Event,
    net::lock,
    updates::{ConnectionNews, Deliveries, Delivery},
};

/// Where the events for handlers come from. One handle is for the task that takes them, another for
/// whoever ends that.
#[derive(Clone)]
pub(super) struct Sources {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` once they are closed.
    open: Mutex<Option<Open>>,
    /// Told when they are.
    closed: Notify,
}

struct Open {
    deliveries: Deliveries,
    connection: ConnectionNews,
}

impl Sources {
    /// Those of a client; it is not kept open.
    pub(super) fn of(client: &Client) -> Self {
        let open = Open {
            deliveries: client.deliveries(),
            connection: ConnectionNews::of(client),
        };
        let shared = Shared {
            open: Mutex::new(Some(open)),
            closed: Notify::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Waits for the next event; `None` once they are closed or the client was stopped. Loses
    /// nothing if dropped.
    pub(super) async fn next(&self) -> Option<Delivery> {
        poll_fn(|cx| match &mut *lock(&self.shared.open) {
            Some(open) => open.poll_next(cx),
            None => Poll::Ready(None),
        })
        .await
    }

    /// Takes no more: when this returns, whatever was not taken is there for others who read.
    pub(super) fn close(&self) {
        let open = lock(&self.shared.open).take();
        drop(open);
        self.shared.closed.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.shared.open).is_none()
    }

    /// Waits until they are closed; for one at a time.
    pub(super) async fn closed(&self) {
        if !self.is_closed() {
            self.shared.closed.notified().await;
        }
    }
}

impl Open {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if let Poll::Ready(turn) = self.connection.poll_next(cx) {
            return Poll::Ready(Some(Delivery::told(Event::Lifecycle(turn))));
        }
        self.deliveries.poll_next(cx)
    }
}
