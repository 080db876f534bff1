use heliogram_api::enums;

use super::{Message, related};
use crate::types::Chat;

impl Message {
    /// Whether it tells of something that happened: someone joined, the title changed and so on.
    #[must_use]
    #[doc(alias = "service")]
    pub fn is_service(&self) -> bool {
        self.action().is_some()
    }

    /// What happened, if it tells of something that happened.
    ///
    /// Raw `MessageAction`.
    #[must_use]
    #[doc(alias = "MessageAction")]
    pub fn action(&self) -> Option<&enums::MessageAction> {
        match &self.inner.raw {
            enums::Message::Service(m) => Some(&m.action),
            _ => None,
        }
    }

    /// Those whom the [`action`](Self::action) names: who was added or removed, who invited, the
    /// chat a group became.
    #[must_use]
    #[doc(alias = "new_chat_members")]
    #[doc(alias = "left_chat_member")]
    pub fn action_entities(&self) -> Vec<Chat> {
        let named = self.action().map(related::of_action).unwrap_or_default();
        named.into_iter().map(|id| self.known(id)).collect()
    }
}
