//! What goes into the engine and comes out of it.

use std::time::Duration;

/// What the engine has to know about what it puts in order.
pub trait Content {
    /// The id of the message, if this is a new message of a channel.
    ///
    /// When a server skips over too much of a channel it sends the newest messages along; this is
    /// how those delivered before are told from those that are new.
    fn message_id(&self) -> Option<i32> {
        None
    }

    /// When it happened, by the server's time in seconds since 1970, if it tells.
    ///
    /// Where a channel is met for the first time, this is how what is new in it is told from its
    /// history.
    fn date(&self) -> Option<i32> {
        None
    }
}

/// How far the account's updates were received; `updates.state` without its count of unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The counter of private chats and basic groups.
    pub pts: i32,
    /// The counter of secret chats and of some events of bots.
    pub qts: i32,
    /// The server's time of the newest update, in seconds since 1970.
    pub date: i32,
    /// The counter of containers.
    pub seq: i32,
}

/// One update and the counter it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update<T> {
    /// The counter.
    pub place: Place,
    /// The update; `None` moves the counter and delivers nothing.
    pub value: Option<T>,
}

/// The counter that an update moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// None: it counts under the seq of what brought it.
    Seq,
    /// The account's `pts`.
    Common {
        /// The counter after it.
        pts: i32,
        /// By how much it moves the counter.
        count: i32,
    },
    /// The account's `qts`, which each update moves by one.
    Qts {
        /// The counter after it.
        qts: i32,
    },
    /// The `pts` of a channel or supergroup.
    Channel {
        /// The bare id of the channel.
        id: i64,
        /// The counter after it.
        pts: i32,
        /// By how much it moves the counter.
        count: i32,
    },
    /// Not an update but the word that a channel has moved on (`updateChannelTooLong`).
    ChannelTooLong {
        /// The bare id of the channel.
        id: i64,
        /// Where the channel is now, if the server says.
        pts: Option<i32>,
    },
}

/// Updates that came together.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    /// First and last seq; `None` where the form has none.
    pub seq: Option<(i32, i32)>,
    /// The server's time, in seconds since 1970; `None` where the form has none.
    pub date: Option<i32>,
    /// The updates, in the order they came in.
    pub updates: Vec<Update<T>>,
}

/// What the engine wants to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `updates.getState`.
    State,
    /// `updates.getDifference`.
    Difference {
        /// How far updates were received.
        state: State,
    },
    /// `updates.getChannelDifference`.
    Channel {
        /// The bare id of the channel.
        id: i64,
        /// How far its updates were received, or from where to look for what is new if nothing was
        /// received yet; at least 1.
        pts: i32,
    },
}

/// An answer to [`Request::Difference`].
#[derive(Clone, Debug)]
pub enum Difference<T> {
    /// Nothing happened (`updates.differenceEmpty`).
    Empty {
        /// The server's time.
        date: i32,
        /// The counter of containers.
        seq: i32,
    },
    /// What happened, or a part of it (`updates.difference`, `updates.differenceSlice`).
    Part {
        /// New messages, which come without a counter.
        consumed: Vec<T>,
        /// Everything else.
        others: Vec<Update<T>>,
        /// How far this leads.
        state: State,
        /// Whether nothing is left to fetch.
        last: bool,
    },
    /// Too much happened to tell (`updates.differenceTooLong`).
    TooLong {
        /// Where to go on from.
        pts: i32,
    },
}

/// An answer to [`Request::Channel`].
#[derive(Clone, Debug)]
pub struct ChannelDifference<T> {
    /// How far this leads.
    pub pts: i32,
    /// New messages, which come without a counter. Those of a skip to the present are delivered if
    /// they are newer than every message of the channel that was delivered before.
    pub consumed: Vec<T>,
    /// Everything else.
    pub others: Vec<Update<T>>,
    /// Whether nothing is left to fetch.
    pub last: bool,
    /// Whether the server skipped to the present (`updates.channelDifferenceTooLong`).
    pub too_long: bool,
    /// Since when the account is in the channel (`channel.date`), in seconds since 1970; `None` where
    /// the server does not say.
    pub joined: Option<i32>,
}

/// Why a fetch gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered, or the server asked to wait. Tried again, at first soon.
    Retry {
        /// Not before this much time has passed.
        after: Duration,
    },
    /// The server answered with an error. Tried again; a channel is left alone for some minutes
    /// when that happens again and again ([`Notice::Quarantined`](crate::Notice::Quarantined)).
    Refused,
    /// Nothing is known by which the channel could be asked for, such as its access hash.
    Unreachable,
    /// The channel cannot be read any more (`CHANNEL_PRIVATE` and the like). It is left alone until
    /// something new is heard of it; then it goes on with what came after it was joined again.
    Gone,
    /// The server does not know the state it was asked from (`PERSISTENT_TIMESTAMP_INVALID`): it
    /// counts less, or does so for a moment. The account asks where it is; a channel is asked from
    /// earlier states until the server knows one, and goes on there.
    Reset,
}

/// A counter, or the group of counters, that is fetched together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Those of the account: pts, qts and seq.
    Common,
    /// That of the channel with this bare id.
    Channel(i64),
}

/// What has to be stored: counters that moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The account's.
    pub common: Option<State>,
    /// Channels by bare id; `None` where the channel is to be forgotten.
    pub channels: Vec<(i64, Option<ChannelState>)>,
}

/// What is to be stored of a channel. It belongs to the engine: it goes into
/// [`Engine::new`](crate::Engine::new) as it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelState {
    /// How far its updates were received, and the bitwise complement of that (so: a negative number)
    /// as long as more is known to have happened in it.
    pub pts: i32,
    /// The newest message that was delivered, or passed over because it is older than what is
    /// wanted; 0 for none.
    pub newest: i32,
    /// Mostly 0. Otherwise a date: what is older is not news. Its complement while it is not known
    /// where what is news begins, and the least number there is if the channel cannot be read.
    pub since: i32,
}

impl ChannelState {
    /// A channel that was received as far as this pts, and of which nothing else is known.
    #[must_use]
    pub const fn at(pts: i32) -> Self {
        Self {
            pts,
            newest: 0,
            since: 0,
        }
    }
}
