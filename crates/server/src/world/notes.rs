use heliogram_api::enums::MessageAction;

use super::{Actor, Draft, Media, Sent, World};
use crate::rpc::Answer;

impl World {
    /// Puts the server's own note of what happened into a conversation.
    pub(crate) fn note_down(
        &mut self,
        by: Actor,
        peer: i64,
        action: impl Into<MessageAction>,
    ) -> Answer<Sent> {
        let draft = Draft {
            action: Some(action.into()),
            ..Draft::default()
        };
        self.post(by, peer, draft)
    }

    /// The same, with the photo that was set.
    pub(crate) fn note_photo(
        &mut self,
        by: Actor,
        peer: i64,
        action: MessageAction,
        photo: i64,
    ) -> Answer<Sent> {
        let media = Media::Photo {
            id: photo,
            spoiler: false,
            ttl: None,
        };
        let draft = Draft {
            action: Some(action),
            media: Some(media),
            ..Draft::default()
        };
        self.post(by, peer, draft)
    }

    /// Puts a note that is an answer to a message, such as that it was pinned.
    pub(crate) fn note_answer(
        &mut self,
        by: Actor,
        peer: i64,
        action: MessageAction,
        reply_to: i32,
    ) -> Answer<Sent> {
        let draft = Draft {
            action: Some(action),
            reply_to: Some(reply_to),
            ..Draft::default()
        };
        self.post(by, peer, draft)
    }
}
