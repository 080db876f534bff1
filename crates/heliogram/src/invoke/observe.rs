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
    let outcome = outcome(answer.as_ref().err());
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
pub(super) fn outcome(error: Option<&Error>) -> &str {
    let Some(error) = error else { return "ok" };
    match error {
        Error::Rpc(e) => &e.name,
        Error::SessionEnded(e) => &e.refusal.name,
        Error::Timeout { .. } => "timeout",
        Error::Network(_) => "network",
        Error::Protocol(_) => "protocol",
        Error::Storage(_) => "storage",
        Error::Closed => "closed",
        Error::Cancelled => "cancelled",
        Error::Usage(_) => "usage",
        _ => "failed",
    }
}
