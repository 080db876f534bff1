//! What handlers may take as arguments: everything that implements [`FromUpdate`].

mod events;
mod parts;
mod state;
mod written;

use std::future::Future;

pub use self::events::EditedBusinessMessage;
pub use self::{
    parts::{Edited, Lagged},
    state::{FromRef, State},
};
use super::{HandlerError, UpdateCx};
use crate::{Client, Event, events::Kinds};

/// A value that a handler can take as an argument.
///
/// `S` is the state of the [`Router`](super::Router).
#[diagnostic::on_unimplemented(
    message = "a handler cannot take `{Self}` as an argument",
    label = "no event brings this",
    note = "take `Message`, `Client`, `Event`, `State<T>`, `Command<T>`, `Dialogue<T>`, or implement `FromUpdate` for `{Self}`",
    note = "arguments are taken by value, `Client` and not `&Client`; what the router shares is taken as `State<T>`"
)]
pub trait FromUpdate<S>: Sized {
    /// The kinds of events this can be taken from. Where no argument and no filter names a kind, raw
    /// updates and news of the client itself are left out.
    const KINDS: Kinds = Kinds::ALL;

    /// Whether it is what the pattern of `filter::regex` found: a route without one is refused.
    const OF_PATTERN: bool = false;

    /// Takes it from an event.
    ///
    /// # Errors
    /// [`Reject::Skip`] if the event does not have it: the next route is tried.
    fn from_update(cx: &UpdateCx, state: &S) -> impl Future<Output = Result<Self, Reject>> + Send;
}

/// Why an argument could not be taken.
#[derive(Debug)]
pub enum Reject {
    /// The event is not for this handler.
    Skip,
    /// Something went wrong; it is told as if the handler had failed.
    Fail(HandlerError),
}

impl<E: Into<HandlerError>> From<E> for Reject {
    fn from(e: E) -> Self {
        Self::Fail(e.into())
    }
}

impl<S: Sync> FromUpdate<S> for Client {
    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        Ok(cx.client().clone())
    }
}

/// Whatever it is, raw updates and news of the client included.
impl<S: Sync> FromUpdate<S> for Event {
    const KINDS: Kinds = Kinds::NAMED;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        Ok(cx.event().clone())
    }
}

/// As [`Event`].
impl<S: Sync> FromUpdate<S> for UpdateCx {
    const KINDS: Kinds = Kinds::NAMED;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        Ok(cx.clone())
    }
}
