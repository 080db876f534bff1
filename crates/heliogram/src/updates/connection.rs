//! News of the connection, among the events of those who ask for it.

use std::{
    fmt,
    task::{Context, Poll, ready},
};

use tokio::sync::watch;

use crate::{BoxFuture, Client, events::Lifecycle};

/// Tells when the connection is lost and there again, beginning with the next change.
pub(crate) struct ConnectionNews {
    /// Waits for a change; `None` once there is nothing to come.
    next: Option<BoxFuture<'static, Option<watch::Receiver<bool>>>>,
    told: bool,
}

impl ConnectionNews {
    /// Those of a client; it is not kept open.
    pub(crate) fn of(client: &Client) -> Self {
        let mut connection = client.net().connected();
        let told = *connection.borrow_and_update();
        Self {
            next: Some(changed(connection)),
            told,
        }
    }

    /// The next news; never ready once the client is gone.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Lifecycle> {
        while let Some(next) = &mut self.next {
            let changed_one = ready!(next.as_mut().poll(cx));
            let now = changed_one.as_ref().map(|connection| *connection.borrow());
            self.next = changed_one.map(changed);
            // It may have come back before anybody looked.
            let Some(connected) = now.filter(|now| *now != self.told) else {
                continue;
            };
            self.told = connected;
            return Poll::Ready(match connected {
                true => Lifecycle::Connected,
                false => Lifecycle::Disconnected,
            });
        }
        Poll::Pending
    }
}

fn changed(
    mut connection: watch::Receiver<bool>,
) -> BoxFuture<'static, Option<watch::Receiver<bool>>> {
    Box::pin(async move { connection.changed().await.is_ok().then_some(connection) })
}

impl fmt::Debug for ConnectionNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionNews").finish_non_exhaustive()
    }
}
