//! Routes as events meet them: laid out flat, without types of arguments and state.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;

use super::{
    Failure, Filter, Flow, HandlerError, Outcome, Reject, UpdateCx,
    failure::{Part, guarded, guarded_async},
    middleware::{Middleware, Next},
};
use crate::{BoxFuture, Client, Result, events::Kinds, net::lock};

/// A handler whose arguments are forgotten.
pub(super) type Call<S> = Arc<dyn Fn(UpdateCx, S) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// A filter and a handler, and what the routers around them add.
pub(super) struct Route {
    pub(super) name: Arc<str>,
    pub(super) group: i32,
    pub(super) filter: Filter,
    /// What both the filter and the handler are for.
    pub(super) kinds: Kinds,
    pub(super) call: Call<()>,
    pub(super) role: Role,
    /// The outermost first.
    pub(super) layers: Arc<[Arc<dyn Middleware>]>,
    /// The innermost first.
    pub(super) on_error: Arc<[Call<()>]>,
    pub(super) owner: Arc<Owner>,
}

/// What a route is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Has an event for itself within its group, and comes and goes with the others.
    Route,
    /// Is told, as all others of its kind are.
    Hook,
}

/// A step of an event through a group.
#[derive(Clone)]
pub(super) enum Step {
    /// Leaves out so many steps if the filter does not hold.
    Unless(Filter, usize),
    Try(Arc<Route>),
}

/// The steps of each group, by number.
pub(super) type Groups = BTreeMap<i32, Vec<Step>>;

/// What a route did with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// It is not for it.
    Declined,
    /// It was taken away meanwhile.
    Gone,
    /// It had it, and says where it goes next.
    Had(Flow),
}

impl Route {
    /// Offers it the event.
    pub(super) async fn offer(self: &Arc<Self>, cx: &UpdateCx) -> Offer {
        if !self.kinds.contains(cx.event().kind()) {
            return Offer::Declined;
        }
        match guarded(Part::Filter, || self.filter.holds(cx)) {
            Ok(true) => {}
            Ok(false) => return Offer::Declined,
            Err(panicked) => {
                let Some(_at_work) = self.owner.enter() else {
                    return Offer::Gone;
                };
                let flow = self.fail(cx, panicked).await;
                return Offer::Had(flow.unwrap_or(Flow::Next));
            }
        }
        if self.role == Role::Hook {
            return Offer::Had(match self.run(cx).await {
                Flow::Stop => Flow::Stop,
                Flow::Done | Flow::Next => Flow::Next,
            });
        }
        let Some(_at_work) = self.owner.enter() else {
            return Offer::Gone;
        };
        Offer::Had(self.run(cx).await)
    }

    /// Runs the handler and what is around it.
    async fn run(self: &Arc<Self>, cx: &UpdateCx) -> Flow {
        let run = Next::new(self).enter(cx.clone());
        match guarded_async(run).await {
            Ok(Ok(flow)) => flow,
            Ok(Err(Reject::Skip)) => Flow::Next,
            Ok(Err(Reject::Fail(e))) | Err(e) => self.fail(cx, e).await.unwrap_or_default(),
        }
    }

    /// Hands an error to the error handlers, the innermost first, until one takes it and says where
    /// the event goes; `None` if nobody does.
    async fn fail(&self, cx: &UpdateCx, e: HandlerError) -> Option<Flow> {
        cx.client().live().failed();
        let failure = Failure::new(Arc::clone(&self.name), e);
        cx.insert(failure.clone());
        for handler in &*self.on_error {
            let run = guarded(Part::Handler, || handler(cx.clone(), ()));
            let outcome = match run {
                Ok(run) => guarded_async(run).await,
                Err(e) => Err(e),
            };
            match outcome {
                Ok(Ok(flow)) => return Some(flow),
                Ok(Err(Reject::Skip)) => {}
                Ok(Err(Reject::Fail(e))) | Err(e) => {
                    tracing::error!(route = %self.name, error = %e, "an error handler failed");
                }
            }
        }
        tracing::error!(route = %self.name, error = %failure.error(), "a route failed");
        None
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("name", &self.name)
            .field("group", &self.group)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}

/// All routes of a client, as they stand at a moment.
#[derive(Default)]
pub(super) struct Table {
    groups: Groups,
    wanted: Kinds,
}

impl Table {
    /// Puts the groups of all that is attached together, the earlier first.
    pub(super) fn of<'a>(attached: impl Iterator<Item = &'a Groups>) -> Self {
        let mut groups = Groups::new();
        for (number, steps) in attached.flatten() {
            groups
                .entry(*number)
                .or_default()
                .extend(steps.iter().cloned());
        }
        let wanted = groups.values().flatten().map(Step::kinds);
        let wanted = wanted.fold(Kinds::NONE, Kinds::or);
        Self { groups, wanted }
    }

