//! The rules of update sequences, without clock, network or runtime.
//!
//! Feed it with `handle_*`; afterwards poll [`Engine::poll_update`], [`Engine::take_changes`],
//! [`Engine::poll_request`], [`Engine::poll_notice`] and [`Engine::poll_timeout`], in this order.
//! It is generic over what an update is, so that its tests need no Telegram.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    time::Duration,
};

use super::sequence::{Offered, Sequence, Step};

/// How long a missing update is waited for before the difference is fetched.
const GAP_WAIT: Duration = Duration::from_millis(500);
/// After how long without any update the difference is fetched, in case the connection is deaf.
const IDLE_WAIT: Duration = Duration::from_secs(15 * 60);
/// How many channels are fetched at once.
const MAX_CHANNEL_FETCHES: usize = 10;
/// How often a difference may bring no progress before it is believed.
const MAX_STALLS: u32 = 3;
/// The pause after the first failed fetch; it doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(64);

/// How far the account's updates were received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) pts: i32,
    pub(crate) qts: i32,
    pub(crate) date: i32,
    pub(crate) seq: i32,
}

/// One update and the counter it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Update<T> {
    pub(crate) place: Place,
    /// `None` moves the counter and delivers nothing.
    pub(crate) value: Option<T>,
}

/// The counter that an update moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// None: it counts under the seq of what brought it.
    Seq,
    Common {
        pts: i32,
        count: i32,
    },
    Qts {
        qts: i32,
    },
    Channel {
        id: i64,
        pts: i32,
        count: i32,
    },
    /// Not an update but the word that a channel has moved on.
    ChannelTooLong {
        id: i64,
        pts: Option<i32>,
    },
}

/// Updates that came together.
#[derive(Clone, Debug)]
pub(crate) struct Batch<T> {
    /// First and last seq; `None` where the form has none.
    pub(crate) seq: Option<(i32, i32)>,
    pub(crate) date: Option<i32>,
    pub(crate) updates: Vec<Update<T>>,
}

/// What the engine wants to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    State,
    Difference { state: State },
    Channel { id: i64, pts: i32 },
}

/// An answer to [`Request::Difference`].
#[derive(Clone, Debug)]
pub(crate) enum Difference<T> {
    Empty {
        date: i32,
        seq: i32,
    },
    Part {
        consumed: Vec<T>,
        others: Vec<Update<T>>,
        state: State,
        last: bool,
    },
    TooLong {
        pts: i32,
    },
}

/// An answer to [`Request::Channel`].
#[derive(Clone, Debug)]
pub(crate) struct ChannelDifference<T> {
    pub(crate) pts: i32,
    pub(crate) consumed: Vec<T>,
    pub(crate) others: Vec<Update<T>>,
    pub(crate) last: bool,
    /// Whether the server skipped to the present.
    pub(crate) too_long: bool,
}

/// Why a fetch gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Try again, not before this much time has passed.
    Retry { after: Duration },
    /// The channel cannot be read any more.
    Gone,
    /// The server does not know the state it was asked from.
    Reset,
}

/// A counter, or the group of counters, that is fetched together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Common,
    Channel(i64),
}

/// Something that went on which nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The server skipped over updates that were too many.
    TooLong(Key),
    /// Updates between the two counters never came, by no way.
    Lost { key: Key, from: i32, to: i32 },
    /// The server's differences lead nowhere.
    Stalled(Key),
    /// The state was taken anew from the server.
    Reset,
    /// A channel can no longer be read.
    Gone(i64),
}

