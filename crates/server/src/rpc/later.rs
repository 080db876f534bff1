//! Answers that somebody else gives: a bot, to the question a request put to it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Answer;
use crate::shared::{Shared, lock};

/// What a handler gives back that may have to wait for somebody.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    /// The answer is there.
    Now(T),
    /// It will be, or will be known to be missing.
    Later(Wait<T>),
}

/// An answer that is waited for: until its bell rings, or until its time is over. Either way the
/// world is asked then, which knows whether there is one.
pub(crate) struct Wait<T> {
    bell: Bell,
    ring: oneshot::Receiver<()>,
    look: Look<T>,
}

/// What takes an answer from the world.
type Look<T> = Box<dyn FnOnce(&Shared) -> Answer<T> + Send>;

/// What a wait is known by: the id of the question that was put.
type Bell = i64;

impl<T: 'static> Wait<T> {
    /// Waits for the answer to a question; `look` takes it from the world.
    pub(crate) fn new(
        bells: &Bells,
        question: i64,
        look: impl FnOnce(&Shared) -> Answer<T> + Send + 'static,
    ) -> Self {
        Self {
            bell: question,
            ring: bells.hang(question),
            look: Box::new(look),
        }
    }

    /// The same wait for something made of the answer.
    pub(crate) fn then<U>(
        self,
        make: impl FnOnce(&Shared, T) -> Answer<U> + Send + 'static,
    ) -> Wait<U> {
        let look = self.look;
        Wait {
            bell: self.bell,
            ring: self.ring,
            look: Box::new(move |shared| make(shared, look(shared)?)),
        }
    }

    /// Waits, and gives the answer.
    pub(crate) async fn over(self, shared: &Shared) -> Answer<T> {
        // A bell that was taken down and a time that is over are looked into alike.
        drop(tokio::time::timeout(shared.bells.patience, self.ring).await);
        shared.bells.take_down(self.bell);
        (self.look)(shared)
    }

    /// Gives the answer if there is one by now, as after the time is over.
    #[cfg(test)]
    pub(crate) fn look(self, shared: &Shared) -> Answer<T> {
        shared.bells.take_down(self.bell);
        (self.look)(shared)
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("question", &self.bell)
            .finish_non_exhaustive()
    }
}

/// The requests that wait, by the question each waits for. There are never more than the world has
/// questions open.
pub(crate) struct Bells {
    hung: Mutex<HashMap<Bell, oneshot::Sender<()>>>,
    /// How long a request waits.
    patience: Duration,
}

impl Bells {
    /// Nobody waits; whoever will does so for this long.
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            hung: Mutex::default(),
            patience,
        }
    }

    /// Wakes the request that waits for a question, if one does.
    pub(crate) fn ring(&self, question: Bell) {
        if let Some(bell) = lock(&self.hung).remove(&question) {
            // Nobody listens any more: the server stops, or the time was over just now.
            let _ = bell.send(());
        }
    }

    fn hang(&self, question: Bell) -> oneshot::Receiver<()> {
        let (bell, ring) = oneshot::channel();
        lock(&self.hung).insert(question, bell);
        ring
    }

    fn take_down(&self, question: Bell) {
        lock(&self.hung).remove(&question);
    }
}
