//! What has to hold.

use std::time::Duration;

use heliogram_updates::{Counter, Notice, State};

use super::{
    Plan, Trouble,
    server::{CHANNELS, Fault, PTS, QTS, SEQ, index_of},
    world::{World, tell},
};

/// For how long everything may come to rest in the end: longer than any pause.
const REST: Duration = Duration::from_secs(3 * 60 * 60);

impl World<'_> {
    /// What was delivered is acknowledged and the counters stored: whoever begins from them must
    /// miss nothing.
    pub(super) fn store(&mut self) -> Result<(), Trouble> {
        if !self.calm && self.dice.percent(self.plan.store_fails) {
            tell!(self, "storing fails");
            self.client.store_fails();
            self.take();
            return Ok(());
        }
        self.stats.stored += 1;
        for (log, label) in self.client.store() {
            if let Some(log) = self.server.log_mut(log) {
                log.acknowledge(label);
            }
        }
        let state = self.client.storage.state.unwrap_or_default();
        let common = [(PTS, state.pts), (QTS, state.qts), (SEQ, state.seq)];
        for (log, pts) in common {
            self.stats.skipped += self.server.common[log].settle(pts)?;
        }
        for (&id, state) in &self.client.storage.channels {
            let Some(channel) = self.server.channels.get_mut(index_of(id)) else {
                continue;
            };
            // Where a beginning is sought, nothing was received.
            let sought = state.since < 0 && state.since > i32::MIN;
            if !sought {
                let pts = state.pts.max(!state.pts);
                self.stats.skipped += channel.log.settle(pts)?;
            }
        }
        Ok(())
    }

    pub(super) fn notice(&mut self, notice: Notice) -> Result<(), Trouble> {
        let log_of = |counter| match counter {
            Counter::Pts => PTS,
            Counter::Qts => QTS,
            Counter::Seq => SEQ,
            Counter::Channel(id) => CHANNELS + index_of(id),
        };
        let odd = || Err(Trouble::new(format!("that is not so: {notice}")));
        match notice {
            Notice::Gap { counter, from, to } => {
                let log = self.server.log_mut(log_of(counter));
                match log.map(|l| l.gap.replace((from, to))) {
                    Some(None) if from < to => {}
                    _ => return odd(),
                }
            }
            Notice::Recovered {
                counter, from, to, ..
            } => {
                let log = self.server.log_mut(log_of(counter));
                if log.and_then(|l| l.gap.take()) != Some((from, to)) {
                    return odd();
                }
            }
            Notice::TooLong {
                counter, from, to, ..
            } => {
                if let Some(log) = self.server.log_mut(log_of(counter)) {
                    log.told(from.unwrap_or(0), to.unwrap_or(log.pts));
                }
            }
            Notice::Reset { counter, from, to } => {
                if let Some(log) = self.server.log_mut(log_of(counter)) {
                    log.told(from, to);
                }
            }
            Notice::Lost { counter, from, to } => {
                let Some(log) = self.server.log_mut(log_of(counter)) else {
                    return odd();
                };
                if !log.may_lose && !matches!(counter, Counter::Channel(_)) {
                    return odd();
                }
                log.told(from, to);
            }
            Notice::Gone { channel, pts } => {
                if let Some(channel) = self.server.channels.get_mut(index_of(channel)) {
                    channel.log.told(pts, channel.log.pts);
                    channel.log.gap = None;
                    channel.gone = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Nothing goes wrong any more, and much time passes: everything must have come.
    pub(super) fn come_to_rest(&mut self) -> Result<(), Trouble> {
        tell!(self, "from here on nothing goes wrong");
        self.calm = true;
        self.plan.restarts = 0;
        self.server.plan = Plan {
            too_long: 0,
            forgotten: 0,
            ..self.server.plan
        };
        self.until(self.now + REST)?;
        // What is under way may end.
        for _ in 0..1000 {
            let Some(at) = self.events.next_at() else {
                break;
            };
            self.until(at)?;
        }
        let (stored, is) = (
            self.client.storage.state.unwrap_or_default(),
            self.server.state(),
        );
        let known = |s: State| (s.pts, s.qts, s.seq);
        if known(stored) != known(is) {
            let what = format!("the account stands at {stored:?} and should at {is:?}");
            return Err(Trouble::new(what));
        }
        for channel in &self.server.channels {
            channel.log.owes_nothing()?;
        }
        let rest = self.client.engine.load();
        let whole = self.server.channels.iter().all(|c| c.fault == Fault::None);
        match whole && rest.waiting + rest.ready + rest.fetching + rest.queued > 0 {
            true => Err(Trouble::new(format!("something still waits: {rest:?}"))),
            false => Ok(()),
        }
    }
}
