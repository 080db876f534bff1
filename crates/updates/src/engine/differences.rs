//! Answers to what was asked for.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Beginning, Engine, Renewal,
    fetching::{Fetching, MAX_PAUSE},
    lanes::{Containers, Lane},
};
use crate::{
    ChannelDifference, Content, Counter, Difference, Failure, Key, Notice, Place, Reason, State,
    Update,
    sequence::{MIN_FALL, Phase, Sink},
};

impl<T: Content> Engine<T> {
    /// Takes the present state that [`Request::State`](crate::Request::State) asked for.
    pub fn handle_state(&mut self, now: Duration, state: State) {
        if !self.finish(Key::Common) {
            return;
        }
        self.succeed(Key::Common);
        let kept = self.renewal == Renewal::Due && (1..state.date).contains(&self.date);
        if kept {
            self.renewal = Renewal::Naming;
        } else {
            self.renewal = Renewal::None;
            self.date = state.date;
        }
        if self.began == 0 {
            self.began = state.date;
        }
        let mut containers = Containers {
            out: &mut self.out,
            date: &mut self.date,
        };
        self.seq.restart(state.seq, &mut containers);
        self.seq.release(now, Phase::Flowing, &mut containers);
        for (sequence, counter, to) in [
            (&mut self.pts, Counter::Pts, state.pts),
            (&mut self.qts, Counter::Qts, state.qts),
        ] {
            let mut lane = self.out.lane(counter);
            sequence.restart(to, &mut lane);
            sequence.release(now, Phase::Flowing, &mut lane);
        }
        self.end(Key::Common);
        self.watch(now, Key::Common);
        if kept {
            self.want(Key::Common);
        }
        // Nobody is sure to name the channels in which something happened meanwhile.
        let known = self.channels.iter().filter(|(_, c)| !c.is_gone());
        let known: Vec<i64> = known.map(|(id, _)| *id).collect();
        known.into_iter().for_each(|id| self.want(Key::Channel(id)));
    }

    /// Takes a part of the difference of the account.
    pub fn handle_difference(&mut self, now: Duration, difference: Difference<T>) {
        if !self.finish(Key::Common) {
            return;
        }
        self.succeed(Key::Common);
        if self.renewal == Renewal::Naming {
            self.renewal = Renewal::None;
        }
        let before = self.state();
        let last = match difference {
            Difference::Empty { date, seq } => {
                self.date = date;
                self.seq.assign(seq, 0);
                true
            }
            Difference::Part {
                consumed,
                others,
                state,
                last,
            } => {
                self.part(now, consumed, others, state);
                last
            }
            Difference::TooLong { pts } => {
                self.skip(pts);
                false
            }
        };
        if last {
            let phase = self.end(Key::Common);
            self.judge_common(now, phase);
            self.watch(now, Key::Common);
        } else {
            self.go_on(now, Key::Common, self.state() != before);
        }
    }

    fn part(&mut self, now: Duration, consumed: Vec<T>, others: Vec<Update<T>>, state: State) {
        let of = |is: fn(&Place) -> bool| others.iter().filter(|u| is(&u.place)).count();
        let qts = of(|p| matches!(p, Place::Qts { .. }));
        let pts = of(|p| matches!(p, Place::Common { .. })) + consumed.len();
        let seq = of(|p| matches!(p, Place::Seq));
        self.fetching.brought += pts + qts + seq;
        self.out.ready.extend(consumed);
        // Unless the server lost count; a part may end before what was received.
        let counts_on = |local: &i32| local.saturating_sub(state.qts) < MIN_FALL;
        let received = self.qts.local().filter(counts_on).unwrap_or(0);
        for update in others {
            match update.place {
                // Asked for from where it was stored, not received.
                Place::Qts { qts } if (1..=received).contains(&qts) => {
                    self.out.counts.duplicates += 1
                }
                _ => self.consumed(now, update),
            }
        }
        self.pts
            .advance(state.pts, pts, &mut self.out.lane(Counter::Pts));
        self.qts
            .advance(state.qts, qts, &mut self.out.lane(Counter::Qts));
        self.seq.assign(state.seq, seq);
        self.date = state.date;
    }

    fn skip(&mut self, to: i32) {
        let from = self.pts.local();
        if from.is_some_and(|from| from >= to) {
            return;
        }
        let (mut delivered, ready) = (0, &mut self.out.ready);
        self.pts.jump(to, |value| {
            delivered += 1;
            ready.push_back(value);
        });
        self.out.notice(Notice::TooLong {
            counter: Counter::Pts,
            from,
            to: Some(to),
            delivered,
        });
    }

    fn judge_common(&mut self, now: Duration, phase: Phase) {
        self.pts.judge(now, phase, &mut self.out.lane(Counter::Pts));
        self.qts.judge(now, phase, &mut self.out.lane(Counter::Qts));
        let mut containers = Containers {
            out: &mut self.out,
            date: &mut self.date,
        };
        self.seq.judge(now, phase, &mut containers);
    }

