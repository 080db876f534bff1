//! What the server answers.

use heliogram_updates::{
    ChannelDifference, Difference, Failure, Key, Place, Request, State, Update,
};

use super::{
    log::{Happening, Item},
    server::{CHANNELS, Fault, PTS, QTS, SEQ, Server, id_of, index_of},
};

/// An answer on its way.
#[derive(Debug)]
pub(super) enum Answer {
    State(State),
    Difference(Difference<Item>),
    Channel(i64, ChannelDifference<Item>),
    Failed(Key, Failure),
}

/// What a request is about.
pub(super) fn key(request: &Request) -> Key {
    match request {
        Request::State | Request::Difference { .. } => Key::Common,
        Request::Channel { id, .. } => Key::Channel(*id),
    }
}

impl Server {
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        self.answers += 1;
        match *request {
            Request::State => Answer::State(self.state()),
            Request::Difference { state } => match self.dice.percent(self.plan.forgotten) {
                true => Answer::Failed(Key::Common, Failure::Reset),
                false => Answer::Difference(self.difference(state)),
            },
            Request::Channel { id, pts } => self.channel(id, pts),
        }
    }

    /// The client takes the present state for its own because the server forgot: what is between is
    /// gone.
    pub(super) fn forget(&mut self, from: State, to: State) {
        let ranges = [(from.pts, to.pts), (from.qts, to.qts), (from.seq, to.seq)];
        for (log, (from, to)) in self.common.iter_mut().zip(ranges) {
            log.skip(from, to);
        }
        // What has no counter of its own may still be in the difference since an earlier date.
        self.common[SEQ].excuse(|h| h.pts <= to.seq);
    }

    fn item(&self, log: usize, h: &Happening) -> Item {
        Item {
            log,
            label: h.label,
            answer: self.answers,
            message: h.message,
            free: h.free,
            date: h.date,
            old: h.old,
        }
    }

    fn difference(&mut self, from: State) -> Difference<Item> {
        let missing: Vec<(usize, Happening)> = [(PTS, from.pts), (QTS, from.qts)]
            .into_iter()
            .flat_map(|(at, since)| self.common[at].since(since).map(move |h| (at, *h)))
            .collect();
        if missing.len() > 3 && self.dice.percent(self.plan.too_long) {
            let pts = missing[self.dice.below(missing.len() as u64) as usize]
                .1
                .pts;
            if pts > from.pts && pts <= self.common[PTS].pts {
                self.common[PTS].skip(from.pts, pts);
                return Difference::TooLong { pts };
            }
        }
        let limit = 1 + self.dice.below(self.plan.slice) as usize;
        let last = missing.len() <= limit;
        let mut state = if last { self.state() } else { from };
        let (mut consumed, mut others) = (Vec::new(), Vec::new());
        for (at, h) in missing.iter().take(limit) {
            let (counter, place) = match *at {
                PTS => (
                    &mut state.pts,
                    Place::Common {
                        pts: h.pts,
                        count: h.count,
                    },
                ),
                _ => (&mut state.qts, Place::Qts { qts: h.pts }),
            };
            *counter = h.pts.max(*counter);
            self.tell(*at, h, place, &mut consumed, &mut others);
        }
        if last {
            let plain: Vec<Happening> = self.common[SEQ].entries().copied().collect();
            for h in plain.iter().filter(|h| h.date > from.date) {
                self.tell(SEQ, h, Place::Seq, &mut consumed, &mut others);
            }
            self.hint(from.date, &mut others);
        }
        if consumed.is_empty() && others.is_empty() && last && self.dice.percent(50) {
            return Difference::Empty {
                date: state.date,
                seq: state.seq,
            };
        }
        Difference::Part {
            consumed,
            others,
            state,
            last,
        }
    }

    fn tell(
        &self,
        at: usize,
        h: &Happening,
        place: Place,
        consumed: &mut Vec<Item>,
        others: &mut Vec<Update<Item>>,
    ) {
        let item = self.item(at, h);
        match h.message {
            true => consumed.push(item),
            false => others.push(Update {
                place,
                value: Some(item),
            }),
        }
    }

    /// The client has an answer: what it names need not be named again, once the client asks from
    /// there on.
    pub(super) fn arrived(&mut self, difference: &Difference<Item>) {
        let Difference::Part { others, state, .. } = difference else {
            return;
        };
        for update in others {
            // What happened since the answer was made is still to be told.
            if let Place::ChannelTooLong { id, pts } = update.place
                && let Some(channel) = self.channels.get_mut(index_of(id))
                && pts == Some(channel.log.pts)
            {
                channel.hinted.get_or_insert(state.date);
            }
        }
    }

    /// Names the channels in which something may have been missed.
    fn hint(&mut self, date: i32, others: &mut Vec<Update<Item>>) {
        for at in 0..self.channels.len() {
            let channel = &mut self.channels[at];
            let taken = channel.hinted.is_some_and(|hinted| hinted <= date);
            let news = (channel.dirty && !taken) || channel.changed > date;
            if !channel.member || channel.changed == 0 || !news {
                continue;
            }
            let id = id_of(CHANNELS + at);
            let newest = channel.log.entries().next_back().copied();
            let pts = Some(channel.log.pts).filter(|_| !self.dice.percent(10));
            let place = Place::ChannelTooLong { id, pts };
            others.push(Update { place, value: None });
            // The newest itself may come along, to be put in order like a push.
            if let Some(h) = newest.filter(|h| h.count > 0 && h.date >= channel.joined)
                && self.dice.percent(20)
            {
                let place = Place::Channel {
                    id,
                    pts: h.pts,
                    count: h.count,
                };
                let value = Some(self.item(CHANNELS + at, &h));
                others.push(Update { place, value });
            }
        }
    }

    fn channel(&mut self, id: i64, from: i32) -> Answer {
        let key = Key::Channel(id);
        let (at, answer) = (index_of(id), self.answers);
        let too_long = self.dice.percent(self.plan.too_long);
        let forgot = self.dice.percent(self.plan.forgotten);
        let limit = 1 + self.dice.below(self.plan.slice) as usize;
        let Some(channel) = self.channels.get_mut(at) else {
            return Answer::Failed(key, Failure::Gone);
        };
        match channel.fault {
            _ if !channel.member => {
                channel.log.skip(0, channel.log.pts);
                return Answer::Failed(key, Failure::Gone);
            }
            // It does not know what it counted, for a moment.
            Fault::None if forgot && from > 1 => return Answer::Failed(key, Failure::Reset),
            Fault::None => {}
            Fault::Refused => return Answer::Failed(key, Failure::Refused),
            Fault::Unreachable => return Answer::Failed(key, Failure::Unreachable),
        }
        let missing: Vec<Happening> = channel.log.since(from).copied().collect();
        let mut difference = ChannelDifference {
            pts: channel.log.pts,
            consumed: Vec::new(),
            others: Vec::new(),
            last: missing.len() <= limit,
            too_long: too_long && missing.len() > 1,
            joined: Some(channel.joined).filter(|date| *date > 0),
        };
        let log = CHANNELS + at;
        let item = |h: &Happening| Item {
            log,
            label: h.label,
            answer,
            message: h.message,
            free: h.free,
            date: h.date,
            old: h.old,
        };
        if difference.too_long {
            let newest = channel.log.entries().rev().filter(|h| h.message);
            difference.consumed = newest.take(limit).map(item).collect();
            difference.last = true;
            // Who asks for the beginning has nothing of what was before either.
            channel.log.skip(0, channel.log.pts);
            return Answer::Channel(id, difference);
        }
        for h in missing.iter().take(limit) {
            if !difference.last {
                difference.pts = h.pts;
            }
            let place = Place::Channel {
                id,
                pts: h.pts,
                count: h.count,
            };
            match h.message {
                true => difference.consumed.push(item(h)),
                false => difference.others.push(Update {
                    place,
                    value: Some(item(h)),
                }),
            }
        }
        Answer::Channel(id, difference)
    }
}
