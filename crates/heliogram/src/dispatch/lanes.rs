//! Events that wait for handlers: in order within a lane, side by side across lanes.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    task::AbortHandle,
    task_local,
    time::timeout,
};

use super::{UpdateCx, Workers, failure::guarded_async, route::Table, workers::Lane};
use crate::{net::lock, updates::Held};

task_local! {
    /// Set while handlers run: whose.
    static AT_WORK: usize;
}

/// An event that was accepted.
pub(super) struct Job {
    pub(super) cx: UpdateCx,
    /// Kept until the handlers have ended, if that is wished. What they did not end comes again.
    pub(super) receipt: Option<Held>,
    pub(super) room: OwnedSemaphorePermit,
}

/// All lanes of a client. A lane is a task that exists while there is something to do.
pub(super) struct Lanes {
    lanes: Mutex<HashMap<Lane, Queue>>,
    table: Mutex<Arc<Table>>,
    room: Arc<Semaphore>,
    capacity: u32,
    running: Semaphore,
    /// What waits is not begun any more.
    cut: AtomicBool,
    /// Told when draining is to be over at once.
    hurry: Notify,
}

struct Queue {
    waiting: VecDeque<Job>,
    task: AbortHandle,
}

impl Lanes {
    pub(super) fn new(workers: &Workers) -> Self {
        let capacity = u32::try_from(workers.queue).unwrap_or(u32::MAX);
        let running = workers.concurrency.min(workers.queue);
        Self {
            lanes: Mutex::default(),
            table: Mutex::default(),
            room: Arc::new(Semaphore::new(workers.queue)),
            capacity,
            running: Semaphore::new(running),
            cut: AtomicBool::new(false),
            hurry: Notify::new(),
        }
    }

    /// Waits until there is room for one more event; `None` once there never will be.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// The routes as they stand.
    pub(super) fn table(&self) -> Arc<Table> {
        Arc::clone(&lock(&self.table))
    }

    /// Changes the routes, for every event whose handlers have not begun.
    pub(super) fn set_table(&self, table: Table) {
        *lock(&self.table) = Arc::new(table);
    }

    /// Puts an event at the end of its lane.
    pub(super) fn put(self: &Arc<Self>, lane: Lane, job: Job) {
        match lock(&self.lanes).entry(lane) {
            Entry::Occupied(mut queue) => queue.get_mut().waiting.push_back(job),
            Entry::Vacant(place) => {
                let work = Arc::clone(self).work(lane, job);
                place.insert(Queue {
                    waiting: VecDeque::new(),
                    task: tokio::spawn(work).abort_handle(),
                });
            }
        }
    }

    /// Works a lane off, and ends when it is empty.
    async fn work(self: Arc<Self>, lane: Lane, first: Job) {
        let mut job = Some(first);
        while let Some(next) = job {
            self.handle(next).await;
            job = self.next(lane);
        }
    }

    /// The next event of a lane; without one the lane is gone.
    fn next(&self, lane: Lane) -> Option<Job> {
        let mut lanes = lock(&self.lanes);
        if let Some(job) = lanes.get_mut(&lane).and_then(|q| q.waiting.pop_front()) {
            return Some(job);
        }
        lanes.remove(&lane);
        None
    }

    async fn handle(self: &Arc<Self>, job: Job) {
        // Never closed, so this fails for no reason but the end of everything.
        let Ok(_running) = self.running.acquire().await else {
            return;
        };
        if self.cut.load(Ordering::Acquire) {
            tracing::warn!(
                kind = %job.cx.event().kind(),
                "an event was not handled: a handler stopped the client; `Client::quit` lets the \
                 others end first"
            );
            return;
        }
        let table = self.table();
        // Handlers are guarded one by one; this is for what else of the user's runs on the way.
        let run = AT_WORK.scope(self.id(), guarded_async(table.dispatch(&job.cx)));
        if let Err(e) = run.await {
            tracing::error!(error = %e, "a route failed");
        }
        if let Some(receipt) = job.receipt {
            receipt.acknowledge();
        }
        drop(job.room);
    }

    /// Whether the caller is a handler of these lanes.
    pub(super) fn is_within(&self) -> bool {
        AT_WORK.try_with(|id| *id == self.id()).unwrap_or(false)
    }

    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Waits until everything accepted is handled; answers whether it was within the limit.
    pub(super) async fn drained(&self, within: Duration) -> bool {
        let all = timeout(within, self.room.acquire_many(self.capacity));
        tokio::select! {
            all = all => all.is_ok(),
            () = self.hurry.notified() => false,
        }
    }

    /// Ends [`drained`](Self::drained) at once.
    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// What waits is not begun any more; what runs goes on.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        lock(&self.lanes).len()
    }

    /// Ends everything, in the middle of what it does.
    pub(super) fn abort(&self) {
        for (_, queue) in lock(&self.lanes).drain() {
            queue.task.abort();
        }
    }
}
