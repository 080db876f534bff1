use std::{cmp::Reverse, collections::HashMap, sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use super::{RawCall, chat, pause::pause};
use crate::{Client, Result, net::lock};

/// Budgets are about shorter times than this.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How many chats have budgets before the full ones are forgotten.
const MAX_CHATS: usize = 1024;

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

/// A budget, and the calls it is for.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// How the names of the methods begin.
    pub(crate) prefix: Box<str>,
    pub(crate) budget: Budget,
    /// Whether each chat has a budget of its own.
    pub(crate) by_chat: bool,
}

/// When a budget is full again. Held by the call whose turn it is, so that calls go in the order
/// they came, and one that is taken back takes nothing from those behind it.
type Left = Arc<Mutex<Instant>>;

/// What is left of the budgets of a rule.
struct Bucket {
    rule: Rule,
    /// For each chat, or for all calls under 0.
    left: std::sync::Mutex<HashMap<u64, Left>>,
}

impl Bucket {
    fn concerns(&self, method: &str) -> bool {
        method.starts_with(&*self.rule.prefix)
    }

    /// What is left for a call; `None` where the budget is not about it.
    fn left(&self, call: &RawCall) -> Option<Left> {
        let chat = match self.rule.by_chat {
            true => chat::of(call)?,
            false => 0,
        };
        let (mut left, now) = (lock(&self.left), Instant::now());
        if left.len() >= MAX_CHATS && !left.contains_key(&chat) {
            // A full budget is like one that was never used.
            left.retain(|_, l| Arc::strong_count(l) > 1 || l.try_lock().is_ok_and(|at| *at > now));
        }
        let full = || Arc::new(Mutex::new(now));
        Some(Arc::clone(left.entry(chat).or_insert_with(full)))
    }

    /// Waits for its turn and takes one call out; answers whether it had to wait.
    async fn take(&self, client: &Client, call: &RawCall) -> Result<bool> {
        let Some(left) = self.left(call) else {
            return Ok(false);
        };
        let budget = self.rule.budget;
        let waits = left.try_lock().is_err();
        let mut full_at = left.lock().await;
        let room = budget.each.saturating_mul(budget.burst - 1).min(LONGEST);
        let wait = full_at.saturating_duration_since(Instant::now() + room);
        if !wait.is_zero() {
            pause(client, wait).await?;
        }
        *full_at = (*full_at).max(Instant::now()) + budget.each;
        Ok(waits || !wait.is_zero())
    }
}

/// Keeps calls within their budgets.
pub(super) struct Throttle(Vec<Bucket>);

impl Throttle {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let bucket = |rule: &Rule| Bucket {
            rule: rule.clone(),
            left: std::sync::Mutex::default(),
        };
        let mut buckets: Vec<_> = rules.iter().map(bucket).collect();
        // The narrowest first: who waits there takes nothing from the others yet.
        buckets.sort_by_key(|b| Reverse((b.rule.by_chat, b.rule.prefix.len())));
        Self(buckets)
    }
}

impl Throttle {
    /// Waits until the call has its turn in each budget that is about it.
    pub(super) async fn wait(&self, client: &Client, call: &RawCall) -> Result<()> {
        match self.0.iter().any(|b| b.concerns(call.method)) {
            true => Box::pin(self.wait_in_line(client, call)).await,
            false => Ok(()),
        }
    }

    async fn wait_in_line(&self, client: &Client, call: &RawCall) -> Result<()> {
        let method = call.method;
        let mut waited = false;
        for bucket in self.0.iter().filter(|b| b.concerns(method)) {
            waited |= bucket.take(client, call).await?;
        }
        if waited {
            client.net().stats.throttled.count();
            tracing::trace!(method, "waited for its turn in a budget");
        }
        Ok(())
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
