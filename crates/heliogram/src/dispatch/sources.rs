use tokio::sync::watch;

use crate::{
    Client, Event,
    events::Lifecycle,
    updates::{Deliveries, Delivery},
};

/// Where the events for handlers come from.
pub(super) struct Sources {
    deliveries: Deliveries,
    connection: watch::Receiver<bool>,
    /// What handlers were told of the connection last.
    connected: bool,
}

impl Sources {
    /// Those of a client; it is not kept open.
    pub(super) fn of(client: &Client) -> Self {
        let mut connection = client.net().connected();
        let connected = *connection.borrow_and_update();
        Self {
            deliveries: client.deliveries(),
            connection,
            connected,
        }
    }

    /// Waits for the next event; `None` once the client was stopped. Loses nothing if dropped.
    pub(super) async fn next(&mut self) -> Option<Delivery> {
        loop {
            tokio::select! {
                biased;
                Ok(()) = self.connection.changed() => {
                    let connected = *self.connection.borrow_and_update();
                    if connected != self.connected {
                        self.connected = connected;
                        return Some(told(connected));
                    }
                }
                delivery = self.deliveries.next() => return delivery,
            }
        }
    }
}

fn told(connected: bool) -> Delivery {
    let turn = match connected {
        true => Lifecycle::Connected,
        false => Lifecycle::Disconnected,
    };
    Delivery::told(Event::Lifecycle(turn))
}
