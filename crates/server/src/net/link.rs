use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use heliogram_api::types;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::RpcFailure;
use heliogram_mtproto::exchange::ServerExchange;
use heliogram_mtproto::framing::{Frame, Framing};
use heliogram_mtproto::server::{ServerEvent, ServerSessionError, open, peek_key_id};
use heliogram_tl::Constructor;

use crate::hub::{Conn, Slot};
use crate::rpc::{Answer, constructor};
use crate::serve::{Outcome, Request};
use crate::shared::Shared;

/// Encoded bytes after which no further packet is made for now.
const FILL_MAX: usize = 1 << 20;
/// Sessions one connection may carry.
const SLOTS_MAX: usize = 32;

/// What one connection says, without the socket.
pub(crate) struct Link {
    shared: Arc<Shared>,
    dc: i32,
    ip: IpAddr,
    framing: Framing,
    exchange: Option<ServerExchange>,
    /// The keys this connection used, so that each packet need not ask the world.
    key: Option<AuthKey>,
    conn: Arc<Conn>,
    slots: Vec<Arc<Slot>>,
    /// Bytes that go out before anything else: handshake packets and transport errors.
    first: Vec<u8>,
    packet: Vec<u8>,
    ending: Option<String>,
    spoken: bool,
}

impl Link {
    pub(crate) fn new(shared: Arc<Shared>, dc: i32, ip: IpAddr) -> Self {
        let framing = Framing::server(shared.seed());
        let conn = shared.hub.connect();
        Self {
            shared,
            dc,
            ip,
            framing,
            exchange: None,
            key: None,
            conn,
            slots: Vec::new(),
            first: Vec::new(),
            packet: Vec::new(),
            ending: None,
            spoken: false,
        }
    }

