use std::{collections::HashMap, fmt, future::Future, sync::Mutex, time::Duration};

use tokio::time::Instant;

use super::{Middleware, Next};
use crate::{
    BoxFuture, PeerId,
    dispatch::{Flow, Outcome, UpdateCx},
    net::lock,
};

/// How many people are remembered; when there are more, those who may go on anyway are forgotten.
const PEOPLE: usize = 10_000;

type Hook = Box<dyn Fn(UpdateCx) -> BoxFuture<'static, ()> + Send + Sync>;

/// Lets each person through a number of times in a period; what is over goes to no handler.
///
/// Events without a sender count for their chat, those without either are let through. An event
/// counts once, however many routes are tried.
///
/// ```
/// use std::time::Duration;
/// use heliogram::{Router, dispatch::middleware::RateLimit};
///
/// let limit = RateLimit::new(3, Duration::from_secs(10)).otherwise(|cx| async move {
///     if let Some(message) = cx.event().message() {
///         let _ = message.reply("Not so fast.").await;
///     }
/// });
/// let router: Router = Router::new().layer(limit);
/// # let _ = router;
/// ```
pub struct RateLimit {
    times: u32,
    period: Duration,
    people: Mutex<HashMap<PeerId, Period>>,
    otherwise: Option<Hook>,
}

/// The period a person is in.
struct Period {
    start: Instant,
    seen: u32,
}

/// What was decided for an event, left on its way for the routes that are tried later.
#[derive(Clone)]
struct Decided(Vec<(usize, bool)>);

impl RateLimit {
    /// At most `times` events of one person in each `period`.
    #[must_use]
    pub fn new(times: u32, period: Duration) -> Self {
        Self {
            times,
            period,
            people: Mutex::default(),
            otherwise: None,
        }
    }

    /// Calls `hook` for the first event over the limit in each period.
    #[must_use]
    pub fn otherwise<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(UpdateCx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.otherwise = Some(Box::new(move |cx| Box::pin(hook(cx))));
        self
    }

    /// Counts an event; answers how many of the person's there were in this period.
    fn count(&self, who: PeerId, now: Instant) -> u32 {
        let mut people = lock(&self.people);
        if people.len() >= PEOPLE && !people.contains_key(&who) {
            people.retain(|_, period| now.duration_since(period.start) < self.period);
            if people.len() >= PEOPLE {
                // All of them are inside of their period: start over rather than grow.
                people.clear();
            }
        }
        let fresh = Period {
            start: now,
            seen: 0,
        };
        let period = people.entry(who).or_insert(fresh);
        if now.duration_since(period.start) >= self.period {
            *period = Period {
                start: now,
                seen: 0,
            };
        }
        period.seen = period.seen.saturating_add(1);
        period.seen
    }

    /// What this limit decided about the event before.
    fn decided(&self, cx: &UpdateCx) -> Option<bool> {
        let Decided(all) = cx.get()?;
        let found = all.iter().find(|(limit, _)| *limit == self.id());
        found.map(|(_, passed)| *passed)
    }

    fn decide(&self, cx: &UpdateCx, passed: bool) {
        let Decided(mut all) = cx.get().unwrap_or(Decided(Vec::new()));
        all.push((self.id(), passed));
        cx.insert(Decided(all));
    }

    /// Tells this limit from others that the event may meet.
    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Middleware for RateLimit {
    fn handle<'a>(&'a self, cx: UpdateCx, next: Next) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let who = cx.event().sender_peer().or_else(|| cx.event().chat_peer());
            let Some(who) = who else {
                return next.run(cx).await;
            };
            let passed = match self.decided(&cx) {
                Some(passed) => passed,
                None => {
                    let seen = self.count(who, Instant::now());
                    self.decide(&cx, seen <= self.times);
                    if seen == self.times.saturating_add(1)
                        && let Some(hook) = &self.otherwise
                    {
                        hook(cx.clone()).await;
                    }
                    seen <= self.times
                }
            };
            match passed {
                true => next.run(cx).await,
                false => Ok(Flow::Done),
            }
        })
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("times", &self.times)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn person(id: i64) -> PeerId {
        PeerId::user(id).unwrap()
    }

    #[test]
    fn each_person_has_periods_of_their_own() {
        let limit = RateLimit::new(2, SECOND);
        let start = Instant::now();
        assert_eq!(limit.count(person(1), start), 1);
        assert_eq!(limit.count(person(1), start + SECOND / 2), 2);
        assert_eq!(limit.count(person(2), start + SECOND / 2), 1);
        assert_eq!(limit.count(person(1), start + SECOND), 1);
    }

    #[test]
    fn a_crowd_does_not_fill_the_memory() {
        let limit = RateLimit::new(1, SECOND);
        let start = Instant::now();
        for id in 1..=2 * PEOPLE as i64 {
            limit.count(person(id), start);
        }
        assert!(lock(&limit.people).len() <= PEOPLE);
    }
}
