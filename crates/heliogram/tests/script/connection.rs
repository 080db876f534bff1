//! One connection of the scripted server: bytes in, bytes out.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::{
    RpcFailure,
    framing::{Frame, Framing},
    server::{ServerEvent, ServerSalts, ServerSession, open, peek_key_id},
};
use heliogram_simulation::hostile::acknowledged;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Answer, Server, State, attacks::Exchange, peel};

impl Server {
    pub(super) async fn serve(self: Arc<Self>, dc: i32, mut stream: TcpStream) {
        let mut exchange = self.exchange(dc);
        let mut framing = Framing::server(self.seed());
        let mut cut = self.cut.subscribe();
        let mut mine = None;
        let mut buf = vec![0; 65536];
        loop {
            let mut out = Vec::new();
            if let Some(session) = mine {
                self.flush(session, &mut framing, &mut out);
            }
            if !out.is_empty() && stream.write_all(&out).await.is_err() {
                break;
            }
            let n = tokio::select! {
                n = stream.read(&mut buf) => n.unwrap_or(0),
                _ = cut.changed() => break,
                () = tokio::time::sleep(Duration::from_millis(10)) => continue,
            };
            if n == 0 {
                break;
            }
            framing.receive(&buf[..n]);
            let mut out = Vec::new();
            let alive = self.take(dc, &mut framing, &mut exchange, &mut mine, &mut out);
            if stream.write_all(&out).await.is_err() || !alive {
                break;
            }
        }
        if let Some(session) = mine.and_then(|s| self.state().sessions.remove(&s).map(|v| (s, v))) {
            let (id, mut session) = session;
            session.handle_disconnected(self.now());
            self.state().sessions.insert(id, session);
        }
    }

    /// Takes what was read; `false` cuts the connection.
    fn take(
        &self,
        dc: i32,
        framing: &mut Framing,
        exchange: &mut Exchange,
        mine: &mut Option<(i64, i64)>,
        out: &mut Vec<u8>,
    ) -> bool {
        while let Ok(Some(frame)) = framing.next_frame() {
            let Frame::Packet(mut packet) = frame else {
                continue;
            };
            match peek_key_id(&packet) {
                Some(0) => {
                    if !self.take_plain(dc, exchange, &packet, framing, out) {
                        return false;
                    }
                }
                Some(id) => {
                    let Some((key, salt)) = self.state().keys.get(&id).cloned() else {
                        framing.encode_error(-404, out).unwrap();
                        return false;
                    };
                    if !self.take_sealed(dc, &key, salt, &mut packet, mine) {
                        return false;
                    }
                    if let Some(session) = *mine {
                        self.flush(session, framing, out);
                    }
                }
                None => return false,
            }
        }
        true
    }

    fn take_plain(
        &self,
        dc: i32,
        exchange: &mut Exchange,
        packet: &[u8],
        framing: &mut Framing,
        out: &mut Vec<u8>,
    ) -> bool {
        let (reply, done) = match exchange {
            Exchange::Honest(exchange) => match exchange.handle(self.now(), packet) {
                Ok(step) => (step.reply, step.done),
                Err(e) => {
                    framing.encode_error(e.transport_code(), out).unwrap();
                    return false;
                }
            },
            Exchange::Hostile(server) => {
                let reply = server.handle(self.now(), packet).unwrap();
                self.state().fooled |= server.finished();
                (reply, None)
            }
        };
        if let Some(done) = done {
            let mut state = self.state();
            state.made_at.insert(done.key.id(), dc);
            if !state.forgetful.contains(&dc) {
                state.keys.insert(done.key.id(), (done.key, done.salt));
            }
        }
        framing.encode(&reply, out).unwrap();
        true
    }

    fn take_sealed(
        &self,
        dc: i32,
        key: &AuthKey,
        salt: i64,
        packet: &mut [u8],
        mine: &mut Option<(i64, i64)>,
    ) -> bool {
        let now = self.now();
        let seed = self.seed();
        let opened = open(key, packet).unwrap();
        let id = (key.id(), opened.session_id);
        let mut state = self.state();
        let refusal = state.numbering.take(&opened);
        let (session, msg_id, seq_no) = (opened.session_id, opened.msg_id, opened.seq_no);
        state.numbered.push((session, msg_id, seq_no));
        state.acknowledged.extend(acknowledged(&opened));
        let session = state.sessions.entry(id).or_insert_with(|| {
            let salts = ServerSalts::new(key.clone()).with_initial(salt, now);
            ServerSession::new(key.clone(), id.1, salts, seed, now)
        });
        if *mine != Some(id) {
            session.handle_connected(now);
            *mine = Some(id);
        }
        if let Some(code) = refusal {
            session.refuse_once(code);
        }
        session.handle_opened(now, &opened).unwrap();
        let mut events = Vec::new();
        while let Some(event) = session.poll_event() {
            events.push(event);
        }
        // Calls that came in one packet with one that cuts the connection are run all the same.
        let mut alive = true;
        for event in events {
            match event {
                ServerEvent::Request { msg_id, body } => {
                    alive &= self.run(&mut state, dc, id, msg_id, &body);
                }
                ServerEvent::Cancelled { .. } => state.cancelled += 1,
                _ => {}
            }
        }
        alive
    }

    /// Runs a call; `false` cuts the connection.
    fn run(&self, state: &mut State, dc: i32, id: (i64, i64), msg_id: i64, body: &Bytes) -> bool {
        let mut seen = peel(body);
        seen.dc = dc;
        seen.key = id.0;
        seen.before = state.calls.get(&seen.id).copied().unwrap_or(0);
        let answer = (self.script)(&seen);
        if let Answer::CutBefore = answer {
            // As if the packet had never come: the session that saw it is put back.
            state.sessions.remove(&id);
            return false;
        }
        *state.calls.entry(seen.id).or_default() += 1;
        state.introductions += usize::from(seen.introduced);
        let now = self.now();
        let Some(session) = state.sessions.get_mut(&id) else {
            return false;
        };
        match answer {
            Answer::Result(bytes) => session.reply(now, msg_id, Ok(bytes)),
            Answer::Error(code, text) => {
                session.reply(now, msg_id, Err(RpcFailure::new(code, text)))
            }
            Answer::CutAfter(bytes) => {
                session.reply(now, msg_id, Ok(bytes));
                return false;
            }
            Answer::Nothing => {
                state.unanswered.push((id, msg_id));
                true
            }
            Answer::CutBefore => true,
        };
        true
    }

    fn flush(&self, id: (i64, i64), framing: &mut Framing, out: &mut Vec<u8>) {
        let now = self.now();
        let mut state = self.state();
        out.append(&mut state.raw);
        for packet in state.injected.remove(&id).unwrap_or_default() {
            framing.encode(&packet, out).unwrap();
        }
        let Some(session) = state.sessions.get_mut(&id) else {
            return;
        };
        session.handle_timeout(now);
        let mut packet = Vec::new();
        while session.poll_packet(now, &mut packet) {
            framing.encode(&packet, out).unwrap();
        }
    }
}
