//! What is known of one data centre: its key, and whether the account may use it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use heliogram_crypto::AuthKey;
use heliogram_mtproto::{Salt, exchange::Established};
use tokio::{
    sync::{Mutex as AsyncMutex, MutexGuard},
    time::Instant,
};

use super::{
    Net,
    fault::Fault,
    handshake, lock,
    temporary::{Age, Life},
    wire::Wire,
};
use crate::storage::{self, Changes, DcKey, Records};

/// A data centre, as far as this client has to do with it.
pub(crate) struct Dc {
    pub(super) id: i32,
    /// Whether it is a CDN, which has temporary keys alone.
    pub(super) cdn: bool,
    /// Held while a key is read or made, so that one connection does it for all.
    key: AsyncMutex<Option<Arc<Key>>>,
    /// Held while a temporary key is made and bound; the same goes for that.
    pub(super) temporary: AsyncMutex<Option<Arc<Key>>>,
    /// Held while the account is carried over, so that one call does it for all.
    transfer: AsyncMutex<()>,
    /// Odd while the account may be used here; counts up with every change.
    authorization: AtomicU64,
}

/// An authorization key and what was learned with it.
pub(super) struct Key {
    pub(super) auth: AuthKey,
    /// The salt to begin with.
    pub(super) salt: i64,
    learned: Mutex<Learned>,
    /// How long it may be used, unless it is permanent.
    pub(super) life: Option<Life>,
}

#[derive(Clone, Default)]
struct Learned {
    salts: Vec<Salt>,
    time_offset_ms: Option<i64>,
    /// Whether it is about to be stored already.
    stored_soon: bool,
}

impl Key {
    fn from_stored(stored: DcKey) -> Self {
        let salts = stored.salts.iter().map(|s| Salt {
            valid_since: s.valid_since,
            valid_until: s.valid_until,
            value: s.value,
        });
        let learned = Learned {
            salts: salts.collect(),
            time_offset_ms: stored.time_offset_ms,
            ..Learned::default()
        };
        Self {
            auth: stored.key,
            salt: stored.salt,
            learned: Mutex::new(learned),
            life: None,
        }
    }

    fn made(established: Established, life: Option<Life>) -> Self {
        let learned = Learned {
            time_offset_ms: Some(established.time_offset_ms),
            ..Learned::default()
        };
        Self {
            auth: established.key,
            salt: established.salt,
            learned: Mutex::new(learned),
            life,
        }
    }

    /// A temporary key that was just made.
    pub(super) fn temporary(established: Established, life: Life) -> Self {
        Self::made(established, Some(life))
    }

    /// Whether a new session may begin with the key.
    pub(super) fn is_fresh(&self) -> bool {
        self.life
            .is_none_or(|life| life.age(Instant::now()) == Age::Fresh)
    }

    fn to_stored(&self, dc: i32) -> DcKey {
        let learned = {
            let mut learned = lock(&self.learned);
            learned.stored_soon = false;
            learned.clone()
        };
        let salts = learned.salts.iter().map(|s| storage::Salt {
            valid_since: s.valid_since,
            valid_until: s.valid_until,
            value: s.value,
        });
        DcKey {
            salt: learned.salts.first().map_or(self.salt, |s| s.value),
            salts: salts.collect(),
            time_offset_ms: learned.time_offset_ms,
            ..DcKey::new(dc, self.auth.clone())
        }
    }

    pub(super) fn salts(&self) -> Vec<Salt> {
        lock(&self.learned).salts.clone()
    }

    pub(super) fn time_offset_ms(&self) -> Option<i64> {
        lock(&self.learned).time_offset_ms
    }

    /// Answers, as the next, whether somebody has to [`update`](Dc::update) what is stored: a server
    /// may have as much to say as it likes.
    pub(super) fn set_salts(&self, salts: Vec<Salt>) -> bool {
        self.learn(|learned| learned.salts = salts)
    }

    pub(super) fn set_time_offset_ms(&self, ms: i64) -> bool {
        self.learn(|learned| learned.time_offset_ms = Some(ms))
    }

    fn learn(&self, learn: impl FnOnce(&mut Learned)) -> bool {
        let mut learned = lock(&self.learned);
        learn(&mut learned);
        !std::mem::replace(&mut learned.stored_soon, true)
    }
}

impl Dc {
    pub(super) fn new(id: i32) -> Self {
        Self {
            id,
            cdn: false,
            key: AsyncMutex::default(),
            temporary: AsyncMutex::default(),
            transfer: AsyncMutex::default(),
            authorization: AtomicU64::new(0),
        }
    }

    pub(super) fn cdn(id: i32) -> Self {
        Self {
            cdn: true,
            ..Self::new(id)
        }
    }

