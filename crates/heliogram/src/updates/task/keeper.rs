//! How far everything was received, on its way into the storage.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    Client, Result,
    storage::{Changes, ChannelState, UpdateMark, UpdateState},
    updates::{
        engine::{self, Request, State},
        ledger::Settled,
    },
};

/// How long changes are gathered before they are written.
const DELAY: Duration = Duration::from_millis(50);
/// How long to wait after the storage failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Where an engine begins.
pub(super) struct Stored {
    pub(super) state: Option<State>,
    /// By bare ids.
    pub(super) channels: Vec<(i64, engine::ChannelState)>,
    /// What was dealt with beyond that.
    pub(super) ahead: Vec<UpdateMark>,
}

/// Writes what was acknowledged.
#[derive(Default)]
pub(super) struct Keeper {
    pending: Settled,
    due: Option<Instant>,
    /// What is in the storage.
    stored: Option<State>,
}

impl Keeper {
    /// When to write.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// There is something to write.
    pub(super) fn soon(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + DELAY);
    }

    /// Looks again after a pause, since the storage failed.
    pub(super) fn again_later(&mut self) {
        self.due = Some(Instant::now() + PAUSE);
    }

    /// Takes what may be written.
    pub(super) fn add(&mut self, settled: Settled) {
        self.pending.then(settled);
        self.soon();
    }

    /// Whether the server may be asked this now.
    ///
    /// It forgets what is below the `qts` in a question for the difference, so that has to be in
    /// the storage first, and all it counts in safe hands.
    pub(super) fn allows(&self, request: &Request) -> bool {
        match request {
            Request::Difference { state } => self.stored.is_some_and(|s| s.qts >= state.qts),
            _ => true,
        }
    }

    /// How far the second sequence is stored.
    pub(super) fn qts(&self) -> Option<i32> {
        self.stored.map(|s| s.qts)
    }

    /// What is stored.
    pub(super) async fn load(&mut self, client: &Client) -> Result<Stored> {
        let records = &client.net().records;
        let state = records.update_state().await?.map(|s| State {
            pts: s.pts,
            qts: s.qts,
            date: s.date,
            seq: s.seq,
        });
        self.stored = state;
        Ok(Stored {
            state,
            channels: records.channels().await?.into_iter().map(known).collect(),
            ahead: records.updates_ahead().await?,
        })
    }

    /// Writes counters and the peers that what they count speaks of, all or nothing.
    ///
    /// # Errors
    /// That of the storage, which is told and counted here.
    pub(super) async fn save(&mut self, client: &Client) -> Result<()> {
        self.due = None;
        let mut changes = Changes::new();
        let peers = client.peers().take_unsaved();
        for row in &peers {
            changes.peer(row.clone());
        }
        if let Some(s) = self.pending.moved.common {
            changes.update_state(UpdateState {
                pts: s.pts,
                qts: s.qts,
                date: s.date,
                seq: s.seq,
            });
        }
        for (id, state) in &self.pending.moved.channels {
            match state {
                Some(state) => changes.channel_state(*id, row(*state)),
                None => changes.forget_channel(*id),
            };
        }
        if let Some(ahead) = &self.pending.ahead {
            changes.updates_ahead(ahead);
        }
        match client.net().records.commit(changes).await {
            Ok(()) => {
                let written = std::mem::take(&mut self.pending);
                self.stored = written.moved.common.or(self.stored);
                Ok(())
            }
            Err(e) => {
                tracing::error!(error = %e, "the state of updates cannot be stored; tried again");
                client.hub().count_store_failure();
                client.peers().put_back(peers);
                self.again_later();
                Err(e.into())
            }
        }
    }
}

fn known((id, row): (i64, ChannelState)) -> (i64, engine::ChannelState) {
    let ChannelState { pts, newest, since } = row;
    (id, engine::ChannelState { pts, newest, since })
}

fn row(state: engine::ChannelState) -> ChannelState {
    let engine::ChannelState { pts, newest, since } = state;
    ChannelState { pts, newest, since }
}
