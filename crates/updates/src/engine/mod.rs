//! The state machine: its parts, and what goes into it.

mod beginnings;
mod differences;
mod fetching;
mod lanes;
mod outputs;
mod placing;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use self::{
    beginnings::Beginning,
    fetching::{Fetch, Fetching},
    lanes::Output,
};
use crate::{Batch, ChannelState, Content, Key, Place, State, sequence::Sequence};

pub use self::outputs::Load;

/// After how long without any update the difference is fetched, in case the connection is deaf.
const IDLE_WAIT: Duration = Duration::from_secs(15 * 60);
/// How many steps of the account may wait.
const MAX_HELD: usize = 4096;
/// How many steps of one channel may wait, and how many of all together.
const MAX_HELD_OF_CHANNEL: usize = 1024;
const MAX_HELD_OF_CHANNELS: usize = 16 * 1024;
/// How many channels are kept track of; updates of more are delivered as they come.
const MAX_CHANNELS: usize = 100_000;

struct Channel<T> {
    sequence: Sequence<T>,
    fetching: Fetching,
    /// The newest message that was delivered or passed over.
    newest: Option<i32>,
    /// What is stored, as far as the engine knows.
    stored: Option<ChannelState>,
    beginning: Beginning,
}

impl<T> Channel<T> {
    fn new(pts: i32) -> Self {
        Self {
            sequence: Sequence::new(Some(pts), MAX_HELD_OF_CHANNEL),
            fetching: Fetching::NEW,
            newest: None,
            stored: None,
            beginning: Beginning::Known,
        }
    }
}

/// Taking the counters of the account anew from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Renewal {
    None,
    Due,
    /// They were taken, but for the date: the difference since the old one is to name the channels in
    /// which something happened.
    Naming,
    /// That difference was refused, so that the date is to be taken, too.
    DueWhole,
}

/// Updates without a counter of their own, under the seq of what brought them.
#[derive(Debug)]
struct Container<T> {
    date: Option<i32>,
    values: Vec<T>,
}

/// The state machine of all counters of one account.
///
/// Feed it with `handle_*`; afterwards poll [`poll_update`](Self::poll_update),
/// [`take_changes`](Self::take_changes), [`poll_request`](Self::poll_request),
/// [`poll_notice`](Self::poll_notice) and [`poll_timeout`](Self::poll_timeout), in this order.
/// Times are those of one clock of the caller's that never goes back.
///
/// # What to store, and when
/// [`take_changes`](Self::take_changes) gives the counters that moved, in batches that build on each
/// other: store each in one piece, in the order they came, and only when every update that was
/// polled before it is safe with its taker. Whoever begins again with what is stored gets each
/// update that was polled after the last batch that was stored once more, and none that was polled
/// before it. Where storing one fails, throw away those that came after it too, and call
/// [`forget_stored`](Self::forget_stored).
///
/// # What it does not know
/// An update with a count of 0 does not move its counter, so that a second copy cannot be told from
/// a second one: such updates may come twice.
pub struct Engine<T> {
    pts: Sequence<T>,
    qts: Sequence<T>,
    seq: Sequence<Container<T>>,
    date: i32,
    /// The date of the state that the account began with. What is older is history to it.
    began: i32,
    fetching: Fetching,
    renewal: Renewal,
    channels: BTreeMap<i64, Channel<T>>,
    /// How many steps of channels wait.
    held: usize,
    /// How many channels are being fetched.
    channel_fetches: usize,
    /// Channels to be fetched, those that want it longest first. May name some that do not any more.
    wanted: VecDeque<i64>,
    timers: BTreeSet<(Duration, Key)>,
    idle_at: Duration,
    out: Output<T>,
    stored: Option<State>,
    /// Channels whose stored number may have to change.
    moved: BTreeSet<i64>,
}