    /// Takes a part of the difference of a channel.
    pub fn handle_channel_difference(
        &mut self,
        now: Duration,
        id: i64,
        difference: ChannelDifference<T>,
    ) {
        let key = Key::Channel(id);
        if !self.finish(key) {
            return;
        }
        self.succeed(key);
        let local = |engine: &Self| engine.channels.get(&id).and_then(|c| c.sequence.local());
        let before = local(self);
        let mut difference = difference;
        let seen = difference.consumed.iter().filter_map(T::message_id).max();
        if let Err(progress) = self.begin(id, &mut difference) {
            return self.go_on(now, key, progress);
        }
        let ChannelDifference {
            pts,
            consumed,
            others,
            last,
            too_long,
            ..
        } = difference;
        if too_long {
            self.skip_channel(id, pts, consumed);
        } else {
            let brought = consumed.len() + others.len();
            self.in_channel_difference(now, id, consumed, others);
            self.on_channel(id, |sequence, lane| sequence.advance(pts, brought, lane));
            if let Some(fetching) = self.fetching_mut(key) {
                fetching.brought += brought;
            }
        }
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.newest = channel.newest.max(seen);
            if last {
                channel.read();
            }
        }
        if last {
            let phase = self.end(key);
            self.on_channel(id, |sequence, lane| sequence.judge(now, phase, lane));
            self.watch(now, key);
        } else {
            self.go_on(now, key, local(self) != before);
        }
    }

    fn in_channel_difference(
        &mut self,
        now: Duration,
        id: i64,
        consumed: Vec<T>,
        others: Vec<Update<T>>,
    ) {
        let deliver = |value: T| move |lane: &mut Lane<'_, T>| lane.deliver(value);
        for value in consumed {
            self.on_channel(id, |_, lane| deliver(value)(lane));
        }
        for update in others {
            match update.place {
                Place::Channel { id: of, .. } | Place::ChannelTooLong { id: of, .. }
                    if of == id =>
                {
                    if let Some(value) = update.value {
                        self.on_channel(id, |_, lane| deliver(value)(lane));
                    }
                }
                _ => self.consumed(now, update),
            }
        }
    }

    /// The server skipped to the present of a channel and sent its newest messages along.
    fn skip_channel(&mut self, id: i64, to: i32, mut messages: Vec<T>) {
        let Some(channel) = self.channels.get(&id) else {
            return;
        };
        let (from, newest) = (channel.sequence.local(), channel.newest);
        if from.is_some_and(|from| from >= to) {
            return;
        }
        // Of a channel that begins here, what is no news is left out already.
        let told_apart = newest.is_some() || channel.is_read_from_its_beginning();
        messages.retain(|m| told_apart && m.message_id() > newest);
        messages.sort_by_key(T::message_id);
        let mut delivered = messages.len();
        let came: BTreeSet<_> = messages.iter().filter_map(T::message_id).collect();
        self.on_channel(id, |sequence, lane| {
            messages.into_iter().for_each(|m| lane.deliver(m));
            // What had come already and waited is of the range, too.
            sequence.jump(to, |value| {
                let id = value.message_id();
                if id.is_none_or(|n| id > newest && !came.contains(&n)) {
                    delivered += 1;
                    lane.deliver(value);
                }
            });
        });
        self.out.notice(Notice::TooLong {
            counter: Counter::Channel(id),
            from,
            to: Some(to),
            delivered,
        });
    }

    /// Takes note that a fetch failed.
    pub fn handle_failure(&mut self, now: Duration, key: Key, failure: Failure) {
        if !self.finish(key) {
            return;
        }
        self.out.counts.failures += 1;
        self.let_go(now, key, failure);
        match (failure, key) {
            (Failure::Retry { after }, _) => self.pause(now, key, after),
            (Failure::Gone, Key::Channel(id)) => self.gone(now, id),
            (Failure::Unreachable, Key::Channel(id)) => {
                self.quarantine(now, id, Reason::Unreachable);
            }
            (Failure::Reset, Key::Channel(id)) => self.reset_channel(now, id),
            (Failure::Reset, Key::Common) => {
                self.renewal = match self.renewal {
                    Renewal::None | Renewal::Due => Renewal::Due,
                    Renewal::Naming | Renewal::DueWhole => Renewal::DueWhole,
                };
                self.pause(now, key, Duration::ZERO);
            }
            (Failure::Refused, _) => self.refused(now, key),
            (Failure::Gone | Failure::Unreachable, Key::Common) => {
                self.pause(now, key, MAX_PAUSE);
            }
        }
    }

    /// What came in order while a fetch was running need not wait for it any more.
    fn let_go(&mut self, now: Duration, key: Key, failure: Failure) {
        let phase = Phase::Waiting;
        if let Key::Channel(id) = key {
            return self.on_channel(id, |sequence, lane| sequence.release(now, phase, lane));
        }
        if failure == Failure::Refused {
            let mut containers = Containers {
                out: &mut self.out,
                date: &mut self.date,
            };
            self.seq.release(now, phase, &mut containers);
        }
        self.pts
            .release(now, phase, &mut self.out.lane(Counter::Pts));
        self.qts
            .release(now, phase, &mut self.out.lane(Counter::Qts));
    }

    /// Leaves a channel alone; what had come of it already is delivered.
    fn gone(&mut self, now: Duration, id: i64) {
        let alive = self.channels.get(&id).is_some_and(|c| c.fetching.alive);
        if alive {
            // It was joined again meanwhile.
            return self.want(Key::Channel(id));
        }
        self.begin_blindly(now, id);
        let pts = self.channels.get(&id).and_then(|c| c.sequence.local());
        // What does not wait here may be asked for if the channel comes back.
        self.on_channel(id, |sequence, _| sequence.expect_nothing());
        self.give_up(now, id);
        match self.channels.get_mut(&id) {
            Some(channel) if pts.is_some() => {
                channel.beginning = Beginning::Gone;
                channel.fetching = Fetching::NEW;
            }
            _ => self.forget_channel(id),
        }
        self.out.notice(Notice::Gone {
            channel: id,
            pts: pts.unwrap_or(0),
        });
    }

    fn forget_channel(&mut self, id: i64) {
        self.set_timer(Key::Channel(id), None);
        if let Some(channel) = self.channels.remove(&id) {
            self.held -= channel.sequence.held();
        }
        self.moved.insert(id);
    }
}
