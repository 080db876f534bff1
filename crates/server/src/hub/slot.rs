use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use heliogram_mtproto::Now;
use heliogram_mtproto::server::ServerSession;
use tokio::sync::Notify;

use crate::shared::lock;

/// A session without a connection is forgotten after this long.
const ABANDONED_AFTER: Duration = Duration::from_secs(300);
/// Updates kept for a session without a connection; one that misses more starts anew.
pub(super) const PUSHES_MAX: u32 = 1000;
/// Connections of one session that ask for answers one by one; browsers open six.
pub(super) const POLLED_MAX: usize = 16;
/// How many failed requests a session remembers for those that wait for them.
const FAILED_MAX: usize = 64;

/// One connection, as the rest of the server sees it.
#[derive(Default)]
pub(crate) struct Conn {
    pub(crate) id: u64,
    /// There is something to send, or the connection has to end.
    pub(crate) wake: Notify,
    cut: AtomicBool,
    polled: AtomicBool,
}

/// One session of one client.
pub(crate) struct Slot {
    pub(crate) key_id: i64,
    pub(crate) session_id: i64,
    state: Mutex<SlotState>,
}

/// What of a session changes.
pub(crate) struct SlotState {
    pub(crate) session: ServerSession,
    /// The connection the session was heard on last; several if they are polled.
    conns: Vec<Arc<Conn>>,
    /// The account that hears its updates here.
    pub(crate) user: Option<i64>,
    /// The layer updates are written in.
    pub(crate) layer: i32,
    seen: Duration,
    waiting: u32,
    failed: VecDeque<i64>,
    /// What was pushed, for tests that ask what a session heard.
    #[cfg(test)]
    pub(crate) pushed: Vec<Bytes>,
}

impl Conn {
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Ends the connection.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    /// Notes that the client asks for answers one by one here (HTTP): a session may be heard on
    /// several such connections at once.
    pub(crate) fn set_polled(&self) {
        self.polled.store(true, Ordering::Relaxed);
    }

    fn is_polled(&self) -> bool {
        self.polled.load(Ordering::Relaxed)
    }
}

impl Slot {
    /// A session that is on no connection yet.
    pub(super) fn new(key_id: i64, session_id: i64, session: ServerSession, now: Now) -> Self {
        let state = SlotState {
            session,
            conns: Vec::new(),
            user: None,
            layer: heliogram_api::LAYER,
            seen: now.mono,
            waiting: 0,
            failed: VecDeque::new(),
            #[cfg(test)]
            pushed: Vec::new(),
        };
        Self {
            key_id,
            session_id,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, SlotState> {
        lock(&self.state)
    }
}

impl SlotState {
    /// Sends an update when there is a connection, and keeps it for the next one if not; `false`
    /// if so much is kept that the session has to start anew.
    pub(super) fn push(&mut self, now: Now, body: Bytes) -> bool {
        self.waiting += u32::from(self.conns.is_empty());
        #[cfg(test)]
        self.pushed.push(body.clone());
        self.session.push(now, body);
        self.wake();
        self.waiting <= PUSHES_MAX
    }

    /// There is something to send.
    pub(crate) fn wake(&self) {
        self.conns.iter().for_each(|conn| conn.wake.notify_one());
    }

    /// Ends the session's connections.
    pub(super) fn cut(&self) {
        self.conns.iter().for_each(|conn| conn.cut());
    }

    /// Whether the session is heard on this connection.
    pub(crate) fn is_on(&self, conn: &Conn) -> bool {
        self.conns.iter().any(|ours| ours.id == conn.id)
    }

    /// The session is heard on this connection.
    pub(super) fn hear_on(&mut self, conn: &Arc<Conn>, now: Now) {
        self.seen = now.mono;
        if self.is_on(conn) {
            return;
        }
        let polled = conn.is_polled() && self.conns.iter().all(|conn| conn.is_polled());
        if polled && !self.conns.is_empty() {
            if self.conns.len() >= POLLED_MAX {
                // It has to notice that it is none of them any more.
                self.conns.remove(0).wake.notify_one();
            }
            self.conns.push(Arc::clone(conn));
            return;
        }
        if !self.conns.is_empty() {
            self.session.handle_disconnected(now);
            self.wake();
        }
        self.conns = vec![Arc::clone(conn)];
        self.waiting = 0;
        self.session.handle_connected(now);
    }

    /// Since when nothing is heard of the session; nothing while it has a connection.
    pub(super) fn idle_since(&self) -> Option<Duration> {
        self.conns.is_empty().then_some(self.seen)
    }

    /// Whether nothing was heard of the session for so long that its client will not come back.
    pub(super) fn is_abandoned(&self, now: Now) -> bool {
        self.idle_since()
            .is_some_and(|seen| seen + ABANDONED_AFTER < now.mono)
    }

    /// A connection is gone.
    pub(super) fn leave(&mut self, conn: &Conn, now: Now) {
        let before = self.conns.len();
        self.conns.retain(|ours| ours.id != conn.id);
        if before > 0 && self.conns.is_empty() {
            self.waiting = 0;
            self.seen = now.mono;
            self.session.handle_disconnected(now);
        }
    }

    /// Remembers that a request failed.
    pub(crate) fn note_failure(&mut self, msg_id: i64) {
        self.failed.push_back(msg_id);
        if self.failed.len() > FAILED_MAX {
            self.failed.pop_front();
        }
    }

    /// Whether one of these requests failed.
    pub(crate) fn any_failed(&self, ids: &[i64]) -> bool {
        ids.iter().any(|id| self.failed.contains(id))
    }
}
