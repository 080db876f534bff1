use super::again;
use crate::{Error, updates::hub::CatchUp};

/// Those who wait for what was missed.
#[derive(Default)]
pub(super) struct CatchingUp {
    waiting: Vec<CatchUp>,
    /// Whether the question for them is still to be asked.
    new: bool,
}

impl CatchingUp {
    pub(super) fn add(&mut self, more: Vec<CatchUp>) {
        self.new |= !more.is_empty();
        self.waiting.extend(more);
    }

    /// Whether a fetch is to begin.
    pub(super) fn begin(&mut self) -> bool {
        std::mem::take(&mut self.new)
    }

    /// Everything was fetched and handed out, or nobody reads any more.
    pub(super) fn over(&mut self) {
        self.new = false;
        for told in self.waiting.drain(..) {
            // Whoever does not wait any more need not be told.
            let _ = told.send(Ok(()));
        }
    }

    pub(super) fn failed(&mut self, why: &Error) {
        for told in self.waiting.drain(..) {
            let _ = told.send(Err(again(why)));
        }
    }
}
