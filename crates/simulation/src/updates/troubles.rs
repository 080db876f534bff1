//! What happens to the client besides updates.

use std::time::Duration;

use heliogram_updates::{Batch, Failure, Key};

use super::{
    Trouble,
    answers::Answer,
    events::Event,
    log::Log,
    server::{CHANNELS, id_of},
    world::{World, tell},
};

impl World<'_> {
    /// The account leaves a channel, or joins one again.
    pub(super) fn move_somewhere(&mut self) {
        let many = self.server.channels.len() as u64;
        if many == 0 {
            return;
        }
        let at = self.dice.below(many) as usize;
        let id = id_of(CHANNELS + at);
        // One that was gone, or whose beginning the client still looks for, begins with the new
        // membership.
        let known = self.client.storage.channels.get(&id);
        let mut unknown = known.is_none_or(|state| state.since != 0);
        let channel = &mut self.server.channels[at];
        let joins = !channel.member;
        unknown |= channel.gone;
        tell!(self, "channel {id} is joined: {joins}");
        // What had not arrived when the account left is not told any more.
        channel.log.skip(0, channel.log.pts);
        if joins && unknown {
            channel.log.excuse(|_| true);
        }
        if !joins {
            channel.member = false;
            return;
        }
        if let Some(update) = self.server.join(at) {
            let (seq, date) = (None, Some(self.server.date));
            let updates = vec![update];
            self.push(Batch { seq, date, updates });
        }
    }

    pub(super) fn cut(&mut self) {
        if !self.connected {
            return;
        }
        tell!(self, "the connection breaks");
        self.stats.cuts += 1;
        self.connected = false;
        for batch in self.events.cut() {
            self.server.missed(&batch);
        }
        for key in std::mem::take(&mut self.client.waiting) {
            self.fail(key, 10);
        }
        let back = self.now + self.dice.millis(100, 20_000);
        self.events.add(back, Event::Connected);
    }

    pub(super) fn fail(&mut self, key: Key, most_ms: u64) {
        let after = Duration::ZERO;
        let answer = Answer::Failed(key, Failure::Retry { after });
        let at = self.now + self.dice.millis(1, most_ms);
        self.client.waiting.insert(key);
        self.events.add(at, Event::Answer(key, answer));
    }

    pub(super) fn restart(&mut self) -> Result<(), Trouble> {
        tell!(self, "the client dies and begins again");
        for batch in self.events.die() {
            self.server.missed(&batch);
        }
        self.connected = true;
        // What was in hand is as good as not delivered, and the server cannot be sure of it either.
        for (at, label) in std::mem::take(&mut self.client.in_hand) {
            if let Some(channel) = at
                .checked_sub(CHANNELS)
                .and_then(|at| self.server.channels.get_mut(at))
            {
                channel.doubt();
            }
            if let Some(log) = self.server.log_mut(at) {
                log.lose(label);
            }
        }
        // Nor of what it named in an answer that the client did not come to store.
        let stored = self.client.storage.state.map_or(0, |s| s.date);
        for channel in &mut self.server.channels {
            let taken = channel.hinted.take().is_some_and(|hinted| hinted < stored);
            channel.dirty &= !taken;
        }
        self.go_on_without();
        self.client.restart(self.now);
        self.server.logs_mut().for_each(Log::reborn);
        self.excuse_unknown(stored);
        self.turn()
    }

    /// Of channels that it does not know the client learns what happened since its own state.
    pub(super) fn excuse_unknown(&mut self, date: i32) {
        for at in 0..self.server.channels.len() {
            let id = id_of(CHANNELS + at);
            if !self.client.storage.channels.contains_key(&id) {
                self.server.channels[at].log.excuse(|h| h.date <= date);
            }
        }
    }

    /// The world goes on while the client is dead.
    fn go_on_without(&mut self) {
        self.connected = false;
        for _ in 0..self.dice.below(6) {
            self.happen();
            if self.dice.percent(2 * self.plan.moves) {
                self.move_somewhere();
            }
        }
        self.connected = true;
    }
}
