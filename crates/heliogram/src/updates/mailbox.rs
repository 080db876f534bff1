use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{Delivery, Receipt, company::Company, meter::Meter};
use crate::{Result, events::Event, net::lock};

/// How many events a reader may leave unread.
const CAPACITY: usize = 1024;
/// For how many events memory is kept once there are none.
const KEPT: usize = 32;
/// How long a full mailbox is waited for before its oldest events are dropped.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the events of one reader wait.
#[derive(Default)]
pub(super) struct Mailbox {
    letters: Mutex<Letters>,
    /// Woken when an event was taken.
    room: Notify,
    meter: Arc<Meter>,
}

/// An event that waits to be taken.
pub(super) struct Letter {
    pub(super) event: Result<Event>,
    pub(super) receipt: Receipt,
    /// Who else is handed it.
    pub(super) company: Company,
    /// When the update came in from the server.
    pub(super) arrived: Instant,
}

/// What a reader leaves.
pub(super) struct Leftover {
    pub(super) event: Event,
    pub(super) receipt: Receipt,
    pub(super) company: Company,
}

#[derive(Default)]
struct Letters {
    queue: VecDeque<Letter>,
    lag: Lag,
    /// Since when there is no room.
    full_since: Option<Instant>,
    /// Once its patience ran out, a reader is not waited for until it has caught up.
    slow: bool,
    closed: bool,
    waker: Option<Waker>,
}

/// The letters that were dropped for want of room, until the reader is told how many.
#[derive(Default)]
struct Lag {
    dropped: u64,
    /// Of the first of them: as long as nobody was told, all of them come again after a restart.
    receipt: Receipt,
    company: Company,
}

impl Lag {
    /// Gives the receipt of a dropped letter, unless it is kept.
    fn add(&mut self, letter: Letter) -> Receipt {
        self.dropped += 1;
        match self.receipt.counts() {
            true => letter.receipt,
            false => {
                self.company = letter.company;
                std::mem::replace(&mut self.receipt, letter.receipt)
            }
        }
    }

    /// What to tell the reader, if there is anything.
    fn take(&mut self) -> Option<Leftover> {
        let Self {
            dropped,
            receipt,
            company,
        } = std::mem::take(self);
        (dropped > 0).then(|| Leftover {
            event: Event::Lagged(dropped),
            receipt,
            company,
        })
    }
}

impl Letters {
    fn has_room(&mut self) -> bool {
        if self.queue.len() <= CAPACITY / 2 {
            self.slow = false;
        }
        let room = self.queue.len() < CAPACITY || self.slow || self.closed;
        if room {
            self.full_since = None;
        }
        room
    }
}

impl Mailbox {
    pub(super) fn new(meter: Arc<Meter>) -> Self {
        Self {
            meter,
            ..Self::default()
        }
    }

    /// Whether an event may be put in now.
    pub(super) fn has_room(&self) -> bool {
        lock(&self.letters).has_room()
    }

    /// Waits until there is room, unless the reader is too slow for that. The time it waits counts
    /// on if this is dropped and begun anew.
    pub(super) async fn room(&self) {
        loop {
            let since = {
                let mut letters = lock(&self.letters);
                if letters.has_room() {
                    return;
                }
                *letters.full_since.get_or_insert_with(Instant::now)
            };
            if timeout_at(since + PATIENCE, self.room.notified())
                .await
                .is_err()
            {
                lock(&self.letters).slow = true;
            }
        }
    }

    /// Puts an event in, in the place of the oldest if there is no room; answers whether there is
    /// still somebody to take it.
    pub(super) fn put(&self, letter: Letter) -> bool {
        let mut letters = lock(&self.letters);
        if letters.closed {
            return false;
        }
        let oldest = match letters.queue.len() < CAPACITY {
            true => None,
            false => letters.queue.pop_front(),
        };
        let dropped = oldest.map(|letter| {
            self.meter.lagged.count();
            letters.lag.add(letter)
        });
        letters.queue.push_back(letter);
        let waker = letters.waker.take();
        drop(letters);
        if let Some(waker) = waker {
            waker.wake();
        }
        // Receipts go back when the lock is free.
        if let Some(receipt) = dropped {
            receipt.pass_over();
        }
        true
    }

    /// Takes the next event; `None` when there will be no more.
    pub(super) fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let mut letters = lock(&self.letters);
        if let Some(lagged) = letters.lag.take() {
            return Poll::Ready(Some(Delivery {
                event: Ok(lagged.event),
                receipt: lagged.receipt,
                company: lagged.company,
            }));
        }
        if let Some(letter) = letters.queue.pop_front() {
            self.room.notify_one();
            self.meter.taken(letter.arrived);
            return Poll::Ready(Some(Delivery {
                event: letter.event,
                receipt: letter.receipt,
                company: letter.company,
            }));
        }
        if letters.closed {
            return Poll::Ready(None);
        }
        if letters.queue.capacity() > KEPT {
            letters.queue = VecDeque::new();
        }
        letters.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// There will be no more events, and those inside are given up: they are handed back, for the
    /// caller to decide what that means.
    pub(super) fn close(&self) -> Vec<Leftover> {
        let mut letters = lock(&self.letters);
        letters.closed = true;
        letters.full_since = None;
        let waker = letters.waker.take();
        let mut left: Vec<_> = letters.lag.take().into_iter().collect();
        for letter in std::mem::take(&mut letters.queue) {
            match letter.event {
                Ok(event) => left.push(Leftover {
                    event,
                    receipt: letter.receipt,
                    company: letter.company,
                }),
                // What went wrong is not repeated after a restart; it can be taken even now.
                Err(_) => letters.queue.push_back(letter),
            }
        }
        drop(letters);
        if let Some(waker) = waker {
            waker.wake();
        }
        self.room.notify_one();
        left
    }

