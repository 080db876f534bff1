use heliogram_api::enums::MessageAction;

use super::{Actor, Draft, Entry, Media, Rec, Sent, What, World};
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
            random_id: self.random_id(),
            action: Some(action.into()),
            ..Draft::default()
        };
        self.post(by, peer, draft)
    }

    /// Puts a note into one's own box alone; gives the box's new pts.
    pub(crate) fn note_own(
        &mut self,
        by: Actor,
        peer: i64,
        action: impl Into<MessageAction>,
    ) -> Answer<i32> {
        let draft = Draft {
            random_id: self.random_id(),
            action: Some(action.into()),
            ..Draft::default()
        };
        let letter = self.write(by.user, peer, draft);
        let entry = Entry::of(letter, peer);
        let id = self.file(by.user, entry);
        let pts = self.log(by.user, 1, What::New(id));
        self.touch(Rec::Letter(letter));
        self.push_step(by.user, by, pts);
        Ok(pts)
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
            random_id: self.random_id(),
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
            random_id: self.random_id(),
            action: Some(action),
            reply_to: Some(reply_to),
            ..Draft::default()
        };
        self.post(by, peer, draft)
    }
}
