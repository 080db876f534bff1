//! What a client can be set to do about updates.

use crate::ClientBuilder;

impl ClientBuilder {
    /// Whether what happened while the client was away is fetched and handed out. On by default: see
    /// [catching up](crate::updates#catching-up).
    ///
    /// Off, the client starts from what is when it connects: whatever happened before is skipped for
    /// good, also by later clients of the same session.
    ///
    /// ```no_run
    /// # async fn run() -> heliogram::Result<()> {
    /// # let (api_id, api_hash) = (1, "");
    /// let client = heliogram::Client::builder(api_id, api_hash).catch_up(false).connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `updates.getState` in place of `updates.getDifference`.
    #[doc(alias = "skip_updates")]
    #[doc(alias = "updates.getState")]
    pub fn catch_up(mut self, on: bool) -> Self {
        self.config.catch_up = on;
        self
    }

    /// Whether the server sends updates. On by default.
    ///
    /// Off is for programs that only make calls: it saves traffic and work.
    /// [`Client::updates`](crate::Client::updates) then fails with
    /// [`UsageError::UpdatesOff`](crate::UsageError::UpdatesOff).
    ///
    /// Raw [`invokeWithoutUpdates`](https://core.telegram.org/method/invokeWithoutUpdates).
    #[doc(alias = "no_updates")]
    #[doc(alias = "set_receive_updates")]
    #[doc(alias = "invokeWithoutUpdates")]
    pub fn receive_updates(mut self, on: bool) -> Self {
        self.config.receive_updates = on;
        self
    }
}
