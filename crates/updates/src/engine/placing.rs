//! Where an update goes: to its reader, aside, or away.

use std::time::Duration;

use super::{Channel, Engine, Fetching, HeldBatch};
use crate::{
    Key, Place, Update,
    sequence::{Offered, Sequence, Step},
};

impl<T> Engine<T> {
    pub(super) fn place(&mut self, now: Duration, update: Update<T>) {
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
    pub(super) fn consumed(&mut self, now: Duration, update: Update<T>) {
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

    pub(super) fn under_seq(
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

    pub(super) fn release_seq(&mut self, now: Duration) {
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
}