    /// The permanent key: the one in use, or the stored one, or a new one made over `wire`.
    ///
    /// A new key is stored before anything is sent with it.
    pub(super) async fn key(&self, net: &Net, wire: &mut Wire) -> Result<Arc<Key>, Fault> {
        let mut slot = self.key.lock().await;
        if let Some(key) = &*slot {
            return Ok(Arc::clone(key));
        }
        let stored = net.records.dc_key(self.id).await.map_err(Fault::storage)?;
        let key = match stored {
            Some(stored) => Key::from_stored(stored),
            None => {
                let made = handshake::exchange(net, self, wire, None).await?;
                let key = Key::made(made, None);
                self.save(&net.records, &key)
                    .await
                    .map_err(Fault::storage)?;
                tracing::debug!(dc = self.id, "new key");
                key
            }
        };
        let key = Arc::new(key);
        *slot = Some(Arc::clone(&key));
        Ok(key)
    }

    /// By how much the server's clock differs, as far as is known, in milliseconds.
    pub(super) async fn time_offset_ms(&self, net: &Net) -> Option<i64> {
        // While a key is being made nothing is known, and that may take a while.
        let in_use = self.key.try_lock().ok().and_then(|slot| slot.clone());
        if let Some(key) = in_use {
            return key.time_offset_ms();
        }
        let stored = net.records.dc_key(self.id).await.ok()?;
        stored.and_then(|key| key.time_offset_ms)
    }

    /// The key in use, in the form in which it is stored.
    pub(super) async fn stored_key(&self) -> Option<DcKey> {
        self.key
            .lock()
            .await
            .as_ref()
            .map(|key| key.to_stored(self.id))
    }

    /// The permanent key in use.
    pub(super) async fn present_key(&self) -> Option<Arc<Key>> {
        self.key.lock().await.clone()
    }

    /// Gives up a key that the server does not know, unless that was done already.
    pub(super) async fn forget(&self, records: &Records, old: &Arc<Key>) {
        let mut slot = self.key.lock().await;
        if slot.as_ref().is_some_and(|key| Arc::ptr_eq(key, old)) {
            self.set_authorized(false);
            self.delete(&mut slot, records).await;
        }
    }

    /// Gives up the key in use; the next connection makes a new one.
    pub(crate) async fn renew(&self, records: &Records) {
        let mut slot = self.key.lock().await;
        self.delete(&mut slot, records).await;
    }

    async fn delete(&self, slot: &mut Option<Arc<Key>>, records: &Records) {
        *slot = None;
        let mut changes = Changes::new();
        changes.forget_dc_key(self.id);
        if let Err(e) = records.commit(changes).await {
            // The new key will be written over it.
            tracing::warn!(dc = self.id, error = %e, "a dead key was not deleted");
        }
    }

    /// Stores what was learned with a key, if it is still in use.
    pub(super) async fn update(&self, records: &Records, key: &Arc<Key>) {
        let slot = self.key.lock().await;
        if slot.as_ref().is_some_and(|k| Arc::ptr_eq(k, key))
            && let Err(e) = self.save(records, key).await
        {
            // Without them the next start costs a round trip more, that is all.
            tracing::warn!(dc = self.id, error = %e, "salts were not stored");
        }
    }

    async fn save(&self, records: &Records, key: &Key) -> Result<(), storage::Error> {
        let mut changes = Changes::new();
        changes.dc_key(&key.to_stored(self.id));
        records.commit(changes).await
    }

    /// Waits for its turn to carry the account over.
    pub(crate) async fn transfer(&self) -> MutexGuard<'_, ()> {
        self.transfer.lock().await
    }

    /// What stands for the account's authorization here, if it may be used, as far as is known.
    pub(crate) fn authorization(&self) -> Option<u64> {
        let now = self.authorization.load(Ordering::Acquire);
        (now % 2 == 1).then_some(now)
    }

    /// Notes whether the account may be used here; gives what stands for that.
    pub(crate) fn set_authorized(&self, authorized: bool) -> u64 {
        let change = |now: u64| ((now % 2 == 1) != authorized).then_some(now + 1);
        let ordering = (Ordering::AcqRel, Ordering::Acquire);
        let before = self
            .authorization
            .fetch_update(ordering.0, ordering.1, change);
        before.map_or_else(|now| now, |before| before + 1)
    }

    /// The server does not know this authorization any more; a later one is not touched.
    pub(crate) fn lose_authorization(&self, seen: u64) {
        // Whoever asked later may have noticed first.
        let _ = self.authorization.compare_exchange(
            seen,
            seen.wrapping_add(1),
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_of_an_old_authorization_does_not_touch_a_new_one() {
        let dc = Dc::new(2);
        assert_eq!(dc.authorization(), None);
        let first = dc.set_authorized(true);
        assert_eq!(
            (dc.authorization(), dc.set_authorized(true)),
            (Some(first), first)
        );
        dc.lose_authorization(first);
        assert_eq!(dc.authorization(), None);
        let second = dc.set_authorized(true);
        dc.lose_authorization(first);
        assert_eq!(dc.authorization(), Some(second));
        dc.set_authorized(false);
        assert_eq!(dc.authorization(), None);
    }
}
