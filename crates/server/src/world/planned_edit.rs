//! Changing a message that waits for its time.

use super::checks::check_text;
use super::{Actor, Draft, Edit, Media, QueueKey, Rec, Right, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Checks that an account may change a message that waits.
    pub(crate) fn check_edits_planned(&self, by: i64, key: QueueKey, id: i32) -> Answer<()> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let one = self.planned_at(key, id).ok_or_else(missing)?;
        let edits_all = |chat: &super::Chat| chat.may(by, Right::EditMessages);
        match one.by == by || self.chats.get(&key.0).is_some_and(edits_all) {
            true => Ok(()),
            false => Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED")),
        }
    }

    /// Changes a message that waits, or when it is to be sent.
    pub(crate) fn edit_planned(
        &mut self,
        by: Actor,
        key: QueueKey,
        id: i32,
        edit: Edit,
        date: i32,
    ) -> Answer<()> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        self.check_edits_planned(by.user, key, id)?;
        let mut one = self.planned_at(key, id).cloned().ok_or_else(missing)?;
        let old = &one.draft;
        let says_new = edit.rich.is_some() || edit.media.is_some() || edit.markup.is_some();
        if says_new && old.forward.is_some() {
            return Err(missing());
        }
        if matches!(old.media, Some(Media::Poll(_))) && edit.media.is_some() {
            return Err(Refusal::bad("MEDIA_PREV_INVALID"));
        }
        let draft = Draft {
            rich: edit.rich.unwrap_or_else(|| old.rich.clone()),
            media: edit.media.or_else(|| old.media.clone()),
            markup: edit.markup.unwrap_or_else(|| old.markup.clone()),
            date: Some(date),
            ..old.clone()
        };
        check_text(&draft.rich.text, draft.media.is_some())?;
        let same = draft.rich == old.rich && draft.media == old.media && draft.markup == old.markup;
        if same && draft.date == old.date {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        one.draft = draft;
        self.scheduled.take(key, id);
        self.scheduled.put(key, id, one);
        self.touch(Rec::Queue(key.0, key.1));
        self.tell_planned(by, key, &[id]);
        Ok(())
    }
}
