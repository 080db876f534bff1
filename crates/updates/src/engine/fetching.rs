//! When something is fetched, and when not.

use std::time::Duration;

use super::{Engine, channel_id};
use crate::{Content, Key, Notice, Reason, sequence::Phase};

/// How often a difference may bring no progress before it is given a rest.
pub(super) const MAX_STALLS: u32 = 3;
/// The pause after the first failed fetch; it doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(64);
/// How often in a row fetching may be refused before a channel is left alone.
pub(super) const MAX_REFUSALS: u32 = 5;
/// How long a channel is left alone although updates of it come. What is missing to address it may
/// come with each of them.
pub(super) const QUARANTINE: Duration = Duration::from_secs(5 * 60);
const QUARANTINE_UNREACHABLE: Duration = Duration::from_secs(60);
/// How long it is left alone if none comes.
pub(super) const MAX_QUARANTINE: Duration = Duration::from_secs(60 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetch {
    Idle,
    /// Until the timer.
    Paused(Pause),
    Wanted,
    Running,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Of the engine's own accord.
    Backoff,
    /// The server asked for it: nothing makes it shorter.
    Ordered,
    /// From a certain time on, a new update ends it.
    Quarantine { from: Duration },
}

/// What a group of counters that is fetched together has besides them.
#[derive(Debug)]
pub(super) struct Fetching {
    pub(super) fetch: Fetch,
    /// Something new was heard of while a fetch was running.
    pub(super) again: bool,
    /// Something came while a fetch was running: it can be read, whatever the answer says.
    pub(super) alive: bool,
    /// Whether it was ever fetched to the end.
    caught_up: bool,
    /// Updates that came since the fetching began.
    pub(super) brought: usize,
    /// Answers in a row that led nowhere.
    stalls: u32,
    /// Fetches in a row that failed, and those among them that the server refused.
    failures: u32,
    refusals: u32,
    /// How often it was left alone since it last succeeded.
    quarantines: u32,
    /// Whether it was told that nothing goes on.
    stalled: bool,
    /// The entry in `Engine::timers`.
    timer: Option<Duration>,
}

impl Fetching {
    pub(super) const NEW: Self = Self {
        fetch: Fetch::Idle,
        again: false,
        alive: false,
        caught_up: false,
        brought: 0,
        stalls: 0,
        failures: 0,
        refusals: 0,
        quarantines: 0,
        stalled: false,
        timer: None,
    };

    pub(super) fn phase(&self) -> Phase {
        match self.fetch {
            Fetch::Idle => Phase::Flowing,
            Fetch::Paused(_) | Fetch::Wanted => Phase::Waiting,
            Fetch::Running => Phase::Fetching,
        }
    }

    pub(super) fn is_quarantined(&self) -> bool {
        self.quarantines > 0
    }
}

impl<T: Content> Engine<T> {
    pub(super) fn fetching_mut(&mut self, key: Key) -> Option<&mut Fetching> {
        match key {
            Key::Common => Some(&mut self.fetching),
            Key::Channel(id) => self.channels.get_mut(&id).map(|c| &mut c.fetching),
        }
    }

    fn due(&self, key: Key) -> Option<Duration> {
        match key {
            Key::Common => [self.pts.due(), self.qts.due(), self.seq.due()]
                .into_iter()
                .flatten()
                .min(),
            Key::Channel(id) => self.channels.get(&id)?.sequence.due(),
        }
    }

    /// Sets or clears the timer of a gap; what is fetched or paused has none.
    pub(super) fn watch(&mut self, now: Duration, key: Key) {
        let due = self.due(key).map(|due| due.max(now));
        if self
            .fetching_mut(key)
            .is_some_and(|f| f.fetch == Fetch::Idle)
        {
            self.set_timer(key, due);
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

    fn set(&mut self, key: Key, fetch: Fetch) {
        if let Some(fetching) = self.fetching_mut(key) {
            fetching.fetch = fetch;
        }
        self.moved.extend(channel_id(key));
    }

    pub(super) fn want(&mut self, key: Key) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        match fetching.fetch {
            Fetch::Idle => {
                self.set(key, Fetch::Wanted);
                self.set_timer(key, None);
                self.wanted.extend(channel_id(key));
            }
            Fetch::Running => fetching.again = true,
            Fetch::Wanted | Fetch::Paused(_) => {}
        }
    }

    /// The timer of a gap or of a pause has come.
    pub(super) fn wake(&mut self, key: Key) {
        if let Some(fetching) = self.fetching_mut(key) {
            fetching.timer = None;
            if let Fetch::Paused(_) = fetching.fetch {
                fetching.fetch = Fetch::Idle;
            }
            self.want(key);
        }
    }

    /// Ends a pause that the engine made of its own accord.
    pub(super) fn hurry(&mut self, key: Key) {
        if let Some(fetching) = self.fetching_mut(key)
            && fetching.fetch == Fetch::Paused(Pause::Backoff)
        {
            fetching.failures = 0;
            self.set_timer(key, None);
            self.wake(key);
        }
    }

    /// Something new came of a channel: if it was left alone for long enough, it is tried again.
    pub(super) fn leave_quarantine(&mut self, now: Duration, id: i64) {
        let key = Key::Channel(id);
        if let Some(fetching) = self.fetching_mut(key)
            && let Fetch::Paused(Pause::Quarantine { from }) = fetching.fetch
            && now >= from
        {
            self.set_timer(key, None);
            self.wake(key);
        }
    }

    /// A fetch is over, well or badly; answers whether one was running.
    pub(super) fn finish(&mut self, key: Key) -> bool {
        let running = self
            .fetching_mut(key)
            .is_some_and(|f| f.fetch == Fetch::Running);
        if running {
            self.channel_fetches -= usize::from(key != Key::Common);
            self.set(key, Fetch::Idle);
        }
        running
    }

    /// A fetch was answered.
    pub(super) fn succeed(&mut self, key: Key) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        (fetching.failures, fetching.refusals) = (0, 0);
        let released = std::mem::take(&mut fetching.quarantines) > 0;
        if let (true, Key::Channel(channel)) = (released, key) {
            self.out.notice(Notice::Released { channel });
        }
    }

    /// More of the difference is to come.
    pub(super) fn go_on(&mut self, now: Duration, key: Key, progress: bool) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        fetching.stalled &= !progress;
        fetching.stalls = if progress { 0 } else { fetching.stalls + 1 };
        if fetching.stalls >= MAX_STALLS {
            fetching.stalls = 0;
            self.stall(key);
            self.pause(now, key, MAX_PAUSE);
        } else {
            self.want(key);
        }
    }

    /// Nothing more is to be fetched; gives how to look at what is missing still.
    pub(super) fn end(&mut self, key: Key) -> Phase {
        let Some(fetching) = self.fetching_mut(key) else {
            return Phase::Flowing;
        };
        let updates = std::mem::take(&mut fetching.brought);
        let first = !std::mem::replace(&mut fetching.caught_up, true);
        let again = std::mem::take(&mut fetching.again);
        (fetching.stalls, fetching.stalled) = (0, false);
        if updates > 0 || (first && key == Key::Common) {
            self.out.notice(Notice::CaughtUp { key, updates });
        }
        if again {
            self.want(key);
            return Phase::Waiting;
        }
        Phase::Flowing
    }

    fn stall(&mut self, key: Key) {
        if let Some(fetching) = self.fetching_mut(key)
            && !std::mem::replace(&mut fetching.stalled, true)
        {
            self.out.notice(Notice::Stalled(key));
        }
    }

    pub(super) fn pause(&mut self, now: Duration, key: Key, at_least: Duration) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        let backoff = FIRST_PAUSE
            .saturating_mul(1 << fetching.failures.min(6))
            .min(MAX_PAUSE);
        fetching.failures = fetching.failures.saturating_add(1);
        let pause = match at_least > backoff {
            true => Pause::Ordered,
            false => Pause::Backoff,
        };
        self.set(key, Fetch::Paused(pause));
        self.set_timer(key, Some(now.saturating_add(backoff.max(at_least))));
    }

    /// The server answered with an error.
    pub(super) fn refused(&mut self, now: Duration, key: Key) {
        let Some(fetching) = self.fetching_mut(key) else {
            return;
        };
        fetching.refusals = fetching.refusals.saturating_add(1);
        let (refusals, known) = (fetching.refusals, fetching.quarantines > 0);
        match key {
            Key::Channel(id) if refusals >= MAX_REFUSALS || known => {
                self.quarantine(now, id, Reason::Refused(refusals));
            }
            Key::Common if refusals >= MAX_REFUSALS => {
                self.stall(key);
                self.pause(now, key, Duration::ZERO);
            }
            _ => self.pause(now, key, Duration::ZERO),
        }
    }

    /// Leaves a channel alone that cannot be fetched.
    pub(super) fn quarantine(&mut self, now: Duration, channel: i64, reason: Reason) {
        let Some(known) = self.channels.get_mut(&channel) else {
            return;
        };
        let pts = known.sequence.local().unwrap_or(0);
        known.fetching.quarantines = known.fetching.quarantines.saturating_add(1);
        match known.fetching.quarantines {
            1 => {
                self.out.notice(Notice::Quarantined {
                    channel,
                    pts,
                    reason,
                });
                self.begin_blindly(now, channel);
            }
            // Nobody can say when, if ever, what is missing can be had.
            _ => {
                self.begin_blindly(now, channel);
                self.give_up(now, channel);
            }
        }
        let rest = match reason {
            Reason::Refused(_) => QUARANTINE,
            Reason::Unreachable => QUARANTINE_UNREACHABLE,
        };
        let from = now.saturating_add(rest);
        let key = Key::Channel(channel);
        self.set(key, Fetch::Paused(Pause::Quarantine { from }));
        self.set_timer(key, Some(now.saturating_add(MAX_QUARANTINE)));
    }

    /// Delivers what waits for what a channel will not give.
    pub(super) fn give_up(&mut self, now: Duration, channel: i64) {
        self.on_channel(channel, |sequence, lane| {
            while sequence.is_behind() {
                sequence.give_up(now, lane);
            }
        });
    }
}
