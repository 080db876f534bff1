use std::{future::Future, time::Duration};

use bytes::Bytes;
use tokio::time::timeout;

use super::RawCall;
use crate::{Error, Result};

/// Ends a call whose answer does not come in time; the server is told to drop it.
pub(super) struct Deadline(pub(super) Duration);

impl Deadline {
    pub(super) async fn carry(
        &self,
        call: &RawCall,
        next: impl Future<Output = Result<Bytes>>,
    ) -> Result<Bytes> {
        let limit = call.options.timeout.unwrap_or(self.0);
        match timeout(limit, next).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { what: call.method }),
        }
    }
}