    /// Whether any route is for events of these kinds.
    pub(super) fn wants(&self, kind: Kinds) -> bool {
        !(self.wanted & kind).is_empty()
    }

    /// Takes an event through all groups from this number on; in each, the first route that wants it
    /// has it. Answers with a group whose route was taken away before it could have it, and nobody
    /// had it there so far: the rest is for the routes as they stand now.
    pub(super) async fn dispatch(&self, cx: &UpdateCx, from: i32) -> Option<i32> {
        for (number, group) in self.groups.range(from..) {
            match Self::through(group, cx).await {
                Offer::Gone => return Some(*number),
                Offer::Had(Flow::Stop) => return None,
                Offer::Had(_) | Offer::Declined => {}
            }
        }
        None
    }

    async fn through(group: &[Step], cx: &UpdateCx) -> Offer {
        let mut so_far = Offer::Declined;
        let mut at = 0;
        while let Some(step) = group.get(at) {
            at += 1;
            match step {
                Step::Unless(filter, skip) => {
                    let inside = at..at.saturating_add(*skip);
                    // One that panics passes nothing.
                    let passed = match guarded(Part::Door, || filter.holds(cx)) {
                        Ok(passed) => passed,
                        Err(e) => match Self::fail(group.get(inside.clone()), cx, e).await {
                            Flow::Next => false,
                            end => return Offer::Had(end),
                        },
                    };
                    if !passed {
                        at = inside.end;
                    }
                }
                Step::Try(route) => match route.offer(cx).await {
                    Offer::Declined => {}
                    Offer::Gone if so_far == Offer::Declined => return Offer::Gone,
                    Offer::Gone => {}
                    Offer::Had(Flow::Next) => so_far = Offer::Had(Flow::Next),
                    end => return end,
                },
            }
        }
        so_far
    }

    /// Tells that a filter around these steps failed, by the first route that it keeps the event
    /// from.
    async fn fail(inside: Option<&[Step]>, cx: &UpdateCx, e: HandlerError) -> Flow {
        let kind = cx.event().kind();
        let mut routes = inside.into_iter().flatten().filter_map(|step| match step {
            Step::Try(route) if route.kinds.contains(kind) => Some(route),
            _ => None,
        });
        match routes.next() {
            Some(route) => match route.owner.enter() {
                Some(_at_work) => route.fail(cx, e).await.unwrap_or(Flow::Next),
                None => Flow::Next,
            },
            None => Flow::Next,
        }
    }
}

impl Step {
    fn kinds(&self) -> Kinds {
        match self {
            Self::Unless(..) => Kinds::NONE,
            Self::Try(route) => route.kinds,
        }
    }

    fn filter(&self) -> &Filter {
        match self {
            Self::Unless(filter, _) => filter,
            Self::Try(route) => &route.filter,
        }
    }
}

/// Looks up what the filters need to know of this client.
pub(super) async fn prepare(groups: &Groups, client: &Client) -> Result<()> {
    for step in groups.values().flatten() {
        step.filter().prepare(client).await?;
    }
    Ok(())
}

/// What routes were attached together: they come and go together.
#[derive(Debug, Default)]
pub(super) struct Owner {
    state: Mutex<Work>,
    /// Told when the last handler has ended.
    idle: Notify,
}

#[derive(Debug, Default)]
struct Work {
    running: usize,
    /// Nothing begins any more.
    closed: bool,
}

/// A handler is at work.
pub(super) struct AtWork<'a>(&'a Owner);

impl Owner {
    /// Begins to work, unless the routes were taken away.
    fn enter(&self) -> Option<AtWork<'_>> {
        let mut state = lock(&self.state);
        if state.closed {
            return None;
        }
        state.running += 1;
        Some(AtWork(self))
    }

    /// No handler begins from now on.
    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
    }

    /// Waits until no handler is at work.
    pub(super) async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            // Before the look, so that an end in between is not missed.
            idle.as_mut().enable();
            if lock(&self.state).running == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.running -= 1;
        if state.running == 0 {
            self.0.idle.notify_waiters();
        }
    }
}
