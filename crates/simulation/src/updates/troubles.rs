//! What happens to the client besides updates.

use std::time::Duration;

use heliogram_updates::{Failure, Key};

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
        let channel = &mut self.server.channels[at];
        channel.member = !channel.member;
        channel.moved = true;
        // What had not arrived when the account left is not told any more.
        channel.log.skip(0, channel.log.pts);
        let (member, pts) = (channel.member, channel.log.pts);
        tell!(self, "channel {} member: {member}", id_of(CHANNELS + at));
        if member {
            self.client
                .engine
                .handle_channel_met(id_of(CHANNELS + at), pts);
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
        self.client.restart(self.now);
        self.server.logs_mut().for_each(Log::reborn);
        for at in 0..self.server.channels.len() {
            if !self
                .client
                .storage
                .channels
                .contains_key(&id_of(CHANNELS + at))
            {
                self.meet_again(at);
            }
        }
        self.turn()
    }

    /// The client does not know a channel: it looks where it stands, if it is there.
    pub(super) fn meet_again(&mut self, at: usize) {
        let channel = &mut self.server.channels[at];
        channel.log.forgive(channel.log.pts);
        let pts = channel.log.pts;
        if channel.member {
            self.client
                .engine
                .handle_channel_met(id_of(CHANNELS + at), pts);
        }
    }
}
