//! Who is connected: sessions that outlive connections, and the connections of the moment.

mod slot;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use heliogram_crypto::AuthKey;
use heliogram_mtproto::Now;
use heliogram_mtproto::server::{ServerSalts, ServerSession};

pub(crate) use slot::{Conn, Slot};

use crate::shared::lock;

/// Sessions of one key; the one that was silent longest gives way.
const SESSIONS_MAX: usize = 64;

/// Sessions and connections.
#[derive(Default)]
pub(crate) struct Hub {
    inner: Mutex<Inner>,
    next_conn: AtomicU64,
    keys_forgotten: AtomicU64,
}

#[derive(Default)]
struct Inner {
    /// By key, then by their own id.
    sessions: HashMap<i64, HashMap<i64, Arc<Slot>>>,
    by_user: HashMap<i64, Vec<Arc<Slot>>>,
    conns: HashMap<u64, Arc<Conn>>,
    /// Salts of keys made since the start, which know the salt of their exchange.
    salts: HashMap<i64, ServerSalts>,
}

impl Hub {
    /// A new connection.
    pub(crate) fn connect(&self) -> Arc<Conn> {
        let id = self.next_conn.fetch_add(1, Ordering::Relaxed) + 1;
        let conn = Arc::new(Conn::new(id));
        lock(&self.inner).conns.insert(id, Arc::clone(&conn));
        conn
    }

