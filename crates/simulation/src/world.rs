//! The two ends, what lies between them, and the passing of time.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use heliogram_crypto::AuthKey;
use heliogram_mtproto::{
    Now, RequestId, Session, SessionConfig,
    server::{self, ServerSession},
};

use crate::{
    Violation,
    dice::Dice,
    link::{Link, Quality, To},
    plan::{Plan, Stats},
    tasks::Task,
};

const EPOCH: Duration = Duration::from_secs(1_790_000_000);
/// After this time nothing new is asked and the link behaves.
pub(crate) const CALM: Duration = Duration::from_secs(240);
const GIVE_UP: Duration = Duration::from_secs(4 * 3600);

/// Told what happens, and when.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(Duration, &str);

pub(crate) struct World<'a> {
    pub(crate) plan: Plan,
    pub(crate) dice: Dice,
    listener: Listener<'a>,
    pub(crate) now: Duration,
    pub(crate) stats: Stats,
    pub(crate) link: Link,
    tasks: BTreeMap<(Duration, u64), Task>,
    task_number: u64,
    pub(crate) key: AuthKey,
    pub(crate) client: Session,
    /// The present connection; the client has one when `up`.
    pub(crate) connection: u32,
    pub(crate) up: bool,
    pub(crate) sessions: BTreeMap<i64, (ServerSession, u32)>,
    /// The newest connection the server has heard of.
    pub(crate) heard: u32,
    pub(crate) asked: HashMap<RequestId, u64>,
    /// Request number to: times run, times ended.
    pub(crate) runs: BTreeMap<u64, (u64, u64)>,
    /// Message ids under which requests were run, to be lied about.
    pub(crate) run_as: Vec<(i64, u64)>,
    /// Whether requests were cancelled, whose end nobody will tell.
    pub(crate) cancelled: bool,
    /// Update number to: pushed into which session, times delivered.
    pub(crate) pushed: BTreeMap<u64, (i64, u64)>,
    /// The last id the client gave in each of its sessions.
    ids: HashMap<i64, i64>,
}

impl<'a> World<'a> {
    pub(crate) fn new(plan: Plan, listener: Listener<'a>) -> Self {
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
            listener,
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
            run_as: Vec::new(),
            cancelled: false,
            pushed: BTreeMap::new(),
            ids: HashMap::new(),
            dice,
        };
        world.plan_tasks();
        world
    }

    pub(crate) fn later(&mut self, at: Duration, task: Task) {
        self.task_number += 1;
        self.tasks.insert((at, self.task_number), task);
    }

    /// Runs until all is done, or something is wrong.
    pub(crate) fn run(&mut self) -> Result<(), Violation> {
        while !self.is_done() {
            if self.now > GIVE_UP {
                return Err(Violation::new(format!("stuck: {}", self.missing())));
            }
            if self.now > CALM {
                let ordered = self.link.quality.ordered;
                self.link.quality = Quality {
                    ordered,
                    ..Quality::good((5, 30))
                };
            }
            self.step()?;
        }
        Ok(())
    }

    /// What happened so far.
    pub(crate) fn stats(&self) -> Stats {
        let counts = self.link.counts;
        Stats {
            dropped: counts.dropped,
            repeated: counts.repeated,
            damaged: counts.damaged,
            replayed: counts.replayed,
            invented: counts.invented,
            ..self.stats
        }
    }

    fn step(&mut self) -> Result<(), Violation> {
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
        let stuck = || Violation::new(format!("nothing left to wait for: {}", self.missing()));
        let next = next.ok_or_else(stuck)?;
        self.now = next.max(self.now + Duration::from_micros(10));
        Ok(())
    }

    /// Takes everything both ends have to say.
    fn flush(&mut self) -> Result<(), Violation> {
        let mut out = Vec::new();
        let client_now = client_now(&self.plan, self.now);
        while self.client.poll_packet(client_now, &mut out) {
            self.check_id(&out)?;
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

    /// Ids of one session rise, whatever the server said of time.
    fn check_id(&mut self, packet: &[u8]) -> Result<(), Violation> {
        let mut packet = packet.to_vec();
        let opened = server::open(&self.key, &mut packet);
        let opened =
            opened.map_err(|e| Violation::new(format!("the client sends nonsense: {e}")))?;
        let last = self.ids.insert(opened.session_id, opened.msg_id);
        match opened.msg_id & 3 == 0 && last.is_none_or(|last| last < opened.msg_id) {
            true => Ok(()),
            false => Err(Violation::new(format!(
                "id {:#x} after {last:x?}",
                opened.msg_id
            ))),
        }
    }

    /// The connection breaks; the server hears of it when the next one comes.
    pub(crate) fn cut(&mut self) {
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

    fn is_done(&self) -> bool {
        self.now > Duration::from_secs(30)
            && self.asked.is_empty()
            && !self
                .tasks
                .values()
                .any(|t| matches!(t, Task::Ask(_) | Task::Update(_)))
            && self.undelivered().next().is_none()
            && (!self.cancelled || self.now > CALM)
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

    pub(crate) fn tell(&mut self, what: impl FnOnce() -> String) {
        (self.listener)(self.now, &what());
    }
}

pub(crate) fn server_now(t: Duration) -> Now {
    Now {
        mono: t,
        unix: EPOCH + t,
    }
}

pub(crate) fn client_now(plan: &Plan, t: Duration) -> Now {
    let unix = (EPOCH + t).as_millis() as i64 + plan.skew * 1000;
    let nanos = t.subsec_nanos() % 1_000_000;
    Now {
        mono: t,
        unix: Duration::from_millis(unix as u64) + Duration::from_nanos(nanos.into()),
    }
}
