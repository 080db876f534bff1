use std::{error::Error as StdError, future::Future};

use super::{FromUpdate, Reject, UpdateCx};
use crate::{BoxFuture, events::Kinds};

/// Whatever a handler fails with: any error.
pub type HandlerError = Box<dyn StdError + Send + Sync>;

/// How a route ended: where the event goes next, or why the handler did not run to its end.
pub type Outcome = Result<Flow, Reject>;

/// Where an event goes once a handler has dealt with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Flow {
    /// It is dealt with: the other routes of this group do not see it, those of later groups do.
    #[default]
    Done,
    /// The handler did not want it: the next route is tried.
    #[doc(alias = "ContinuePropagation")]
    #[doc(alias = "continue_propagation")]
    Next,
    /// Nobody else is to see it.
    #[doc(alias = "StopPropagation")]
    #[doc(alias = "stop_propagation")]
    Stop,
}

/// What a handler may return: `()`, a [`Flow`], or a `Result` of one of them with any error.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "this handler returns `{Self}`",
    note = "return `()`, `Flow`, `Result<(), E>` or `Result<Flow, E>` with any error `E`",
    note = "what a call answers is left out by `call.await?; Ok(())` or by `call.await.map(drop)`"
)]
pub trait IntoOutcome {
    /// How it ended.
    ///
    /// # Errors
    /// What the handler failed with.
    fn into_outcome(self) -> Result<Flow, HandlerError>;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result<Flow, HandlerError> {
        Ok(Flow::Done)
    }
}

impl IntoOutcome for Flow {
    fn into_outcome(self) -> Result<Flow, HandlerError> {
        Ok(self)
    }
}

impl<T: IntoOutcome, E: Into<HandlerError>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result<Flow, HandlerError> {
        self.map_err(Into::into)?.into_outcome()
    }
}

/// An async function that deals with an event; its arguments `A` are taken from the event.
///
/// Every `async fn` and every closure that returns a future is one, if it takes up to eight
/// arguments that are [`FromUpdate`], returns [something known](IntoOutcome), and can move between
/// threads.
///
/// ```
/// use heliogram::{Client, Message, Result, Router, filter};
///
/// async fn echo(message: Message) -> Result<()> {
///     message.reply(message.text()).await?;
///     Ok(())
/// }
///
/// let router: Router = Router::new()
///     .on(filter::any(), echo)
///     .on(filter::any(), |client: Client, message: Message| async move {
///         client.send_message("me", message.text()).await.map(drop)
///     });
/// # let _ = router;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    note = "a handler is an `async fn` of up to eight arguments that implement `FromUpdate`, which returns `()` or `Result<(), E>`",
    note = "give the function itself, `handler`, and not what it returns, `handler(..)`"
)]
#[doc(alias = "is_handler")]
pub trait Handler<A, S>: Clone + Send + Sync + 'static {
    /// The kinds of events that have all of the arguments.
    const KINDS: Kinds;
    /// Whether one of them is what a pattern found.
    const OF_PATTERN: bool;

    /// Takes the arguments and runs.
    fn call(self, cx: UpdateCx, state: S) -> BoxFuture<'static, Outcome>;
}

// One implementation with bounds that do not hang together: the compiler names the one that does
// not hold, instead of saying that none of nine implementations fits.
impl<F, A, S> Handler<A, S> for F
where
    F: Callable<A> + Clone + Send + Sync + 'static,
    A: Arguments<S>,
    F::Returned: IsFuture + Send,
    <F::Returned as IsFuture>::Output: IntoOutcome,
    S: Clone + Send + Sync + 'static,
{
    const KINDS: Kinds = A::KINDS;
    const OF_PATTERN: bool = A::OF_PATTERN;

    fn call(self, cx: UpdateCx, state: S) -> BoxFuture<'static, Outcome> {
        Box::pin(async move {
            let arguments = A::take(&cx, &state).await?;
            let output = IsFuture::finish(self.call_with(arguments)).await;
            output.into_outcome().map_err(Reject::Fail)
        })
    }
}

/// A function of up to eight arguments, whatever they are.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not an `async fn` of up to eight arguments",
    note = "a handler is an `async fn` of up to eight arguments that implement `FromUpdate`; put what belongs together into a struct that implements it"
)]
pub trait Callable<A> {
    type Returned;

    fn call_with(&self, arguments: A) -> Self::Returned;
}

/// What an `async fn` returns.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler must be async, but this one returns `{Self}`",
    label = "write `async fn`, or `|..| async move {{ .. }}`"
)]
pub trait IsFuture {
    type Output;

    fn finish(self) -> impl Future<Output = Self::Output> + Send
    where
        Self: Send;
}

#[diagnostic::do_not_recommend]
impl<F: Future> IsFuture for F {
    type Output = F::Output;

    fn finish(self) -> impl Future<Output = Self::Output> + Send
    where
        Self: Send,
    {
        self
    }
}

/// The arguments of a handler.
#[doc(hidden)]
pub trait Arguments<S>: Sized {
    const KINDS: Kinds;
    const OF_PATTERN: bool;

    fn take(cx: &UpdateCx, state: &S) -> impl Future<Output = Result<Self, Reject>> + Send;
}

macro_rules! functions {
    ($($argument:ident),*) => {
        impl<F, R, $($argument),*> Callable<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
        {
            type Returned = R;

            #[allow(non_snake_case)]
            fn call_with(&self, ($($argument,)*): ($($argument,)*)) -> R {
                self($($argument),*)
            }
        }

        impl<S: Sync, $($argument: FromUpdate<S> + Send),*> Arguments<S> for ($($argument,)*) {
            const KINDS: Kinds = Kinds::ALL $(.and(<$argument as FromUpdate<S>>::KINDS))*;
            const OF_PATTERN: bool = false $(|| <$argument as FromUpdate<S>>::OF_PATTERN)*;

            #[allow(unused_variables, clippy::unused_unit)]
            async fn take(cx: &UpdateCx, state: &S) -> Result<Self, Reject> {
                Ok(($($argument::from_update(cx, state).await?,)*))
            }
        }
    };
}

functions!();
functions!(A1);
functions!(A1, A2);
functions!(A1, A2, A3);
functions!(A1, A2, A3, A4);
functions!(A1, A2, A3, A4, A5);
functions!(A1, A2, A3, A4, A5, A6);
functions!(A1, A2, A3, A4, A5, A6, A7);
functions!(A1, A2, A3, A4, A5, A6, A7, A8);
