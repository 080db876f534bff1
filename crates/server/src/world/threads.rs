//! Threads: the answers below a message, and what is written into a topic.

use std::collections::BTreeSet;

use super::{Mailbox, World};

impl Mailbox {
    /// Notes a message as part of the thread it belongs to.
    pub(super) fn thread_in(&mut self, thread: Option<i32>, id: i32) {
        if let Some(top) = thread {
            self.threads.entry(top).or_default().insert(id);
        }
    }

    /// Forgets a message of a thread.
    pub(super) fn thread_out(&mut self, thread: Option<i32>, id: i32) {
        let Some(top) = thread else { return };
        let Some(ids) = self.threads.get_mut(&top) else {
            return;
        };
        ids.remove(&id);
        if ids.is_empty() {
            self.threads.remove(&top);
        }
    }
}

impl World {
    /// The messages below the first one of a thread, oldest first.
    pub(crate) fn thread_ids(&self, channel: i64, top: i32) -> Option<&BTreeSet<i32>> {
        self.boxes.get(&channel)?.threads.get(&top)
    }
}
