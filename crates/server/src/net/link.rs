mod faulty;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use heliogram_mtproto::Now;
use heliogram_mtproto::server::{ServerEvent, ServerSessionError, open, peek_key_id};

use super::http::{Poll, Wait};
use super::keys::Keys;
use super::requests;
use super::wire::{Packet, Wire};
use crate::faults::{Line, What};
use crate::hub::{Conn, Slot};
use crate::serve::Request;
use crate::shared::Shared;
use faulty::bad_msg;

/// Encoded bytes after which no further packet is made for now.
const FILL_MAX: usize = 1 << 20;
/// Memory of each buffer that is kept for the next packet between two.
pub(super) const KEPT: usize = 16 << 10;
/// Sessions one connection may carry.
const SLOTS_MAX: usize = 32;

/// What one connection says, without the socket.
pub(crate) struct Link {
    shared: Arc<Shared>,
    dc: i32,
    ip: IpAddr,
    wire: Wire,
    keys: Keys,
    conn: Arc<Conn>,
    slots: Vec<Arc<Slot>>,
    /// The request that waits for its answer, on connections that are polled.
    poll: Option<(Arc<Slot>, Poll)>,
    /// Bytes that go out before anything else: handshake packets and transport errors.
    first: Vec<u8>,
    packet: Vec<u8>,
    ending: Option<String>,
    spoken: bool,
    /// What faults make of the connection.
    line: Line<Packet>,
}

impl Link {
    pub(crate) fn new(shared: Arc<Shared>, dc: i32, ip: IpAddr) -> Self {
        let conn = shared.hub.connect();
        Self {
            shared,
            dc,
            ip,
            wire: Wire::new(),
            keys: Keys::default(),
            conn,
            slots: Vec::new(),
            poll: None,
            first: Vec::new(),
            packet: Vec::new(),
            ending: None,
            spoken: false,
            line: Line::default(),
        }
    }

    /// Why the connection has to end once everything is sent, if it has to.
    pub(crate) fn ending(&self) -> Option<&str> {
        if self.conn.is_cut() || self.line.is_cut() {
            Some("cut on request")
        } else {
            self.ending.as_deref().filter(|_| !self.line.has_output())
        }
    }

    /// Whether nothing more is taken from the client.
    fn is_over(&self) -> bool {
        self.ending.is_some() || self.conn.is_cut()
    }

    /// Whether a packet came that made sense.
    pub(crate) fn has_spoken(&self) -> bool {
        self.spoken
    }

    /// What wakes the connection when there is something to send.
    pub(crate) fn conn(&self) -> Arc<Conn> {
        Arc::clone(&self.conn)
    }

    /// Lets go of the connection's sessions.
    fn close(&self) {
        self.shared
            .hub
            .disconnect(&self.conn, &self.slots, self.shared.now());
    }

    /// Does what bytes of the client ask for.
    fn read(&mut self, bytes: &[u8]) {
        let shared = &self.shared;
        let received = self.wire.receive(bytes, || shared.seed(), &mut self.first);
        // What came before the mistake was said before it.
        self.take_all();
        if let Err(reason) = received {
            self.end(reason);
        }
    }

    /// Takes the packets that came.
    fn take_all(&mut self) {
        while !self.is_over() {
            let shared = &self.shared;
            match self.wire.next(|| shared.seed(), &mut self.first) {
                Ok(Some(packet)) => self.take(packet),
                Ok(None) => return,
                Err(reason) => self.end(reason),
            }
        }
    }

    fn take(&mut self, packet: Packet) {
        match peek_key_id(&packet.bytes) {
            Some(0) => self.take_plain(&packet.bytes),
            Some(key_id) if self.is_calm() => self.take_sealed(key_id, packet),
            Some(_) => self.pass_packet(packet),
            None => self.end("a packet that is too short"),
        }
    }

