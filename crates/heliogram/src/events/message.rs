//! New and edited messages.

use heliogram_api::enums;

use super::{About, Context};
use crate::{PeerId, types::Message};

/// Raw `updateNewMessage` and `updateNewChannelMessage`.
pub(super) fn new(cx: &Context) -> Option<Message> {
    match &**cx.update() {
        enums::Update::NewMessage(u) => message(cx, &u.message),
        enums::Update::NewChannelMessage(u) => message(cx, &u.message),
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

fn message(cx: &Context, raw: &enums::Message) -> Option<Message> {
    Message::new(cx.client(), raw.clone(), cx.entities())
}

impl About for Message {
    fn chat(&self) -> Option<PeerId> {
        Some(self.peer_id())
    }

    fn sender(&self) -> Option<PeerId> {
        self.sender().map(crate::Chat::peer_id)
    }
}
