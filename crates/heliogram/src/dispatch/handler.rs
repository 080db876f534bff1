use std::{error::Error as StdError, future::Future};

use super::{FromUpdate, Reject, UpdateCx};
use crate::{BoxFuture, events::Kinds};

/// Whatever a handler fails with: any error.
pub type HandlerError = Box<dyn StdError + Send + Sync>;

/// Where an event goes once a handler has dealt with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Flow {
    /// It is dealt with: the other routes of this group do not see it, those of later groups do.
    #[default]
    Done,
    /// The handler did not want it: the next route is tried.
    #[doc(alias = "ContinuePropagation")]
    Next,
    /// Nobody else is to see it.
    #[doc(alias = "StopPropagation")]
    Stop,
}

/// What a handler may return: `()`, a [`Flow`], or a `Result` of one of them with any error.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    note = "return `()`, `Flow`, `Result<(), E>` or `Result<Flow, E>` with any error `E`"
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    note = "a handler is an `async fn` of up to eight arguments that implement `FromUpdate`, which returns `()` or `Result<(), E>`"
)]
pub trait Handler<A, S>: Clone + Send + Sync + 'static {
    /// The kinds of events that have all of the arguments.
    const KINDS: Kinds;

    /// Takes the arguments and runs.
    fn call(self, cx: UpdateCx, state: S) -> BoxFuture<'static, Result<Flow, Reject>>;
}

macro_rules! handlers {
    ($($argument:ident),*) => {
        #[allow(non_snake_case, unused_variables)]
        impl<F, Fut, R, S, $($argument),*> Handler<($($argument,)*), S> for F
        where
            F: Fn($($argument),*) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send,
            R: IntoOutcome,
            S: Clone + Send + Sync + 'static,
            $($argument: FromUpdate<S> + Send,)*
        {
            const KINDS: Kinds = Kinds::ALL $(.and(<$argument as FromUpdate<S>>::KINDS))*;

            fn call(self, cx: UpdateCx, state: S) -> BoxFuture<'static, Result<Flow, Reject>> {
                Box::pin(async move {
                    $(let $argument = $argument::from_update(&cx, &state).await?;)*
                    self($($argument),*).await.into_outcome().map_err(Reject::Fail)
                })
            }
        }
    };
}

handlers!();
handlers!(A1);
handlers!(A1, A2);
handlers!(A1, A2, A3);
handlers!(A1, A2, A3, A4);
handlers!(A1, A2, A3, A4, A5);
handlers!(A1, A2, A3, A4, A5, A6);
handlers!(A1, A2, A3, A4, A5, A6, A7);
handlers!(A1, A2, A3, A4, A5, A6, A7, A8);