    #[cfg(test)]
    pub(super) fn is_closed(&self) -> bool {
        lock(&self.letters).closed
    }

    /// How many events wait, and when the oldest of them arrived.
    pub(super) fn waiting(&self) -> (usize, Option<Instant>) {
        let letters = lock(&self.letters);
        let oldest = letters.queue.front().map(|l| l.arrived);
        (letters.queue.len(), oldest)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::Arc};

    use heliogram_api::enums;

    use super::*;
    use crate::updates::ledger::{Ledger, Moved};

    fn event() -> Letter {
        with(Receipt::default())
    }

    fn with(receipt: Receipt) -> Letter {
        Letter {
            event: Ok(Event::Raw(Arc::new(enums::Update::PtsChanged))),
            receipt,
            company: Company::default(),
            arrived: Instant::now(),
        }
    }

    async fn take(mailbox: &Mailbox) -> Option<Result<Event>> {
        poll_fn(|cx| mailbox.poll_take(cx)).await.map(|d| d.event)
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_learns_what_it_missed() {
        let mailbox = Mailbox::default();
        for _ in 0..CAPACITY + 7 {
            mailbox.room().await;
            mailbox.put(event());
        }
        assert!(matches!(take(&mailbox).await, Some(Ok(Event::Lagged(7)))));
        for _ in 0..CAPACITY {
            assert!(matches!(take(&mailbox).await, Some(Ok(Event::Raw(_)))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_reads_in_time_misses_nothing() {
        let mailbox = Arc::new(Mailbox::default());
        let writer = tokio::spawn({
            let mailbox = Arc::clone(&mailbox);
            async move {
                for _ in 0..3 * CAPACITY {
                    mailbox.room().await;
                    mailbox.put(event());
                }
                mailbox.room().await;
            }
        });
        for taken in 1..=3 * CAPACITY {
            assert!(matches!(take(&mailbox).await, Some(Ok(Event::Raw(_)))));
            if taken % CAPACITY == 0 {
                tokio::time::sleep(PATIENCE / 2).await;
            }
        }
        writer.await.unwrap();
        mailbox.close();
        assert!(take(&mailbox).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn patience_runs_out_even_if_the_wait_is_begun_anew() {
        let mailbox = Mailbox::default();
        for _ in 0..CAPACITY {
            mailbox.put(event());
        }
        let began = Instant::now();
        loop {
            let wait = tokio::time::timeout(PATIENCE / 4, mailbox.room());
            if wait.await.is_ok() {
                break;
            }
        }
        assert_eq!(began.elapsed(), PATIENCE);
    }

    /// A ledger whose counters moved after each event, and a mailbox with three too many of them.
    fn overflown() -> (Mailbox, Arc<Ledger>) {
        let (mailbox, ledger) = (Mailbox::default(), Arc::new(Ledger::default()));
        for pts in 1..=CAPACITY as i32 + 3 {
            mailbox.put(with(ledger.open(None)));
            ledger.moved(Moved::to(pts));
        }
        (mailbox, ledger)
    }

    fn stored(ledger: &Ledger) -> Option<i32> {
        ledger.take_settled().moved.common.map(|state| state.pts)
    }

    #[tokio::test]
    async fn what_is_dropped_for_want_of_room_counts_as_dealt_with_once_it_is_told() {
        let (mailbox, ledger) = overflown();
        assert_eq!(
            ledger.len(),
            CAPACITY + 1,
            "the first of them keeps its place"
        );
        assert_eq!(stored(&ledger), None);
        let told = poll_fn(|cx| mailbox.poll_take(cx)).await.unwrap();
        assert!(matches!(told.event, Ok(Event::Lagged(3))));
        assert_eq!(stored(&ledger), None, "it is in hand");
        drop(told.receipt);
        assert_eq!(stored(&ledger), Some(3));
        for left in mailbox.close() {
            left.receipt.forfeit();
        }
        assert_eq!(ledger.len(), CAPACITY, "what was left comes again");
    }

    #[tokio::test]
    async fn what_is_dropped_comes_again_if_nobody_was_told() {
        let (mailbox, ledger) = overflown();
        for left in mailbox.close() {
            left.receipt.forfeit();
        }
        assert_eq!(stored(&ledger), None);
        assert!(take(&mailbox).await.is_none(), "nothing is missing");
    }
}
