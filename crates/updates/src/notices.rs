//! What the engine tells about its work: events and counts.

use std::fmt;

use crate::Key;

/// One of Telegram's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// The account's `pts`.
    Pts,
    /// The account's `qts`.
    Qts,
    /// The account's `seq`.
    Seq,
    /// The `pts` of the channel with this bare id.
    Channel(i64),
}

/// How what was missing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// By itself, late.
    Late,
    /// It was fetched.
    Fetched,
}

/// Why a channel is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The server answered with errors, this often in a row.
    Refused(u32),
    /// Nothing is known by which it could be asked for.
    Unreachable,
}

/// Something that happened to the sequences. Ranges begin after `from` and end with `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Updates are missing; they are waited for, then fetched.
    Gap {
        /// Whose.
        counter: Counter,
        /// How far everything was received.
        from: i32,
        /// Up to where updates are missing.
        to: i32,
    },
    /// What a [`Notice::Gap`] said was missing is there.
    Recovered {
        /// Whose.
        counter: Counter,
        /// Where the gap began.
        from: i32,
        /// Where it ended.
        to: i32,
        /// How it came.
        how: Recovery,
        /// How many updates came while it was open: in it, or with the answer that closed it.
        updates: usize,
    },
    /// Everything that happened up to now was fetched.
    CaughtUp {
        /// Of whom.
        key: Key,
        /// How many updates that brought.
        updates: usize,
    },
    /// The server skipped over updates because they were too many.
    TooLong {
        /// Whose.
        counter: Counter,
        /// How far everything was received; `None` if nothing was known about the channel.
        from: Option<i32>,
        /// Where it goes on; `None` if the server did not say.
        to: Option<i32>,
        /// How many of the skipped messages came along and are delivered all the same. What else
        /// is in the range (older messages, edits, deletions) can only be read from the history.
        delivered: usize,
    },
    /// Updates never came, by no way.
    Lost {
        /// Whose.
        counter: Counter,
        /// How far everything was received.
        from: i32,
        /// Where it goes on.
        to: i32,
    },
    /// The server counts anew. What it counted from one to the other is not delivered.
    Reset {
        /// Whose counter.
        counter: Counter,
        /// How far everything was received.
        from: i32,
        /// Where it goes on.
        to: i32,
    },
    /// Fetching fails again and again, or leads nowhere. It goes on, once in a minute; this is told
    /// once until it succeeds.
    Stalled(Key),
    /// A channel can no longer be read.
    Gone {
        /// Its bare id.
        channel: i64,
        /// How far everything was received.
        pts: i32,
    },
    /// A channel cannot be fetched and is left alone: it is tried when something new comes of it,
    /// but minutes apart, and else once in an hour. This is told once until it succeeds. What arrives
    /// of it in order is delivered, and from the second attempt on what waits behind a gap, too.
    Quarantined {
        /// Its bare id.
        channel: i64,
        /// How far everything was received.
        pts: i32,
        /// Why.
        reason: Reason,
    },
    /// A channel that was left alone can be fetched again.
    Released {
        /// Its bare id.
        channel: i64,
    },
}

/// What happened so far, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Updates handed out.
    pub delivered: u64,
    /// Updates that had been received before.
    pub duplicates: u64,
    /// [`Notice::Gap`]s.
    pub gaps: u64,
    /// Gaps that closed by themselves.
    pub recovered_late: u64,
    /// Gaps that were fetched.
    pub recovered_fetched: u64,
    /// [`Notice::TooLong`]s.
    pub too_long: u64,
    /// [`Notice::Lost`] ranges.
    pub lost: u64,
    /// [`Notice::Reset`]s.
    pub resets: u64,
    /// [`Notice::Stalled`]s.
    pub stalled: u64,
    /// [`Notice::Gone`] channels.
    pub gone: u64,
    /// [`Notice::Quarantined`] channels.
    pub quarantined: u64,
    /// Requests made.
    pub fetches: u64,
    /// Requests that failed.
    pub failures: u64,
    /// How often what waited was dropped for want of room, to be fetched again.
    pub overflows: u64,
    /// Updates of channels beyond the number that is kept track of: delivered as they come.
    pub untracked: u64,
    /// Notices that nobody polled in time.
    pub notices_dropped: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, notice: &Notice) {
        let count = match notice {
            Notice::Gap { .. } => &mut self.gaps,
            Notice::Recovered { how, .. } => match how {
                Recovery::Late => &mut self.recovered_late,
                Recovery::Fetched => &mut self.recovered_fetched,
            },
            Notice::TooLong { .. } => &mut self.too_long,
            Notice::Lost { .. } => &mut self.lost,
            Notice::Reset { .. } => &mut self.resets,
            Notice::Stalled(_) => &mut self.stalled,
            Notice::Gone { .. } => &mut self.gone,
            Notice::Quarantined { .. } => &mut self.quarantined,
            Notice::CaughtUp { .. } | Notice::Released { .. } => return,
        };
        *count += 1;
    }
}

impl Notice {
    /// Whether updates are missing for good, wholly or in part: those of the range that it tells.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        matches!(
            self,
            Self::TooLong { .. } | Self::Lost { .. } | Self::Reset { .. }
        )
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pts => f.write_str("the account (pts)"),
            Self::Qts => f.write_str("the account (qts)"),
            Self::Seq => f.write_str("the account (seq)"),
            Self::Channel(id) => write!(f, "channel {id}"),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Common => f.write_str("the account"),
            Self::Channel(id) => write!(f, "channel {id}"),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |pts: Option<i32>| pts.map_or_else(|| "?".to_owned(), |pts| pts.to_string());
        match self {
            Self::Gap { counter, from, to } => {
                write!(f, "updates of {counter} from {from} to {to} are missing")
            }
            Self::Recovered {
                counter,
                from,
                to,
                how,
                updates,
            } => {
                let how = match how {
                    Recovery::Late => "came late",
                    Recovery::Fetched => "were fetched",
                };
                write!(
                    f,
                    "missing updates of {counter} from {from} to {to} {how} ({updates})"
                )
            }
            Self::CaughtUp { key, updates } => {
                write!(f, "{updates} updates of {key} were caught up")
            }
            Self::TooLong {
                counter,
                from,
                to,
                delivered,
            } => write!(
                f,
                "the server skipped the updates of {counter} from {} to {}: too many; {delivered} \
                 messages of them came along",
                known(*from),
                known(*to)
            ),
            Self::Lost { counter, from, to } => {
                write!(
                    f,
                    "nobody has the updates of {counter} from {from} to {to}: they are lost"
                )
            }
            Self::Reset { counter, from, to } => {
                write!(f, "the server counts {counter} anew, from {from} to {to}")
            }
            Self::Stalled(key) => write!(f, "fetching the updates of {key} leads nowhere"),
            Self::Gone { channel, pts } => {
                write!(
                    f,
                    "channel {channel} can no longer be read; it was read up to {pts}"
                )
            }
            Self::Quarantined {
                channel,
                pts,
                reason,
            } => match reason {
                Reason::Refused(times) => write!(
                    f,
                    "channel {channel} is left alone at {pts}: fetching failed {times} times"
                ),
                Reason::Unreachable => write!(
                    f,
                    "channel {channel} is left alone at {pts}: its access hash is not known"
                ),
            },
            Self::Released { channel } => {
                write!(f, "channel {channel} can be fetched again")
            }
        }
    }
}
