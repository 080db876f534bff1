use std::{
    any::Any,
    error, fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use super::{FromUpdate, HandlerError, Reject, UpdateCx};
use crate::events::Kinds;

/// What went wrong in a handler, or in the filter of its route: an argument of error handlers.
///
/// Its text is the route's name and what the handler said.
///
/// ```
/// use heliogram::{Message, Router, dispatch::Failure, filter};
///
/// async fn explain(failure: Failure, message: Message) -> heliogram::Result<()> {
///     eprintln!("{failure}");
///     message.reply("Something went wrong here.").await?;
///     Ok(())
/// }
///
/// let router: Router = Router::new().on_error(explain);
/// # let _ = router;
/// ```
#[derive(Clone)]
#[doc(alias = "on_error")]
pub struct Failure {
    route: Arc<str>,
    error: Arc<HandlerError>,
}

impl Failure {
    pub(super) fn new(route: Arc<str>, error: HandlerError) -> Self {
        let error = Arc::new(error);
        Self { route, error }
    }

    /// The name of the route that failed.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// What the handler failed with.
    #[must_use]
    pub fn error(&self) -> &(dyn error::Error + Send + Sync + 'static) {
        &**self.error
    }

    /// The error of this library that the handler failed with, if it was one.
    #[must_use]
    pub fn as_error(&self) -> Option<&crate::Error> {
        self.error.downcast_ref()
    }

    /// Whether the handler panicked, or its filter; the text says which.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.error.is::<Panicked>()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.route, self.error)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("route", &self.route)
            .field("error", &self.error)
            .finish()
    }
}

/// No event has one: a handler that takes it can only be an error handler.
impl<S: Sync> FromUpdate<S> for Failure {
    const KINDS: Kinds = Kinds::NONE;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        cx.get().ok_or(Reject::Skip)
    }
}

/// Code of the user's, by what it is for a route.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Handler,
    Filter,
    /// The filter of a router around it.
    Door,
}

/// A part of a route panicked.
#[derive(Debug)]
struct Panicked {
    part: Part,
    words: Box<str>,
}

impl Panicked {
    fn of(part: Part, payload: &(dyn Any + Send)) -> HandlerError {
        let text = payload
            .downcast_ref::<&'static str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let words = text.unwrap_or("without saying why").into();
        Box::new(Self { part, words })
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Handler => "the handler",
            Part::Filter => "its filter",
            Part::Door => "the filter of a router around it",
        };
        write!(f, "{part} panicked: {}", self.words)
    }
}

impl error::Error for Panicked {}

/// Runs code of the user's to its end, or to its panic.
pub(super) fn guarded<T>(part: Part, run: impl FnOnce() -> T) -> Result<T, HandlerError> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Panicked::of(part, &*payload))
}

/// Runs a future of a handler to its end, or to its panic.
pub(super) async fn guarded_async<F: Future>(future: F) -> Result<F::Output, HandlerError> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match guarded(Part::Handler, || future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panicked) => Poll::Ready(Err(panicked)),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_error_with_its_words() {
        let failed = guarded_async(async {
            tokio::task::yield_now().await;
            panic!("no {}", "bread");
        })
        .await;
        let e = failed.unwrap_err();
        let failure = Failure::new("bake".into(), e);
        assert!(failure.is_panic());
        assert_eq!(failure.to_string(), "bake: the handler panicked: no bread");
        assert_eq!(guarded_async(async { 7 }).await.unwrap(), 7);
    }
}