    /// The connection is gone; its sessions wait for the next one.
    pub(crate) fn disconnect(&self, conn: &Conn, slots: &[Arc<Slot>], now: Now) {
        lock(&self.inner).conns.remove(&conn.id);
        for slot in slots {
            slot.lock().leave(conn, now);
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
        let known = inner.sessions.get(&key_id);
        let slot = match known.and_then(|of_key| of_key.get(&session_id)) {
            Some(slot) => Arc::clone(slot),
            None => inner.begin(key, session_id, seed, now),
        };
        drop(inner);
        slot.lock().hear_on(conn, now);
        slot
    }

    /// Remembers the salt a key exchange agreed on.
    pub(crate) fn add_salts(&self, key: &AuthKey, salt: i64, now: Now) {
        let salts = ServerSalts::new(key.clone()).with_initial(salt, now);
        lock(&self.inner).salts.insert(key.id(), salts);
    }

    /// From now on the session hears the updates of this account.
    pub(crate) fn subscribe(&self, slot: &Arc<Slot>, user: i64) {
        let state = slot.lock();
        if state.user == Some(user) {
            return;
        }
        drop(state);
        let mut inner = lock(&self.inner);
        // One that was forgotten meanwhile would be listed for ever.
        if !inner.has(slot) {
            return;
        }
        let before = slot.lock().user.replace(user);
        if before == Some(user) {
            return;
        }
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
        for slot in inner.of_keys(keys) {
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

    /// The sessions whose programs speak under one of these keys.
    pub(crate) fn spoken_under(&self, keys: &[i64]) -> Vec<Arc<Slot>> {
        lock(&self.inner).of_keys(keys).cloned().collect()
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

    /// How many times a key was forgotten so far: connections ask anew for theirs afterwards.
    pub(crate) fn keys_forgotten(&self) -> u64 {
        self.keys_forgotten.load(Ordering::Acquire)
    }

    /// Notes that the world has forgotten a key.
    pub(crate) fn note_forgotten(&self) {
        self.keys_forgotten.fetch_add(1, Ordering::Release);
    }

    /// Forgets all sessions of a key that the world has forgotten, and cuts their connections.
    pub(crate) fn forget_key(&self, key_id: i64) {
        self.note_forgotten();
        let mut inner = lock(&self.inner);
        inner.salts.remove(&key_id);
        let sessions = inner.sessions.remove(&key_id).unwrap_or_default();
        for slot in sessions.into_values() {
            slot.lock().cut();
            inner.unsubscribe(&slot);
        }
    }

    /// Cuts every connection, or those with sessions under these keys.
    pub(crate) fn cut(&self, keys: Option<&[i64]>) {
        let inner = lock(&self.inner);
        let Some(keys) = keys else {
            inner.conns.values().for_each(|conn| conn.cut());
            return;
        };
        for slot in inner.of_keys(keys) {
            slot.lock().cut();
        }
    }

    /// Forgets the sessions that have been without a connection for too long.
    pub(crate) fn sweep(&self, now: Now) {
        let mut inner = lock(&self.inner);
        let all = inner.sessions.values().flat_map(HashMap::values);
        let abandoned = all.filter(|slot| slot.lock().is_abandoned(now));
        let abandoned: Vec<_> = abandoned
            .map(|slot| (slot.key_id, slot.session_id))
            .collect();
        for (key, session) in abandoned {
            inner.forget(key, session);
        }
    }

    /// Connections open now.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.inner).conns.len()
    }
}

impl Inner {
    /// Whether this is a session that was not forgotten.
    fn has(&self, slot: &Arc<Slot>) -> bool {
        let of_key = self.sessions.get(&slot.key_id);
        let known = of_key.and_then(|of_key| of_key.get(&slot.session_id));
        known.is_some_and(|known| Arc::ptr_eq(known, slot))
    }

    /// The sessions of these keys.
    fn of_keys<'a>(&'a self, keys: &'a [i64]) -> impl Iterator<Item = &'a Arc<Slot>> {
        let of_keys = keys.iter().filter_map(|key| self.sessions.get(key));
        of_keys.flat_map(HashMap::values)
    }

    /// A new session of a key.
    fn begin(&mut self, key: &AuthKey, session_id: i64, seed: [u8; 32], now: Now) -> Arc<Slot> {
        let key_id = key.id();
        self.make_room(key_id);
        let salts = self.salts.get(&key_id).cloned();
        let salts = salts.unwrap_or_else(|| ServerSalts::new(key.clone()));
        let session = ServerSession::new(key.clone(), session_id, salts, seed, now);
        let slot = Arc::new(Slot::new(key_id, session_id, session, now));
        let of_key = self.sessions.entry(key_id).or_default();
        of_key.insert(session_id, Arc::clone(&slot));
        slot
    }

    fn forget(&mut self, key_id: i64, session_id: i64) -> bool {
        let Some(of_key) = self.sessions.get_mut(&key_id) else {
            return false;
        };
        let Some(slot) = of_key.remove(&session_id) else {
            return false;
        };
        if of_key.is_empty() {
            self.sessions.remove(&key_id);
        }
        self.unsubscribe(&slot);
        true
    }

    /// A session that is gone hears of no account any more.
    fn unsubscribe(&mut self, slot: &Arc<Slot>) {
        let user = slot.lock().user;
        if let Some(user) = user {
            self.unlist(user, |other| Arc::ptr_eq(other, slot));
        }
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
    fn make_room(&mut self, key_id: i64) {
        let mut idle: Vec<_> = self
            .of_keys(&[key_id])
            .filter_map(|slot| Some((slot.lock().idle_since()?, slot.session_id)))
            .collect();
        idle.sort_unstable();
        let spare = idle.len().saturating_sub(SESSIONS_MAX - 1);
        for (_, session_id) in idle.into_iter().take(spare) {
            self.forget(key_id, session_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::slot::{POLLED_MAX, PUSHES_MAX};
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
        assert!(slot.lock().is_on(&two) && !slot.lock().is_on(&one));
        hub.disconnect(&two, &[Arc::clone(&slot)], now(3));
        assert!(slot.lock().idle_since().is_some());
    }

    #[test]
    fn a_session_is_heard_on_several_polled_connections_or_on_one_that_is_not() {
        let hub = Hub::default();
        let key = AuthKey::new([1; 256]);
        let polled = || {
            let conn = hub.connect();
            conn.set_polled();
            conn
        };
        let first = polled();
        let slot = hub.attach(&first, &key, 5, [0; 32], now(0));
        let more: Vec<_> = (1..POLLED_MAX).map(|_| polled()).collect();
        for conn in &more {
            hub.attach(conn, &key, 5, [0; 32], now(1));
        }
        assert!(slot.lock().is_on(&first));
        hub.attach(&polled(), &key, 5, [0; 32], now(2));
        assert!(!slot.lock().is_on(&first), "the oldest gives way");
        assert!(slot.lock().is_on(&more[0]));
        let stream = hub.connect();
        hub.attach(&stream, &key, 5, [0; 32], now(3));
        assert!(slot.lock().is_on(&stream) && !slot.lock().is_on(&more[0]));
        hub.attach(&more[0], &key, 5, [0; 32], now(4));
        assert!(!slot.lock().is_on(&stream) && slot.lock().is_on(&more[0]));
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
    fn sessions_nobody_comes_back_to_are_forgotten() {
        let hub = Hub::default();
        let keys = [AuthKey::new([1; 256]), AuthKey::new([2; 256])];
        let (gone, here) = (hub.connect(), hub.connect());
        let left = hub.attach(&gone, &keys[0], 5, [0; 32], now(0));
        hub.attach(&here, &keys[1], 5, [0; 32], now(0));
        hub.subscribe(&left, 9);
        hub.disconnect(&gone, &[left], now(10));
        hub.sweep(now(310));
        assert_eq!(hub.sessions_of(9).len(), 1);
        hub.sweep(now(311));
        assert!(hub.sessions_of(9).is_empty());
        let ids = keys.map(|key| key.id());
        assert_eq!(hub.spoken_under(&ids).len(), 1);
    }

    #[test]
    fn a_session_that_was_forgotten_hears_of_no_account() {
        let hub = Hub::default();
        let key = AuthKey::new([1; 256]);
        let slot = hub.attach(&hub.connect(), &key, 5, [0; 32], now(0));
        hub.forget(key.id(), 5);
        hub.subscribe(&slot, 9);
        assert!(hub.sessions_of(9).is_empty());
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
        assert!(lock(&hub.inner).sessions[&key.id()].len() <= SESSIONS_MAX);
    }
}
