//! What this client sends, so that it is not told of it as of something that happened.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    sync::Mutex,
    time::Duration,
};

use heliogram_api::enums;

use super::{
    hub::Hub,
    marks::{message_place, place_of},
};
use crate::{net::lock, storage::UpdatePlace};

/// How many of its own messages the client remembers, to know them in a difference.
const MOST: usize = 512;

/// How long a message waits for the answer that would tell whether it is this client's own.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The messages this client sent, and the calls under way whose answers may tell of more.
#[derive(Debug, Default)]
pub(crate) struct Own {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Messages sent, newest last.
    order: VecDeque<UpdatePlace>,
    sent: HashSet<UpdatePlace>,
    /// The tickets of calls under way.
    calls: BTreeSet<u64>,
    next: u64,
    /// Calls with tickets below this one take too long to be waited for.
    given_up: u64,
}

/// A call under way whose answer may tell of messages, until this is dropped.
pub(crate) struct UnderWay {
    hub: Hub,
    ticket: u64,
}

impl UnderWay {
    pub(super) fn new(hub: Hub) -> Self {
        let ticket = hub.sent().call();
        Self { hub, ticket }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.hub.sent().over(self.ticket);
        self.hub.wake();
    }
}

impl Own {
    fn call(&self) -> u64 {
        let mut state = lock(&self.state);
        let ticket = state.next;
        state.next += 1;
        state.calls.insert(ticket);
        ticket
    }

    fn over(&self, ticket: u64) {
        lock(&self.state).calls.remove(&ticket);
    }

    /// The first ticket after those of the calls under way, if there are any that are waited for.
    pub(super) fn awaited(&self) -> Option<u64> {
        let state = lock(&self.state);
        let first = state.calls.range(state.given_up..).next();
        first.map(|_| state.next)
    }

    /// Whether a call with a ticket before this one is under way still.
    pub(super) fn is_awaited(&self, before: u64) -> bool {
        let state = lock(&self.state);
        state.given_up < before && state.calls.range(state.given_up..before).next().is_some()
    }

    /// Calls with tickets before this one are not waited for any more.
    pub(super) fn give_up(&self, before: u64) {
        lock(&self.state).given_up = before;
    }

    /// Keeps in mind what this client sent.
    pub(super) fn remember(&self, updates: &enums::Updates) {
        let list = match updates {
            enums::Updates::Updates(u) => &u.updates[..],
            enums::Updates::Combined(u) => &u.updates[..],
            enums::Updates::UpdateShortSentMessage(u) => {
                lock(&self.state).add(UpdatePlace::Message(0, u.id));
                return;
            }
            _ => return,
        };
        let mut state = lock(&self.state);
        for place in list.iter().filter_map(message_place) {
            state.add(place);
        }
    }

    /// The same for a message that was found later, since the answer was lost.
    pub(super) fn remember_found(&self, message: &enums::Message) {
        if let Some(place) = place_of(message) {
            lock(&self.state).add(place);
        }
    }

    /// Whether this is the news of a message that this client sent.
    pub(super) fn has_sent(&self, update: &enums::Update) -> bool {
        message_place(update).is_some_and(|place| lock(&self.state).sent.contains(&place))
    }

    /// Another account signs in.
    pub(super) fn clear(&self) {
        let mut state = lock(&self.state);
        state.order.clear();
        state.sent.clear();
    }
}

impl State {
    fn add(&mut self, place: UpdatePlace) {
        if !self.sent.insert(place) {
            return;
        }
        self.order.push_back(place);
        if self.order.len() > MOST
            && let Some(old) = self.order.pop_front()
        {
            self.sent.remove(&old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_waits_for_the_calls_that_were_under_way_when_it_came() {
        let hub = Hub::new(true);
        assert_eq!(hub.sent().awaited(), None);
        let one = UnderWay::new(hub.clone());
        let before = hub.sent().awaited().unwrap();
        let later = UnderWay::new(hub.clone());
        assert!(hub.sent().is_awaited(before));
        drop(one);
        assert!(!hub.sent().is_awaited(before), "not for a later one");
        let before = hub.sent().awaited().unwrap();
        hub.sent().give_up(before);
        assert!(!hub.sent().is_awaited(before));
        assert_eq!(hub.sent().awaited(), None, "once is enough");
        drop(later);
        let _new = UnderWay::new(hub.clone());
        assert!(hub.sent().awaited().is_some());
    }
}
