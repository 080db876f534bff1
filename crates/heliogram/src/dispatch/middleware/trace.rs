use tokio::time::Instant;

use super::{Middleware, Next};
use crate::{
    BoxFuture,
    dispatch::{Outcome, Reject, UpdateCx},
};

/// Tells, through the crate `tracing`, how long each handler took and how it ended; at the level
/// `debug`, with the target `heliogram::dispatch`. Never what the events say.
///
/// ```
/// use heliogram::{Router, dispatch::middleware::Trace};
///
/// let router: Router = Router::new().layer(Trace);
/// # let _ = router;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Trace;

impl Middleware for Trace {
    fn handle<'a>(&'a self, cx: UpdateCx, next: Next) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let (route, kind) = (next.route().to_owned(), cx.event().kind());
            let start = Instant::now();
            let outcome = next.run(cx).await;
            let end: &dyn std::fmt::Debug = match &outcome {
                Ok(flow) => flow,
                Err(Reject::Skip) => &"not for it",
                Err(Reject::Fail(_)) => &"failed",
            };
            let took = start.elapsed();
            tracing::debug!(target: "heliogram::dispatch", route, %kind, ?took, ?end);
            outcome
        })
    }
}
