//! The layers that every client has, one in the other without a box between them: most calls pass
//! all of them with nothing to be done. What a layer does beyond that is boxed, so that a call is
//! as small as its common way.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::{RawCall, flood::Flood, retry::Retry, throttle::Throttle};
use crate::{Client, Error, Result, config::Config};

/// Flood waits, budgets, the time limit, and repetition after faults of the server.
pub(super) struct Standard {
    flood: Flood,
    throttle: Throttle,
    /// A call whose answer does not come in time ends; the server is told to drop it.
    request_timeout: Duration,
    retry: Retry,
}

impl Standard {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            flood: Flood::new(config),
            throttle: Throttle::new(&config.budgets),
            request_timeout: config.request_timeout,
            retry: Retry(config.retries),
        }
    }

    /// Carries a call through them, to the data centre it is for.
    pub(super) fn call<'a>(
        &'a self,
        client: &'a Client,
        call: &'a RawCall,
    ) -> impl Future<Output = Result<Bytes>> + Send + 'a {
        self.flood.carry(client, call, self)
    }

    /// What of the way lies behind the flood waits.
    pub(super) fn in_turn<'a>(
        &'a self,
        client: &'a Client,
        call: &'a RawCall,
    ) -> impl Future<Output = Result<Bytes>> + Send + 'a {
        let limit = call.options.timeout.unwrap_or(self.request_timeout);
        async move {
            self.throttle.wait(client, call).await?;
            // Awaited where it is made: handed to another function, it would take its room twice.
            match timeout(limit, self.retry.carry(client, call)).await {
                Ok(answer) => answer,
                Err(_) => Err(Error::Timeout { what: call.method }),
            }
        }
    }
}