    /// A step of a key exchange.
    fn take_plain(&mut self, packet: &[u8]) {
        match self.keys.exchange(&self.shared, self.dc, packet) {
            Ok(reply) => {
                self.spoken = true;
                let said = self.wire.say(&reply, &mut self.first);
                said.unwrap_or_else(|reason| self.end(reason));
            }
            Err(broken) => self.refuse(broken.code, broken.reason),
        }
    }

    fn take_sealed(&mut self, key_id: i64, mut packet: Packet) {
        let Ok(fault) = self.received_fault(key_id) else {
            return;
        };
        let Some(key) = self.keys.find(&self.shared, self.dc, key_id) else {
            self.refuse(-404, "an unknown auth key".to_owned());
            return;
        };
        let opened = match open(&key, &mut packet.bytes) {
            Ok(opened) => opened,
            Err(error) => {
                self.refuse(-404, error.to_string());
                return;
            }
        };
        self.spoken = true;
        if packet.quick_ack {
            self.wire.say_quick_ack(opened.quick_ack, &mut self.first);
        }
        if fault == Some(What::NewSession {}) {
            self.forget_session(key_id, opened.session_id);
        }
        let now = self.shared.now();
        let seed = self.shared.seed();
        if self.wire.is_polled() {
            self.conn.set_polled();
        }
        let slot = self
            .shared
            .hub
            .attach(&self.conn, &key, opened.session_id, seed, now);
        if self.wire.is_polled() {
            self.poll = Some((Arc::clone(&slot), Poll::new(now.mono)));
        }
        let mut state = slot.lock();
        if let Some(code) = fault.and_then(bad_msg) {
            state.session.refuse_once(code);
        }
        let taken = state.session.handle_opened(now, &opened);
        drop(state);
        if !self.slots.iter().any(|known| Arc::ptr_eq(known, &slot)) {
            self.slots.push(Arc::clone(&slot));
        }
        match taken {
            Ok(()) if self.slots.len() > SLOTS_MAX => self.end("too many sessions"),
            Ok(()) => self.run_events(&slot, now),
            Err(ServerSessionError::Backlog) => {
                self.refuse(-429, "too many requests at once".to_owned());
            }
            Err(error) => self.end(error.to_string()),
        }
    }

    /// Does what a session's client asked for. What is left when the connection is cut waits for
    /// the session's next one, if the session is still there.
    fn run_events(&mut self, slot: &Arc<Slot>, now: Now) {
        let mut ran = false;
        while !self.conn.is_cut() {
            let event = slot.lock().session.poll_event();
            let Some(event) = event else { break };
            match event {
                ServerEvent::Request { msg_id, body } => {
                    let request = Request {
                        slot: Arc::clone(slot),
                        dc: self.dc,
                        ip: self.ip,
                        msg_id,
                        body,
                        delayed: false,
                        waited: Duration::ZERO,
                    };
                    ran = true;
                    if !requests::run(&self.shared, request, now) {
                        self.conn.cut();
                    }
                }
                ServerEvent::DestroySession { session_id } => {
                    let existed = self.shared.hub.forget(slot.key_id, session_id);
                    slot.lock()
                        .session
                        .session_destroyed(now, session_id, existed);
                }
                ServerEvent::DestroyKey => {
                    slot.lock().session.key_destroyed(now, true);
                    self.destroy_key(slot.key_id);
                }
                ServerEvent::PushesLost => {
                    let lost = heliogram_tl::to_bytes(&heliogram_api::enums::Updates::TooLong);
                    slot.lock().session.push(now, lost);
                }
                ServerEvent::HttpWait {
                    max_delay,
                    wait_after,
                    max_wait,
                } => self.set_wait(Wait {
                    max_delay,
                    wait_after,
                    max_wait,
                }),
                ServerEvent::CloseConnection => self.end("the client asked to be let go"),
                _ => {}
            }
        }
        if ran {
            slot.lock().wake();
        }
    }

