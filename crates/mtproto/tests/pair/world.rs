//! The two ends, what they are asked to do, and what must come of it.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use bytes::Bytes;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::{
    Event, FailReason, Now, RequestId, RpcFailure, SendOptions, Session, SessionConfig,
    server::{self, ServerEvent, ServerSalts, ServerSession},
};

use crate::{
    dice::Dice,
    link::{Link, To},
    plan::{Plan, Stats},
};

const EPOCH: Duration = Duration::from_secs(1_790_000_000);
const CALL: u32 = 0x1111_1111;
const ANSWER: u32 = 0x2222_2222;
const UPDATE: u32 = 0x3333_3333;
/// After this time nothing new is asked and the link behaves.
const CALM: Duration = Duration::from_secs(240);
const GIVE_UP: Duration = Duration::from_secs(4 * 3600);

/// Things that happen at a time of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
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
}

pub(crate) struct World {
    plan: Plan,
    dice: Dice,
    story: bool,
    pub(crate) now: Duration,
    pub(crate) stats: Stats,
    link: Link,
    tasks: BTreeMap<(Duration, u64), Task>,
    task_number: u64,
    key: AuthKey,
    client: Session,
    /// The present connection; the client has one when `up`.
    connection: u32,
    up: bool,
    sessions: BTreeMap<i64, (ServerSession, u32)>,
    /// The newest connection the server has heard of.
    heard: u32,
    asked: HashMap<RequestId, u64>,
    /// Request number to: times run, times ended.
    runs: BTreeMap<u64, (u64, u64)>,
    dropped_asks: Vec<u64>,
    /// Update number to: pushed into which session, times delivered.
    pushed: BTreeMap<u64, (i64, u64)>,
}

impl World {
    pub(crate) fn new(plan: Plan, story: bool) -> Self {
        let mut dice = Dice::new(plan.seed);
        let key = AuthKey::new([plan.seed as u8; 256]);
        let config = SessionConfig {
            time_offset_ms: plan.offset_ms,
            ..SessionConfig::default()
        };
        let client = Session::new(
            config,
            key.clone(),
            dice.seed(),
            client_now(&plan, Duration::ZERO),
        );
        let mut world = Self {
            plan,
            story,
            now: Duration::ZERO,
            stats: Stats::default(),
            link: Link::new(plan.quality),
            tasks: BTreeMap::new(),
            task_number: 0,
            key,
            client,
            connection: 0,
            up: false,
            sessions: BTreeMap::new(),
            heard: 0,
            asked: HashMap::new(),
            runs: BTreeMap::new(),
            dropped_asks: Vec::new(),
            pushed: BTreeMap::new(),
            dice,
        };
        world.plan_tasks();
        world
    }

    fn plan_tasks(&mut self) {
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
        if self.plan.forgetful {
            self.later(Duration::from_secs(20), Task::Forget);
            self.later(Duration::from_secs(21), Task::Cut);
            self.later(Duration::from_secs(40), Task::Forget);
        }
    }

    fn later(&mut self, at: Duration, task: Task) {
        self.task_number += 1;
        self.tasks.insert((at, self.task_number), task);
    }

