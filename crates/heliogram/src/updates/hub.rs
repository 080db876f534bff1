use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use heliogram_api::enums;
use tokio::sync::Notify;

use super::{mailbox::Mailbox, normalize};
use crate::{Client, conversation::Desk, net::lock};

/// How many updates may wait to be put in order. What is beyond is fetched again later.
const CAPACITY: usize = 1024;

/// Where updates arrive from connections and answers, and readers sign up.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Woken when the state changed.
    changed: Notify,
    /// The conversations, which events are offered to before anybody else.
    desk: Desk,
}

#[derive(Default)]
struct State {
    inputs: VecDeque<Input>,
    /// Updates were dropped for want of room.
    lost: bool,
    /// The server may have sent updates that did not arrive.
    resync: bool,
    closed: bool,
    readers: Vec<Arc<Mailbox>>,
}

/// Something for the engine.
pub(super) enum Input {
    /// Sent by the server of its own accord.
    Pushed(Bytes),
    /// The answer to a call of this client.
    Own(Box<enums::Updates>),
    Affected(Affected),
}

/// A counter that a call of this client moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Affected {
    /// The channel, by its bare id; the account's own counter where there is none.
    pub(crate) channel: Option<i64>,
    pub(crate) pts: i32,
    pub(crate) count: i32,
}

/// What changed since the last look.
pub(super) struct News {
    pub(super) inputs: VecDeque<Input>,
    pub(super) lost: bool,
    pub(super) resync: bool,
    pub(super) closed: bool,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes a pushed `Updates` value as it came; never blocks.
    pub(crate) fn push(&self, updates: Bytes) {
        self.input(Input::Pushed(updates));
    }

    /// Takes the updates in the answer to a call of this client.
    pub(crate) fn own(&self, client: &Client, updates: enums::Updates) {
        client.peers().learn(&normalize::entities(&updates));
        self.input(Input::Own(Box::new(updates)));
    }

    /// Takes note of a counter that a call moved.
    pub(crate) fn affected(&self, affected: Affected) {
        self.input(Input::Affected(affected));
    }

    /// The connection is new, or another account signed in: updates may be missing.
    pub(crate) fn resync(&self) {
        lock(&self.shared.state).resync = true;
        self.wake();
    }

    /// The client ends, and every stream with it.
    pub(crate) fn close(&self) {
        {
            let mut state = lock(&self.shared.state);
            state.closed = true;
            for reader in state.readers.drain(..) {
                reader.close();
            }
        }
        self.shared.desk.close();
        self.wake();
    }

    /// Adds a reader.
    pub(super) fn subscribe(&self) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::default());
        {
            let mut state = lock(&self.shared.state);
            if state.closed {
                mailbox.close();
            } else {
                state.readers.push(Arc::clone(&mailbox));
            }
        }
        self.wake();
        mailbox
    }

    /// The readers there are; those that went away are forgotten.
    pub(super) fn readers(&self) -> Vec<Arc<Mailbox>> {
        let mut state = lock(&self.shared.state);
        state.readers.retain(|r| !r.is_closed());
        state.readers.clone()
    }

    /// The conversations of the client.
    pub(crate) fn desk(&self) -> &Desk {
        &self.shared.desk
    }

    /// Whether there is anybody to follow updates for.
    pub(super) fn is_read(&self) -> bool {
        self.shared.desk.is_open() || !self.readers().is_empty()
    }

    /// Makes the engine look.
    pub(crate) fn wake(&self) {
        self.shared.changed.notify_one();
    }

    /// Waits until something changed.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Takes what changed.
    pub(super) fn take(&self) -> News {
        let mut state = lock(&self.shared.state);
        News {
            inputs: std::mem::take(&mut state.inputs),
            lost: std::mem::take(&mut state.lost),
            resync: std::mem::take(&mut state.resync),
            closed: state.closed,
        }
    }

    fn input(&self, input: Input) {
        {
            let mut state = lock(&self.shared.state);
            if state.inputs.len() >= CAPACITY {
                state.lost = true;
            } else {
                state.inputs.push_back(input);
            }
        }
        self.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_bounded_and_remembered() {
        let hub = Hub::new();
        for _ in 0..CAPACITY + 1 {
            hub.push(Bytes::new());
        }
        let news = hub.take();
        assert!(news.lost && news.inputs.len() == CAPACITY);
        assert!(!hub.take().lost);
    }

    #[test]
    fn readers_that_went_away_are_forgotten() {
        let hub = Hub::new();
        let (one, two) = (hub.subscribe(), hub.subscribe());
        one.close();
        assert_eq!(hub.readers().len(), 1);
        hub.close();
        assert!(two.is_closed() && hub.subscribe().is_closed());
    }
}
