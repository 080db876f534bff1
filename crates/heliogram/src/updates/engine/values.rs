//! What goes into the engine and comes out of it.

use std::time::Duration;

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
