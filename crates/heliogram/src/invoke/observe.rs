//! One span for each call and each attempt, and the counts of how they end.

use std::pin::pin;

use bytes::Bytes;
use tracing::{Instrument, Span, field::Empty};

use super::{Layers, RawCall};
use crate::{
    Client, Error, Result,
    metric::{self, Stopwatch},
};

/// Carries a call through all layers.
///
/// The span `call` has the fields `method`, `attempts` and `outcome`: `ok`, the name of the
/// server's error, or the kind of error. Arguments are in no span and no event.
pub(crate) async fn run(client: &Client, layers: &Layers, call: &RawCall) -> Result<Bytes> {
    let span = tracing::debug_span!(
        "call",
        method = call.method,
        attempts = Empty,
        outcome = Empty
    );
    let began = Stopwatch::start();
    let mut carried = pin!(layers.run(client, call).instrument(span));
    let answer = carried.as_mut().await;
    let stats = &client.net().stats;
    stats.calls.count();
    if answer.is_err() {
        stats.failed.count();
    }
    let outcome = outcome(&answer);
    let span = carried.span();
    span.record("attempts", call.attempts());
    span.record("outcome", outcome);
    metric::call(call.method, outcome, began);
    answer
}

/// The span of one attempt, with the fields `method`, `dc`, `attempt` and `outcome`.
pub(super) fn attempt(call: &RawCall, dc: i32) -> Span {
    let attempt = call.count_attempt();
    tracing::debug_span!(
        "attempt",
        method = call.method,
        dc,
        attempt,
        outcome = Empty
    )
}

/// How a call ended, in a word.
pub(super) fn outcome(answer: &Result<Bytes>) -> &str {
    match answer {
        Ok(_) => "ok",
        Err(Error::Rpc(e)) => &e.name,
        Err(Error::SessionEnded(e)) => &e.refusal.name,
        Err(Error::Timeout { .. }) => "timeout",
        Err(Error::Network(_)) => "network",
        Err(Error::Protocol(_)) => "protocol",
        Err(Error::Storage(_)) => "storage",
        Err(Error::Closed) => "closed",
        Err(Error::Cancelled) => "cancelled",
        Err(Error::Usage(_)) => "usage",
        Err(_) => "failed",
    }
}