    fn destroy_key(&mut self, key: i64) {
        let gone = self.shared.change(|world| {
            let spoken = world.spoken_under(key);
            if let Some(user) = world.forget_key(key) {
                self.shared.hub.unsubscribe(user, &spoken);
            }
            Ok(spoken)
        });
        // A key that cannot be taken out of the data file lives on; the client can ask again.
        let Ok(gone) = gone else { return };
        self.shared.hub.note_forgotten();
        for other in gone.into_iter().filter(|other| *other != key) {
            self.shared.hub.forget_key(other);
        }
        self.end("the key was destroyed");
    }

    /// The client says how long it waits for the answer to its request.
    fn set_wait(&mut self, wait: Wait) {
        if let Some((_, poll)) = &mut self.poll {
            poll.set_wait(wait);
        }
    }

    /// Appends what the server has to say, up to a limit.
    fn make(&mut self, out: &mut Vec<u8>) {
        if !self.conn.is_cut() {
            let now = self.shared.now();
            if self.wire.is_polled() {
                self.answer_poll(now);
            }
            out.append(&mut self.first);
            if !self.wire.is_polled() {
                let mut ours = std::mem::take(&mut self.slots);
                ours.retain(|slot| self.fill_from(slot, now, out));
                self.slots = ours;
            }
            if self.ending.is_some() {
                self.wire.say_farewell(out);
            }
        }
        for buffer in [&mut self.packet, &mut self.first] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
        }
    }

    /// Appends what one session has to send; `false` once the session moved elsewhere.
    fn fill_from(&mut self, slot: &Arc<Slot>, now: Now, out: &mut Vec<u8>) -> bool {
        loop {
            let mut state = slot.lock();
            if !state.is_on(&self.conn) {
                return false;
            }
            if out.len() > FILL_MAX {
                // The rest is made once the socket has taken this.
                return true;
            }
            let room = FILL_MAX.saturating_sub(out.len());
            let packets = state.session.poll_packets(now, room);
            drop(state);
            if packets.is_empty() {
                return true;
            }
            for packet in packets {
                self.packet = packet;
                if let Err(reason) = self.say(out) {
                    self.end(reason);
                    return true;
                }
            }
        }
    }

    /// Answers the request that waits, if its time has come, and takes the one behind it.
    fn answer_poll(&mut self, now: Now) {
        self.slots.retain(|slot| slot.lock().is_on(&self.conn));
        let Some((slot, poll)) = &mut self.poll else {
            return;
        };
        let mut state = slot.lock();
        if !state.is_on(&self.conn) {
            drop(state);
            self.poll = None;
            self.end("the session moved elsewhere");
            return;
        }
        poll.look(state.session.queued(), now.mono);
        if now.mono < poll.due() && self.ending.is_none() {
            return;
        }
        let made = state.session.poll_answer(now, &mut self.packet);
        drop(state);
        self.poll = None;
        if made && let Err(reason) = self.wire.say(&self.packet, &mut self.first) {
            self.end(reason);
        }
        self.take_all();
    }

    /// Time until something has to be done by itself, or an answer is due.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        let polled = self.wire.is_polled();
        let due = self.slots.iter().filter_map(|slot| {
            let state = slot.lock();
            if polled {
                state.session.poll_duty()
            } else {
                state.session.poll_timeout()
            }
        });
        let answer = self.poll.as_ref().map(|(_, poll)| poll.due());
        let due = due.chain(answer).chain(self.line.next_due()).min()?;
        Some(due.saturating_sub(self.shared.now().mono))
    }

    /// Whether nothing more should be read for now.
    pub(crate) fn is_full(&self) -> bool {
        self.wire.is_full() || !self.line.wants_input()
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self) {
        self.let_through();
        let now = self.shared.now();
        for slot in self.slots.clone() {
            slot.lock().session.handle_timeout(now);
            self.run_events(&slot, now);
        }
    }

    /// Answers with a transport error and ends the connection.
    fn refuse(&mut self, code: i32, reason: String) {
        self.wire.say_error(code, &mut self.first);
        self.end(reason);
    }

    fn end(&mut self, reason: impl Into<String>) {
        if self.ending.is_none() {
            self.ending = Some(reason.into());
        }
    }
}

/// The connection lets go of its sessions however it ends, even in a panic.
impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}
