mod fetching;
#[cfg(test)]
mod model;
mod placing;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    time::Duration,
};

use self::fetching::MAX_PAUSE;
use crate::{
    Batch, Changes, ChannelDifference, Difference, Failure, Key, Notice, Place, Request, State,
    sequence::Sequence,
};

/// After how long without any update the difference is fetched, in case the connection is deaf.
const IDLE_WAIT: Duration = Duration::from_secs(15 * 60);
/// How many channels are fetched at once.
const MAX_CHANNEL_FETCHES: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fetch {
    Idle,
    /// After a failure, until the timer.
    Paused,
    Wanted,
    Running,
}

/// What a fetched group has besides its counters.
#[derive(Debug)]
struct Fetching {
    fetch: Fetch,
    /// Fetches in a row that led nowhere.
    stalls: u32,
    failures: u32,
    /// The entry in `Engine::timers`.
    timer: Option<Duration>,
}

impl Fetching {
    const NEW: Self = Self {
        fetch: Fetch::Idle,
        stalls: 0,
        failures: 0,
        timer: None,
    };

    /// Whether what comes by itself must wait for a difference.
    fn holds(&self) -> bool {
        self.fetch != Fetch::Idle
    }
}

struct Channel<T> {
    sequence: Sequence<T>,
    fetching: Fetching,
}

/// Updates that wait for an earlier seq.
struct HeldBatch<T> {
    start: i32,
    end: i32,
    date: Option<i32>,
    values: Vec<T>,
}

/// The state machine of all counters of one account.
///
/// Feed it with `handle_*`; afterwards poll [`Engine::poll_update`], [`Engine::take_changes`],
/// [`Engine::poll_request`], [`Engine::poll_notice`] and [`Engine::poll_timeout`], in this order.
/// Times are those of one clock of the caller's that never goes back.
pub struct Engine<T> {
    common: Sequence<T>,
    qts: Sequence<T>,
    seq: i32,
    date: i32,
    held: Vec<HeldBatch<T>>,
    seq_gap_since: Option<Duration>,
    fetching: Fetching,
    channels: HashMap<i64, Channel<T>>,
    channel_fetches: usize,
    wanted: VecDeque<Key>,
    timers: BTreeSet<(Duration, Key)>,
    idle_at: Duration,
    ready: VecDeque<T>,
    notices: VecDeque<Notice>,
    stored: Option<State>,
    moved: HashSet<i64>,
}

impl<T> Engine<T> {
    /// Starts from what was stored; without a state the server is asked for the present one.
    ///
    /// With a stored state the difference since then is fetched first.
    pub fn new(
        now: Duration,
        state: Option<State>,
        channels: impl IntoIterator<Item = (i64, i32)>,
    ) -> Self {
        let channel = |(id, pts)| {
            let sequence = Sequence::new(Some(pts));
            (
                id,
                Channel {
                    sequence,
                    fetching: Fetching::NEW,
                },
            )
        };
        let mut engine = Self {
            common: Sequence::new(state.map(|s| s.pts)),
            qts: Sequence::new(state.map(|s| s.qts)),
            seq: state.map_or(0, |s| s.seq),
            date: state.map_or(0, |s| s.date),
            held: Vec::new(),
            seq_gap_since: None,
            fetching: Fetching::NEW,
            channels: channels.into_iter().map(channel).collect(),
            channel_fetches: 0,
            wanted: VecDeque::new(),
            timers: BTreeSet::new(),
            idle_at: now + IDLE_WAIT,
            ready: VecDeque::new(),
            notices: VecDeque::new(),
            stored: state,
            moved: HashSet::new(),
        };
        engine.want(Key::Common);
        engine
    }

    // ---- inputs

    /// Takes updates as they come from the server, in any order and any number of times.
    pub fn handle_updates(&mut self, now: Duration, batch: Batch<T>) {
        self.idle_at = now + IDLE_WAIT;
        let (mut placed, plain): (Vec<_>, Vec<_>) = batch
            .updates
            .into_iter()
            .partition(|u| u.place != Place::Seq);
        placed.sort_by_key(|u| match u.place {
            Place::Common { pts, count } | Place::Channel { pts, count, .. } => {
                pts.saturating_sub(count)
            }
            Place::Qts { qts } => qts,
            Place::Seq | Place::ChannelTooLong { .. } => i32::MAX,
        });
        for update in placed {
            self.place(now, update);
        }
        let values = plain.into_iter().filter_map(|u| u.value).collect();
        self.under_seq(now, batch.seq, batch.date, values);
        self.watch(now, Key::Common);
    }

    /// The server says that it stopped sending, or that something was lost on the way.
    pub fn handle_too_long(&mut self, now: Duration) {
        self.idle_at = now + IDLE_WAIT;
        self.want(Key::Common);
    }

    /// Takes the present state that [`Request::State`] asked for.
    pub fn handle_state(&mut self, now: Duration, state: State) {
        self.finish(Key::Common);
        self.seq = state.seq;
        self.date = state.date;
        if self.stored.is_none() {
            self.common.start(now, state.pts, &mut self.ready);
            self.qts.start(now, state.qts, &mut self.ready);
        } else {
            self.common.set(now, state.pts, &mut self.ready);
            self.qts.set(now, state.qts, &mut self.ready);
        }
        self.release_seq(now);
        self.watch(now, Key::Common);
    }

