use std::{future::Future, sync::Mutex, time::Duration};

use tokio::{sync::mpsc, time::timeout};

use super::lock;

/// The background tasks of a client, kept track of so that its end can be waited for.
pub(crate) struct Tasks {
    /// Held by each task; `None` once no more may begin.
    hold: Mutex<Option<mpsc::Sender<()>>>,
    /// Ends when all tasks have ended.
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let (hold, ended) = mpsc::channel(1);
        Self {
            hold: Mutex::new(Some(hold)),
            ended: tokio::sync::Mutex::new(ended),
        }
    }

    /// Starts a task, unless the client has ended; answers whether it did.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> bool {
        let Some(hold) = lock(&self.hold).clone() else {
            return false;
        };
        // A future that is moved into another takes its room there twice: once before the first
        // poll, once after.
        let task = Box::pin(task);
        tokio::spawn(async move {
            task.await;
            drop(hold);
        });
        true
    }

    /// No task begins from now on.
    pub(super) fn close(&self) {
        *lock(&self.hold) = None;
    }

    /// Waits until all tasks have ended, for a bounded time; answers whether they have.
    pub(super) async fn ended(&self, within: Duration) -> bool {
        let mut ended = self.ended.lock().await;
        timeout(within, ended.recv()).await.is_ok()
    }
}
