use std::time::Duration;

use bytes::Bytes;

use super::{
    RawCall,
    migrate::{self, Straight},
    pause::pause,
    throttle::Throttle,
};
use crate::{Client, Error, Result, error::NetworkError, net::Backoff, random};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Repeats calls after faults of the server, with growing pauses.
pub(super) struct Retry(pub(super) u32);

impl Retry {
    /// Whether anything is left to be done about a call that failed on its straight way.
    pub(super) fn goes_on(&self, error: &Error, call: &RawCall) -> bool {
        error.rpc().is_some() || (self.times(call) > 0 && is_passing(error, call))
    }

    /// Sends a call to the data centre it is for, as often as it takes; it may have failed once
    /// already, on its straight way.
    pub(super) async fn carry(
        &self,
        client: &Client,
        call: &RawCall,
        first: Option<(Straight, Error)>,
        throttle: &Throttle,
    ) -> Result<Bytes> {
        let answer = match first {
            Some((_, error)) if error.rpc().is_none() => Err(error),
            first => migrate::route(client, call, first).await,
        };
        repeat(client, call, self.times(call), answer, throttle).await
    }

    fn times(&self, call: &RawCall) -> u32 {
        call.options.retries.unwrap_or(self.0)
    }
}

/// Repeats a call as long as its answers are faults that pass, at most so many times.
async fn repeat(
    client: &Client,
    call: &RawCall,
    times: u32,
    mut answer: Result<Bytes>,
    throttle: &Throttle,
) -> Result<Bytes> {
    if times == 0 || answer.is_ok() {
        return answer;
    }
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE, random::seed()?);
    for _ in 0..times {
        let Err(e) = &answer else { break };
        if !is_passing(e, call) {
            break;
        }
        let time = backoff.pause();
        tracing::debug!(method = call.method, error = %e, pause = ?time, "repeating");
        client.net().stats.retries.count();
        pause(client, time).await?;
        // The server counts them as well.
        throttle.wait(client, call).await?;
        answer = migrate::call(client, call).await;
    }
    answer
}

/// Whether the same call may work in a moment and repeating it does no harm.
fn is_passing(e: &Error, call: &RawCall) -> bool {
    match e {
        Error::Rpc(e) => e.is_transient(),
        Error::Network(e) => matches!(**e, NetworkError::MayHaveRun { .. }) && call.is_repeatable(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RpcError;

    fn passing(e: Error, method: &'static str) -> bool {
        is_passing(&e, &RawCall::new(method, Bytes::new()))
    }

    #[test]
    fn faults_of_the_server_pass_and_refusals_do_not() {
        let rpc = |code, text| Error::from(RpcError::new("x", code, text));
        assert!(passing(rpc(500, "RPC_CALL_FAIL"), "messages.sendMessage"));
        for (code, text) in [
            (-503, "Timedout"),
            (-503, "Timeout"),
            (500, "RPC_MCGET_FAIL"),
            (400, "RPC_MCGET_FAIL"),
            (500, "INTERDC_4_CALL_ERROR"),
            (500, "INTERDC_2_CALL_RICH_ERROR"),
            (500, "WORKER_BUSY_TOO_LONG_RETRY"),
            (400, "MSG_WAIT_FAILED"),
            (400, "MSG_WAIT_TIMEOUT"),
            (500, "No workers running"),
        ] {
            assert!(passing(rpc(code, text), "messages.sendMessage"), "{text}");
        }
        assert!(!passing(
            rpc(500, "RANDOM_ID_DUPLICATE"),
            "messages.sendMessage"
        ));
        assert!(!passing(
            rpc(400, "PEER_ID_INVALID"),
            "messages.sendMessage"
        ));
    }

    #[test]
    fn what_may_have_run_is_repeated_only_if_that_does_no_harm() {
        let lost = |method| Error::from(NetworkError::MayHaveRun { method });
        assert!(passing(lost("messages.getHistory"), "messages.getHistory"));
        assert!(!passing(
            lost("messages.sendMessage"),
            "messages.sendMessage"
        ));
    }
}
