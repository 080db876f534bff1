//! Where a channel begins that nothing is known of: what is new in it is looked for.
//!
//! A channel of which something is heard for the first time may have had news before: it was joined
//! while nobody listened, or the first of what was sent is lost. It is asked for its last few steps,
//! then for more of them, until something comes that is older than what is wanted. What is new of
//! that is delivered, the rest is not; a reach that did not suffice is told.

use std::{collections::BTreeSet, time::Duration};

use super::{Channel, Engine, MAX_CHANNELS};
use crate::{
    ChannelDifference, ChannelState, Content, Counter, Key, Notice, Place, Update, sequence::Phase,
};

/// How many steps back it is asked, one after the other.
const REACH: [i32; 3] = [10, 100, 1000];

/// What is known of the beginning of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// It has begun.
    Known,
    /// It is looked for.
    Sought(Search),
    /// It was found, and the difference from there on is read: what is older than this date is not
    /// delivered.
    Reading { since: i32 },
    /// The channel could no longer be read. How far it was is remembered, so that late copies are
    /// known, and where to go on if it can be read again.
    Gone,
}

/// The search for a beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Search {
    /// What is older than this date is no news.
    since: i32,
    /// A pts that the channel had at some time since; 0 if nobody told one.
    near: i32,
    /// Which of [`REACH`] is tried; beyond the last, it is asked from the first pts there is.
    reach: usize,
    /// How far the answers have led so far that are only to show where the server is; 0 for none.
    at: i32,
    /// What the server does not know any more.
    was: Option<Was>,
}

/// How far everything was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Was {
    pts: i32,
    /// What is older than this date was not to be delivered; 0 for none.
    since: i32,
}

impl Search {
    /// From where to ask.
    pub(super) fn from(&self) -> i32 {
        if self.at > 0 {
            return self.at;
        }
        let reach = REACH.get(self.reach).filter(|_| self.near > 0);
        reach.map_or(1, |reach| self.near.saturating_sub(*reach).max(1))
    }

    /// Reaches further back; answers whether it could.
    fn widen(&mut self, last: usize) -> bool {
        self.at = 0;
        let further = self.from() > 1 && self.reach < last;
        self.reach += usize::from(further);
        further
    }
}

/// What comes of an answer to a search.
enum Found {
    /// The beginning.
    Here {
        search: Search,
        since: i32,
        /// Whether the answer reaches back to what is no news.
        whole: bool,
    },
    /// It is to be asked from elsewhere.
    Elsewhere(Search),
    /// The server knows by now how far everything was received.
    Again(Was),
}

impl<T: Content> Channel<T> {
    /// A channel as it was stored.
    pub(super) fn restored(state: ChannelState) -> Self {
        let ChannelState { pts, newest, since } = state;
        let local = pts.max(!pts);
        let mut channel = Self::new(local);
        channel.newest = Some(newest).filter(|id| *id > 0);
        channel.stored = Some(state);
        match since {
            GONE => channel.beginning = Beginning::Gone,
            since if since < 0 => channel.seek(!since, local, None),
            0 => {}
            since => channel.beginning = Beginning::Reading { since },
        }
        channel
    }

    /// What is to be stored of it; `None` for nothing.
    pub(super) fn state(&self, behind: bool) -> Option<ChannelState> {
        let (local, since) = match self.beginning {
            Beginning::Known => (self.sequence.local(), 0),
            Beginning::Gone => (self.sequence.local(), GONE),
            Beginning::Reading { since } => (self.sequence.local(), since.max(1)),
            // Asked from there again, the server says again that it does not know it.
            Beginning::Sought(Search { was: Some(was), .. }) => (Some(was.pts), was.since),
            Beginning::Sought(search) => (Some(search.near), !search.since.max(0)),
        };
        let pts = local?.max(0);
        Some(ChannelState {
            pts: if behind { !pts } else { pts },
            newest: self.newest.unwrap_or(0),
            since,
        })
    }

