//! What comes out of the engine.

use std::time::Duration;

use super::{Engine, Renewal, fetching::Fetch};
use crate::{Changes, Content, Counts, Notice, Request};

/// How many channels are fetched at once.
pub(super) const MAX_CHANNEL_FETCHES: usize = 10;

/// How much the engine has in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// Updates that are ready and not polled yet.
    pub ready: usize,
    /// Updates that wait for others.
    pub waiting: usize,
    /// Channels that are kept track of.
    pub channels: usize,
    /// Channels whose updates are fetched right now.
    pub fetching: usize,
    /// Channels that wait for their turn to be fetched.
    pub queued: usize,
    /// Channels that are left alone because fetching them failed.
    pub quarantined: usize,
}

impl<T: Content> Engine<T> {
    /// The next update to deliver.
    pub fn poll_update(&mut self) -> Option<T> {
        let update = self.out.ready.pop_front()?;
        self.out.counts.delivered += 1;
        Some(update)
    }

    /// The next thing to fetch; answer each exactly once, with the matching `handle_*`. An answer
    /// that nobody waits for is ignored.
    ///
    /// The account comes first; of the channels at most ten are under way at once, each gets its
    /// turn, and one with many slices goes to the end of the line after each.
    pub fn poll_request(&mut self) -> Option<Request> {
        let request = self.request_common().or_else(|| self.request_channel())?;
        self.out.counts.fetches += 1;
        Some(request)
    }

    fn request_common(&mut self) -> Option<Request> {
        if self.fetching.fetch != Fetch::Wanted {
            return None;
        }
        self.fetching.fetch = Fetch::Running;
        self.fetching.again = false;
        let known = self.pts.local().is_some_and(|pts| pts > 0) && self.qts.local().is_some();
        let due = matches!(self.renewal, Renewal::Due | Renewal::DueWhole);
        Some(match known && !due {
            true => Request::Difference {
                state: self.state(),
            },
            false => Request::State,
        })
    }

    fn request_channel(&mut self) -> Option<Request> {
        while self.channel_fetches < MAX_CHANNEL_FETCHES {
            let id = self.wanted.pop_front()?;
            // It may be gone by now, or have been gone and come back.
            let Some(channel) = self.channels.get_mut(&id) else {
                continue;
            };
            if channel.fetching.fetch != Fetch::Wanted {
                continue;
            }
            channel.fetching.fetch = Fetch::Running;
            (channel.fetching.again, channel.fetching.alive) = (false, false);
            self.channel_fetches += 1;
            let pts = channel.ask_from();
            return Some(Request::Channel { id, pts });
        }
        None
    }

    /// The next thing that happened besides updates. At most 1024 wait, and as many losses as there
    /// can be; then the oldest that is no [loss](Notice::is_loss) is dropped, and
    /// [`Counts::notices_dropped`] counts it.
    pub fn poll_notice(&mut self) -> Option<Notice> {
        self.out.notices.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Duration {
        let first = self.timers.first().map(|&(at, _)| at);
        first.map_or(self.idle_at, |at| at.min(self.idle_at))
    }

    /// The counters that moved since the last call: store them once every update polled before is
    /// safe with its taker.
    ///
    /// `None` if none moved, and as long as an update waits to be polled: the counters are past it.
    pub fn take_changes(&mut self) -> Option<Changes> {
        if !self.out.ready.is_empty() {
            return None;
        }
        let mut changes = Changes::default();
        if self.pts.local().is_some() && self.stored != Some(self.state()) {
            changes.common = Some(self.state());
            self.stored = changes.common;
        }
        for id in std::mem::take(&mut self.moved) {
            let Some(channel) = self.channels.get_mut(&id) else {
                changes.channels.push((id, None));
                continue;
            };
            let behind = channel.fetching.fetch != Fetch::Idle || channel.sequence.is_behind();
            let state = channel.state(behind);
            if std::mem::replace(&mut channel.stored, state) != state {
                changes.channels.push((id, state));
            }
        }
        (changes != Changes::default()).then_some(changes)
    }

    /// Whether nothing is fetched, nor is to be, now or after a pause: what happened before the
    /// engine began has been polled.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        // Each pause has its timer.
        let idle = self.fetching.fetch == Fetch::Idle && self.channel_fetches == 0;
        idle && self.wanted.is_empty() && self.timers.is_empty() && self.out.ready.is_empty()
    }

    /// Whether the difference of the account is fetched or is to be, now or after a pause.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.fetching.fetch != Fetch::Idle
    }

    /// What happened since the engine began, as numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.out.counts
    }

    /// How much the engine has in hand. Looks at every channel.
    #[must_use]
    pub fn load(&self) -> Load {
        let quarantined = |c: &&super::Channel<T>| c.fetching.is_quarantined();
        Load {
            ready: self.out.ready.len(),
            waiting: self.pts.held() + self.qts.held() + self.seq.held() + self.held,
            channels: self.channels.values().filter(|c| !c.is_gone()).count(),
            fetching: self.channel_fetches,
            queued: self.wanted.len(),
            quarantined: self.channels.values().filter(quarantined).count(),
        }
    }
}
