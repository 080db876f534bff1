//! The rows of dialogues: read, and changed only from what they were read as.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::Mutex,
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

/// What the dialogues of a client share.
#[derive(Default)]
pub(crate) struct Dialogues {
    /// Held from reading a row to having it written; the newest revision there was.
    changing: tokio::sync::Mutex<i64>,
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
        let mut newest = self.changing.lock().await;
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
                // Later than that of any dialogue there was, which may have ended since.
                let clock = i64::try_from(since.as_micros()).unwrap_or(0);
                let revision = clock.max(newest.max(before).saturating_add(1));
                *newest = revision;
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
        drop(newest);
        self.sweep_now_and_then(client);
        Ok(revision)
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
        let _held = self.changing.lock().await;
        let now = SystemTime::now();
        let mut changes = Changes::new();
        for (key, row) in client.net().records.dialogues().await? {
            if row.is_ok_and(|row| row.is_expired(now)) {
                changes.forget_dialogue(&key);
            }
        }
        client.net().records.commit(changes).await?;
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
