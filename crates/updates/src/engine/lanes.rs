//! From the sequences to what is polled.

use std::collections::VecDeque;

use super::Container;
use crate::{
    Content, Counter, Counts, Notice, Recovery,
    sequence::{Event, Sink},
};

/// How many notices may wait to be polled.
const MAX_NOTICES: usize = 1024;
/// How many of losses may wait: more than steps can wait that are given up.
const MAX_LOSSES: usize = 64 * 1024;

/// What waits to be polled.
pub(super) struct Output<T> {
    pub(super) ready: VecDeque<T>,
    pub(super) notices: VecDeque<Notice>,
    pub(super) counts: Counts,
}

impl<T> Output<T> {
    pub(super) fn new() -> Self {
        Self {
            ready: VecDeque::new(),
            notices: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.counts.add(&notice);
        if self.notices.len() >= MAX_NOTICES {
            // What is lost has to be told.
            let of_no_loss = self.notices.iter().position(|n| !n.is_loss());
            match of_no_loss {
                Some(at) => drop(self.notices.remove(at)),
                None if notice.is_loss() && self.notices.len() < MAX_LOSSES => {
                    self.notices.push_back(notice);
                    return;
                }
                None if notice.is_loss() => drop(self.notices.pop_front()),
                None => {
                    self.counts.notices_dropped += 1;
                    return;
                }
            }
            self.counts.notices_dropped += 1;
        }
        self.notices.push_back(notice);
    }

    fn event(&mut self, counter: Counter, event: Event) {
        match event {
            Event::Duplicate => self.counts.duplicates += 1,
            Event::Overflow => self.counts.overflows += 1,
            Event::Opened { from, to } => self.notice(Notice::Gap { counter, from, to }),
            Event::Closed {
                from,
                to,
                fetched,
                updates,
            } => {
                let how = if fetched {
                    Recovery::Fetched
                } else {
                    Recovery::Late
                };
                self.notice(Notice::Recovered {
                    counter,
                    from,
                    to,
                    how,
                    updates,
                });
            }
            Event::Lost { from, to } => self.notice(Notice::Lost { counter, from, to }),
            Event::Reset { from, to } => self.notice(Notice::Reset { counter, from, to }),
        }
    }

    /// The way out of a sequence of the account.
    pub(super) fn lane(&mut self, counter: Counter) -> Lane<'_, T> {
        Lane {
            out: self,
            counter,
            newest: None,
        }
    }

    /// The way out of the sequence of a channel, past its newest message.
    pub(super) fn channel_lane<'a>(
        &'a mut self,
        id: i64,
        newest: &'a mut Option<i32>,
    ) -> Lane<'a, T> {
        Lane {
            out: self,
            counter: Counter::Channel(id),
            newest: Some(newest),
        }
    }
}

/// Where the updates of one counter come out.
pub(super) struct Lane<'a, T> {
    out: &'a mut Output<T>,
    counter: Counter,
    newest: Option<&'a mut Option<i32>>,
}

impl<T: Content> Sink<T> for Lane<'_, T> {
    fn deliver(&mut self, value: T) {
        if let Some(newest) = &mut self.newest {
            **newest = (**newest).max(value.message_id());
        }
        self.out.ready.push_back(value);
    }

    fn tell(&mut self, event: Event) {
        self.out.event(self.counter, event);
    }
}

/// Where containers come out.
pub(super) struct Containers<'a, T> {
    pub(super) out: &'a mut Output<T>,
    pub(super) date: &'a mut i32,
}

impl<T> Sink<Container<T>> for Containers<'_, T> {
    fn deliver(&mut self, container: Container<T>) {
        *self.date = (*self.date).max(container.date.unwrap_or(0));
        self.out.ready.extend(container.values);
    }

    fn tell(&mut self, event: Event) {
        self.out.event(Counter::Seq, event);
    }
}
