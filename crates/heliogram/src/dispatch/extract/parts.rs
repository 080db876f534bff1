//! Arguments that are no events of their own.

use super::{FromUpdate, Reject};
use crate::{Event, Message, dispatch::UpdateCx, events::Kinds};

/// A message that was edited, as an argument. Plain [`Message`] is a new one.
///
/// ```
/// use heliogram::{Router, dispatch::Edited, filter};
///
/// async fn seen(Edited(message): Edited) -> heliogram::Result<()> {
///     message.reply("I saw what it was before.").await?;
///     Ok(())
/// }
///
/// let router: Router = Router::new().on(filter::any(), seen);
/// # let _ = router;
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "MessageEdited")]
#[doc(alias = "on_edited_message")]
pub struct Edited(pub Message);

impl<S: Sync> FromUpdate<S> for Edited {
    const KINDS: Kinds = Kinds::MESSAGE_EDITED;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        match cx.event() {
            Event::MessageEdited(message) => Ok(Self(message.clone())),
            _ => Err(Reject::Skip),
        }
    }
}

/// How many events were dropped because the handlers were too slow, as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged(pub u64);

impl<S: Sync> FromUpdate<S> for Lagged {
    const KINDS: Kinds = Kinds::LAGGED;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        match cx.event() {
            Event::Lagged(dropped) => Ok(Self(*dropped)),
            _ => Err(Reject::Skip),
        }
    }
}

/// `None` where the event does not have it, instead of leaving the event to another route.
impl<S: Sync, T: FromUpdate<S>> FromUpdate<S> for Option<T> {
    async fn from_update(cx: &UpdateCx, state: &S) -> Result<Self, Reject> {
        match T::from_update(cx, state).await {
            Ok(it) => Ok(Some(it)),
            Err(Reject::Skip) => Ok(None),
            Err(failed) => Err(failed),
        }
    }
}
