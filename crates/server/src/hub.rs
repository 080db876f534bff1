//! Who is connected: sessions that outlive connections, and the connections of the moment.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::Now;
use heliogram_mtproto::server::{ServerSalts, ServerSession};
use tokio::sync::Notify;

use crate::shared::lock;

/// A session without a connection is forgotten after this long.
const ABANDONED_AFTER: Duration = Duration::from_secs(300);
/// Updates kept for a session without a connection; one that misses more starts anew.
const PUSHES_MAX: u32 = 1000;
/// Sessions of one key; the one that was silent longest gives way.
const SESSIONS_MAX: usize = 64;
/// How many failed requests a session remembers for those that wait for them.
const FAILED_MAX: usize = 64;

/// Sessions and connections.
#[derive(Default)]
pub(crate) struct Hub {
    inner: Mutex<Inner>,
    next_conn: AtomicU64,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<(i64, i64), Arc<Slot>>,
    by_user: HashMap<i64, Vec<Arc<Slot>>>,
    conns: HashMap<u64, Arc<Conn>>,
    /// Salts of keys made since the start, which know the salt of their exchange.
    salts: HashMap<i64, ServerSalts>,
}

/// One connection, as the rest of the server sees it.
#[derive(Default)]
pub(crate) struct Conn {
    pub(crate) id: u64,
    /// There is something to send, or the connection has to end.
    pub(crate) wake: Notify,
    cut: AtomicBool,
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
    /// The connection the session was heard on last.
    pub(crate) conn: Option<Arc<Conn>>,
    /// The account that hears its updates here.
    pub(crate) user: Option<i64>,
    /// The layer updates are written in.
    pub(crate) layer: i32,
    seen: Duration,
    waiting: u32,
    failed: VecDeque<i64>,
}

impl Conn {
    /// Ends the connection.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }
}

impl Slot {
    pub(crate) fn lock(&self) -> MutexGuard<'_, SlotState> {
        lock(&self.state)
    }
}

