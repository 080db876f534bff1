//! What a client has attached, and the task that takes events for it.

use std::sync::{Arc, Mutex};

use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{
    UpdateCx, Workers,
    attached::Attached,
    end::End,
    lanes::{Job, Lanes},
    plugins::Installed,
    route::Table,
    sources::Sources,
    workers::{HandlerStats, Lane},
};
use crate::{
    Client, Error, Event, Result, WeakClient,
    net::lock,
    updates::{Delivery, Held},
};

/// The handlers of one client.
pub(crate) struct Live {
    workers: Workers,
    lanes: Arc<Lanes>,
    state: Mutex<State>,
    pub(super) plugins: Mutex<Vec<Installed>>,
    pub(super) end: End,
}

#[derive(Default)]
struct State {
    /// In the order of their places.
    attached: Vec<Attached>,
    places: u64,
    phase: Phase,
}

/// What becomes of events.
#[derive(Default)]
enum Phase {
    /// There is nothing to take them for.
    #[default]
    Idle,
    /// A task takes them from here, until that is closed.
    Taking(Sources),
    /// The client ends.
    Over,
}

/// Room for an event, and the event.
type Taken = (OwnedSemaphorePermit, Result<Event>, Held);

impl Live {
    pub(crate) fn new(workers: Workers) -> Self {
        Self {
            workers,
            lanes: Arc::new(Lanes::new(&workers)),
            state: Mutex::default(),
            plugins: Mutex::default(),
            end: End::new(),
        }
    }

    /// A place after all others, which nobody else gets.
    pub(super) fn place(&self) -> u64 {
        let mut state = lock(&self.state);
        state.places += 1;
        state.places
    }

    /// Adds routes that are ready, and takes events from now on.
    ///
    /// # Errors
    /// [`Error::Closed`] if the client ends.
    pub(super) fn add(self: &Arc<Self>, client: &Client, attached: Attached) -> Result<()> {
        let mut state = lock(&self.state);
        match state.phase {
            Phase::Over => return Err(Error::Closed),
            Phase::Taking(_) => {}
            Phase::Idle => {
                let sources = Sources::of(client);
                let take = Arc::clone(self).take(client.downgrade(), sources.clone());
                if !client.net().tasks.spawn(take) {
                    return Err(Error::Closed);
                }
                state.phase = Phase::Taking(sources);
            }
        }
        let place = attached.place;
        let at = state.attached.partition_point(|a| a.place <= place);
        state.attached.insert(at, attached);
        self.lay(&state);
        Ok(())
    }

    /// Takes routes away. Handlers at work go on; without routes no events are taken, and those that
    /// wait are given back.
    pub(super) fn remove(&self, place: u64) -> Option<Attached> {
        let mut state = lock(&self.state);
        let at = state.attached.iter().position(|a| a.place == place)?;
        let gone = state.attached.remove(at);
        if !state.attached.is_empty() {
            self.lay(&state);
            // Only now: what it does not get any more is for those that are there instead.
            gone.owner.close();
            return Some(gone);
        }
        // Here and not later: whoever adds routes next begins with what was left.
        if let Phase::Taking(sources) = &state.phase {
            sources.close();
            state.phase = Phase::Idle;
        }
        let left = self.lanes.clear_table();
        gone.owner.close();
        drop(state);
        self.give_back(left);
        self.lanes.lag().forget_what_comes_again();
        Some(gone)
    }

    fn give_back(&self, left: Vec<Job>) {
        for job in left {
            self.lanes.give_back(job.cx.event(), job.receipt);
        }
    }

    /// Looks at what is attached, in order.
    pub(super) fn with_attached<T>(&self, look: impl FnOnce(&[Attached]) -> T) -> T {
        look(&lock(&self.state).attached)
    }

    fn lay(&self, state: &State) {
        let groups = state.attached.iter().map(|a| &a.groups);
        self.lanes.set_table(Table::of(groups));
    }

    /// Takes events until their sources are closed.
    async fn take(self: Arc<Self>, client: WeakClient, sources: Sources) {
        let mut count = 0;
        loop {
            let next = tokio::select! {
                biased;
                () = sources.closed() => return,
                next = self.next(&sources) => next,
            };
            let Some((room, event, receipt)) = next else {
                return self.ended(&sources);
            };
            let Some(client) = client.upgrade() else {
                return self.ended(&sources);
            };
            let event = match event {
                Ok(event) => event,
                Err(e) => {
                    self.fail(e, &client);
                    continue;
                }
            };
            match self.is_wanted(&event) {
                Some(true) => {}
                Some(false) => {
                    receipt.acknowledge();
                    continue;
                }
                None => {
                    self.lanes.give_back(&event, receipt);
                    continue;
                }
            }
            count += 1;
            let lane = self.workers.lane(&event, count);
            let receipt = match self.workers.ack_after_handler {
                true => receipt,
                false => {
                    receipt.acknowledge();
                    Held::default()
                }
            };
            let cx = UpdateCx::new(client, event);
            self.lanes.put(lane, Job { cx, receipt, room });
        }
    }

