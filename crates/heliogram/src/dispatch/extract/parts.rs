//! Arguments that are no events of their own.

use super::{FromUpdate, Reject};
use crate::{
    Chat, Event, Message, PeerId, User,
    dispatch::UpdateCx,
    events::{Kinds, Lifecycle},
    types::Entities,
};

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

impl<S: Sync> FromUpdate<S> for Lifecycle {
    const KINDS: Kinds = Kinds::LIFECYCLE;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        match cx.event() {
            Event::Lifecycle(it) => Ok(*it),
            _ => Err(Reject::Skip),
        }
    }
}

/// The chat the event happened in, with what is known about it.
impl<S: Sync> FromUpdate<S> for Chat {
    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        let chat = match cx.event().message() {
            Some(message) => Some(message.chat().clone()),
            None => cx.event().chat_peer().map(|id| known(cx, id)),
        };
        chat.ok_or(Reject::Skip)
    }
}

/// The person or bot who caused the event, if it was one and is known.
impl<S: Sync> FromUpdate<S> for User {
    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        let sender = match cx.event().message() {
            Some(message) => message.sender().cloned(),
            None => cx.event().sender_peer().map(|id| known(cx, id)),
        };
        let user = sender.as_ref().and_then(Chat::as_user);
        user.cloned().ok_or(Reject::Skip)
    }
}

/// A peer with what is known about it in memory.
fn known(cx: &UpdateCx, id: PeerId) -> Chat {
    Entities::default().find(cx.client(), id)
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
