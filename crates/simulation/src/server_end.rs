//! What arrives at the server, and what it does.

use std::time::Duration;

use bytes::Bytes;
use heliogram_mtproto::server::{self, ServerEvent, ServerSalts, ServerSession};

use crate::{
    Violation,
    tasks::Task,
    traffic::{CALL, UPDATE, body, number},
    world::{World, server_now},
};

/// `invokeAfterMsg`, and how long it is before the request it wraps.
const INVOKE_AFTER: u32 = 0xcb9f_372d;
const INVOKE_AFTER_LEN: usize = 12;

impl World<'_> {
    pub(crate) fn arrive_at_server(
        &mut self,
        connection: u32,
        mut data: Vec<u8>,
    ) -> Result<(), Violation> {
        // In one stream nothing of a former connection comes late; packets by themselves do.
        if connection < self.heard && self.plan.quality.ordered {
            return Ok(());
        }
        self.heard = self.heard.max(connection);
        let now = server_now(self.now);
        let Ok(opened) = server::open(&self.key, &mut data) else {
            return self.refuse_packet(connection, "not authentic");
        };
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
        match session.handle_opened(now, &opened) {
            Ok(()) => Ok(()),
            Err(e) => self.refuse_packet(connection, &e.to_string()),
        }
    }

    /// The server closes the connection of a packet it does not accept.
    fn refuse_packet(&mut self, connection: u32, why: &str) -> Result<(), Violation> {
        self.tell(|| format!("server closes: {why}"));
        if !self.plan.quality.is_tampered() {
            return Err(Violation::new(format!(
                "the server refuses a packet: {why}"
            )));
        }
        self.stats.refused += 1;
        if connection == self.connection {
            self.cut();
        }
        Ok(())
    }

    pub(crate) fn push(&mut self, number: u64) {
        let id = self.client.session_id();
        let filler = self.filler();
        let Some((session, _)) = self.sessions.get_mut(&id) else {
            self.later(self.now + Duration::from_secs(1), Task::Update(number));
            return;
        };
        session.push(server_now(self.now), body(UPDATE, number, filler));
        self.pushed.insert(number, (id, 0));
    }

    pub(crate) fn server_event(
        &mut self,
        session: i64,
        event: ServerEvent,
    ) -> Result<(), Violation> {
        match event {
            ServerEvent::Request { msg_id, body } => self.execute(session, msg_id, body)?,
            ServerEvent::CloseConnection => {
                let last = self.sessions.get(&session).map(|(_, last)| *last);
                if last == Some(self.connection) {
                    self.cut();
                }
            }
            ServerEvent::DestroySession { session_id } => {
                let existed = self.sessions.remove(&session_id).is_some();
                if let Some((session, _)) = self.sessions.get_mut(&session) {
                    session.session_destroyed(server_now(self.now), session_id, existed);
                }
            }
            ServerEvent::Cancelled { .. } => {}
            other => return Err(Violation::new(format!("the server says {other:?}"))),
        }
        Ok(())
    }

    fn execute(&mut self, session: i64, msg_id: i64, body: Bytes) -> Result<(), Violation> {
        let body = unwrapped(body)?;
        let number = number(CALL, &body)
            .ok_or_else(|| Violation::new("the server got a request nobody made"))?;
        self.tell(|| format!("server runs {number}"));
        self.stats.executed += 1;
        self.run_as.push((msg_id, number));
        let (runs, _) = self.runs.entry(number).or_default();
        *runs += 1;
        // A server that forgets has told nobody of what it had not acknowledged, and knows no more
        // that it ran.
        if *runs > 1 + self.stats.forgotten {
            return Err(Violation::new(format!("request {number} ran {runs} times")));
        }
        let longest = [100, 3000, 40_000][self.dice.below(3) as usize];
        let at = self.now + self.dice.millis(0, longest);
        let answer = Task::Answer {
            session,
            msg_id,
            number,
        };
        self.later(at, answer);
        Ok(())
    }
}

/// A request without the wrapper that has it wait for another one.
fn unwrapped(body: Bytes) -> Result<Bytes, Violation> {
    if body.first_chunk() != Some(&INVOKE_AFTER.to_le_bytes()) || body.len() < INVOKE_AFTER_LEN {
        return Ok(body);
    }
    server::unpack(&body.slice(INVOKE_AFTER_LEN..)).map_err(|e| Violation::new(e.to_string()))
}
