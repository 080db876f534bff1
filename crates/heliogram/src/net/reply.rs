//! The way back to the caller of a call, and until when it is worth taking.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::fault::CallError;

/// Why there is no answer, and when the time of the call is over, if it was running: time of the
/// net's clock.
pub(super) struct Unanswered {
    pub(super) why: CallError,
    pub(super) due: Option<Duration>,
}

impl From<CallError> for Unanswered {
    fn from(why: CallError) -> Self {
        Self { why, due: None }
    }
}

/// Takes the answer to a call to whoever waits for it.
pub(super) struct Reply {
    to: oneshot::Sender<Result<Bytes, Unanswered>>,
    due: Option<Duration>,
}

impl Reply {
    /// A way back, and its end.
    pub(super) fn new() -> (Self, oneshot::Receiver<Result<Bytes, Unanswered>>) {
        let (to, answer) = oneshot::channel();
        (Self { to, due: None }, answer)
    }

    /// From now on, the call has this long. The time of one that was taken before runs on.
    pub(super) fn limit(&mut self, now: Duration, limit: Duration) {
        self.due.get_or_insert_with(|| now.saturating_add(limit));
    }

    /// When the time of the call is over.
    pub(super) fn due(&self) -> Option<Duration> {
        self.due
    }

    /// Whether nobody waits for an answer any more.
    pub(super) fn is_closed(&self) -> bool {
        self.to.is_closed()
    }

    pub(super) fn send(self, result: Result<Bytes, CallError>) {
        let due = self.due;
        // A caller that has gone away does not mind.
        let _ = self.to.send(result.map_err(|why| Unanswered { why, due }));
    }
}