    fn seek(&mut self, since: i32, near: i32, was: Option<Was>) {
        self.sequence.forget();
        self.beginning = Beginning::Sought(Search {
            since,
            near,
            reach: 0,
            at: 0,
            was,
        });
    }

    /// From where the difference is to be asked for.
    pub(super) fn ask_from(&self) -> i32 {
        match self.beginning {
            Beginning::Sought(search) => search.from(),
            _ => self.sequence.local().unwrap_or(1).max(1),
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.beginning == Beginning::Gone
    }

    /// Something new is heard of a channel that was gone.
    pub(super) fn come_back(&mut self) {
        if self.is_gone() {
            self.beginning = Beginning::Reading { since: 0 };
        }
    }

    /// Looks at an answer to a search; `None` if nothing is sought.
    fn found(&self, answer: &ChannelDifference<T>) -> Option<Found> {
        let Beginning::Sought(mut search) = self.beginning else {
            return None;
        };
        if let Some(was) = search.was {
            if answer.pts >= was.pts {
                return Some(Found::Again(was));
            }
            if !answer.last && answer.pts > search.from() {
                search.at = answer.pts;
                return Some(Found::Elsewhere(search));
            }
        }
        let joined = answer.joined.unwrap_or(0);
        let since = search.since.max(joined);
        if answer.too_long && search.near == 0 && answer.pts > 1 {
            (search.near, search.reach) = (answer.pts, 0);
            return Some(Found::Elsewhere(search));
        }
        // The first that an account sees of a channel bears the date of its joining.
        let old = |value: &T| {
            let date = value.date();
            date.is_some_and(|date| date < since || (date == joined && joined >= search.since))
        };
        let mut all = answer.consumed.iter().chain(values(&answer.others));
        let whole = search.from() <= 1 || all.any(old);
        if !whole && !answer.too_long && search.was.is_none() && search.widen(REACH.len() - 1) {
            return Some(Found::Elsewhere(search));
        }
        Some(Found::Here {
            search,
            since,
            whole,
        })
    }
}

/// Stands for a channel that is gone, in the place of a date.
const GONE: i32 = i32::MIN;

fn values<T>(updates: &[Update<T>]) -> impl Iterator<Item = &T> {
    updates.iter().filter_map(|update| update.value.as_ref())
}

impl<T: Content> Engine<T> {
    /// Looks for the beginning of a channel that is not known and that stands near this pts, or
    /// nobody knows where; answers whether it does. Before the account has a beginning itself,
    /// nothing is old or new.
    pub(super) fn seek_channel(&mut self, id: i64, near: i32) -> bool {
        if self.began <= 0 || self.channels.len() >= MAX_CHANNELS {
            return false;
        }
        let mut channel = Channel::new(near);
        channel.seek(self.began, near, None);
        self.channels.insert(id, channel);
        self.want(Key::Channel(id));
        true
    }

    /// Looks at what was answered about a channel whose beginning is sought, and begins it there;
    /// answers whether it goes on from the answer, or else whether that brought it any further.
    pub(super) fn begin(&mut self, id: i64, answer: &mut ChannelDifference<T>) -> Result<(), bool> {
        let Some(channel) = self.channels.get_mut(&id) else {
            return Ok(());
        };
        let known = channel.newest;
        let (search, since, whole) = match channel.found(answer) {
            None => {
                channel.sift(answer);
                return Ok(());
            }
            Some(Found::Elsewhere(search)) => {
                channel.beginning = Beginning::Sought(search);
                return Err(true);
            }
            Some(Found::Again(was)) => {
                channel.sequence.assign(was.pts, 0);
                channel.beginning = match was.since {
                    0 => Beginning::Known,
                    since => Beginning::Reading { since },
                };
                return Err(false);
            }
            Some(Found::Here {
                search,
                since,
                whole,
            }) => (search, since, whole),
        };
        let from = search.from();
        channel.beginning = Beginning::Reading { since };
        // What was delivered before the server lost its counter is no news either.
        answer
            .consumed
            .retain(|m| known.is_none() || m.message_id().is_none_or(|id| Some(id) > known));
        channel.sift(answer);
        if !answer.too_long {
            channel.sequence.assign(from, 0);
        }
        let counter = Counter::Channel(id);
        match search.was {
            Some(was) => {
                channel.sequence.expect_nothing();
                self.out.notice(Notice::Reset {
                    counter,
                    from: was.pts,
                    to: if answer.too_long { answer.pts } else { from },
                });
            }
            None if whole || answer.too_long => {}
            None => self.out.notice(Notice::TooLong {
                counter,
                from: None,
                to: Some(from),
                delivered: 0,
            }),
        }
        Ok(())
    }

