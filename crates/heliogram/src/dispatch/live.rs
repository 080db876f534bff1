//! What a client has attached, and the task that takes events for it.

use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, watch};

use super::{
    UpdateCx, Workers,
    lanes::{Job, Lanes},
    route::{Groups, Owner, Table},
};
use crate::{
    Client, Error, Event, Result, WeakClient,
    net::lock,
    updates::{Deliveries, Delivery, Held},
};

/// The handlers of one client.
pub(crate) struct Live {
    workers: Workers,
    lanes: Arc<Lanes>,
    state: Mutex<State>,
    /// Told when something was taken away or all is to end.
    changed: Notify,
    /// Whether whoever runs the client is to end.
    end: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    attached: Vec<Attached>,
    count: u64,
    phase: Phase,
    /// Why running must end.
    failed: Option<Error>,
}

/// What the task that takes events does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// It does not exist: there is nothing to take them for.
    #[default]
    Idle,
    Taking,
    /// The client ends.
    Over,
}

/// Routes that came together.
pub(super) struct Attached {
    pub(super) id: u64,
    pub(super) groups: Groups,
    pub(super) owner: Arc<Owner>,
}

impl Live {
    pub(crate) fn new(workers: Workers) -> Self {
        Self {
            workers,
            lanes: Arc::new(Lanes::new(&workers)),
            state: Mutex::default(),
            changed: Notify::new(),
            end: watch::Sender::new(false),
        }
    }

    /// Adds routes whose filters are prepared, and takes events from now on; answers their number.
    ///
    /// # Errors
    /// [`Error::Closed`] if the client ends.
    pub(super) fn add(
        self: &Arc<Self>,
        client: &Client,
        groups: Groups,
        owner: Arc<Owner>,
    ) -> Result<u64> {
        let mut state = lock(&self.state);
        if state.phase == Phase::Over {
            return Err(Error::Closed);
        }
        state.count += 1;
        let id = state.count;
        state.attached.push(Attached { id, groups, owner });
        self.lay(&state);
        if state.phase == Phase::Idle {
            let take = Arc::clone(self).take(client.downgrade(), client.deliveries());
            if !client.net().tasks.spawn(take) {
                return Err(Error::Closed);
            }
            state.phase = Phase::Taking;
        }
        Ok(id)
    }

    /// Takes routes away; answers whose they were. Handlers at work go on.
    pub(super) fn remove(&self, id: u64) -> Option<Arc<Owner>> {
        let mut state = lock(&self.state);
        let at = state.attached.iter().position(|a| a.id == id)?;
        let gone = state.attached.remove(at);
        gone.owner.close();
        self.lay(&state);
        self.changed.notify_one();
        Some(gone.owner)
    }

    /// Looks at what is attached, in order.
    pub(super) fn with_attached<T>(&self, look: impl FnOnce(&[Attached]) -> T) -> T {
        look(&lock(&self.state).attached)
    }

    fn lay(&self, state: &State) {
        let groups = state.attached.iter().map(|a| &a.groups);
        self.lanes.set_table(Table::of(groups));
    }

    /// Takes events while there is something to take them for.
    async fn take(self: Arc<Self>, client: WeakClient, mut deliveries: Deliveries) {
        let mut count = 0;
        loop {
            let next = async {
                // Room first: what cannot be accepted stays where lagging is seen.
                let room = self.lanes.room().await?;
                Some((room, deliveries.next().await?))
            };
            let (room, delivery) = tokio::select! {
                biased;
                () = self.changed.notified() => match self.ends() {
                    true => return,
                    false => continue,
                },
                next = next => match next {
                    Some(next) => next,
                    None => return self.ended(),
                },
            };
            let Delivery { event, receipt } = delivery;
            let event = match event {
                Ok(event) => event,
                Err(e) => {
                    self.fail(e);
                    continue;
                }
            };
            let Some(client) = client.upgrade() else {
                return self.ended();
            };
            if !self.is_wanted(&event) {
                continue;
            }
            count += 1;
            let lane = self.workers.lane(&event, count);
            let job = Job {
                cx: UpdateCx::new(client, event),
                receipt: self.workers.ack_after_handler.then(|| Held::new(receipt)),
                room,
            };
            self.lanes.put(lane, job);
        }
    }

    fn is_wanted(&self, event: &Event) -> bool {
        let wanted = self.lanes.table().wants(event.kind());
        if let (Event::Lagged(dropped), false) = (event, wanted) {
            tracing::warn!(dropped, "handlers are too slow: events were dropped");
        }
        wanted
    }

    /// Whether there is nothing to take events for any more; if so, the task is said to be gone.
    fn ends(&self) -> bool {
        let mut state = lock(&self.state);
        if state.attached.is_empty() && state.phase == Phase::Taking {
            state.phase = Phase::Idle;
        }
        state.phase != Phase::Taking
    }

    /// The client has ended.
    fn ended(&self) {
        lock(&self.state).phase = Phase::Over;
    }

    /// Something is wrong with the stream of events.
    fn fail(&self, e: Error) {
        tracing::error!(error = %e, "no events for handlers");
        if e.is_unauthorized() {
            lock(&self.state).failed = Some(e);
            self.quit();
        }
    }

    /// Lets whoever runs the client end.
    pub(super) fn quit(&self) {
        self.end.send_replace(true);
    }

    /// Waits until running is to end.
    pub(super) async fn until_end(&self) {
        let mut end = self.end.subscribe();
        // The sender lives as long as this does.
        let _ = end.wait_for(|end| *end).await;
    }

    /// Why running had to end, if something was wrong.
    pub(super) fn failure(&self) -> Option<Error> {
        lock(&self.state).failed.take()
    }

    /// Takes no more events, and lets handlers end what they have, for a bounded time. A handler
    /// that asks for that is not waited for, nor are the others.
    pub(crate) async fn drain(&self) {
        lock(&self.state).phase = Phase::Over;
        self.changed.notify_one();
        if self.lanes.is_within() {
            self.lanes.cut();
        } else if !self.lanes.drained(self.workers.drain).await {
            tracing::warn!("handlers did not end in time and are cut off");
            self.lanes.cut();
        }
    }

    /// Cuts off the handlers that did not end, and forgets all of them.
    pub(crate) fn close(&self) {
        if !self.lanes.is_within() {
            self.lanes.abort();
        }
        // Handlers may hold handles of their client.
        let attached = std::mem::take(&mut lock(&self.state).attached);
        self.lanes.set_table(Table::default());
        drop(attached);
    }

    /// Does not wait for handlers any longer.
    pub(super) fn hurry(&self) {
        self.lanes.hurry();
    }
}
