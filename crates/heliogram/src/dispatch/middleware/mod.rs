//! What stands around handlers: [`Middleware`], and some that are ready-made.

mod rate_limit;
mod trace;

use std::{fmt, future::Future, sync::Arc};

pub use self::{rate_limit::RateLimit, trace::Trace};
use super::{Outcome, UpdateCx, route::Route};
use crate::BoxFuture;

/// Something that stands around the handlers of a router: it sees the event before them and how
/// they ended, and may keep it from them.
///
/// It is asked when an event has passed a route's filter, before the arguments are taken, so once
/// for each route that is tried. An async closure is one:
///
/// ```
/// use heliogram::{Router, UpdateCx, dispatch::{Flow, middleware::Next}};
///
/// let router: Router = Router::new().layer(|cx: UpdateCx, next: Next| async move {
///     if cx.event().sender_peer().is_none() {
///         return Ok(Flow::Next);
///     }
///     next.run(cx).await
/// });
/// # let _ = router;
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Does what is to be done around `next`, which is what stands further inside.
    fn handle<'a>(&'a self, cx: UpdateCx, next: Next) -> BoxFuture<'a, Outcome>;
}

impl<F, Fut> Middleware for F
where
    F: Fn(UpdateCx, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    fn handle<'a>(&'a self, cx: UpdateCx, next: Next) -> BoxFuture<'a, Outcome> {
        Box::pin(self(cx, next))
    }
}

/// What is further inside: more middleware, and at last the handler.
#[must_use = "without `run` the handler is not called"]
pub struct Next {
    route: Arc<Route>,
    at: usize,
}

impl Next {
    pub(super) fn new(route: &Arc<Route>) -> Self {
        Self {
            route: Arc::clone(route),
            at: 0,
        }
    }

    /// The name of the route.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route.name
    }

    /// Goes on to the handler.
    ///
    /// # Errors
    /// [`Reject`](super::Reject): the event is not for the handler, or it failed.
    pub async fn run(self, cx: UpdateCx) -> Outcome {
        self.enter(cx).await
    }

    pub(super) fn enter(mut self, cx: UpdateCx) -> BoxFuture<'static, Outcome> {
        let Some(layer) = self.route.layers.get(self.at).map(Arc::clone) else {
            return (self.route.call)(cx, ());
        };
        self.at += 1;
        Box::pin(async move { layer.handle(cx, self).await })
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("route", &self.route())
            .finish_non_exhaustive()
    }
}