    /// The server does not know the pts of a channel: it is asked from before that, until it says
    /// where the channel is.
    pub(super) fn reset_channel(&mut self, now: Duration, id: i64) {
        let date = self.date;
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        let further = match &mut channel.beginning {
            Beginning::Sought(search) => search.widen(REACH.len()),
            beginning => {
                let since = match beginning {
                    Beginning::Reading { since } => (*since).max(1),
                    _ => 0,
                };
                let pts = channel.sequence.local().unwrap_or(0);
                channel.seek(since.max(date), pts, Some(Was { pts, since }));
                true
            }
        };
        let key = Key::Channel(id);
        match further {
            true => self.want(key),
            // It must know the first there is.
            false => self.refused(now, key),
        }
    }

    /// Where a channel cannot be asked for its beginning, it begins with what came of it.
    pub(super) fn begin_blindly(&mut self, now: Duration, id: i64) {
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        let Beginning::Sought(search) = channel.beginning else {
            return;
        };
        let first = channel.sequence.first_held();
        let was = search.was.map(|was| was.pts);
        let to = first.or(was).unwrap_or(search.near);
        if to <= 0 {
            return;
        }
        channel.beginning = Beginning::Known;
        channel.sequence.assign(to, 0);
        let counter = Counter::Channel(id);
        match was {
            Some(was) if was == to => {}
            Some(from) => {
                channel.sequence.expect_nothing();
                self.out.notice(Notice::Reset { counter, from, to });
            }
            None => self.out.notice(Notice::TooLong {
                counter,
                from: None,
                to: Some(to),
                delivered: 0,
            }),
        }
        self.on_channel(id, |sequence, lane| {
            sequence.release(now, Phase::Waiting, lane);
        });
        self.give_up(now, id);
    }
}

impl<T: Content> Channel<T> {
    /// Leaves out of an answer what is no news.
    fn sift(&mut self, answer: &mut ChannelDifference<T>) {
        let Beginning::Reading { since } = &mut self.beginning else {
            return;
        };
        *since = (*since).max(answer.joined.unwrap_or(0));
        let since = *since;
        // What the server sends of its own accord is news, whatever its date.
        let values = self.sequence.waiting().filter_map(|s| s.value.as_ref());
        let sent: BTreeSet<_> = values.filter_map(T::message_id).collect();
        let steps: BTreeSet<_> = self.sequence.waiting().map(|s| s.pts).collect();
        let new = |value: &T| value.date().is_none_or(|date| date >= since);
        answer
            .consumed
            .retain(|m| new(m) || m.message_id().is_some_and(|id| sent.contains(&id)));
        answer.others.retain(|update| match update.place {
            Place::Channel { pts, .. } if steps.contains(&pts) => true,
            _ => update.value.as_ref().is_none_or(new),
        });
    }

    pub(super) fn is_read_from_its_beginning(&self) -> bool {
        matches!(self.beginning, Beginning::Reading { .. })
    }

    /// The difference that began the channel was read to its end.
    pub(super) fn read(&mut self) {
        if let Beginning::Reading { .. } = self.beginning {
            self.beginning = Beginning::Known;
        }
    }
}