    /// Waits for an event that there is room for; `None` if there will be no more. Loses nothing if
    /// dropped.
    async fn next(&self, sources: &Sources) -> Option<Taken> {
        // Room first: what cannot be accepted stays where lagging is seen.
        let room = self.lanes.room().await?;
        loop {
            if let Some(untold) = self.lanes.lag().take_due() {
                return Some((room, Ok(Event::Lagged(untold.events)), untold.receipt));
            }
            tokio::select! {
                biased;
                () = self.lanes.lag().news() => {}
                delivery = sources.next() => {
                    let Delivery { event, receipt, .. } = delivery?;
                    return Some((room, event, Held::new(receipt)));
                }
            }
        }
    }

    /// Whether a route is for this event; `None` if there are none at all.
    fn is_wanted(&self, event: &Event) -> Option<bool> {
        let wanted = self.lanes.table()?.wants(event.kind());
        if let (Event::Lagged(dropped), false) = (event, wanted) {
            tracing::warn!(dropped, "handlers are too slow: events were dropped");
        }
        Some(wanted)
    }

    /// There are no more events: the client has ended, unless somebody closed the sources.
    fn ended(&self, sources: &Sources) {
        if !sources.is_closed() {
            self.over();
        }
    }

    /// No events are taken any more.
    fn over(&self) {
        let phase = std::mem::replace(&mut lock(&self.state).phase, Phase::Over);
        if let Phase::Taking(sources) = phase {
            sources.close();
        }
    }

    /// Something is wrong with the stream of events.
    fn fail(&self, e: Error, client: &Client) {
        tracing::error!(error = %e, "no events for handlers");
        if e.is_unauthorized() {
            self.end.fail(e, client);
        }
    }

    /// Takes no more events, lets handlers end what they have, for a bounded time, and takes all
    /// routes away. A handler that asks for that is not waited for, nor are the others.
    pub(crate) async fn drain(&self, client: &Client) {
        self.over();
        if self.lanes.is_within() {
            self.lanes.cut();
        } else if !self.lanes.drained(self.workers.drain).await {
            tracing::warn!("handlers did not end in time and are cut off");
            self.lanes.cut();
        } else {
            self.tell_rest(client).await;
        }
        // What handlers hold, they hold no longer: it may be their own client.
        lock(&self.plugins).clear();
        let gone = std::mem::take(&mut lock(&self.state).attached);
        self.give_back(self.lanes.clear_table());
        if let Some(untold) = self.lanes.lag().take()
            && !untold.receipt.counts()
        {
            let dropped = untold.events;
            tracing::warn!(
                dropped,
                "the client stopped before handlers were told of events that were dropped"
            );
        }
        let stop = async {
            for attached in &gone {
                attached.stopping(client).await;
            }
        };
        if timeout(self.workers.drain, stop).await.is_err() {
            tracing::warn!("handlers of `on_stop` did not end in time and are cut off");
        }
    }

    /// Tells handlers of the last events that were dropped, if these do not come again.
    async fn tell_rest(&self, client: &Client) {
        if self.lanes.table().is_none() {
            return;
        }
        let Some(untold) = self.lanes.lag().take() else {
            return;
        };
        let event = Event::Lagged(untold.events);
        if untold.receipt.counts() || self.is_wanted(&event) != Some(true) {
            return;
        }
        if let Some(room) = self.lanes.room().await {
            let cx = UpdateCx::new(client.clone(), event);
            let receipt = untold.receipt;
            self.lanes.put(Lane::Rest, Job { cx, receipt, room });
            if !self.lanes.drained(self.workers.drain).await {
                self.lanes.cut();
            }
        }
    }

    /// Cuts off the handlers that did not end.
    pub(crate) fn close(&self) {
        if !self.lanes.is_within() {
            self.lanes.abort();
        }
    }

    /// What was done, and what is to do.
    pub(crate) fn stats(&self) -> HandlerStats {
        self.lanes.stats()
    }

    /// Notes that a handler failed.
    pub(super) fn failed(&self) {
        self.lanes.failed();
    }

    /// Does not wait for handlers any longer.
    pub(super) fn hurry(&self) {
        self.lanes.hurry();
    }

    /// Whether the caller is one of the handlers.
    pub(super) fn is_within(&self) -> bool {
        self.lanes.is_within()
    }

    /// Waits until none of the handlers is at work that were taken away, for a bounded time, and
    /// tells them.
    pub(super) async fn retire(&self, gone: &Attached, client: &Client) {
        if timeout(self.workers.drain, gone.owner.idle())
            .await
            .is_err()
        {
            tracing::warn!("handlers that were taken away are still at work");
        }
        gone.stopping(client).await;
    }
}
