//! What is under way, in the order of its time.

use std::{collections::BTreeMap, time::Duration};

use heliogram_updates::{Batch, Key, Request};

use super::{answers::Answer, log::Item};

/// Something that will happen.
#[derive(Debug)]
pub(super) enum Event {
    /// A push arrives.
    Push(Batch<Item>),
    /// The word arrives that there is more than could be pushed.
    TooLong,
    /// A request arrives at the server.
    Request(Request),
    /// An answer arrives.
    Answer(Key, Answer),
    /// The connection is there again.
    Connected,
    /// What was delivered is acknowledged, and the counters are stored.
    Store,
}

/// Events by time; those of one time in the order they were added.
#[derive(Default)]
pub(super) struct Events {
    queue: BTreeMap<(Duration, u64), Event>,
    added: u64,
}

impl Events {
    pub(super) fn add(&mut self, at: Duration, event: Event) {
        self.added += 1;
        self.queue.insert((at, self.added), event);
    }

    pub(super) fn next_at(&self) -> Option<Duration> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    pub(super) fn pop(&mut self, now: Duration) -> Option<Event> {
        match self.next_at() {
            Some(at) if at <= now => self.queue.pop_first().map(|(_, event)| event),
            _ => None,
        }
    }

    /// The connection breaks: gives the pushes that will never arrive.
    pub(super) fn cut(&mut self) -> Vec<Batch<Item>> {
        let mut lost = Vec::new();
        for (at, event) in std::mem::take(&mut self.queue) {
            match event {
                Event::Push(batch) => lost.push(batch),
                Event::TooLong | Event::Request(_) | Event::Answer(..) => {}
                Event::Connected | Event::Store => {
                    self.queue.insert(at, event);
                }
            }
        }
        lost
    }

    /// The client dies: it will not store anything either.
    pub(super) fn die(&mut self) -> Vec<Batch<Item>> {
        let lost = self.cut();
        self.queue.clear();
        lost
    }
}