impl<T: Content> Engine<T> {
    /// Starts from what was stored; without a state the server is asked for the present one.
    ///
    /// With a stored state the difference since then is fetched first, and those of channels that
    /// were known to be behind. `channels` are those of
    /// [`Changes::channels`](crate::Changes::channels).
    pub fn new(
        now: Duration,
        state: Option<State>,
        channels: impl IntoIterator<Item = (i64, ChannelState)>,
    ) -> Self {
        let mut engine = Self {
            pts: Sequence::new(state.map(|s| s.pts), MAX_HELD),
            qts: Sequence::new(state.map(|s| s.qts), MAX_HELD),
            seq: Sequence::new(state.map(|s| s.seq), MAX_HELD),
            date: state.map_or(0, |s| s.date),
            began: state.map_or(0, |s| s.date),
            fetching: Fetching::NEW,
            renewal: Renewal::None,
            channels: BTreeMap::new(),
            held: 0,
            channel_fetches: 0,
            wanted: VecDeque::new(),
            timers: BTreeSet::new(),
            idle_at: now.saturating_add(IDLE_WAIT),
            out: Output::new(),
            stored: state,
            moved: BTreeSet::new(),
        };
        for (id, state) in channels {
            engine.channels.insert(id, Channel::restored(state));
            if state.pts < 0 {
                engine.want(Key::Channel(id));
            }
        }
        engine.want(Key::Common);
        engine
    }

    /// Takes updates as they come from the server, in any order and any number of times.
    pub fn handle_updates(&mut self, now: Duration, batch: Batch<T>) {
        self.idle_at = now.saturating_add(IDLE_WAIT);
        let mut plain = Vec::new();
        // Most containers hold one update, or are in order.
        let mut updates = batch.updates;
        updates.sort_by_key(|u| match u.place {
            Place::Common { pts, count } | Place::Channel { pts, count, .. } => {
                pts.saturating_sub(count)
            }
            Place::Qts { qts } => qts,
            Place::Seq | Place::ChannelTooLong { .. } => i32::MAX,
        });
        for update in updates {
            match update.place {
                Place::Seq => plain.extend(update.value),
                _ => self.place(now, update),
            }
        }
        self.under_seq(now, batch.seq, batch.date, plain);
        self.watch(now, Key::Common);
    }

    /// The server says that it stopped sending, or that something was lost on the way: fetches what
    /// happened (`updatesTooLong`).
    pub fn handle_too_long(&mut self, now: Duration) {
        self.idle_at = now.saturating_add(IDLE_WAIT);
        self.want(Key::Common);
    }

    /// The connection is back: fetches what happened, and does not wait any longer with what failed
    /// for want of a connection.
    pub fn handle_reconnected(&mut self, now: Duration) {
        self.handle_too_long(now);
        self.hurry(Key::Common);
        let waiting: Vec<i64> = self
            .timers
            .iter()
            .filter_map(|(_, key)| channel_id(*key))
            .collect();
        for id in waiting {
            self.hurry(Key::Channel(id));
        }
    }

    /// The server says that its counters are new (`updatePtsChanged`): takes them from it.
    pub fn handle_pts_changed(&mut self, now: Duration) {
        self.renewal = Renewal::Due;
        self.handle_too_long(now);
    }

    /// Takes the pts of a channel that is only met now, such as from the list of dialogs, so that
    /// nothing that happens in it from then on is missed. Channels that are known stay as they are.
    pub fn handle_channel_met(&mut self, id: i64, pts: i32) {
        if pts > 0 && self.begins_at(id, pts) {
            self.moved.insert(id);
        }
    }

    /// A channel that was [`Unreachable`](crate::Failure::Unreachable) can be asked for by now: its
    /// access hash turned up.
    pub fn handle_channel_reachable(&mut self, id: i64) {
        let key = Key::Channel(id);
        let rests = |f: &mut Fetching| matches!(f.fetch, Fetch::Paused(_));
        if self.fetching_mut(key).is_some_and(rests) {
            self.set_timer(key, None);
            self.wake(key);
        }
    }

    /// Takes note of the time; harmless when early.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(&(at, key)) = self.timers.first() {
            if at > now {
                break;
            }
            self.timers.pop_first();
            self.wake(key);
        }
        if now >= self.idle_at {
            self.idle_at = now.saturating_add(IDLE_WAIT);
            self.want(Key::Common);
        }
    }

    /// Storing the changes failed: all counters count as moved again.
    pub fn forget_stored(&mut self) {
        self.stored = None;
        for (id, channel) in &mut self.channels {
            channel.stored = None;
            self.moved.insert(*id);
        }
    }

    /// How far the account's updates were received.
    #[must_use]
    pub fn state(&self) -> State {
        State {
            pts: self.pts.local().unwrap_or(0),
            qts: self.qts.local().unwrap_or(0),
            date: self.date,
            seq: self.seq.local().unwrap_or(0),
        }
    }
}

fn channel_id(key: Key) -> Option<i64> {
    match key {
        Key::Common => None,
        Key::Channel(id) => Some(id),
    }
}
