//! What a client has attached, and the task that takes events for it.

use std::sync::{Arc, Mutex};

use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::{
    UpdateCx, Workers,
    attached::Attached,
    lanes::{Job, Lanes},
    plugins::Installed,
    route::Table,
    sources::Sources,
    workers::HandlerStats,
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
    /// Told when something was taken away or all is to end.
    changed: Notify,
    /// Whether whoever runs the client is to end.
    end: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    /// In the order of their places.
    attached: Vec<Attached>,
    places: u64,
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

impl Live {
    pub(crate) fn new(workers: Workers) -> Self {
        Self {
            workers,
            lanes: Arc::new(Lanes::new(&workers)),
            state: Mutex::default(),
            plugins: Mutex::default(),
            changed: Notify::new(),
            end: watch::Sender::new(false),
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
        if state.phase == Phase::Over {
            return Err(Error::Closed);
        }
        if state.phase == Phase::Idle {
            let sources = Sources::of(client);
            let take = Arc::clone(self).take(client.downgrade(), sources);
            if !client.net().tasks.spawn(take) {
                return Err(Error::Closed);
            }
            state.phase = Phase::Taking;
        }
        let place = attached.place;
        let at = state.attached.partition_point(|a| a.place <= place);
        state.attached.insert(at, attached);
        self.lay(&state);
        Ok(())
    }

    /// Takes routes away. Handlers at work go on.
    pub(super) fn remove(&self, place: u64) -> Option<Attached> {
        let mut state = lock(&self.state);
        let at = state.attached.iter().position(|a| a.place == place)?;
        let gone = state.attached.remove(at);
        gone.owner.close();
        self.lay(&state);
        self.changed.notify_one();
        Some(gone)
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
    async fn take(self: Arc<Self>, client: WeakClient, mut sources: Sources) {
        let mut count = 0;
        loop {
            let next = async {
                // Room first: what cannot be accepted stays where lagging is seen.
                let room = self.lanes.room().await?;
                loop {
                    if let Some(dropped) = self.lanes.lagged() {
                        return Some((room, Delivery::told(Event::Lagged(dropped))));
                    }
                    tokio::select! {
                        biased;
                        () = self.lanes.news() => {}
                        delivery = sources.next() => return Some((room, delivery?)),
                    }
                }
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
            let Delivery { event, receipt, .. } = delivery;
            let event = match event {
                Ok(event) => event,
                Err(e) => {
                    self.fail(e);
                    continue;
                }
            };
            if !self.is_wanted(&event) {
                continue;
            }
            let Some(client) = client.upgrade() else {
                return self.ended();
            };
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

    /// Takes no more events, lets handlers end what they have, for a bounded time, and takes all
    /// routes away. A handler that asks for that is not waited for, nor are the others.
    pub(crate) async fn drain(&self, client: &Client) {
        lock(&self.state).phase = Phase::Over;
        self.changed.notify_one();
        if self.lanes.is_within() {
            self.lanes.cut();
        } else if !self.lanes.drained(self.workers.drain).await {
            tracing::warn!("handlers did not end in time and are cut off");
            self.lanes.cut();
        }
        // What handlers hold, they hold no longer: it may be their own client.
        lock(&self.plugins).clear();
        let gone = std::mem::take(&mut lock(&self.state).attached);
        self.lanes.set_table(Table::default());
        let stop = async {
            for attached in &gone {
                attached.stopping(client).await;
            }
        };
        if timeout(self.workers.drain, stop).await.is_err() {
            tracing::warn!("handlers of `on_stop` did not end in time and are cut off");
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
