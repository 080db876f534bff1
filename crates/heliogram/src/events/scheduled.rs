use heliogram_api::enums;

use super::{About, Context, message};
use crate::{Message, PeerId};

/// Messages that are to be sent later were made, changed, sent or deleted, elsewhere.
///
/// Raw `updateNewScheduledMessage` and `updateDeleteScheduledMessages`.
#[derive(Clone, Debug)]
#[doc(alias = "scheduled")]
#[doc(alias = "updateNewScheduledMessage")]
#[doc(alias = "updateDeleteScheduledMessages")]
pub struct ScheduledChanged {
    cx: Context,
    chat: PeerId,
    message: Option<Message>,
}

event_members!(ScheduledChanged);
has_chat!(one ScheduledChanged);

impl ScheduledChanged {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let (chat, message) = match &**cx.update() {
            enums::Update::NewScheduledMessage(u) => {
                let message = message::planned(cx, &u.message)?;
                (message.peer_id(), Some(message))
            }
            enums::Update::DeleteScheduledMessages(u) => (PeerId::from_peer(&u.peer)?, None),
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat,
            message,
        })
    }

    /// The message that is to be sent, if it is new or changed. Its id is counted apart from those
    /// of sent messages, and its date is when it is to be sent.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Those that will not be sent any more, because they were deleted or sent.
    #[must_use]
    pub fn deleted_ids(&self) -> &[i32] {
        match self.raw() {
            enums::Update::DeleteScheduledMessages(u) => &u.messages,
            _ => &[],
        }
    }

    /// The ids that the messages have now, if they are gone because they were sent; in the order of
    /// [`deleted_ids`](Self::deleted_ids).
    #[must_use]
    #[doc(alias = "sent_messages")]
    pub fn sent_ids(&self) -> &[i32] {
        match self.raw() {
            enums::Update::DeleteScheduledMessages(u) => {
                u.sent_messages.as_deref().unwrap_or_default()
            }
            _ => &[],
        }
    }
}

impl About for ScheduledChanged {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn topic(&self) -> Option<i32> {
        self.message()?.topic_id()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, types::Entities};

    fn event(client: &Client, update: impl Into<enums::Update>) -> ScheduledChanged {
        let cx = Context::new(client, update.into(), Arc::new(Entities::default()));
        ScheduledChanged::from_update(&cx).unwrap()
    }

    #[tokio::test]
    async fn planned_messages_come_and_go() {
        let client = Client::offline().await;
        let peer = raw::PeerUser { user_id: 7 };
        let message = raw::Message::new(3, peer.clone().into(), 0, "later".into());
        let message: enums::Message = message.into();
        let made = event(&client, raw::UpdateNewScheduledMessage::new(message));
        assert_eq!(made.message().unwrap().text(), "later");
        assert_eq!((made.chat_id(), made.deleted_ids()), (7, &[][..]));
        // Their numbers are apart: a message 3 that is deleted is another one.
        let deleted = raw::UpdateDeleteMessages::new(vec![3], 0, 0);
        let cx = Context::new(&client, deleted.into(), Arc::new(Entities::default()));
        let deleted = super::super::MessagesDeleted::from_update(&cx).unwrap();
        assert_eq!(deleted.chat_id(), None);

        let sent = raw::UpdateDeleteScheduledMessages {
            sent_messages: Some(vec![40]),
            ..raw::UpdateDeleteScheduledMessages::new(peer.into(), vec![3])
        };
        let sent = event(&client, sent);
        assert_eq!((sent.deleted_ids(), sent.sent_ids()), (&[3][..], &[40][..]));
    }
}