    /// Why the connection has to end once everything is sent, if it has to.
    pub(crate) fn ending(&self) -> Option<&str> {
        if self.conn.is_cut() {
            Some("cut on request")
        } else {
            self.ending.as_deref()
        }
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
    pub(crate) fn close(&self) {
        self.shared
            .hub
            .disconnect(&self.conn, &self.slots, self.shared.now());
    }

    /// Takes bytes from the socket and does what they ask for.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        if self.shared.faults.strike_at_bytes(bytes.len()) {
            self.end("cut after so many bytes");
            return;
        }
        self.framing.receive(bytes);
        while self.ending().is_none() {
            match self.framing.next_frame() {
                Ok(Some(Frame::Packet(packet))) => self.take(packet),
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(error) => self.end(error.to_string()),
            }
        }
    }

    fn take(&mut self, mut packet: Vec<u8>) {
        match peek_key_id(&packet) {
            Some(0) => self.take_plain(&packet),
            Some(key_id) => self.take_sealed(key_id, &mut packet),
            None => self.end("a packet that is too short"),
        }
    }

    /// A step of a key exchange.
    fn take_plain(&mut self, packet: &[u8]) {
        let shared = &self.shared;
        let exchange = self.exchange.get_or_insert_with(|| {
            let mut config = shared.exchange.clone();
            config.dc = self.dc;
            ServerExchange::new(config, shared.seed())
        });
        let now = shared.now();
        match exchange.handle(now, packet) {
            Ok(step) => {
                self.spoken = true;
                if let Some(done) = step.done {
                    let expires = done
                        .expires_at
                        .map(|at| i32::try_from(at).unwrap_or(i32::MAX));
                    shared.hub.add_salts(&done.key, done.salt, now);
                    let stored = shared.change(|world| {
                        world.add_key(done.key, self.dc, expires);
                        Ok(())
                    });
                    if stored.is_err() {
                        self.end("the key could not be stored");
                        return;
                    }
                }
                let sent = self.framing.encode(&step.reply, &mut self.first);
                if let Err(error) = sent {
                    self.end(error.to_string());
                }
            }
            Err(error) => {
                let text = error.to_string();
                self.refuse(error.transport_code(), text);
            }
        }
    }

    fn take_sealed(&mut self, key_id: i64, packet: &mut [u8]) {
        if self.shared.faults.strike_at_packet() {
            self.end("cut after so many packets");
            return;
        }
        if self.shared.faults.loses_packet() {
            return;
        }
        let Some(key) = self.key_of(key_id) else {
            self.refuse(-404, "an unknown auth key".to_owned());
            return;
        };
        let opened = match open(&key, packet) {
            Ok(opened) => opened,
            Err(error) => {
                self.refuse(-404, error.to_string());
                return;
            }
        };
        self.spoken = true;
        if self.framing.quick_ack_wanted() {
            // Refused on transports without them, whose clients cannot have asked.
            let _ = self
                .framing
                .encode_quick_ack(opened.quick_ack, &mut self.first);
        }
        let now = self.shared.now();
        let seed = self.shared.seed();
        let slot = self
            .shared
            .hub
            .attach(&self.conn, &key, opened.session_id, seed, now);
        let mut state = slot.lock();
        if self.shared.faults.refuses_salt() {
            state.session.refuse_salt_once();
        }
        let taken = state.session.handle_opened(now, &opened);
        drop(state);
        if !self.slots.iter().any(|known| Arc::ptr_eq(known, &slot)) {
            self.slots.push(Arc::clone(&slot));
        }
        match taken {
            Ok(()) if self.slots.len() > SLOTS_MAX => self.end("too many sessions"),
            Ok(()) => self.run_events(&slot),
            Err(ServerSessionError::Backlog) => {
                self.refuse(-429, "too many requests at once".to_owned());
            }
            Err(error) => self.end(error.to_string()),
        }
    }

    /// The key of a packet, if this data centre has it. A key is asked for anew when the world
    /// may have forgotten it: the connections of forgotten keys are cut.
    fn key_of(&mut self, id: i64) -> Option<AuthKey> {
        if self.key.as_ref().is_none_or(|key| key.id() != id) {
            self.key = self.shared.world().key(id, self.dc);
        }
        self.key.clone()
    }

    /// Does what a session's client asked for.
    fn run_events(&mut self, slot: &Arc<Slot>) {
        loop {
            let event = slot.lock().session.poll_event();
            let Some(event) = event else { return };
            match event {
                ServerEvent::Request { msg_id, body } => {
                    let request = Request {
                        slot: Arc::clone(slot),
                        dc: self.dc,
                        ip: self.ip,
                        msg_id,
                        body,
                        delayed: false,
                    };
                    self.run(request);
                }
                ServerEvent::DestroySession { session_id } => {
                    let existed = self.shared.hub.forget(slot.key_id, session_id);
                    let now = self.shared.now();
                    slot.lock()
                        .session
                        .session_destroyed(now, session_id, existed);
                }
                ServerEvent::DestroyKey => {
                    let now = self.shared.now();
                    slot.lock().session.key_destroyed(now, true);
                    self.destroy_key(slot.key_id);
                }
                ServerEvent::PushesLost => {
                    let lost = heliogram_tl::to_bytes(&heliogram_api::enums::Updates::TooLong);
                    let now = self.shared.now();
                    slot.lock().session.push(now, lost);
                }
                ServerEvent::CloseConnection => self.end("the client asked to be let go"),
                _ => {}
            }
        }
    }

    fn destroy_key(&mut self, key: i64) {
        // A key that cannot be taken out of the data file lives on; the client can ask again.
        if let Ok(user) = self.shared.change(|world| Ok(world.forget_key(key))) {
            if let Some(user) = user {
                self.shared.forget_login(user, key);
            }
            self.end("the key was destroyed");
        }
    }

    fn run(&mut self, request: Request) {
        match self.shared.serve(&request) {
            Outcome::Done(answer) => reply(&self.shared, &request, answer),
            Outcome::Later(by) => {
                let shared = Arc::clone(&self.shared);
                tokio::spawn(async move {
                    tokio::time::sleep(by).await;
                    let request = Request {
                        delayed: true,
                        ..request
                    };
                    if let Outcome::Done(answer) = shared.serve(&request) {
                        reply(&shared, &request, answer);
                    }
                });
            }
            Outcome::Cut(answer) => {
                match answer {
                    Some(answer) => reply(&self.shared, &request, answer),
                    // Lost with its session: otherwise the client would be told that it came.
                    None => drop(
                        self.shared
                            .hub
                            .forget(request.slot.key_id, request.slot.session_id),
                    ),
                }
                self.conn.cut();
            }
        }
    }

    /// Appends what is to be sent, up to a limit.
    pub(crate) fn fill(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.first);
        if self.conn.is_cut() {
            return;
        }
        let now = self.shared.now();
        let mut ours = std::mem::take(&mut self.slots);
        ours.retain(|slot| self.fill_from(slot, now, out));
        self.slots = ours;
    }

    /// Appends what one session has to send; `false` once the session moved elsewhere.
    fn fill_from(
        &mut self,
        slot: &Arc<Slot>,
        now: heliogram_mtproto::Now,
        out: &mut Vec<u8>,
    ) -> bool {
        loop {
            let mut state = slot.lock();
            if state
                .conn
                .as_ref()
                .is_none_or(|conn| conn.id != self.conn.id)
            {
                return false;
            }
            if out.len() > FILL_MAX {
                // The rest is made once the socket has taken this.
                return true;
            }
            if !state.session.poll_packet(now, &mut self.packet) {
                return true;
            }
            drop(state);
            if let Err(error) = self.framing.encode(&self.packet, out) {
                self.end(error.to_string());
                return true;
            }
        }
    }

    /// Time until a session has something to do by itself.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        let due = self
            .slots
            .iter()
            .filter_map(|slot| slot.lock().session.poll_timeout())
            .min()?;
        Some(due.saturating_sub(self.shared.now().mono))
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self) {
        let now = self.shared.now();
        for slot in self.slots.clone() {
            slot.lock().session.handle_timeout(now);
            self.run_events(&slot);
        }
    }

    /// Answers with a transport error and ends the connection.
    fn refuse(&mut self, code: i32, reason: String) {
        // Nothing can be sent before the client's framing is known, which it is here.
        let _ = self.framing.encode_error(code, &mut self.first);
        self.end(reason);
    }

    fn end(&mut self, reason: impl Into<String>) {
        if self.ending.is_none() {
            self.ending = Some(reason.into());
        }
    }
}

/// Puts an answer into the session, whichever connection it is on by now.
fn reply(shared: &Shared, request: &Request, answer: Answer<bytes::Bytes>) {
    let result = answer.map_err(|refusal| RpcFailure::new(refusal.code, refusal.name));
    let mut state = request.slot.lock();
    let now = shared.now();
    match result {
        // Packing parts of files costs far more than it saves.
        Ok(part) if constructor(&part) == Some(types::upload::File::ID) => {
            state.session.reply_unpacked(now, request.msg_id, part);
        }
        result => {
            state.session.reply(now, request.msg_id, result);
        }
    }
    if let Some(conn) = &state.conn {
        conn.wake.notify_one();
    }
}
