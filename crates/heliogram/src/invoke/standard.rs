//! The layers that every client has, one in the other without a box between them: most calls pass
//! all of them with nothing to be done. What a layer does beyond that is boxed, so that a call is
//! as small as its common way.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use super::{
    RawCall,
    flood::Flood,
    migrate::{self, Straight},
    retry::Retry,
    throttle::Throttle,
};
use crate::{Client, Error, Result, config::Config, net::Failed};

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
            let Some(way) = migrate::straight(client, call) else {
                return Box::pin(self.long_way(client, call, None, until(limit))).await;
            };
            // Most calls are answered at once, by a connection that minds their time.
            match way.attempt(client, call, limit).await {
                Ok(answer) => Ok(answer),
                Err(Failed { error, due }) if self.retry.goes_on(&error, call) => {
                    let due = due.unwrap_or_else(|| until(limit));
                    Box::pin(self.long_way(client, call, Some((way, error)), due)).await
                }
                Err(failed) => Err(failed.error),
            }
        }
    }

    /// Does whatever a call takes, after it failed on its straight way or because it has none.
    async fn long_way(
        &self,
        client: &Client,
        call: &RawCall,
        first: Option<(Straight, Error)>,
        due: Instant,
    ) -> Result<Bytes> {
        match timeout_at(due, self.retry.carry(client, call, first, &self.throttle)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { what: call.method }),
        }
    }
}

/// The end of the time that a call has.
fn until(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit)
        .unwrap_or_else(|| now + RawCall::LONGEST_WAIT)
}
