//! Things that happen at a time of their own.

use std::time::Duration;

use heliogram_mtproto::SendOptions;

use crate::{
    liar::{self, About},
    link::To,
    traffic::{CALL, answer, body},
    world::{CALM, World, client_now, server_now},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    Ask(u64),
    Cancel(u64),
    Answer {
        session: i64,
        msg_id: i64,
        number: u64,
    },
    Update(u64),
    Cut,
    Connect,
    RefuseSalt,
    Forget,
    /// The server says what is not so.
    Lie,
}

impl World<'_> {
    /// Decides when what is to happen.
    pub(crate) fn plan_tasks(&mut self) {
        self.later(Duration::from_millis(50), Task::Connect);
        let end = if self.plan.cut_every == 0 && self.plan.quality.ordered {
            60_000
        } else {
            200_000
        };
        for number in 0..self.plan.requests {
            let at = self.dice.millis(0, end);
            self.later(at, Task::Ask(number));
            if self.dice.percent(10) && self.plan.cut_every != 0 {
                let after = self.dice.millis(1, 3000);
                self.later(at + after, Task::Cancel(number));
            }
        }
        for number in 0..self.plan.updates {
            let at = self.dice.millis(1000, end);
            self.later(at, Task::Update(number));
        }
        let mut at = Duration::ZERO;
        while self.plan.cut_every != 0 && at < CALM {
            at += self.dice.millis(500, self.plan.cut_every * 2000);
            self.later(at, Task::Cut);
        }
        for _ in 0..if self.plan.refuse_salts { 5 } else { 0 } {
            let at = self.dice.millis(0, 200_000);
            self.later(at, Task::RefuseSalt);
        }
        for _ in 0..self.plan.lies {
            let at = self.dice.millis(0, 200_000);
            self.later(at, Task::Lie);
        }
        if self.plan.forgetful {
            self.later(Duration::from_secs(20), Task::Forget);
            self.later(Duration::from_secs(21), Task::Cut);
            self.later(Duration::from_secs(40), Task::Forget);
        }
    }

    pub(crate) fn do_task(&mut self, task: Task) {
        self.tell(|| format!("{task:?}"));
        match task {
            Task::Ask(number) => self.ask(number),
            Task::Cancel(number) => self.cancel(number),
            Task::Answer {
                session,
                msg_id,
                number,
            } => {
                if let Some((session, _)) = self.sessions.get_mut(&session) {
                    session.reply(server_now(self.now), msg_id, answer(number));
                }
            }
            Task::Update(number) => self.push(number),
            Task::Cut => self.cut(),
            Task::Connect => {
                self.connection += 1;
                self.up = true;
                self.client
                    .handle_connected(client_now(&self.plan, self.now));
            }
            Task::RefuseSalt => {
                if let Some((session, _)) = self.sessions.get_mut(&self.client.session_id()) {
                    session.refuse_salt_once();
                    self.stats.refused_salts += 1;
                }
            }
            Task::Forget => {
                self.sessions.clear();
                self.stats.forgotten += 1;
                self.pushed.retain(|_, (_, delivered)| *delivered > 0);
            }
            Task::Lie => self.lie(),
        }
    }

    fn ask(&mut self, number: u64) {
        let mut options = SendOptions::default();
        if self.dice.percent(10) {
            let leader = self.asked.iter().find(|(_, n)| **n + 1 == number);
            options.after.extend(leader.map(|(id, _)| *id));
        }
        let filler = self.filler();
        let now = client_now(&self.plan, self.now);
        let id = self.client.send(now, body(CALL, number, filler), options);
        self.asked.insert(id, number);
        self.runs.entry(number).or_default();
    }

    fn cancel(&mut self, number: u64) {
        let waiting = self.asked.iter().find(|(_, n)| **n == number);
        if let Some(id) = waiting.map(|(id, _)| *id) {
            self.client.cancel(client_now(&self.plan, self.now), id);
            self.asked.remove(&id);
            self.cancelled = true;
            self.stats.cancelled += 1;
        }
    }

    fn lie(&mut self) {
        if !self.up {
            return;
        }
        let ended = |number: &u64| self.runs.get(number).is_some_and(|(_, ended)| *ended > 0);
        let answered = self.run_as.iter().rev().find(|(_, number)| ended(number));
        let about = About {
            key: &self.key,
            session_id: self.client.session_id(),
            time: server_now(self.now).unix,
            answered: answered.map(|(msg_id, _)| *msg_id),
        };
        let packet = liar::lie(&about, &mut self.dice);
        self.stats.lies += 1;
        let connection = self.connection;
        self.link
            .send(self.now, To::Client, connection, &packet, &mut self.dice);
    }

    /// A few bodies are large enough to be packed, which takes long in a debug build.
    pub(crate) fn filler(&mut self) -> usize {
        let longest = if self.dice.percent(8) { 600 } else { 40 };
        self.dice.below(longest) as usize * 4
    }
}
