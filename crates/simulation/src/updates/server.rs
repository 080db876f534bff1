//! A server that lets things happen and pushes them.

use heliogram_updates::{Batch, Place, State, Update};

use super::{
    Plan,
    log::{Item, Log},
};
use crate::dice::Dice;

/// What stands in the way of fetching a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    Refused,
    Unreachable,
}

#[derive(Debug)]
pub(super) struct Channel {
    pub(super) log: Log,
    pub(super) member: bool,
    /// Whether the account was ever in it.
    met: bool,
    /// The client was told that it is not, and nothing came since.
    pub(super) gone: bool,
    /// Since when it is; 0 for always.
    pub(super) joined: i32,
    /// When something last happened.
    pub(super) changed: i32,
    /// Something of it may not have arrived.
    pub(super) dirty: bool,
    /// The date of the answer in which the client was told so. A client that asks from there on has
    /// taken note.
    pub(super) hinted: Option<i32>,
    pub(super) fault: Fault,
}

impl Channel {
    /// Something of it may not have arrived.
    pub(super) fn doubt(&mut self) {
        (self.dirty, self.hinted) = (true, None);
    }
}

/// Where the boxes are in [`Server::log_mut`].
pub(super) const PTS: usize = 0;
pub(super) const QTS: usize = 1;
pub(super) const SEQ: usize = 2;
pub(super) const CHANNELS: usize = 3;

pub(super) struct Server {
    pub(super) plan: Plan,
    pub(super) dice: Dice,
    /// pts, qts and seq of the account.
    pub(super) common: [Log; 3],
    pub(super) channels: Vec<Channel>,
    pub(super) date: i32,
    pub(super) labels: u64,
    pub(super) answers: u64,
}