impl SlotState {
    /// Sends an update when there is a connection, and keeps it for the next one if not; `false`
    /// if so much is kept that the session has to start anew.
    fn push(&mut self, now: Now, body: Bytes) -> bool {
        match &self.conn {
            Some(conn) => conn.wake.notify_one(),
            None => self.waiting += 1,
        }
        self.session.push(now, body);
        self.waiting <= PUSHES_MAX
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

impl Hub {
    /// A new connection.
    pub(crate) fn connect(&self) -> Arc<Conn> {
        let id = self.next_conn.fetch_add(1, Ordering::Relaxed) + 1;
        let conn = Arc::new(Conn {
            id,
            ..Conn::default()
        });
        lock(&self.inner).conns.insert(id, Arc::clone(&conn));
        conn
    }

    /// The connection is gone; its sessions wait for the next one.
    pub(crate) fn disconnect(&self, conn: &Conn, slots: &[Arc<Slot>], now: Now) {
        lock(&self.inner).conns.remove(&conn.id);
        for slot in slots {
            let mut state = slot.lock();
            if state
                .conn
                .as_ref()
                .is_some_and(|current| current.id == conn.id)
            {
                state.conn = None;
                state.waiting = 0;
                state.seen = now.mono;
                state.session.handle_disconnected(now);
            }
        }
    }

    /// The session a message belongs to, made if it is new, and moved to this connection.
    pub(crate) fn attach(
        &self,
        conn: &Arc<Conn>,
        key: &AuthKey,
        session_id: i64,
        seed: [u8; 32],
        now: Now,
    ) -> Arc<Slot> {
        let key_id = key.id();
        let mut inner = lock(&self.inner);
        let slot = match inner.sessions.get(&(key_id, session_id)) {
            Some(slot) => Arc::clone(slot),
            None => {
                inner.forget_abandoned(key_id, now);
                let salts = inner.salts.get(&key_id).cloned();
                let salts = salts.unwrap_or_else(|| ServerSalts::new(key.clone()));
                let session = ServerSession::new(key.clone(), session_id, salts, seed, now);
                let state = SlotState {
                    session,
                    conn: None,
                    user: None,
                    layer: heliogram_api::LAYER,
                    seen: now.mono,
                    waiting: 0,
                    failed: VecDeque::new(),
                };
                let slot = Slot {
                    key_id,
                    session_id,
                    state: Mutex::new(state),
                };
                let slot = Arc::new(slot);
                inner
                    .sessions
                    .insert((key_id, session_id), Arc::clone(&slot));
                slot
            }
        };
        drop(inner);
        let mut state = slot.lock();
        state.seen = now.mono;
        if state.conn.as_ref().is_none_or(|old| old.id != conn.id) {
            if state.conn.is_some() {
                state.session.handle_disconnected(now);
            }
            state.conn = Some(Arc::clone(conn));
            state.waiting = 0;
            state.session.handle_connected(now);
        }
        drop(state);
        slot
    }

    /// Remembers the salt a key exchange agreed on.
    pub(crate) fn add_salts(&self, key: &AuthKey, salt: i64, now: Now) {
        let salts = ServerSalts::new(key.clone()).with_initial(salt, now);
        lock(&self.inner).salts.insert(key.id(), salts);
    }

    /// From now on the session hears the updates of this account.
    pub(crate) fn subscribe(&self, slot: &Arc<Slot>, user: i64) {
        let mut state = slot.lock();
        if state.user == Some(user) {
            return;
        }
        let before = state.user.replace(user);
        drop(state);
        let mut inner = lock(&self.inner);
        if let Some(before) = before {
            inner.unlist(before, |other| Arc::ptr_eq(other, slot));
        }
        inner
            .by_user
            .entry(user)
            .or_default()
            .push(Arc::clone(slot));
    }

    /// The sessions of these keys hear of no account any more.
    pub(crate) fn unsubscribe(&self, user: i64, keys: &[i64]) {
        let mut inner = lock(&self.inner);
        inner.unlist(user, |slot| keys.contains(&slot.key_id));
        let of_keys = inner
            .sessions
            .values()
            .filter(|slot| keys.contains(&slot.key_id));
        for slot in of_keys {
            slot.lock().user = None;
        }
    }

    /// The accounts that hear their updates in some session and are among those wanted.
    pub(crate) fn listening(&self, wanted: impl Fn(i64) -> bool) -> Vec<i64> {
        let inner = lock(&self.inner);
        let all = inner.by_user.keys().copied();
        all.filter(|user| wanted(*user)).collect()
    }

    /// The sessions that hear the updates of an account.
    pub(crate) fn sessions_of(&self, user: i64) -> Vec<Arc<Slot>> {
        lock(&self.inner)
            .by_user
            .get(&user)
            .cloned()
            .unwrap_or_default()
    }

    /// Sends an update to one session; one that has missed too much is forgotten, so that its
    /// client is told to ask for the difference.
    pub(crate) fn push(&self, slot: &Arc<Slot>, now: Now, body: Bytes) {
        let kept = slot.lock().push(now, body);
        if !kept {
            self.forget(slot.key_id, slot.session_id);
        }
    }

    /// Forgets a session; says whether it was there.
    pub(crate) fn forget(&self, key_id: i64, session_id: i64) -> bool {
        lock(&self.inner).forget(key_id, session_id)
    }

    /// Forgets all sessions of a key and cuts their connections.
    pub(crate) fn forget_key(&self, key_id: i64) {
        let mut inner = lock(&self.inner);
        inner.salts.remove(&key_id);
        let ids: Vec<_> = inner
            .sessions
            .keys()
            .filter(|(key, _)| *key == key_id)
            .copied()
            .collect();
        for (key, session) in ids {
            if let Some(slot) = inner.sessions.get(&(key, session))
                && let Some(conn) = &slot.lock().conn
            {
                conn.cut();
            }
            inner.forget(key, session);
        }
    }

    /// Cuts every connection, or those with sessions under these keys.
    pub(crate) fn cut(&self, keys: Option<&[i64]>) {
        let inner = lock(&self.inner);
        let Some(keys) = keys else {
            inner.conns.values().for_each(|conn| conn.cut());
            return;
        };
        for slot in inner
            .sessions
            .values()
            .filter(|slot| keys.contains(&slot.key_id))
        {
            if let Some(conn) = &slot.lock().conn {
                conn.cut();
            }
        }
    }

    /// Connections open now.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.inner).conns.len()
    }
}

impl Inner {
    fn forget(&mut self, key_id: i64, session_id: i64) -> bool {
        let Some(slot) = self.sessions.remove(&(key_id, session_id)) else {
            return false;
        };
        let user = slot.lock().user;
        if let Some(user) = user {
            self.unlist(user, |other| Arc::ptr_eq(other, &slot));
        }
        true
    }

