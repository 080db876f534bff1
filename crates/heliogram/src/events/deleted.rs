use heliogram_api::enums;

use super::{About, Context};
use crate::{Chat, PeerId};

/// Messages that were deleted.
///
/// Outside of channels and supergroups the server tells only their numbers, which are unique to the
/// account. The client remembers where it has seen the last few thousand messages and fills in the
/// chat from that; what it does not remember stays without a chat.
///
/// ```no_run
/// use heliogram::events::MessagesDeleted;
///
/// async fn gone(event: MessagesDeleted) {
///     for id in event.ids() {
///         let place = event.chat_of(*id).map(|chat| chat.title());
///         println!("{id} in {}", place.as_deref().unwrap_or("a chat I do not know"));
///     }
/// }
/// ```
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
    /// Where those outside of channels were seen.
    places: Vec<(i32, PeerId)>,
}

event_members!(MessagesDeleted);
has_chat!(maybe MessagesDeleted);

impl MessagesDeleted {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let seen = &cx.client().peers().places;
        let (chat, ids, places) = match &**cx.update() {
            enums::Update::DeleteMessages(u) => {
                (seen.common(&u.messages), &u.messages, seen.of(&u.messages))
            }
            enums::Update::DeleteChannelMessages(u) => {
                (PeerId::channel(u.channel_id), &u.messages, Vec::new())
            }
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat,
            ids: ids.to_vec(),
            places,
        })
    }

    /// The ids of the messages.
    #[must_use]
    #[doc(alias = "deleted_ids")]
    #[doc(alias = "deleted_id")]
    pub fn ids(&self) -> &[i32] {
        &self.ids
    }

    /// The chat of one of the messages, if the server tells or the message was seen.
    ///
    /// Deletions of several chats may come in one event, which then has no
    /// [`chat`](Self::chat) as a whole.
    #[must_use]
    pub fn chat_of(&self, id: i32) -> Option<Chat> {
        let seen = self.places.iter().find(|(message, _)| *message == id);
        let known = seen.map(|(_, chat)| *chat);
        let here = self.chat.filter(|_| self.ids.contains(&id));
        known.or(here).map(|chat| self.cx.chat(chat))
    }
}

impl About for MessagesDeleted {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, types::Entities};

    fn event(client: &Client, update: enums::Update) -> MessagesDeleted {
        let entities = Arc::new(Entities::default());
        MessagesDeleted::from_update(&Context::new(client, update, entities)).unwrap()
    }

    #[tokio::test]
    async fn the_chat_of_a_deleted_message_is_remembered() {
        let client = Client::offline().await;
        for (id, user) in [(1, 7), (2, 7), (3, 8)] {
            let peer = raw::PeerUser { user_id: user }.into();
            let message = raw::Message::new(id, peer, 0, String::new());
            crate::Message::new(&client, message.into(), &Entities::default()).unwrap();
        }
        let one_chat = raw::UpdateDeleteMessages::new(vec![1, 2], 0, 0);
        assert_eq!(event(&client, one_chat.into()).chat_id(), Some(7));
        let mixed = event(
            &client,
            raw::UpdateDeleteMessages::new(vec![2, 3, 4], 0, 0).into(),
        );
        assert_eq!(mixed.chat_id(), None);
        let of = |id| mixed.chat_of(id).map(|c| c.id());
        assert_eq!([of(2), of(3), of(4), of(1)], [Some(7), Some(8), None, None]);
    }
}
