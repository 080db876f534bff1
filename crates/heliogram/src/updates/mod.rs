//! Updates: what happens to the account, complete, in order and once.
//!
//! Telegram numbers updates; what is missing can be asked for. The engine puts arrivals in order,
//! waits half a second for what is missing, and fetches the difference when it does not come.
//!
//! # At least once
//! An event has a receipt, and is acknowledged when the last one is dropped: [`Updates`] does that
//! when the next event is asked for. How far everything was acknowledged is stored at most 50 ms
//! later, in one batch with the peers that it mentions; what was acknowledged out of order is
//! remembered by itself. So a program that is killed, wherever it is, loses nothing that it had not
//! acknowledged, and is told again at most what it had in hand and what it acknowledged in that last
//! moment. After [`Client::stop`] that moment is over: nothing that was acknowledged comes again,
//! except albums that were not whole yet. A message that was changed since it was acknowledged comes
//! as an edit.
//!
//! # Catching up
//! [`Client::updates`] first delivers what happened since the state that is stored: since the
//! sign-in, or since the last event that was acknowledged. While nobody reads, nothing is consumed.
//! [`ClientBuilder::catch_up`](crate::ClientBuilder::catch_up) switches that off,
//! [`Client::catch_up`] asks for it.
//!
//! # Channels that are new
//! Of a channel or supergroup that it hears of for the first time, be it that it was joined while
//! the program was off or that nothing was written in it before, the client asks what happened in
//! it: its last ten steps, a hundred and a thousand, until something comes that is older than what is
//! wanted. What was written since the stored state, and since the account is in the chat, is
//! delivered, the rest is its history. If even a thousand steps are all new, what is before them is
//! told as a gap without a beginning.
//!
//! # What is missing
//! Gaps are told as [`Event::Gap`](crate::Event::Gap): what is missing, whether it came, and in
//! which chat. What this version cannot read comes as bytes, as
//! [`Event::Unreadable`](crate::Event::Unreadable), and is stepped over. A channel that cannot be
//! fetched is left alone for some minutes. None of these holds up anything else.
//!
//! # What is told
//! [`Stats::updates`](crate::Stats::updates) counts, and says what waits. With the feature `metrics`
//! there are counters for each, from `heliogram_updates_delivered_total` to
//! `heliogram_updates_store_failures_total`, and the histogram `heliogram_update_lag_seconds`: how
//! long events are on their way from the connection to their reader.

mod careful;
mod company;
mod connection;
mod deliveries;
mod fetch;
mod hub;
mod ledger;
mod mailbox;
mod marks;
mod meter;
mod normalize;
mod options;
mod own;
mod receipt;
mod short;
mod stream;
mod task;

pub(crate) use connection::ConnectionNews;
pub(crate) use deliveries::{Deliveries, Delivery};
pub(crate) use hub::{Affected, Hub};
pub use meter::UpdateStats;
pub(crate) use receipt::Held;
pub use receipt::Receipt;
pub use stream::Updates;
pub(crate) use task::run;

use heliogram_updates as engine;

use crate::{
    Client, Result,
    storage::{Changes, UpdateState},
};

/// What a container becomes where everything is known and in order.
#[cfg(feature = "testing")]
pub(crate) fn events_of(
    client: &Client,
    updates: heliogram_api::enums::Updates,
) -> Vec<crate::Event> {
    let entities = std::sync::Arc::new(normalize::entities(&updates));
    let container = normalize::container(updates, entities, client.self_id(), |_| true);
    let normalize::Container::Batch(batch) = container else {
        return Vec::new();
    };
    let event = |payload: normalize::Payload| {
        let cx = crate::events::Context::new(client, payload.update, payload.entities);
        crate::Event::from_update(&cx)
    };
    let payloads = batch.updates.into_iter().filter_map(|update| update.value);
    payloads.map(event).collect()
}

impl Client {
    /// Stores the present state if there is none, or if what was missed is to be skipped, so that
    /// readers of updates get what happens from now on, whenever they begin to read. If that fails,
    /// they get what happens from then on.
    pub(crate) async fn begin_updates(&self) {
        if let Err(e) = self.store_first_state().await {
            tracing::debug!(error = %e, "the first state of updates could not be stored");
        }
    }

    async fn store_first_state(&self) -> Result<()> {
        let config = &self.net().config;
        if !config.receive_updates {
            return Ok(());
        }
        let records = &self.net().records;
        let mut changes = Changes::new();
        if !config.catch_up {
            changes.forget_updates();
            records.commit(std::mem::take(&mut changes)).await?;
        } else if records.update_state().await?.is_some() {
            return Ok(());
        }
        let s = fetch::state(self).await?;
        // Of channels nothing is known but the date. What was written in the very second is skipped,
        // too, unless the server sends it.
        let date = match config.catch_up {
            true => s.date,
            false => s.date.saturating_add(1),
        };
        changes.update_state(UpdateState {
            pts: s.pts,
            qts: s.qts,
            date,
            seq: s.seq,
        });
        records.commit(changes).await?;
        Ok(())
    }

    /// Fetches what was missed, in all chats, and waits until it is in the hands of those who read
    /// [`updates`](Self::updates).
    ///
    /// Seldom needed: it happens by itself when somebody begins to read, after a lost connection and
    /// wherever something is missing. While nobody reads this does nothing, since the next reader
    /// begins with what was missed anyway.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let updates = client.updates();
    /// client.catch_up().await?;
    /// # drop(updates);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `updates.getDifference`.
    ///
    /// # Errors
    /// Those of the call. [`Error::Closed`](crate::Error::Closed) if the client was stopped.
    #[doc(alias = "recover_gaps")]
    #[doc(alias = "updates.getDifference")]
    pub async fn catch_up(&self) -> Result<()> {
        if self.self_id().is_none() {
            // Nobody to ask for; the server says so in its words.
            return fetch::state(self).await.map(drop);
        }
        match self.hub().catch_up() {
            Some(answer) => answer.await.unwrap_or(Err(crate::Error::Closed)),
            None => Ok(()),
        }
    }

    /// A stream of everything that happens to the account.
    ///
    /// It begins with what was missed since the last time somebody read (see
    /// [the module](crate::updates#catching-up)). Several streams at once each get everything from
    /// their start on. What this client itself does is not in it; what the account does elsewhere
    /// is, as outgoing.
    ///
    /// Reading must keep up: a stream holds 1024 events, then the others wait for it up to half a
    /// minute, then the oldest are dropped and [`Event::Lagged`](crate::events::Event::Lagged)
    /// tells how many.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::events::Event;
    ///
    /// let mut updates = client.updates();
    /// while let Some(event) = updates.next().await {
    ///     if let Event::NewMessage(message) = event? {
    ///         if !message.is_outgoing() {
    ///             message.reply("pong").await?;
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `updates.getDifference`, `updates.getChannelDifference`.
    #[doc(alias = "catch_up")]
    #[doc(alias = "add_event_handler")]
    #[doc(alias = "on_message")]
    #[doc(alias = "run_until_disconnected")]
    #[doc(alias = "updates.getDifference")]
    pub fn updates(&self) -> Updates {
        Updates::new(self.clone(), self.deliveries())
    }

    /// What [`updates`](Self::updates) gives, with receipts, and without keeping the client open.
    pub(crate) fn deliveries(&self) -> Deliveries {
        Deliveries::new(self.hub().clone(), self.hub().subscribe())
    }
}
