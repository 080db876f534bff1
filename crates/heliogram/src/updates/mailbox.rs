use std::{
    collections::VecDeque,
    sync::Mutex,
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

use crate::{Result, events::Event, net::lock};

/// How many events a reader may leave unread.
const CAPACITY: usize = 1024;
/// How long a full mailbox is waited for before its oldest events are dropped.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the events of one reader wait.
#[derive(Default)]
pub(super) struct Mailbox {
    letters: Mutex<Letters>,
    /// Woken when an event was taken.
    room: Notify,
}

#[derive(Default)]
struct Letters {
    queue: VecDeque<Result<Event>>,
    lagged: u64,
    /// Once its patience ran out, a reader is not waited for until it has caught up.
    slow: bool,
    closed: bool,
    waker: Option<Waker>,
}

impl Mailbox {
    /// Waits until there is room, unless the reader is too slow for that.
    pub(super) async fn wait_for_room(&self) {
        loop {
            {
                let mut letters = lock(&self.letters);
                if letters.queue.len() <= CAPACITY / 2 {
                    letters.slow = false;
                }
                if letters.queue.len() < CAPACITY || letters.slow || letters.closed {
                    return;
                }
            }
            if timeout(PATIENCE, self.room.notified()).await.is_err() {
                lock(&self.letters).slow = true;
            }
        }
    }

    /// Puts an event in, in the place of the oldest if there is no room.
    pub(super) fn put(&self, event: Result<Event>) {
        let mut letters = lock(&self.letters);
        if letters.closed {
            return;
        }
        if letters.queue.len() >= CAPACITY {
            letters.queue.pop_front();
            letters.lagged += 1;
        }
        letters.queue.push_back(event);
        if let Some(waker) = letters.waker.take() {
            waker.wake();
        }
    }

    /// Takes the next event; `None` when there will be no more.
    pub(super) fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        let mut letters = lock(&self.letters);
        if letters.lagged > 0 {
            let dropped = std::mem::take(&mut letters.lagged);
            return Poll::Ready(Some(Ok(Event::Lagged(dropped))));
        }
        if let Some(event) = letters.queue.pop_front() {
            self.room.notify_one();
            return Poll::Ready(Some(event));
        }
        if letters.closed {
            return Poll::Ready(None);
        }
        letters.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// There will be no more events; those inside can still be taken.
    pub(super) fn close(&self) {
        let mut letters = lock(&self.letters);
        letters.closed = true;
        if let Some(waker) = letters.waker.take() {
            waker.wake();
        }
        self.room.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.letters).closed
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::Arc};

    use heliogram_api::enums;

    use super::*;

    fn event() -> Result<Event> {
        Ok(Event::Raw(Arc::new(enums::Update::PtsChanged)))
    }

    async fn take(mailbox: &Mailbox) -> Option<Result<Event>> {
        poll_fn(|cx| mailbox.poll_take(cx)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_learns_what_it_missed() {
        let mailbox = Mailbox::default();
        for _ in 0..CAPACITY + 7 {
            mailbox.wait_for_room().await;
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
                    mailbox.wait_for_room().await;
                    mailbox.put(event());
                }
                mailbox.close();
            }
        });
        let mut taken = 0;
        while let Some(event) = take(&mailbox).await {
            assert!(matches!(event, Ok(Event::Raw(_))));
            taken += 1;
            if taken % CAPACITY == 0 {
                tokio::time::sleep(PATIENCE / 2).await;
            }
        }
        writer.await.unwrap();
        assert_eq!(taken, 3 * CAPACITY);
    }
}
