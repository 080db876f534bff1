use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::{Layer, Next, RawCall};
use crate::{
    BoxFuture, FloodWait, Result,
    config::{Config, FloodHook},
    error::RpcError,
};

/// How many waits one call sits out before the error is reported all the same.
const MAX_WAITS: u32 = 5;
/// The server counts whole seconds; a moment more keeps the next attempt from being early.
const MARGIN: Duration = Duration::from_millis(50);

/// Sleeps through the waits that the server asks for, up to a threshold.
pub(super) struct Flood {
    longest: Duration,
    hook: Option<FloodHook>,
}

impl Flood {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            longest: config.flood_sleep,
            hook: config.on_flood.clone(),
        }
    }
}

impl Layer for Flood {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            let mut waits = 0;
            loop {
                let answer = next.run(call.clone()).await;
                let Some(wait) = answer.as_ref().err().and_then(|e| e.rpc()).and_then(pace) else {
                    return answer;
                };
                let slept = wait <= self.longest && waits < MAX_WAITS;
                let method = call.method;
                tracing::info!(method, ?wait, slept, "the server asks to wait");
                if let Some(hook) = &self.hook {
                    hook(&FloodWait {
                        method,
                        wait,
                        slept,
                    });
                }
                if !slept {
                    return answer;
                }
                waits += 1;
                sleep(wait + MARGIN).await;
            }
        })
    }
}

/// The waits after which the same call may be made again.
///
/// Other errors of the class, such as `2FA_CONFIRM_WAIT`, are for people to sit out.
fn pace(e: &RpcError) -> Option<Duration> {
    let paced = [
        "FLOOD_WAIT",
        "FLOOD_PREMIUM_WAIT",
        "FLOOD_TEST_PHONE_WAIT",
        "SLOWMODE_WAIT",
    ];
    e.flood_wait().filter(|_| paced.contains(&&*e.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_waits_that_end_by_themselves_are_slept() {
        let wait = |text| pace(&RpcError::new("x", 420, text));
        assert_eq!(wait("FLOOD_WAIT_7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("FLOOD_PREMIUM_WAIT_3"), Some(Duration::from_secs(3)));
        assert_eq!(wait("SLOWMODE_WAIT_10"), Some(Duration::from_secs(10)));
        assert_eq!(wait("2FA_CONFIRM_WAIT_600"), None);
        assert_eq!(wait("FLOOD_WAIT"), None);
        assert_eq!(wait("FLOOD_WAIT_0"), Some(Duration::from_secs(1)));
    }
}
