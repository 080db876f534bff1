use heliogram_api::{enums, types};

use super::peer;
use crate::world::{Entry, Place, QueueKey, World};

impl World {
    /// A message that waits in a queue, with who appears in it.
    pub(crate) fn scheduled_for(
        &self,
        viewer: i64,
        key: QueueKey,
        id: i32,
    ) -> Option<(enums::Message, Vec<i64>)> {
        let one = self.planned_at(key, id)?;
        let with = key.0;
        let letter = self.compose(0, one.by, with, one.draft.clone());
        let entry = Entry {
            reply_to: one.draft.reply_to,
            thread: one.draft.thread,
            ..Entry::of(0, with)
        };
        // It lies nowhere yet: ids of its queue mean other messages elsewhere.
        let place = Place {
            owner: self.box_of(viewer, with),
            id: 0,
        };
        let mut message = self.message_from(viewer, place, &entry, &letter);
        if let enums::Message::Message(message) = &mut message {
            message.id = id;
            message.from_scheduled = true;
            // Also in Saved Messages, where those that were sent are not.
            message.out = one.by == viewer;
            message.ttl_period = None;
        }
        Some((message, self.named_by(&entry, &letter)))
    }

    /// That a message waits, or is another one now.
    pub(crate) fn scheduled_update(
        &self,
        viewer: i64,
        key: QueueKey,
        id: i32,
    ) -> Option<(enums::Update, Vec<i64>)> {
        let (message, about) = self.scheduled_for(viewer, key, id)?;
        let update = types::UpdateNewScheduledMessage::new(message);
        Some((update.into(), about))
    }
}

/// That messages left a queue; `sent` are their ids where they were sent to.
pub(crate) fn scheduled_gone(with: i64, ids: &[i32], sent: Option<Vec<i32>>) -> enums::Update {
    let update = types::UpdateDeleteScheduledMessages {
        sent_messages: sent,
        ..types::UpdateDeleteScheduledMessages::new(peer(with), ids.to_vec())
    };
    update.into()
}
