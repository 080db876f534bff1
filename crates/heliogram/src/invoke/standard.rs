//! The layers that every client has, one in the other without a box between them: most calls pass
//! all of them with nothing to be done.

use bytes::Bytes;

use super::{RawCall, deadline::Deadline, flood::Flood, retry::Retry, throttle::Throttle};
use crate::{Client, Result, config::Config};

/// Flood waits, budgets, the time limit, and repetition after faults of the server.
pub(super) struct Standard {
    flood: Flood,
    throttle: Throttle,
    deadline: Deadline,
    retry: Retry,
}

impl Standard {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            flood: Flood::new(config),
            throttle: Throttle::new(&config.budgets),
            deadline: Deadline(config.request_timeout),
            retry: Retry(config.retries),
        }
    }

    /// Carries a call through them, to the data centre it is for.
    pub(super) async fn call(&self, client: &Client, call: &RawCall) -> Result<Bytes> {
        self.flood.carry(client, call, self).await
    }

    /// What of the way lies behind the flood waits.
    pub(super) async fn in_turn(&self, client: &Client, call: &RawCall) -> Result<Bytes> {
        self.throttle.wait(client, call).await?;
        let answer = self.retry.carry(client, call);
        self.deadline.carry(call, answer).await
    }
}