impl Server {
    pub(super) fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed ^ 0x5eed);
        let channel = |_| {
            let fault = match dice.percent(plan.broken) {
                true => *dice.pick(&[Fault::Refused, Fault::Unreachable]),
                false => Fault::None,
            };
            let mut log = Log::new(1);
            log.may_lose = fault != Fault::None;
            Channel {
                log,
                member: true,
                met: true,
                gone: false,
                joined: 0,
                changed: 0,
                dirty: false,
                hinted: None,
                fault,
            }
        };
        let channels = (0..plan.channels).map(channel).collect();
        Self {
            plan,
            channels,
            common: [Log::new(1), Log::new(1), Log::new(1)],
            dice,
            date: 1,
            labels: 0,
            answers: 0,
        }
    }

    /// What was before the client began: channels that it does not know have a history, and in some of
    /// them the account is not yet. Gives those that it knows.
    pub(super) fn past(&mut self) -> Vec<i64> {
        let mut known = Vec::new();
        for at in CHANNELS..CHANNELS + self.channels.len() {
            if !self.dice.percent(self.plan.strange) {
                known.push(id_of(at));
                continue;
            }
            let member = self.dice.percent(50);
            if let Some(channel) = self.channels.get_mut(at - CHANNELS) {
                (channel.member, channel.met) = (member, member);
            }
            let long = *self.dice.pick(&[0, 5, 15, 150]);
            for _ in 0..self.dice.below(long + 1) {
                // Nobody is told.
                let _ = self.happen_in(at);
                if let Some(channel) = self.channels.get_mut(at - CHANNELS) {
                    channel.changed = 0;
                    channel.log.is_history();
                }
            }
        }
        self.date += 1;
        known
    }

    /// The account comes into a channel, which the others there may be told.
    pub(super) fn join(&mut self, at: usize) -> Option<Update<Item>> {
        self.date += 1;
        let (told, date) = (self.dice.percent(70), self.date);
        let channel = self.channels.get_mut(at)?;
        (channel.member, channel.met) = (true, true);
        (channel.joined, channel.changed) = (date, date);
        if !told {
            return None;
        }
        self.labels += 1;
        let label = self.labels;
        channel.log.add(label, 1, date, true, false);
        let (id, pts) = (id_of(CHANNELS + at), channel.log.pts);
        let place = Place::Channel { id, pts, count: 1 };
        Some(update(CHANNELS + at, label, true, date, place))
    }

    pub(super) fn state(&self) -> State {
        State {
            pts: self.common[PTS].pts,
            qts: self.common[QTS].pts,
            date: self.date,
            seq: self.common[SEQ].pts,
        }
    }

    /// The log of a box: pts, qts, seq, then the channels by id.
    pub(super) fn log_mut(&mut self, at: usize) -> Option<&mut Log> {
        match at {
            0..CHANNELS => self.common.get_mut(at),
            _ => self.channels.get_mut(at - CHANNELS).map(|c| &mut c.log),
        }
    }

    /// The channel whose log that is.
    pub(super) fn channel_mut(&mut self, log: usize) -> Option<&mut Channel> {
        self.channels.get_mut(log.checked_sub(CHANNELS)?)
    }

    pub(super) fn logs_mut(&mut self) -> impl Iterator<Item = &mut Log> {
        let channels = self.channels.iter_mut().map(|c| &mut c.log);
        self.common.iter_mut().chain(channels)
    }

    /// A few things happen and are pushed together.
    pub(super) fn happen(&mut self) -> Batch<Item> {
        self.date += 1;
        let combined = self.dice.percent(20);
        let many = 1 + self.dice.below(3);
        let seq = self.common[SEQ].pts;
        let (mut updates, mut plain) = (Vec::new(), 0);
        for _ in 0..many {
            let at = match self.dice.below(10) {
                0..=2 => PTS,
                3 => QTS,
                4 => SEQ,
                _ if self.channels.is_empty() => PTS,
                _ => CHANNELS + self.dice.below(self.channels.len() as u64) as usize,
            };
            if at == SEQ {
                plain += 1;
                continue;
            }
            updates.extend(self.happen_in(at));
        }
        if self.dice.percent(30) {
            updates.reverse();
        }
        // A container with two seqs has one update for each at least; all count from its last.
        let steps = match plain {
            0 => 0,
            1 => 1,
            _ if combined => 2,
            _ => 1,
        };
        for n in 0..plain {
            self.labels += 1;
            let count = if n == 0 { steps } else { 0 };
            let (label, date) = (self.labels, self.date);
            self.common[SEQ].add_plain(label, count, date);
            updates.push(update(SEQ, label, false, date, Place::Seq));
        }
        let seq = match (steps, self.dice.percent(50)) {
            (0, true) => None,
            (0, false) => Some((0, 0)),
            _ => Some((seq + 1, self.common[SEQ].pts)),
        };
        Batch {
            seq,
            date: Some(self.date),
            updates,
        }
    }

    fn happen_in(&mut self, at: usize) -> Option<Update<Item>> {
        let count = match (at, self.dice.below(20)) {
            (QTS, _) => 1,
            (_, 0) => 0,
            (_, n) => 1 + (n % 3) as i32,
        };
        let (message, own) = (self.dice.percent(50), self.dice.percent(5));
        let message = message && count > 0;
        self.labels += 1;
        let (label, date) = (self.labels, self.date);
        // What happens while the account is not there is not owed to it.
        let absent = at >= CHANNELS && self.channels.get(at - CHANNELS).is_some_and(|c| !c.member);
        let log = self.log_mut(at)?;
        log.add(label, count, date, message, own || absent);
        let pts = log.pts;
        let place = match at {
            PTS => Place::Common { pts, count },
            QTS => Place::Qts { qts: pts },
            _ => {
                let channel = self.channels.get_mut(at - CHANNELS)?;
                channel.changed = date;
                if !channel.met {
                    channel.log.is_history();
                }
                // Nobody tells those who are not there.
                if !channel.member {
                    return None;
                }
                let id = id_of(at);
                Place::Channel { id, pts, count }
            }
        };
        let free = own || absent || count == 0;
        let mut update = update(at, label, message, date, place);
        update.value = update
            .value
            .filter(|_| !own)
            .map(|item| Item { free, ..item });
        Some(update)
    }

    /// A push did not arrive, so that the client must be told of the channels in it.
    pub(super) fn missed(&mut self, batch: &Batch<Item>) {
        for update in &batch.updates {
            if let Place::Channel { id, .. } = update.place
                && let Some(channel) = self.channels.get_mut(index_of(id))
            {
                channel.doubt();
            }
        }
    }
}

/// A channel's id by its box.
pub(super) fn id_of(log: usize) -> i64 {
    log as i64 + 997
}

/// A channel's place by its id.
pub(super) fn index_of(id: i64) -> usize {
    usize::try_from(id - 997).map_or(usize::MAX, |log| log.saturating_sub(CHANNELS))
}

pub(super) fn update(
    log: usize,
    label: u64,
    message: bool,
    date: i32,
    place: Place,
) -> Update<Item> {
    Update {
        place,
        value: Some(Item {
            log,
            label,
            answer: 0,
            message,
            free: false,
            date,
            old: false,
        }),
    }
}
