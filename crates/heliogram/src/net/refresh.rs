//! Keeps the addresses of data centres fresh while a client is connected.

use std::time::Duration;

use heliogram_api::{functions as f, types};
use tokio::{sync::watch, time::sleep};

use crate::WeakClient;

/// The shortest and the longest time after which the configuration is fetched again, whatever the
/// server says.
const SHORTEST: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Fetches the configuration whenever it expires, until the client ends.
pub(crate) async fn run(
    client: WeakClient,
    mut stopped: watch::Receiver<bool>,
    config: types::Config,
) {
    let mut wait = lifetime(&config);
    drop(config);
    loop {
        tokio::select! {
            () = sleep(wait) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        let Some(client) = client.upgrade() else {
            return;
        };
        wait = match fetch(&client).await {
            Ok(config) => lifetime(&config),
            Err(error) => {
                tracing::debug!(%error, "the configuration was not refreshed");
                SHORTEST
            }
        };
    }
}

async fn fetch(client: &crate::Client) -> crate::Result<types::Config> {
    let config = client.invoke(f::help::GetConfig {}).await?;
    client.net().learn_addresses(&config).await?;
    Ok(config)
}

/// How long the configuration is good for.
fn lifetime(config: &types::Config) -> Duration {
    let seconds = i64::from(config.expires) - i64::from(config.date);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).clamp(SHORTEST, LONGEST)
}
