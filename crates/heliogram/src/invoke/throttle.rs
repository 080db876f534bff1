use std::time::Duration;

use bytes::Bytes;
use tokio::{sync::Mutex, time::Instant};

use super::{Layer, Next, RawCall, pause::pause};
use crate::{BoxFuture, Client, Result};

/// Budgets are about shorter times than this.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How often calls may be made: a number of calls in a time.
///
/// Calls are spread evenly, so that no second has more of them than another; a
/// [`burst`](Self::burst) lets some go at once after a rest.
///
/// ```
/// use std::time::Duration;
/// use heliogram::Budget;
///
/// let budget = Budget::new(20, Duration::from_secs(60)).burst(3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a budget does nothing until a client is given it"]
pub struct Budget {
    /// The time one call is worth.
    each: Duration,
    burst: u32,
}

impl Budget {
    /// That many calls, at least one, in this time.
    pub fn new(calls: u32, time: Duration) -> Self {
        Self {
            each: time.min(LONGEST) / calls.max(1),
            burst: 1,
        }
    }

    /// How many calls may go at once after a rest. 1 by default, and at least.
    pub const fn burst(mut self, calls: u32) -> Self {
        self.burst = if calls == 0 { 1 } else { calls };
        self
    }
}

/// What is left of a budget.
struct Bucket {
    prefix: Box<str>,
    budget: Budget,
    /// When the bucket is full again. Held by the call whose turn it is, so that calls go in the
    /// order they came, and one that is taken back takes nothing from those behind it.
    full_at: Mutex<Instant>,
}

impl Bucket {
    /// Waits for its turn and takes one call out; answers whether it had to wait.
    async fn take(&self, client: &Client) -> Result<bool> {
        let waits = self.full_at.try_lock().is_err();
        let mut full_at = self.full_at.lock().await;
        let room = self.budget.each.saturating_mul(self.budget.burst - 1);
        let room = room.min(LONGEST);
        let wait = full_at.saturating_duration_since(Instant::now() + room);
        if !wait.is_zero() {
            pause(client, wait).await?;
        }
        *full_at = (*full_at).max(Instant::now()) + self.budget.each;
        Ok(waits || !wait.is_zero())
    }
}

/// Keeps calls within their budgets.
pub(super) struct Throttle(Vec<Bucket>);

impl Throttle {
    pub(super) fn new(budgets: &[(Box<str>, Budget)]) -> Self {
        let mut buckets: Vec<_> = budgets
            .iter()
            .map(|(prefix, budget)| Bucket {
                prefix: prefix.clone(),
                budget: *budget,
                full_at: Mutex::new(Instant::now()),
            })
            .collect();
        // The narrowest first: who waits there takes nothing from the others yet.
        buckets.sort_by_key(|b| std::cmp::Reverse(b.prefix.len()));
        Self(buckets)
    }
}

impl Layer for Throttle {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        let method = call.method;
        if !self.0.iter().any(|b| method.starts_with(&*b.prefix)) {
            return next.run(call);
        }
        Box::pin(async move {
            let mut waited = false;
            for bucket in self.0.iter().filter(|b| method.starts_with(&*b.prefix)) {
                waited |= bucket.take(next.client).await?;
            }
            if waited {
                next.client.net().stats.throttled.count();
                tracing::trace!(method, "waited for its turn in a budget");
            }
            next.run(call).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_budget_is_out_of_range() {
        assert_eq!(
            Budget::new(0, Duration::from_secs(1)).each,
            Duration::from_secs(1)
        );
        let vast = Budget::new(1, Duration::MAX).burst(u32::MAX);
        assert_eq!(vast.each, LONGEST);
        assert_eq!(Budget::new(5, Duration::ZERO).burst(0).burst, 1);
    }
}
