//! The rows of dialogues: read, and changed only from what they were read as.

use std::{
    any::TypeId,
    array,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;

use crate::{
    Client, Result,
    error::DialogueError,
    net::lock,
    storage::{self, Changes, DialogueRow},
};

/// How often what has expired is removed.
const SWEEP: Duration = Duration::from_secs(3600);

/// How many rows may be changed at the same time. Storages write down together what waits.
const LOCKS: usize = 64;

/// What the dialogues of a client share.
pub(crate) struct Dialogues {
    /// One is held from reading a row to having it written; which, the row's key says.
    changing: [tokio::sync::Mutex<()>; LOCKS],
    hasher: RandomState,
    /// The newest revision there was.
    newest: AtomicI64,
    swept: Mutex<Option<Instant>>,
    /// Whose each name is.
    names: Mutex<HashMap<&'static str, TypeId>>,
}

/// What to do to a row.
pub(super) struct Change {
    pub(super) shape: u32,
    pub(super) time_to_live: Option<Duration>,
    /// The new state; `None` ends the dialogue.
    pub(super) state: Option<Box<str>>,
}

impl Default for Dialogues {
    fn default() -> Self {
        Self {
            changing: array::from_fn(|_| tokio::sync::Mutex::new(())),
            hasher: RandomState::new(),
            newest: AtomicI64::new(0),
            swept: Mutex::default(),
            names: Mutex::default(),
        }
    }
}

impl Dialogues {
    /// Makes sure that no two types share a name.
    pub(super) fn name<T: 'static>(&self, name: &'static str) -> Result<(), DialogueError> {
        let this = TypeId::of::<T>();
        let mut names = lock(&self.names);
        match *names.entry(name).or_insert(this) == this {
            true => Ok(()),
            false => Err(DialogueError::SameName { name }),
        }
    }

    /// Changes a row as `decide` wants, who is given it as it is. Nobody else changes it meanwhile.
    ///
    /// Answers the new revision; 0 if there is no row now.
    pub(super) async fn change<E>(
        &self,
        client: &Client,
        key: &str,
        decide: impl FnOnce(Option<DialogueRow>) -> Result<Change, E> + Send,
    ) -> Result<i64>
    where
        crate::Error: From<E>,
    {
        let held = self.changing[self.lock_of(key)].lock().await;
        let row = load(client, key).await?;
        let before = row.as_ref().map_or(0, |row| row.revision);
        let change = decide(row)?;
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut changes = Changes::new();
        let revision = match change.state {
            None => {
                changes.forget_dialogue(key);
                0
            }
            Some(state) => {
                let revision = self.revision(since, before);
                let expires = change.time_to_live;
                changes.dialogue(
                    key,
                    &DialogueRow {
                        shape: change.shape,
                        revision,
                        expires: expires.map(|t| since.saturating_add(t)),
                        state,
                    },
                );
                revision
            }
        };
        client.net().records.commit(changes).await?;
        drop(held);
        self.sweep_now_and_then(client);
        Ok(revision)
    }

    fn lock_of(&self, key: &str) -> usize {
        let place = self.hasher.hash_one(key) % LOCKS as u64;
        usize::try_from(place).unwrap_or(0)
    }

    /// A revision later than that of any dialogue there was, which may have ended since.
    fn revision(&self, now: Duration, before: i64) -> i64 {
        let clock = i64::try_from(now.as_micros()).unwrap_or(0);
        let later = |newest: i64| clock.max(newest.max(before).saturating_add(1));
        let update = |newest| Some(later(newest));
        let newest = self
            .newest
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, update);
        newest.map_or_else(later, later)
    }

    fn sweep_now_and_then(&self, client: &Client) {
        let mut swept = lock(&self.swept);
        if swept.is_some_and(|at| at.elapsed() < SWEEP) {
            return;
        }
        *swept = Some(Instant::now());
        let weak = client.downgrade();
        client.net().tasks.spawn(async move {
            let Some(client) = weak.upgrade() else { return };
            if let Err(error) = client.dialogues().sweep(&client).await {
                tracing::warn!(%error, "expired dialogues could not be removed");
            }
        });
    }

    /// Removes what has expired.
    async fn sweep(&self, client: &Client) -> Result<()> {
        let records = &client.net().records;
        let now = SystemTime::now();
        let mut expired = HashMap::<usize, Vec<String>>::new();
        for (key, row) in records.dialogues().await? {
            if row.is_ok_and(|row| row.is_expired(now)) {
                expired.entry(self.lock_of(&key)).or_default().push(key);
            }
        }
        for (lock, keys) in expired {
            let _held = self.changing[lock].lock().await;
            let mut changes = Changes::new();
            for key in keys {
                // It may have begun anew since.
                if load(client, &key).await?.is_none() {
                    changes.forget_dialogue(&key);
                }
            }
            records.commit(changes).await?;
        }
        Ok(())
    }
}

/// The row as it is: none if it has expired, or cannot be read, which is reported.
pub(super) async fn load(client: &Client, key: &str) -> Result<Option<DialogueRow>> {
    let row = match client.net().records.dialogue(key).await {
        Err(storage::Error::Record { .. }) => {
            tracing::warn!(
                key,
                "what is stored of a dialogue is damaged; it starts anew"
            );
            None
        }
        row => row?,
    };
    let now = SystemTime::now();
    Ok(row.filter(|row| !row.is_expired(now)))
}