    /// Takes a part of the difference of the account.
    pub fn handle_difference(&mut self, now: Duration, difference: Difference<T>) {
        self.fetching.failures = 0;
        let (before, last) = (
            self.state(),
            match difference {
                Difference::Empty { date, seq } => {
                    self.date = self.date.max(date);
                    self.seq = seq;
                    true
                }
                Difference::Part {
                    consumed,
                    others,
                    state,
                    last,
                } => {
                    self.ready.extend(consumed);
                    for update in others {
                        self.consumed(now, update);
                    }
                    self.common.advance(state.pts);
                    self.qts.advance(state.qts);
                    self.seq = state.seq;
                    self.date = state.date;
                    last
                }
                Difference::TooLong { pts } => {
                    self.notices.push_back(Notice::TooLong(Key::Common));
                    self.common.advance(pts);
                    false
                }
            },
        );
        if !last {
            self.go_on(now, Key::Common, self.state() != before);
            return;
        }
        let futile = self.state() == before;
        self.finish(Key::Common);
        // What is still missing has its full time to come.
        (
            self.common.gap_since,
            self.qts.gap_since,
            self.seq_gap_since,
        ) = (None, None, None);
        self.common.release(now, &mut self.ready);
        self.qts.release(now, &mut self.ready);
        self.release_seq(now);
        let open = self.gap_since(Key::Common).is_some();
        self.judge(now, Key::Common, open, futile);
    }

    /// Takes a part of the difference of a channel.
    pub fn handle_channel_difference(
        &mut self,
        now: Duration,
        id: i64,
        difference: ChannelDifference<T>,
    ) {
        let key = Key::Channel(id);
        self.ready.extend(difference.consumed);
        for update in difference.others {
            match update.place {
                Place::Channel { id: of, .. } if of == id => self.ready.extend(update.value),
                _ => self.consumed(now, update),
            }
        }
        if difference.too_long {
            self.notices.push_back(Notice::TooLong(key));
        }
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        channel.fetching.failures = 0;
        let before = channel.sequence.local();
        channel.sequence.advance(difference.pts);
        let progress = channel.sequence.local() != before;
        self.moved.insert(id);
        if !difference.last {
            self.go_on(now, key, progress);
            return;
        }
        self.finish(key);
        let mut open = false;
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.sequence.gap_since = None;
            channel.sequence.release(now, &mut self.ready);
            open = channel.sequence.gap_since.is_some();
        }
        self.judge(now, key, open, !progress);
    }

    /// Takes note that a fetch failed.
    pub fn handle_failure(&mut self, now: Duration, key: Key, failure: Failure) {
        self.finish(key);
        match (failure, key) {
            (Failure::Gone, Key::Channel(id)) => {
                self.set_timer(key, None);
                self.channels.remove(&id);
                self.moved.insert(id);
                self.notices.push_back(Notice::Gone(id));
            }
            (Failure::Reset, Key::Common) => {
                self.common.forget();
                self.qts.forget();
                self.notices.push_back(Notice::Reset);
                self.pause(now, key, Duration::ZERO);
            }
            (Failure::Reset, Key::Channel(_)) => self.pause(now, key, MAX_PAUSE),
            (Failure::Retry { after }, _) => self.pause(now, key, after),
            (Failure::Gone, Key::Common) => self.pause(now, key, MAX_PAUSE),
        }
    }

    /// Takes note of the time; harmless when early.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(&(at, key)) = self.timers.first() {
            if at > now {
                break;
            }
            self.set_timer(key, None);
            self.want(key);
        }
        if now >= self.idle_at {
            self.idle_at = now + IDLE_WAIT;
            self.want(Key::Common);
        }
    }

    // ---- outputs

    /// The next update to deliver.
    pub fn poll_update(&mut self) -> Option<T> {
        self.ready.pop_front()
    }

    /// The next thing to fetch; answer with the matching `handle_*`.
    pub fn poll_request(&mut self) -> Option<Request> {
        let may_channel = self.channel_fetches < MAX_CHANNEL_FETCHES;
        let at = self
            .wanted
            .iter()
            .position(|k| *k == Key::Common || may_channel)?;
        let key = self.wanted.remove(at)?;
        let request = match key {
            Key::Common => match (self.common.local(), self.qts.local()) {
                (Some(pts), Some(_)) if pts > 0 => Request::Difference {
                    state: self.state(),
                },
                _ => Request::State,
            },
            Key::Channel(id) => {
                let pts = self.channels.get(&id)?.sequence.local().unwrap_or(1).max(1);
                self.channel_fetches += 1;
                Request::Channel { id, pts }
            }
        };
        self.fetching_mut(key)?.fetch = Fetch::Running;
        Some(request)
    }

    /// The next thing worth a line in the log.
    pub fn poll_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Duration {
        self.timers
            .first()
            .map_or(self.idle_at, |&(at, _)| at.min(self.idle_at))
    }

    /// The counters that moved since the last call; store them once all updates polled before are
    /// safe with their takers.
    pub fn take_changes(&mut self) -> Option<Changes> {
        let mut changes = Changes::default();
        if self.common.local().is_some() && self.stored != Some(self.state()) {
            changes.common = Some(self.state());
            self.stored = changes.common;
        }
        let local = |id: i64| self.channels.get(&id).and_then(|c| c.sequence.local());
        changes.channels = self.moved.iter().map(|&id| (id, local(id))).collect();
        self.moved.clear();
        (changes != Changes::default()).then_some(changes)
    }

    /// Storing the changes failed: all counters count as moved again.
    pub fn forget_stored(&mut self) {
        self.stored = None;
        self.moved.extend(self.channels.keys());
    }

    /// How far the account's updates were received.
    pub fn state(&self) -> State {
        State {
            pts: self.common.local().unwrap_or(0),
            qts: self.qts.local().unwrap_or(0),
            date: self.date,
            seq: self.seq,
        }
    }
}