    /// Runs until all is done, or something is wrong.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        while !self.is_done() {
            if self.now > GIVE_UP {
                return Err(format!("stuck: {}", self.missing()));
            }
            if self.now > CALM {
                self.link.quality.drop_percent = 0;
                self.link.quality.repeat_percent = 0;
                self.link.quality.straggle_percent = 0;
                self.link.quality.latency_ms = (5, 30);
            }
            self.step()?;
        }
        self.stats.dropped = self.link.dropped;
        self.stats.repeated = self.link.repeated;
        Ok(())
    }

    fn step(&mut self) -> Result<(), String> {
        while let Some(packet) = self.link.arrive(self.now) {
            self.stats.packets += 1;
            match packet.to {
                To::Client => self.arrive_at_client(packet.connection, packet.data),
                To::Server => self.arrive_at_server(packet.connection, packet.data)?,
            }
        }
        while let Some(entry) = self.tasks.first_entry().filter(|e| e.key().0 <= self.now) {
            let task = entry.remove();
            self.do_task(task);
        }
        self.client.handle_timeout(client_now(&self.plan, self.now));
        let server_now = server_now(self.now);
        for (session, _) in self.sessions.values_mut() {
            session.handle_timeout(server_now);
        }
        self.flush()?;
        let next = [self.link.next_at(), self.tasks.keys().next().map(|k| k.0)]
            .into_iter()
            .chain([self.client.poll_timeout()])
            .chain(self.sessions.values().map(|(s, _)| s.poll_timeout()))
            .flatten()
            .min();
        let next = next.ok_or_else(|| format!("nothing left to wait for: {}", self.missing()))?;
        self.now = next.max(self.now + Duration::from_micros(10));
        Ok(())
    }

    /// Takes everything both ends have to say.
    fn flush(&mut self) -> Result<(), String> {
        let mut out = Vec::new();
        let client_now = client_now(&self.plan, self.now);
        while self.client.poll_packet(client_now, &mut out) {
            self.link
                .send(self.now, To::Server, self.connection, &out, &mut self.dice);
        }
        while let Some(event) = self.client.poll_event() {
            self.client_event(event)?;
        }
        let ids: Vec<_> = self.sessions.keys().copied().collect();
        for id in ids {
            while let Some((session, connection)) = self.sessions.get_mut(&id)
                && session.poll_packet(server_now(self.now), &mut out)
            {
                self.link
                    .send(self.now, To::Client, *connection, &out, &mut self.dice);
            }
            while let Some(event) = self.sessions.get_mut(&id).and_then(|(s, _)| s.poll_event()) {
                self.server_event(id, event)?;
            }
        }
        Ok(())
    }

    fn arrive_at_client(&mut self, connection: u32, mut data: Vec<u8>) {
        if !self.up || connection != self.connection {
            return;
        }
        if let Err(e) = self
            .client
            .handle_packet(client_now(&self.plan, self.now), &mut data)
        {
            self.tell(|| format!("client closes: {e}"));
            self.stats.rejected += 1;
            self.cut();
        }
    }

    fn arrive_at_server(&mut self, connection: u32, mut data: Vec<u8>) -> Result<(), String> {
        // In one stream nothing of a former connection comes late; packets by themselves do.
        if connection < self.heard && self.plan.quality.ordered {
            return Ok(());
        }
        self.heard = self.heard.max(connection);
        let now = server_now(self.now);
        let opened = server::open(&self.key, &mut data).map_err(|e| e.to_string())?;
        let id = opened.session_id;
        if !self.sessions.contains_key(&id) {
            let salts = ServerSalts::new(self.key.clone());
            let mut session =
                ServerSession::new(self.key.clone(), id, salts, self.dice.seed(), now);
            session.set_announcing(self.plan.announce);
            self.sessions.insert(id, (session, 0));
        }
        let Some((session, last)) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        if *last < connection {
            *last = connection;
            session.handle_connected(now);
        }
        session
            .handle_opened(now, &opened)
            .map_err(|e| e.to_string())
    }

    fn do_task(&mut self, task: Task) {
        self.tell(|| format!("{task:?}"));
        let now = client_now(&self.plan, self.now);
        match task {
            Task::Ask(number) => {
                let mut options = SendOptions::default();
                if self.dice.percent(10) {
                    options.after = self
                        .asked
                        .iter()
                        .find(|(_, n)| **n + 1 == number)
                        .map(|(id, _)| *id);
                }
                let filler = self.filler();
                let id = self.client.send(now, body(CALL, number, filler), options);
                self.asked.insert(id, number);
                self.runs.entry(number).or_default();
            }
            Task::Cancel(number) => {
                let waiting = self
                    .asked
                    .iter()
                    .find(|(_, n)| **n == number)
                    .map(|(id, _)| *id);
                if let Some(id) = waiting {
                    self.client.cancel(now, id);
                    self.asked.remove(&id);
                    self.dropped_asks.push(number);
                    self.stats.cancelled += 1;
                }
            }
            Task::Answer {
                session,
                msg_id,
                number,
            } => {
                let Some((session, _)) = self.sessions.get_mut(&session) else {
                    return;
                };
                session.reply(server_now(self.now), msg_id, answer(number));
            }
            Task::Update(number) => self.push(number),
            Task::Cut => self.cut(),
            Task::Connect => {
                self.connection += 1;
                self.up = true;
                self.client.handle_connected(now);
            }
            Task::RefuseSalt => {
                if let Some((session, _)) = self.sessions.get_mut(&self.client.session_id()) {
                    session.refuse_salt_once();
                    self.stats.refused_salts += 1;
                }
            }
            Task::Forget => {
                self.sessions.clear();
                self.pushed.retain(|_, (_, delivered)| *delivered > 0);
            }
        }
    }

    fn push(&mut self, number: u64) {
        let id = self.client.session_id();
        let filler = self.filler();
        let Some((session, _)) = self.sessions.get_mut(&id) else {
            self.later(self.now + Duration::from_secs(1), Task::Update(number));
            return;
        };
        session.push(server_now(self.now), body(UPDATE, number, filler));
        self.pushed.insert(number, (id, 0));
    }

    /// A few bodies are large enough to be packed, which takes long in a debug build.
    fn filler(&mut self) -> usize {
        let longest = if self.dice.percent(8) { 600 } else { 40 };
        self.dice.below(longest) as usize * 4
    }

    /// The connection breaks; the server hears of it when the next one comes.
    fn cut(&mut self) {
        if self.up {
            self.stats.cuts += 1;
            self.up = false;
            self.link.cut(self.connection, &mut self.dice);
            self.client
                .handle_disconnected(client_now(&self.plan, self.now));
            let pause = self.dice.millis(10, 2000);
            self.later(self.now + pause, Task::Connect);
        }
    }

    fn client_event(&mut self, event: Event) -> Result<(), String> {
        self.tell(|| match &event {
            Event::Reply { id, result } => format!("reply to {} {}", id.get(), result.is_ok()),
            other => format!("{other:?}").chars().take(120).collect(),
        });
        match event {
            Event::Reply { id, result } => {
                let number = self.ended(id)?;
                match &result {
                    Ok(_) => self.stats.answered += 1,
                    Err(_) => self.stats.errors += 1,
                }
                if result != answer(number) {
                    return Err(format!(
                        "request {number} got another one's answer: {result:?}"
                    ));
                }
            }
            Event::Failed { id, reason } => {
                let number = self.ended(id)?;
                self.stats.may_have_run += 1;
                let forgets = self.plan.forgetful || self.stats.resets > 0;
                match reason {
                    FailReason::MayHaveRun if forgets => {}
                    FailReason::PredecessorFailed => {}
                    _ => return Err(format!("request {number} failed: {reason}")),
                }
            }
            Event::Update(data) => {
                let number = u64::from_le_bytes(data[4..12].try_into().unwrap());
                self.stats.updates += 1;
                let Some((_, delivered)) = self.pushed.get_mut(&number) else {
                    return Ok(());
                };
                *delivered += 1;
                if *delivered > 1 || data[..4] != UPDATE.to_le_bytes() {
                    return Err(format!("update {number} came {delivered} times"));
                }
            }
            Event::SessionReset(_) => self.stats.resets += 1,
            Event::NewSession { .. } => self.stats.new_sessions += 1,
            Event::PeerDead => {
                self.stats.dead_peers += 1;
                self.cut();
            }
            Event::Gap => return Err("a gap".into()),
            _ => {}
        }
        Ok(())
    }

    fn ended(&mut self, id: RequestId) -> Result<u64, String> {
        let number = self
            .asked
            .remove(&id)
            .ok_or_else(|| format!("{id:?} ended twice"))?;
        self.runs.entry(number).or_default().1 += 1;
        Ok(number)
    }

    fn server_event(&mut self, session: i64, event: ServerEvent) -> Result<(), String> {
        match event {
            ServerEvent::Request { msg_id, mut body } => {
                if body[..4] == 0xcb9f_372d_u32.to_le_bytes() {
                    body = server::unpack(&body.slice(12..)).map_err(|e| e.to_string())?;
                }
                let number = u64::from_le_bytes(body[4..12].try_into().unwrap());
                self.tell(|| format!("server runs {number}"));
                self.stats.executed += 1;
                let (runs, _) = self.runs.entry(number).or_default();
                *runs += 1;
                // A server that forgets has told nobody of what it had not acknowledged.
                if *runs > 1 && !self.plan.forgetful {
                    return Err(format!("request {number} ran {runs} times"));
                }
                let longest = [100, 3000, 40_000][self.dice.below(3) as usize];
                let at = self.now + self.dice.millis(0, longest);
                self.later(
                    at,
                    Task::Answer {
                        session,
                        msg_id,
                        number,
                    },
                );
            }
            ServerEvent::CloseConnection => {
                let (_, connection) = &self.sessions[&session];
                if *connection == self.connection {
                    self.cut();
                }
            }
            ServerEvent::DestroySession { session_id } => {
                let existed = self.sessions.remove(&session_id).is_some();
                let (session, _) = self.sessions.get_mut(&session).unwrap();
                session.session_destroyed(server_now(self.now), session_id, existed);
            }
            ServerEvent::Cancelled { .. } => {}
            other => return Err(format!("the server says {other:?}")),
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.now > Duration::from_secs(30)
            && self.asked.is_empty()
            && !self
                .tasks
                .values()
                .any(|t| matches!(t, Task::Ask(_) | Task::Update(_)))
            && self.undelivered().next().is_none()
            && (self.dropped_asks.is_empty() || self.now > CALM)
    }

    /// Updates still owed; those of a session that was given up are made up for otherwise.
    fn undelivered(&self) -> impl Iterator<Item = u64> {
        let current = self.client.session_id();
        self.pushed
            .iter()
            .filter(move |(_, (session, delivered))| *session == current && *delivered == 0)
            .map(|(number, _)| *number)
    }

    fn missing(&self) -> String {
        let updates: Vec<_> = self.undelivered().collect();
        format!(
            "requests {:?}, updates {updates:?}, {:?}",
            self.asked, self.plan
        )
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        if self.story {
            eprintln!("{:>10.3} {}", self.now.as_secs_f64(), what());
        }
    }
}

fn server_now(t: Duration) -> Now {
    Now {
        mono: t,
        unix: EPOCH + t,
    }
}

fn client_now(plan: &Plan, t: Duration) -> Now {
    let unix = (EPOCH + t).as_millis() as i64 + plan.skew * 1000;
    let nanos = t.subsec_nanos() % 1_000_000;
    Now {
        mono: t,
        unix: Duration::from_millis(unix as u64) + Duration::from_nanos(nanos.into()),
    }
}

fn body(id: u32, number: u64, filler: usize) -> Bytes {
    let mut out = id.to_le_bytes().to_vec();
    out.extend_from_slice(&number.to_le_bytes());
    // Half of the bodies do not pack.
    let noise = |i: usize| {
        if number.is_multiple_of(2) {
            7
        } else {
            (i * i * 31 + i) as u8
        }
    };
    out.extend((0..filler).map(noise));
    out.into()
}

fn answer(number: u64) -> Result<Bytes, RpcFailure> {
    match number % 7 {
        6 => Err(RpcFailure::new(400, format!("NUMBER_{number}"))),
        5 if number % 2 == 1 => Ok(body(ANSWER, number, 8000)),
        _ => Ok(body(ANSWER, number, 40)),
    }
}
