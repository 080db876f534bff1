//! New and edited messages.

use heliogram_api::enums;

use super::{About, Context};
use crate::{PeerId, types::Message};

/// Raw `updateNewMessage` and `updateNewChannelMessage` with a `message`; what they tell with a
/// `messageService` is a [`ChatAction`](super::ChatAction).
pub(super) fn new(cx: &Context) -> Option<Message> {
    written(cx.update())
        .filter(|raw| matches!(raw, enums::Message::Message(_)))
        .and_then(|raw| message(cx, raw))
}

/// The message that an update tells of, if it is new.
pub(super) fn written(update: &enums::Update) -> Option<&enums::Message> {
    match update {
        enums::Update::NewMessage(u) => Some(&u.message),
        enums::Update::NewChannelMessage(u) => Some(&u.message),
        _ => None,
    }
}

/// Raw `updateEditMessage` and `updateEditChannelMessage`.
pub(super) fn edited(cx: &Context) -> Option<Message> {
    match &**cx.update() {
        enums::Update::EditMessage(u) => message(cx, &u.message),
        enums::Update::EditChannelMessage(u) => message(cx, &u.message),
        _ => None,
    }
}

pub(super) fn message(cx: &Context, raw: &enums::Message) -> Option<Message> {
    let message = Message::new(cx.client(), raw.clone(), cx.entities())?;
    Some(message.told_by(cx.update()))
}

/// The same for one that is still to be sent.
pub(super) fn planned(cx: &Context, raw: &enums::Message) -> Option<Message> {
    let message = Message::apart(cx.client(), raw.clone(), cx.entities())?;
    Some(message.told_by(cx.update()))
}

impl About for Message {
    fn chat(&self) -> Option<PeerId> {
        Some(self.peer_id())
    }

    fn sender(&self) -> Option<PeerId> {
        self.sender().map(crate::Chat::peer_id)
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}
