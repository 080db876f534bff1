//! A server, a bad link, a client, and what is demanded of it.

use std::time::Duration;

use heliogram_updates::{Batch, ChannelState, Failure, Key, Request};

use super::{
    Listener, Plan, Stats, Trouble,
    answers::{Answer, key},
    client::{Client, Storage},
    events::{Event, Events},
    log::Item,
    server::Server,
};
use crate::dice::Dice;

/// How many requests for channels may be under way.
const BUDGET: usize = 10;

/// Tells what happens, to whoever listens; nothing is put into words otherwise.
macro_rules! tell {
    ($world:expr, $($text:tt)*) => {
        if let Some(listener) = &mut $world.listener {
            listener($world.now, &format!($($text)*));
        }
    };
}

pub(super) use tell;

pub(super) struct World<'a> {
    pub(super) plan: Plan,
    pub(super) dice: Dice,
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) events: Events,
    pub(super) now: Duration,
    pub(super) connected: bool,
    /// Faults are over.
    pub(super) calm: bool,
    pub(super) stats: Stats,
    pub(super) listener: Option<Listener<'a>>,
}

impl<'a> World<'a> {
    pub(super) fn new(plan: Plan, listener: Option<Listener<'a>>) -> Self {
        let mut server = Server::new(plan);
        let known = server.past().into_iter();
        let storage = Storage {
            channels: known.map(|id| (id, ChannelState::at(1))).collect(),
            state: Some(server.state()),
        };
        Self {
            dice: Dice::new(plan.seed ^ 0xb_ad),
            client: Client::new(Duration::ZERO, storage),
            plan,
            server,
            events: Events::default(),
            now: Duration::ZERO,
            connected: true,
            calm: false,
            stats: Stats::default(),
            listener,
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.now
    }

    pub(super) fn stats(&self) -> Stats {
        let counts = self.client.counts();
        Stats {
            happened: self.server.labels,
            restarts: u64::from(self.client.life) - 1,
            fetches: counts.fetches,
            failures: counts.failures,
            duplicates: counts.duplicates,
            gaps: counts.gaps,
            recovered_late: counts.recovered_late,
            recovered_fetched: counts.recovered_fetched,
            too_long: counts.too_long,
            resets: counts.resets,
            lost: counts.lost,
            quarantined: counts.quarantined,
            gone: counts.gone,
            ..self.stats
        }
    }

    /// The whole history.
    pub(super) fn run(&mut self) -> Result<(), Trouble> {
        self.turn()?;
        for _ in 0..self.plan.steps {
            let pause = Duration::from_millis(self.dice.below(self.plan.pace_ms));
            self.until(self.now + pause)?;
            self.step()?;
        }
        self.come_to_rest()
    }

    fn step(&mut self) -> Result<(), Trouble> {
        if self.dice.percent(75) {
            self.happen();
        }
        if self.dice.percent(self.plan.restarts) {
            self.restart()?;
        }
        if self.dice.percent(self.plan.cuts) {
            self.cut();
        }
        if self.dice.percent(2) && self.connected {
            let at = self.now + self.dice.millis(1, 1000);
            self.events.add(at, Event::TooLong);
        }
        if self.dice.percent(self.plan.moves) {
            self.move_somewhere();
        }
        self.turn()
    }

    /// Something happens, and now and then something goes wrong.
    pub(super) fn live(&mut self, cut_every: u64, restart_every: u64) -> Result<(), Trouble> {
        let pause = Duration::from_millis(self.dice.below(self.plan.pace_ms));
        self.until(self.now + pause)?;
        self.happen();
        if self.dice.below(cut_every) == 0 {
            self.cut();
        }
        if self.dice.below(restart_every) == 0 {
            self.restart()?;
        }
        self.turn()
    }

    pub(super) fn happen(&mut self) {
        let batch = self.server.happen();
        tell!(self, "happens: {batch:?}");
        self.push(batch);
    }

    /// Something is on its way to the client.
    pub(super) fn push(&mut self, batch: Batch<Item>) {
        if batch.updates.is_empty() {
            return;
        }
        let lost = !self.connected || (!self.calm && self.dice.percent(self.plan.dropped));
        if lost {
            self.stats.dropped += 1;
            self.server.missed(&batch);
            tell!(self, "and is lost on the way");
            return;
        }
        let copies = 1 + u64::from(self.dice.percent(self.plan.doubled));
        for _ in 0..copies {
            let late = self.dice.percent(self.plan.late);
            let most = if late { self.plan.late_ms } else { 40 };
            let at = self.now + self.dice.millis(1, most.max(2));
            self.events.add(at, Event::Push(batch.clone()));
        }
    }

    /// Lets time pass.
    pub(super) fn until(&mut self, end: Duration) -> Result<(), Trouble> {
        loop {
            let timeout = self.client.engine.poll_timeout();
            let next = self.events.next_at().map_or(timeout, |at| at.min(timeout));
            if next > end {
                self.now = self.now.max(end);
                return Ok(());
            }
            self.now = self.now.max(next);
            while let Some(event) = self.events.pop(self.now) {
                self.event(event)?;
            }
            self.client.engine.handle_timeout(self.now);
            self.turn()?;
        }
    }

    fn event(&mut self, event: Event) -> Result<(), Trouble> {
        match event {
            Event::Push(batch) => {
                tell!(self, "arrives: {batch:?}");
                self.stats.pushes += 1;
                self.client.engine.handle_updates(self.now, batch);
            }
            Event::TooLong => self.client.engine.handle_too_long(self.now),
            Event::Request(request) => self.request_arrives(request),
            Event::Answer(key, answer) => self.answer_arrives(key, answer),
            Event::Connected => {
                tell!(self, "the connection is back");
                self.connected = true;
                self.client.engine.handle_reconnected(self.now);
            }
            Event::Store => return self.store(),
        }
        // Each arrival is looked at by itself now and then, in one go with others else.
        match self.dice.percent(50) {
            true => self.turn(),
            false => Ok(()),
        }
    }

    fn request_arrives(&mut self, request: Request) {
        let answer = match !self.calm && self.dice.percent(self.plan.failing) {
            true => Answer::Failed(
                key(&request),
                Failure::Retry {
                    after: self.dice.millis(0, 3000),
                },
            ),
            false => self.server.answer(&request),
        };
        let at = self.now + self.dice.millis(1, 500);
        self.events.add(at, Event::Answer(key(&request), answer));
    }

    fn answer_arrives(&mut self, key: Key, answer: Answer) {
        tell!(self, "answer for {key}: {answer:?}");
        self.client.waiting.remove(&key);
        let (now, engine) = (self.now, &mut self.client.engine);
        match answer {
            Answer::State(state) => {
                self.server.forget(engine.state(), state);
                let asked = engine.state().date;
                engine.handle_state(now, state);
                // Of channels nobody knows, those are named in which something happened since then.
                let since = engine.state().date;
                if since > asked {
                    self.excuse_unknown(since);
                }
            }
            Answer::Difference(d) => {
                self.server.arrived(&d);
                engine.handle_difference(now, d);
            }
            Answer::Channel(id, d) => engine.handle_channel_difference(now, id, d),
            Answer::Failed(key, failure) => engine.handle_failure(now, key, failure),
        }
    }

    /// Does what the engine wants, as the client's task does.
    pub(super) fn turn(&mut self) -> Result<(), Trouble> {
        while let Some(item) = self.client.engine.poll_update() {
            tell!(self, "delivered: {item:?}");
            self.client.deliver(&item);
            let life = self.client.life;
            if let Some(channel) = self.server.channel_mut(item.log) {
                channel.gone = false;
            }
            if let Some(log) = self.server.log_mut(item.log) {
                self.stats.repeated += u64::from(log.deliver(&item, life)?);
            }
            self.stats.delivered += 1;
            if self.dice.percent(10) {
                self.take();
            }
        }
        self.take();
        while let Some(notice) = self.client.engine.poll_notice() {
            tell!(self, "notice: {notice}");
            self.notice(notice)?;
        }
        while let Some(request) = self.client.engine.poll_request() {
            self.request(request)?;
        }
        Ok(())
    }

    pub(super) fn take(&mut self) {
        if self.client.take() {
            let at = self.now + self.dice.millis(1, self.plan.store_ms.max(2));
            self.events.add(at, Event::Store);
        }
    }

    fn request(&mut self, request: Request) -> Result<(), Trouble> {
        tell!(self, "asks: {request:?}");
        if !self.client.waiting.insert(key(&request)) {
            return Err(Trouble::new(format!("{request:?} is made twice at once")));
        }
        let channels = self.client.waiting.iter().filter(|k| **k != Key::Common);
        if channels.count() > BUDGET {
            return Err(Trouble::new("too many channels are fetched at once"));
        }
        if self.connected {
            let at = self.now + self.dice.millis(1, 500);
            self.events.add(at, Event::Request(request));
        } else {
            self.fail(key(&request), 2000);
        }
        Ok(())
    }
}
