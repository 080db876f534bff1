use std::time::Duration;

/// Longest time a client may keep a request open, whatever it asks for.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// How long an answer waits for messages: what `http_wait` says, or what holds without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct Wait {
    /// The longest time from the first message to the answer.
    pub(in crate::net) max_delay: Duration,
    /// How long to wait for further messages after each.
    pub(in crate::net) wait_after: Duration,
    /// The longest time until the answer, with or without messages.
    pub(in crate::net) max_wait: Duration,
}

impl Default for Wait {
    fn default() -> Self {
        Self {
            max_delay: Duration::ZERO,
            wait_after: Duration::ZERO,
            max_wait: Duration::from_secs(25),
        }
    }
}

/// One request that waits for its answer.
pub(in crate::net) struct Poll {
    wait: Wait,
    since: Duration,
    /// How many messages there are for it, and when the first and the latest of them came.
    queued: usize,
    first: Option<Duration>,
    latest: Duration,
}

impl Poll {
    /// A request that came at this time, on the monotonic clock.
    pub(in crate::net) fn new(now: Duration) -> Self {
        Self {
            wait: Wait::default(),
            since: now,
            queued: 0,
            first: None,
            latest: now,
        }
    }

    /// The client says how long it waits; the last word counts.
    pub(in crate::net) fn set_wait(&mut self, wait: Wait) {
        self.wait = wait;
    }

    /// Notes how many messages there are now.
    pub(in crate::net) fn look(&mut self, queued: usize, now: Duration) {
        if queued > self.queued {
            self.first.get_or_insert(now);
            self.latest = now;
        }
        if queued == 0 {
            self.first = None;
        }
        self.queued = queued;
    }

    /// When the answer leaves, as far as is known.
    pub(in crate::net) fn due(&self) -> Duration {
        let last = self.since + self.wait.max_wait.min(WAIT_MAX);
        let Some(first) = self.first else {
            return last;
        };
        let delayed = first.saturating_add(self.wait.max_delay);
        let settled = self.latest.saturating_add(self.wait.wait_after);
        last.min(delayed).min(settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn poll(max_delay: u64, wait_after: u64, max_wait: u64) -> Poll {
        let mut poll = Poll::new(ms(1000));
        poll.set_wait(Wait {
            max_delay: ms(max_delay),
            wait_after: ms(wait_after),
            max_wait: ms(max_wait),
        });
        poll
    }

    #[test]
    fn without_a_word_the_first_message_is_answered_at_once() {
        let mut poll = Poll::new(ms(1000));
        assert_eq!(poll.due(), ms(26_000));
        poll.look(1, ms(7000));
        assert_eq!(poll.due(), ms(7000));
        poll.look(0, ms(7001));
        assert_eq!(poll.due(), ms(26_000), "another connection took it");
    }

    #[test]
    fn further_messages_are_waited_for_up_to_the_longest_delay() {
        let mut poll = poll(30, 10, 25_000);
        poll.look(1, ms(2000));
        assert_eq!(poll.due(), ms(2010));
        poll.look(2, ms(2009));
        assert_eq!(poll.due(), ms(2019));
        poll.look(2, ms(2015));
        assert_eq!(poll.due(), ms(2019), "nothing new");
        poll.look(3, ms(2018));
        poll.look(4, ms(2026));
        assert_eq!(poll.due(), ms(2030));
    }

    #[test]
    fn the_longest_wait_stands_above_all_and_has_an_end() {
        assert_eq!(poll(500, 500, 0).due(), ms(1000));
        let mut late = poll(500, 500, 100);
        late.look(1, ms(1050));
        assert_eq!(late.due(), ms(1100));
        assert_eq!(poll(0, 0, u64::MAX).due(), ms(1000) + WAIT_MAX);
    }
}