    fn unlist(&mut self, user: i64, which: impl Fn(&Arc<Slot>) -> bool) {
        if let Some(slots) = self.by_user.get_mut(&user) {
            slots.retain(|slot| !which(slot));
            if slots.is_empty() {
                self.by_user.remove(&user);
            }
        }
    }

    /// Makes room for one more session of a key.
    fn forget_abandoned(&mut self, key_id: i64, now: Now) {
        let mut idle: Vec<_> = self
            .sessions
            .values()
            .filter(|slot| slot.key_id == key_id)
            .filter_map(|slot| {
                let state = slot.lock();
                state
                    .conn
                    .is_none()
                    .then_some((state.seen, slot.session_id))
            })
            .collect();
        idle.sort_unstable();
        let spare = idle.len().saturating_sub(SESSIONS_MAX - 1);
        for (at, (seen, session_id)) in idle.into_iter().enumerate() {
            if at < spare || seen + ABANDONED_AFTER < now.mono {
                self.forget(key_id, session_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(secs: u64) -> Now {
        Now {
            mono: Duration::from_secs(secs),
            unix: Duration::from_secs(1_700_000_000 + secs),
        }
    }

    #[test]
    fn a_session_moves_to_the_newest_connection() {
        let hub = Hub::default();
        let key = AuthKey::new([1; 256]);
        let (one, two) = (hub.connect(), hub.connect());
        let slot = hub.attach(&one, &key, 5, [0; 32], now(0));
        let same = hub.attach(&two, &key, 5, [0; 32], now(1));
        assert!(Arc::ptr_eq(&slot, &same));
        hub.disconnect(&one, &[Arc::clone(&slot)], now(2));
        assert_eq!(slot.lock().conn.as_ref().map(|conn| conn.id), Some(two.id));
        hub.disconnect(&two, &[Arc::clone(&slot)], now(3));
        assert!(slot.lock().conn.is_none());
    }

    #[test]
    fn a_session_that_misses_too_much_starts_anew() {
        let hub = Hub::default();
        let key = AuthKey::new([1; 256]);
        let conn = hub.connect();
        let slot = hub.attach(&conn, &key, 5, [0; 32], now(0));
        hub.subscribe(&slot, 9);
        hub.disconnect(&conn, &[Arc::clone(&slot)], now(1));
        for _ in 0..=PUSHES_MAX {
            hub.push(&slot, now(2), Bytes::from_static(&[0; 4]));
        }
        assert!(hub.sessions_of(9).is_empty());
        let again = hub.attach(&hub.connect(), &key, 5, [0; 32], now(3));
        assert!(!Arc::ptr_eq(&slot, &again));
    }

    #[test]
    fn old_sessions_of_a_key_give_way() {
        let hub = Hub::default();
        let key = AuthKey::new([1; 256]);
        for session in 1..=200 {
            let conn = hub.connect();
            let slot = hub.attach(&conn, &key, session, [0; 32], now(session as u64));
            hub.disconnect(&conn, &[slot], now(session as u64));
        }
        assert!(lock(&hub.inner).sessions.len() <= SESSIONS_MAX);
    }
}
