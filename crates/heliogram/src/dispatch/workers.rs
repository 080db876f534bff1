use std::time::Duration;

use crate::{Event, PeerId};

/// How a client's handlers work: in which order, how many at once, how much may wait.
///
/// By default the events of one chat are handled one after another, in the order they happened, and
/// those of different chats side by side. What belongs to no chat follows its sender, and what has
/// neither is a lane of its own. A handler that takes long holds up its chat and nothing else.
///
/// What waits is bounded ([`queue`](Self::queue)). When that is full, no event is taken from the
/// server's stream until a handler ends. When none does for half a minute, those that wait in the
/// fullest chat make room: the older half of them is dropped, more do not wait there until its
/// handler ends, and [`Event::Lagged`] tells the handlers how many were dropped, at once or half a
/// minute later at the latest.
///
/// ```
/// use heliogram::{Client, dispatch::Workers};
///
/// let builder = Client::builder(12345, "0123456789abcdef0123456789abcdef")
///     .workers(Workers::new().sequential());
/// # let _ = builder;
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a client has it by `ClientBuilder::workers`"]
pub struct Workers {
    order: Order,
    pub(super) concurrency: usize,
    pub(super) queue: usize,
    pub(super) ack_after_handler: bool,
    pub(super) drain: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Chat,
    Sequential,
    Unordered,
}

/// Whose turn it is: events of one lane are handled one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Of(PeerId),
    Rest,
    Alone(u64),
}

impl Workers {
    /// The defaults, as each method tells.
    pub const fn new() -> Self {
        Self {
            order: Order::Chat,
            concurrency: usize::MAX,
            queue: 4096,
            ack_after_handler: false,
            drain: Duration::from_secs(30),
        }
    }

    /// One event at a time, whatever chat it is of.
    #[doc(alias = "sequential_updates")]
    pub const fn sequential(mut self) -> Self {
        self.order = Order::Sequential;
        self
    }

    /// All events side by side, those of one chat too, in no order.
    pub const fn unordered(mut self) -> Self {
        self.order = Order::Unordered;
        self
    }

    /// How many handlers run at the same time, at least 1. No limit but the
    /// [`queue`](Self::queue) by default.
    ///
    /// Handlers that wait for somebody count as running.
    #[doc(alias = "max_concurrency")]
    pub const fn concurrency(mut self, handlers: usize) -> Self {
        self.concurrency = if handlers == 0 { 1 } else { handlers };
        self
    }

    /// How many events may be with handlers or wait for them, 1 to a million. 4096 by default.
    pub const fn queue(mut self, events: usize) -> Self {
        self.queue = match events {
            0 => 1,
            1..=1_000_000 => events,
            _ => 1_000_000,
        };
        self
    }

    /// Whether an event counts as received only when its handlers have ended, instead of when it
    /// waits for them. Off by default.
    ///
    /// On, a program that is killed gets the events that were in hand again at its next start: none
    /// is lost, some come twice. Those that are dropped come again, too, unless handlers were told how
    /// many. A handler that fails or panics has ended.
    ///
    /// Those that wait when the last handlers are taken away come again to the next; as long as a
    /// [stream](crate::Client::updates) reads on, only after that. Without this they are dropped, and
    /// the next handlers are told how many.
    pub const fn ack_after_handler(mut self, on: bool) -> Self {
        self.ack_after_handler = on;
        self
    }

    /// How long handlers have to end when the client stops; then they are cut off. 30 s by default.
    #[doc(alias = "graceful_shutdown")]
    pub const fn drain(mut self, longest: Duration) -> Self {
        self.drain = longest;
        self
    }

    /// The lane of an event; `count` tells it from all others.
    pub(super) fn lane(&self, event: &Event, count: u64) -> Lane {
        match self.order {
            Order::Chat => {
                let whose = event.chat_peer().or_else(|| event.sender_peer());
                whose.map_or(Lane::Rest, Lane::Of)
            }
            Order::Sequential => Lane::Rest,
            Order::Unordered => Lane::Alone(count),
        }
    }
}

impl Default for Workers {
    fn default() -> Self {
        Self::new()
    }
}

/// What the handlers of a client have done and have to do; a part of [`Stats`](crate::Stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerStats {
    /// Events that are with handlers or wait for them. One more while the next is waited for.
    pub in_hand: u64,
    /// Events whose handlers have ended.
    pub handled: u64,
    /// How often a handler ended with an error or a panic, or a filter with a panic.
    pub failed: u64,
    /// Events that were dropped because a handler of their chat kept all others waiting.
    pub dropped: u64,
}