/// What has to be stored: counters that moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) common: Option<State>,
    /// `None` where the channel is to be forgotten.
    pub(crate) channels: Vec<(i64, Option<i32>)>,
}

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
pub(crate) struct Engine<T> {
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
    pub(crate) fn new(
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
    pub(crate) fn handle_updates(&mut self, now: Duration, batch: Batch<T>) {
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
    pub(crate) fn handle_too_long(&mut self, now: Duration) {
        self.idle_at = now + IDLE_WAIT;
        self.want(Key::Common);
    }

    /// Takes the present state that [`Request::State`] asked for.
    pub(crate) fn handle_state(&mut self, now: Duration, state: State) {
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
    pub(crate) fn handle_difference(&mut self, now: Duration, difference: Difference<T>) {
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
    pub(crate) fn handle_channel_difference(
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
    pub(crate) fn handle_failure(&mut self, now: Duration, key: Key, failure: Failure) {
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
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
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
    pub(crate) fn poll_update(&mut self) -> Option<T> {
        self.ready.pop_front()
    }

    /// The next thing to fetch; answer with the matching `handle_*`.
    pub(crate) fn poll_request(&mut self) -> Option<Request> {
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
    pub(crate) fn poll_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Duration {
        self.timers
            .first()
            .map_or(self.idle_at, |&(at, _)| at.min(self.idle_at))
    }

    /// The counters that moved since the last call; store them once all updates polled before are
    /// safe with their takers.
    pub(crate) fn take_changes(&mut self) -> Option<Changes> {
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
    pub(crate) fn forget_stored(&mut self) {
        self.stored = None;
        self.moved.extend(self.channels.keys());
    }

    /// How far the account's updates were received.
    pub(crate) fn state(&self) -> State {
        State {
            pts: self.common.local().unwrap_or(0),
            qts: self.qts.local().unwrap_or(0),
            date: self.date,
            seq: self.seq,
        }
    }

    // ---- placing

    fn place(&mut self, now: Duration, update: Update<T>) {
        let Update { place, value } = update;
        match place {
            Place::Seq => self.ready.extend(value),
            // Without a counter there is nothing to check it against.
            Place::Common { pts: ..=0, .. } | Place::Qts { qts: ..=0 } => self.ready.extend(value),
            Place::Common { pts, count } => {
                let hold = self.fetching.holds();
                self.common
                    .offer(now, Step { pts, count, value }, hold, &mut self.ready);
            }
            Place::Qts { qts } => {
                let hold = self.fetching.holds();
                let step = Step {
                    pts: qts,
                    count: 1,
                    value,
                };
                self.qts.offer(now, step, hold, &mut self.ready);
            }
            Place::Channel { id, pts, count } => self.in_channel(now, id, pts, count, value),
            Place::ChannelTooLong { id, pts } => {
                self.channel_too_long(id, pts);
                self.ready.extend(value);
            }
        }
    }

    /// What a difference brings is past its counters already, but for channels.
    fn consumed(&mut self, now: Duration, update: Update<T>) {
        match update.place {
            Place::Channel { .. } | Place::ChannelTooLong { .. } => self.place(now, update),
            _ => self.ready.extend(update.value),
        }
    }

    fn in_channel(&mut self, now: Duration, id: i64, pts: i32, count: i32, value: Option<T>) {
        if pts <= 0 {
            self.ready.extend(value);
            return;
        }
        // A channel never heard of starts right before its first update.
        let channel = self.channels.entry(id).or_insert_with(|| Channel {
            sequence: Sequence::new(Some(pts.saturating_sub(count))),
            fetching: Fetching::NEW,
        });
        let hold = channel.fetching.holds();
        let step = Step { pts, count, value };
        if channel.sequence.offer(now, step, hold, &mut self.ready) == Offered::Applied {
            channel.fetching.stalls = 0;
            self.moved.insert(id);
        }
        self.watch(now, Key::Channel(id));
    }

    fn channel_too_long(&mut self, id: i64, pts: Option<i32>) {
        match self.channels.get(&id).map(|c| c.sequence.local()) {
            Some(Some(local)) if pts.is_some_and(|pts| pts <= local) => {}
            Some(_) => self.want(Key::Channel(id)),
            None => {
                let sequence = Sequence::new(pts);
                self.channels.insert(
                    id,
                    Channel {
                        sequence,
                        fetching: Fetching::NEW,
                    },
                );
                self.moved.insert(id);
                if pts.is_none() {
                    self.want(Key::Channel(id));
                }
            }
        }
    }

    fn under_seq(
        &mut self,
        now: Duration,
        seq: Option<(i32, i32)>,
        date: Option<i32>,
        values: Vec<T>,
    ) {
        let (start, end) = seq.unwrap_or((0, 0));
        if start <= 0 {
            self.ready.extend(values);
            return;
        }
        let unknown = self.common.local().is_none();
        let next = self.seq.saturating_add(1);
        if !unknown && !self.fetching.holds() && start < next {
            return;
        }
        self.held.push(HeldBatch {
            start,
            end,
            date,
            values,
        });
        self.held.sort_by_key(|b| b.start);
        if self.held.len() > 1024 {
            self.held.clear();
            self.want(Key::Common);
        }
        if !unknown && !self.fetching.holds() {
            self.release_seq(now);
        }
    }

    fn release_seq(&mut self, now: Duration) {
        let mut kept = Vec::new();
        for batch in std::mem::take(&mut self.held) {
            let next = self.seq.saturating_add(1);
            match batch.start.cmp(&next) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => {
                    self.seq = batch.end.max(batch.start);
                    self.date = self.date.max(batch.date.unwrap_or(0));
                    self.ready.extend(batch.values);
                }
                std::cmp::Ordering::Greater => kept.push(batch),
            }
        }
        self.seq_gap_since = match kept.is_empty() {
            true => None,
            false => Some(self.seq_gap_since.unwrap_or(now)),
        };
        self.held = kept;
    }

    // ---- fetching

    fn fetching_mut(&mut self, key: Key) -> Option<&mut Fetching> {
        match key {
            Key::Common => Some(&mut self.fetching),
            Key::Channel(id) => self.channels.get_mut(&id).map(|c| &mut c.fetching),
        }
    }

    fn gap_since(&self, key: Key) -> Option<Duration> {
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
    fn watch(&mut self, now: Duration, key: Key) {
        let due = self.gap_since(key).map(|since| (since + GAP_WAIT).max(now));
        match self.fetching_mut(key).map(|f| (f.fetch, f.timer)) {
            Some((Fetch::Idle, timer)) if timer.is_none() || due.is_none() => {
                self.set_timer(key, due);
            }
            _ => {}
        }
    }

    fn set_timer(&mut self, key: Key, at: Option<Duration>) {
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

    fn want(&mut self, key: Key) {
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
    fn finish(&mut self, key: Key) {
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
    fn go_on(&mut self, now: Duration, key: Key, progress: bool) {
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
    fn judge(&mut self, now: Duration, key: Key, open: bool, futile: bool) {
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

    fn pause(&mut self, now: Duration, key: Key, at_least: Duration) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const START: State = State {
        pts: 10,
        qts: 1,
        date: 1,
        seq: 1,
    };
    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// An engine that has caught up.
    fn ready() -> Engine<u32> {
        let mut e = Engine::new(Duration::ZERO, Some(START), []);
        assert_eq!(e.poll_request(), Some(Request::Difference { state: START }));
        e.handle_difference(Duration::ZERO, Difference::Empty { date: 1, seq: 1 });
        e
    }

    fn common(pts: i32, value: u32) -> Batch<u32> {
        let place = Place::Common { pts, count: 1 };
        Batch {
            seq: None,
            date: None,
            updates: vec![Update {
                place,
                value: Some(value),
            }],
        }
    }

    fn plain(seq: i32, value: u32) -> Batch<u32> {
        let updates = vec![Update {
            place: Place::Seq,
            value: Some(value),
        }];
        Batch {
            seq: Some((seq, seq)),
            date: Some(9),
            updates,
        }
    }

    fn drain(e: &mut Engine<u32>) -> Vec<u32> {
        std::iter::from_fn(|| e.poll_update()).collect()
    }

    #[test]
    fn a_new_account_asks_for_the_state_and_delivers_what_came_since() {
        let mut e = Engine::new(Duration::ZERO, None, []);
        assert_eq!(e.poll_request(), Some(Request::State));
        // The first of these is part of the state that the server is about to tell.
        e.handle_updates(Duration::ZERO, common(10, 1));
        e.handle_updates(Duration::ZERO, common(11, 2));
        e.handle_state(MS(9), START);
        assert_eq!(drain(&mut e), [1, 2]);
        assert_eq!(
            e.take_changes().unwrap().common,
            Some(State { pts: 11, ..START })
        );
        assert_eq!(e.take_changes(), None);
    }

    #[test]
    fn a_gap_is_waited_for_and_then_fetched() {
        let mut e = ready();
        e.handle_updates(MS(100), common(12, 2));
        assert_eq!(e.poll_timeout(), MS(600));
        e.handle_timeout(MS(599));
        assert_eq!(e.poll_request(), None);
        e.handle_timeout(MS(600));
        assert!(matches!(e.poll_request(), Some(Request::Difference { state }) if state.pts == 10));
        // What arrives meanwhile waits, and is not doubled by the difference.
        e.handle_updates(MS(700), common(11, 1));
        let state = State { pts: 12, ..START };
        let part = Difference::Part {
            consumed: vec![1, 2],
            others: vec![],
            state,
            last: true,
        };
        e.handle_difference(MS(800), part);
        assert_eq!(drain(&mut e), [1, 2]);
        assert_eq!(e.state().pts, 12);
    }

    #[test]
    fn a_gap_that_closes_itself_is_not_fetched() {
        let mut e = ready();
        e.handle_updates(MS(1), common(12, 2));
        e.handle_updates(MS(2), common(11, 1));
        assert_eq!(drain(&mut e), [1, 2]);
        e.handle_timeout(MS(1000));
        assert_eq!(e.poll_request(), None);
    }

    #[test]
    fn seq_orders_what_has_no_counter_of_its_own() {
        let mut e = ready();
        e.handle_updates(MS(1), plain(3, 3));
        e.handle_updates(MS(1), plain(1, 1));
        assert!(drain(&mut e).is_empty());
        e.handle_updates(MS(2), plain(2, 2));
        assert_eq!(drain(&mut e), [2, 3]);
        assert_eq!(
            e.state(),
            State {
                seq: 3,
                date: 9,
                ..START
            }
        );
    }

    #[test]
    fn a_server_that_never_fills_a_gap_is_believed_after_three_times() {
        let mut e = ready();
        let mut now = MS(0);
        e.handle_updates(now, common(20, 7));
        for _ in 0..MAX_STALLS {
            now = e.poll_timeout();
            e.handle_timeout(now);
            assert!(e.poll_request().is_some());
            assert!(drain(&mut e).is_empty());
            e.handle_difference(now, Difference::Empty { date: 1, seq: 1 });
        }
        assert_eq!(drain(&mut e), [7]);
        let lost = Notice::Lost {
            key: Key::Common,
            from: 10,
            to: 19,
        };
        assert_eq!(e.poll_notice(), Some(lost));
    }

    #[test]
    fn slices_without_progress_end_in_a_pause() {
        let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), []);
        for _ in 0..MAX_STALLS {
            assert!(e.poll_request().is_some());
            let part = Difference::Part {
                consumed: vec![],
                others: vec![],
                state: START,
                last: false,
            };
            e.handle_difference(Duration::ZERO, part);
        }
        assert_eq!(e.poll_request(), None);
        assert_eq!(e.poll_notice(), Some(Notice::Stalled(Key::Common)));
        assert_eq!(e.poll_timeout(), MAX_PAUSE);
    }

    #[test]
    fn a_channel_that_is_gone_disturbs_nobody() {
        let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), [(5, 100)]);
        assert!(e.poll_request().is_some());
        let place = Place::ChannelTooLong {
            id: 5,
            pts: Some(104),
        };
        let others = vec![Update { place, value: None }];
        let part = Difference::Part {
            consumed: vec![],
            others,
            state: START,
            last: true,
        };
        e.handle_difference(Duration::ZERO, part);
        assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
        e.handle_failure(Duration::ZERO, Key::Channel(5), Failure::Gone);
        assert_eq!(e.take_changes().unwrap().channels, [(5, None)]);
        e.handle_updates(MS(1), common(11, 1));
        assert_eq!(drain(&mut e), [1]);
    }

    #[test]
    fn no_more_than_ten_channels_are_fetched_at_once() {
        let channels = (1..=30).map(|id| (id, 1));
        let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), channels);
        let updates = (1..=30)
            .map(|id| Update {
                place: Place::ChannelTooLong { id, pts: None },
                value: None,
            })
            .collect();
        e.handle_updates(
            Duration::ZERO,
            Batch {
                seq: None,
                date: None,
                updates,
            },
        );
        let asked = std::iter::from_fn(|| e.poll_request()).count();
        assert_eq!(asked, 1 + MAX_CHANNEL_FETCHES);
        let nothing = ChannelDifference {
            pts: 1,
            consumed: vec![],
            others: vec![],
            last: true,
            too_long: false,
        };
        e.handle_channel_difference(Duration::ZERO, 1, nothing);
        assert!(matches!(e.poll_request(), Some(Request::Channel { .. })));
        assert_eq!(e.poll_request(), None);
    }

    #[test]
    fn silence_makes_it_ask() {
        let mut e = ready();
        e.handle_timeout(IDLE_WAIT);
        assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    }
}
