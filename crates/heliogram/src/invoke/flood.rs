use std::time::Duration;

use bytes::Bytes;

use super::{RawCall, pause::pause, standard::Standard};
use crate::{
    Client, FloodKind, FloodWait, Result,
    config::{Config, FloodHook},
    error::RpcError,
};

/// How many waits one call sits out before the error is reported all the same.
const MAX_WAITS: u32 = 5;
/// The server counts whole seconds; a moment more keeps the next attempt from being early.
const MARGIN: Duration = Duration::from_millis(50);

/// Sleeps through the waits that the server asks for, up to a threshold, and keeps calls from
/// being made while a wait that is known still lasts.
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

    /// No wait passes in silence.
    fn tell(&self, flood: &FloodWait) {
        let FloodWait { method, wait, .. } = flood;
        let (slept, known) = (flood.slept, flood.known);
        tracing::info!(method, ?wait, slept, known, "flood wait");
        if let Some(hook) = &self.hook {
            hook(flood);
        }
    }
}

impl Flood {
    pub(super) async fn carry(
        &self,
        client: &Client,
        call: &RawCall,
        next: &Standard,
    ) -> Result<Bytes> {
        let first = match client.net().waits.of(call) {
            Some(_) => None,
            None => {
                let answer = next.in_turn(client, call).await;
                match &answer {
                    Err(e) if e.rpc().is_some_and(|e| pace(e).is_some()) => Some(answer),
                    _ => return answer,
                }
            }
        };
        Box::pin(self.wait(client, call, next, first)).await
    }

    /// Goes on with a call that has to wait: by what is known, or by its first answer.
    async fn wait(
        &self,
        client: &Client,
        call: &RawCall,
        next: &Standard,
        mut first: Option<Result<Bytes>>,
    ) -> Result<Bytes> {
        let net = client.net();
        let longest = call.options.flood_sleep.unwrap_or(self.longest);
        let mut waits = 0;
        loop {
            let known = match first {
                Some(_) => None,
                None => net.waits.of(call),
            };
            let (answer, kind, wait) = match known {
                Some((kind, wait)) => (Err(refusal(call, kind, wait).into()), kind, wait),
                None => {
                    let answer = match first.take() {
                        Some(first) => first,
                        None => next.in_turn(client, call).await,
                    };
                    let refused = answer.as_ref().err().and_then(|e| e.rpc());
                    let Some((e, (kind, wait))) = refused.and_then(|e| Some((e, pace(e)?))) else {
                        return answer;
                    };
                    // Carrying the account over is a call of its own, with a wait of its own.
                    if e.method == call.method {
                        Box::pin(net.waits.note(call, kind, wait, &net.records)).await;
                    }
                    (answer, kind, wait)
                }
            };
            net.stats.flood_waits.count();
            let told = FloodWait {
                method: call.method,
                kind,
                wait,
                slept: wait <= longest && waits < MAX_WAITS,
                known: known.is_some(),
            };
            self.tell(&told);
            if !told.slept {
                return answer;
            }
            waits += 1;
            Box::pin(pause(client, wait + MARGIN)).await?;
        }
    }
}

/// The waits after which the same call may be made again.
///
/// Other errors of the class, such as `2FA_CONFIRM_WAIT`, are for people to sit out.
pub(super) fn pace(e: &RpcError) -> Option<(FloodKind, Duration)> {
    let kind = FloodKind::ALL.into_iter().find(|k| *k.name() == *e.name)?;
    Some((kind, e.flood_wait()?))
}

/// What the server would say of a call whose wait has not ended yet.
pub(super) fn refusal(call: &RawCall, kind: FloodKind, wait: Duration) -> RpcError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    RpcError::new(call.method, 420, &format!("{}_{seconds}", kind.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_waits_that_end_by_themselves_are_slept() {
        let wait = |text| pace(&RpcError::new("x", 420, text)).map(|(_, wait)| wait);
        assert_eq!(wait("FLOOD_WAIT_7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("FLOOD_PREMIUM_WAIT_3"), Some(Duration::from_secs(3)));
        assert_eq!(wait("SLOWMODE_WAIT_10"), Some(Duration::from_secs(10)));
        assert_eq!(wait("2FA_CONFIRM_WAIT_600"), None);
        assert_eq!(wait("FLOOD_WAIT"), None);
        assert_eq!(wait("FLOOD_WAIT_0"), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_refusal_from_memory_is_the_one_the_server_would_give() {
        let call = RawCall::new("messages.search", Bytes::new());
        let e = refusal(&call, FloodKind::Premium, Duration::from_millis(2100));
        assert_eq!(
            e,
            RpcError::new("messages.search", 420, "FLOOD_PREMIUM_WAIT_3")
        );
    }
}
