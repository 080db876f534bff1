use heliogram_api::enums;

use super::{About, Context};
use crate::PeerId;

/// Messages that were deleted.
///
/// Raw `updateDeleteMessages` and `updateDeleteChannelMessages`.
#[derive(Clone, Debug)]
#[doc(alias = "MessageDeleted")]
#[doc(alias = "on_deleted_messages")]
#[doc(alias = "updateDeleteMessages")]
#[doc(alias = "updateDeleteChannelMessages")]
pub struct MessagesDeleted {
    cx: Context,
    chat: Option<PeerId>,
    ids: Vec<i32>,
}

event_members!(MessagesDeleted);
has_chat!(maybe MessagesDeleted);

impl MessagesDeleted {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let (chat, ids) = match &**cx.update() {
            enums::Update::DeleteMessages(u) => (None, &u.messages),
            enums::Update::DeleteChannelMessages(u) => (PeerId::channel(u.channel_id), &u.messages),
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat,
            ids: ids.to_vec(),
        })
    }

    /// The ids of the messages.
    #[must_use]
    #[doc(alias = "deleted_ids")]
    #[doc(alias = "deleted_id")]
    pub fn ids(&self) -> &[i32] {
        &self.ids
    }
}

impl About for MessagesDeleted {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }
}
