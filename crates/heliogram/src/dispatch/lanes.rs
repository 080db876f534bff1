//! Events that wait for handlers: in order within a lane, side by side across lanes.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    task::AbortHandle,
    task_local,
    time::timeout,
};

use super::{
    UpdateCx, Workers,
    failure::guarded_async,
    lag::Lag,
    route::Table,
    workers::{HandlerStats, Lane},
};
use crate::{Event, net::lock, updates::Held};

/// How long nothing may end while there is no room, before the fullest lane has to give way; and how
/// long it takes at most until that is told.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

task_local! {
    /// Set while handlers run: whose.
    static AT_WORK: usize;
}

/// An event that was accepted.
pub(super) struct Job {
    pub(super) cx: UpdateCx,
    /// Kept until the handlers have ended, if that is wished: what they did not end comes again.
    /// Otherwise it was received already, and this is for nothing.
    pub(super) receipt: Held,
    pub(super) room: OwnedSemaphorePermit,
}

/// All lanes of a client. A lane is a task that exists while there is something to do.
pub(super) struct Lanes {
    lanes: Mutex<HashMap<Lane, Queue>>,
    /// `None` while there is nobody whose they are.
    table: Mutex<Option<Arc<Table>>>,
    room: Arc<Semaphore>,
    capacity: u32,
    running: Semaphore,
    /// What waits is not begun any more.
    cut: AtomicBool,
    /// Events that were dropped because a handler did not end.
    dropped: AtomicU64,
    lag: Lag,
    /// Told when draining is to be over at once.
    hurry: Notify,
    /// Events whose handlers have ended.
    handled: AtomicU64,
    /// Handlers that ended with an error or a panic, and filters that panicked.
    failed: AtomicU64,
}

struct Queue {
    waiting: VecDeque<Job>,
    /// Its handler kept everybody waiting: until it ends, no more may wait behind it.
    stuck: bool,
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
            dropped: AtomicU64::new(0),
            lag: Lag::default(),
            hurry: Notify::new(),
            handled: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// Waits until there is room for one more event; `None` once there never will be.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(room) = Arc::clone(&self.room).try_acquire_owned() {
            return Some(room);
        }
        loop {
            match timeout(PATIENCE, Arc::clone(&self.room).acquire_owned()).await {
                Ok(room) => return room.ok(),
                Err(_) => self.make_room(),
            }
        }
    }

    /// Drops the older half of what waits in the fullest lane: its handler does not end, and the
    /// other lanes are not to wait for that.
    fn make_room(&self) {
        let mut lanes = lock(&self.lanes);
        let fullest = lanes.values_mut().max_by_key(|q| q.waiting.len());
        let Some(queue) = fullest.filter(|q| !q.waiting.is_empty()) else {
            return;
        };
        queue.stuck = true;
        let half = queue.waiting.len().div_ceil(2);
        let older: Vec<_> = queue.waiting.drain(..half).collect();
        drop(lanes);
        for job in older {
            self.give_up(job);
        }
        self.lag.tell();
    }

    /// Drops an event; it counts as received once handlers were told.
    fn give_up(&self, job: Job) {
        if !matches!(job.cx.event(), Event::Lagged(_)) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        if self.lag.add(job.cx.event(), job.receipt) >= u64::from(self.capacity) {
            self.lag.tell();
        }
    }

    /// There is no handler for it any more: it comes again to the next, or if it was received
    /// already, they are told.
    pub(super) fn give_back(&self, event: &Event, receipt: Held) {
        let is_news = matches!(event, Event::Lifecycle(_));
        if !receipt.counts() && !is_news {
            self.lag.add(event, receipt);
            self.lag.tell();
        }
    }

    /// What was dropped and is to be told.
    pub(super) fn lag(&self) -> &Lag {
        &self.lag
    }

    /// The routes as they stand; `None` if nobody has any.
    pub(super) fn table(&self) -> Option<Arc<Table>> {
        lock(&self.table).clone()
    }

    /// Changes the routes, for every event whose handlers have not begun.
    pub(super) fn set_table(&self, table: Table) {
        *lock(&self.table) = Some(Arc::new(table));
    }

    /// Nobody has routes any more. What waits for them is handed out, to be
    /// [given back](Self::give_back).
    pub(super) fn clear_table(&self) -> Vec<Job> {
        *lock(&self.table) = None;
        let mut lanes = lock(&self.lanes);
        let queues = lanes.values_mut();
        let waiting = queues.flat_map(|queue| {
            // What comes for the next routes may wait.
            queue.stuck = false;
            queue.waiting.drain(..)
        });
        waiting.collect()
    }

    /// Puts an event at the end of its lane. The news of dropped events is put off where nothing may
    /// wait: it never takes the place of an event.
    pub(super) fn put(self: &Arc<Self>, lane: Lane, job: Job) {
        let oldest = match lock(&self.lanes).entry(lane) {
            Entry::Occupied(mut queue) => {
                let queue = queue.get_mut();
                if let (true, Event::Lagged(dropped)) = (queue.stuck, job.cx.event()) {
                    return self.lag.put_off(*dropped, job.receipt);
                }
                queue.waiting.push_back(job);
                queue.stuck.then(|| queue.waiting.pop_front()).flatten()
            }
            Entry::Vacant(place) => {
                let work = Arc::clone(self).work(lane, job);
                place.insert(Queue {
                    waiting: VecDeque::new(),
                    stuck: false,
                    task: tokio::spawn(work).abort_handle(),
                });
                None
            }
        };
        if let Some(oldest) = oldest {
            self.give_up(oldest);
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
        let queue = lanes.get_mut(&lane)?;
        if std::mem::take(&mut queue.stuck) {
            self.lag.tell();
        }
        let job = queue.waiting.pop_front();
        if job.is_none() {
            lanes.remove(&lane);
        }
        job
    }

    async fn handle(self: &Arc<Self>, job: Job) {
        let Job { cx, receipt, room } = job;
        // Never closed, so this fails for no reason but the end of everything.
        let Ok(_running) = self.running.acquire().await else {
            return;
        };
        if self.cut.load(Ordering::Acquire) {
            tracing::warn!(
                kind = %cx.event().kind(),
                "an event was not handled: a handler stopped the client; `Client::quit` lets the \
                 others end first"
            );
            return;
        }
        let mut from = Some(i32::MIN);
        while let Some(group) = from {
            let Some(table) = self.table() else {
                return self.give_back(cx.event(), receipt);
            };
            // Handlers are guarded one by one; this is for what else of the user's runs on the way.
            let run = guarded_async(table.dispatch(&cx, group));
            from = AT_WORK.scope(self.id(), run).await.unwrap_or_else(|e| {
                tracing::error!(error = %e, "a route failed");
                None
            });
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
        receipt.acknowledge();
        drop(room);
    }

    /// Notes that a handler failed.
    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// What was done, and what is to do.
    pub(super) fn stats(&self) -> HandlerStats {
        let free = self.room.available_permits();
        let in_hand = u64::from(self.capacity).saturating_sub(free as u64);
        HandlerStats {
            in_hand,
            handled: self.handled.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
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
