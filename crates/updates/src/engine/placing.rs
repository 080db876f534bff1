//! Where an update goes: to its reader, aside, or away.

use std::time::Duration;

use super::{
    Beginning, Channel, Container, Engine, MAX_CHANNELS, MAX_HELD_OF_CHANNELS,
    lanes::{Containers, Lane},
};
use crate::{
    Content, Counter, Key, Notice, Place, Update,
    sequence::{Phase, Sequence, Step},
};

impl<T: Content> Engine<T> {
    pub(super) fn place(&mut self, now: Duration, update: Update<T>) {
        let Update { place, value } = update;
        match place {
            // Without a counter there is nothing to check it against.
            Place::Seq | Place::Common { pts: ..=0, .. } | Place::Qts { qts: ..=0 } => {
                self.out.ready.extend(value);
            }
            Place::Common { pts, count } => {
                let phase = self.fetching.phase();
                let step = Step::new(pts, count, value);
                self.pts
                    .offer(now, step, phase, &mut self.out.lane(Counter::Pts));
            }
            Place::Qts { qts } => {
                let phase = self.fetching.phase();
                let step = Step::new(qts, 1, value);
                self.qts
                    .offer(now, step, phase, &mut self.out.lane(Counter::Qts));
            }
            Place::Channel { pts: ..=0, .. } => self.out.ready.extend(value),
            Place::Channel { id, pts, count } => {
                self.in_channel(now, id, Step::new(pts, count, value));
            }
            Place::ChannelTooLong { id, pts } => {
                self.channel_too_long(now, id, pts);
                self.out.ready.extend(value);
            }
        }
    }

    /// What a difference brings is past its counters already, but for channels.
    pub(super) fn consumed(&mut self, now: Duration, update: Update<T>) {
        match update.place {
            Place::Channel { .. } | Place::ChannelTooLong { .. } => self.place(now, update),
            _ => self.out.ready.extend(update.value),
        }
    }

    /// Begins a channel that is not known, or anew one that was gone; answers whether it did.
    pub(super) fn begins_at(&mut self, id: i64, pts: i32) -> bool {
        let room = self.channels.len() < MAX_CHANNELS;
        match self.channels.get_mut(&id) {
            Some(c) if c.is_gone() && c.sequence.local().is_none_or(|local| local <= pts) => {
                c.beginning = Beginning::Known;
                c.sequence.assign(pts, 0);
            }
            None if room => {
                self.channels.insert(id, Channel::new(pts));
            }
            _ => return false,
        }
        true
    }

    fn in_channel(&mut self, now: Duration, id: i64, step: Step<T>) {
        // Before the first step of a channel there was nothing. Where it cannot be asked what was
        // before another, that counts as the first.
        let start = step.start();
        let known = self.channels.contains_key(&id);
        if !known && (start <= 1 || !self.seek_channel(id, start)) {
            self.begins_at(id, start);
        }
        let Some(channel) = self.channels.get_mut(&id) else {
            self.out.counts.untracked += 1;
            self.out.ready.extend(step.value);
            return;
        };
        if channel.sequence.local().is_some_and(|local| start >= local) {
            channel.come_back();
        }
        let phase = channel.fetching.phase();
        channel.fetching.alive |= phase == Phase::Fetching;
        self.on_channel(id, |sequence, lane| sequence.offer(now, step, phase, lane));
        if self.held > MAX_HELD_OF_CHANNELS {
            self.on_channel(id, |sequence, lane| sequence.drop_held(lane));
        }
        self.leave_quarantine(now, id);
        self.watch(now, Key::Channel(id));
    }

    fn channel_too_long(&mut self, now: Duration, id: i64, pts: Option<i32>) {
        let known = self.channels.get(&id);
        let local = known.and_then(|c| c.sequence.local());
        if pts.is_some() && pts <= local {
            return;
        }
        if known.is_none() {
            if !self.seek_channel(id, pts.unwrap_or(0)) {
                // Nothing tells from where to ask.
                self.out.notice(Notice::TooLong {
                    counter: Counter::Channel(id),
                    from: None,
                    to: pts,
                    delivered: 0,
                });
                self.handle_channel_met(id, pts.unwrap_or(0));
            }
            return;
        }
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.come_back();
        }
        self.on_channel(id, |sequence, _| sequence.expect(pts.unwrap_or(0)));
        self.want(Key::Channel(id));
        self.leave_quarantine(now, id);
    }

    pub(super) fn under_seq(
        &mut self,
        now: Duration,
        seq: Option<(i32, i32)>,
        date: Option<i32>,
        values: Vec<T>,
    ) {
        let (start, end) = seq.unwrap_or((0, 0));
        if start <= 0 {
            // The date stays: a difference from a later one might leave out what is missing in seq.
            self.out.ready.extend(values);
            return;
        }
        let end = end.max(start);
        let count = end.saturating_sub(start).saturating_add(1);
        let step = Step::new(end, count, Some(Container { date, values }));
        // With a container the date moves on, and what is named by date must have been named before.
        let phase = match self.fetching.phase() {
            Phase::Flowing => Phase::Flowing,
            Phase::Waiting | Phase::Fetching => Phase::Fetching,
        };
        let mut sink = Containers {
            out: &mut self.out,
            date: &mut self.date,
        };
        self.seq.offer(now, step, phase, &mut sink);
    }

    /// Does something with the sequence of a channel, and keeps count of what waits.
    pub(super) fn on_channel(
        &mut self,
        id: i64,
        act: impl FnOnce(&mut Sequence<T>, &mut Lane<'_, T>),
    ) {
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        let before = channel.sequence.held();
        let mut lane = self.out.channel_lane(id, &mut channel.newest);
        act(&mut channel.sequence, &mut lane);
        self.held = self.held + channel.sequence.held() - before;
        self.moved.insert(id);
    }
}
