use std::time::Duration;

use tokio::time::sleep;

use crate::{Client, Error, Result};

/// Sleeps, unless the client is stopped meanwhile.
pub(super) async fn pause(client: &Client, time: Duration) -> Result<()> {
    let mut stopped = client.net().stopped();
    tokio::select! {
        () = sleep(time) => Ok(()),
        // The sender lives in the client that is held here.
        _ = stopped.wait_for(|stopped| *stopped) => Err(Error::Closed),
    }
}
