//! When a difference is fetched, and what its end means.

use std::time::Duration;

use super::{Engine, Fetch, Fetching};
use crate::{Key, Notice};

/// How long a missing update is waited for before the difference is fetched.
const GAP_WAIT: Duration = Duration::from_millis(500);
/// How often a difference may bring no progress before it is believed.
pub(super) const MAX_STALLS: u32 = 3;
/// The pause after the first failed fetch; it doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(64);

impl<T> Engine<T> {
    pub(super) fn fetching_mut(&mut self, key: Key) -> Option<&mut Fetching> {
        match key {
            Key::Common => Some(&mut self.fetching),
            Key::Channel(id) => self.channels.get_mut(&id).map(|c| &mut c.fetching),
        }
    }

    pub(super) fn gap_since(&self, key: Key) -> Option<Duration> {
        match key {
            Key::Common => [
                self.common.gap_since,
                self.qts.gap_since,
                self.seq_gap_since,
            ]
            .into_iter()
            .flatten()
            .min(),
            Key::Channel(id) => self.channels.get(&id)?.sequence.gap_since,
        }
    }

    /// Sets or clears the timer of a gap; a group that is fetched has none.
    pub(super) fn watch(&mut self, now: Duration, key: Key) {
        let due = self.gap_since(key).map(|since| (since + GAP_WAIT).max(now));
        match self.fetching_mut(key).map(|f| (f.fetch, f.timer)) {
            Some((Fetch::Idle, timer)) if timer.is_none() || due.is_none() => {
                self.set_timer(key, due);
            }
            _ => {}
        }
    }

    pub(super) fn set_timer(&mut self, key: Key, at: Option<Duration>) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        let old = std::mem::replace(&mut fetching.timer, at);
        if old == at {
            return;
        }
        if let Some(old) = old {
            self.timers.remove(&(old, key));
        }
        if let Some(at) = at {
            self.timers.insert((at, key));
        }
    }

    pub(super) fn want(&mut self, key: Key) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        if matches!(fetching.fetch, Fetch::Wanted | Fetch::Running) {
            return;
        }
        fetching.fetch = Fetch::Wanted;
        self.set_timer(key, None);
        self.wanted.push_back(key);
    }

    /// The fetch is over, well or badly.
    pub(super) fn finish(&mut self, key: Key) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        if fetching.fetch == Fetch::Running && key != Key::Common {
            self.channel_fetches = self.channel_fetches.saturating_sub(1);
        }
        if let Some(fetching) = self.fetching_mut(key) {
            fetching.fetch = Fetch::Idle;
        }
    }

    /// More of the difference is to come.
    pub(super) fn go_on(&mut self, now: Duration, key: Key, progress: bool) {
        self.finish(key);
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        fetching.stalls = if progress { 0 } else { fetching.stalls + 1 };
        if fetching.stalls >= MAX_STALLS {
            fetching.stalls = 0;
            self.notices.push_back(Notice::Stalled(key));
            self.pause(now, key, MAX_PAUSE);
        } else {
            self.want(key);
        }
    }

    /// Looks at what a finished difference left: a gap that no difference fills is skipped.
    pub(super) fn judge(&mut self, now: Duration, key: Key, open: bool, futile: bool) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        fetching.stalls = if open && futile {
            fetching.stalls + 1
        } else {
            0
        };
        if fetching.stalls >= MAX_STALLS {
            fetching.stalls = 0;
            self.skip_gaps(key);
        }
        self.watch(now, key);
    }

    fn skip_gaps(&mut self, key: Key) {
        let mut skipped = Vec::new();
        match key {
            Key::Common => {
                skipped.extend(self.common.skip_gap(&mut self.ready));
                skipped.extend(self.qts.skip_gap(&mut self.ready));
                for batch in std::mem::take(&mut self.held) {
                    skipped.push((self.seq, batch.start));
                    self.seq = batch.end.max(batch.start);
                    self.ready.extend(batch.values);
                }
                self.seq_gap_since = None;
            }
            Key::Channel(id) => {
                if let Some(channel) = self.channels.get_mut(&id) {
                    skipped.extend(channel.sequence.skip_gap(&mut self.ready));
                    self.moved.insert(id);
                }
            }
        }
        let lost = skipped
            .into_iter()
            .map(|(from, to)| Notice::Lost { key, from, to });
        self.notices.extend(lost);
    }

    pub(super) fn pause(&mut self, now: Duration, key: Key, at_least: Duration) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        let backoff = FIRST_PAUSE
            .saturating_mul(1 << fetching.failures.min(6))
            .min(MAX_PAUSE);
        fetching.failures = fetching.failures.saturating_add(1);
        fetching.fetch = Fetch::Paused;
        self.set_timer(key, Some(now + backoff.max(at_least)));
    }
}
