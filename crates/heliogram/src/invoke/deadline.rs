use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::{Layer, Next, RawCall};
use crate::{BoxFuture, Error, Result};

/// Ends a call whose answer does not come in time; the server is told to drop it.
pub(super) struct Deadline(pub(super) Duration);

impl Layer for Deadline {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            let what = call.method;
            let limit = call.options.timeout.unwrap_or(self.0);
            match timeout(limit, next.run(call)).await {
                Ok(answer) => answer,
                Err(_) => Err(Error::Timeout { what }),
            }
        })
    }
}
