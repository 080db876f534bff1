use heliogram_api::{enums, types};

use super::peer;
use crate::world::{Chat, GENERAL, Place, Topic, World};

impl World {
    /// A topic as an account sees it.
    pub(crate) fn topic_for(&self, viewer: i64, chat: &Chat, topic: &Topic) -> enums::ForumTopic {
        let read = self.thread_read(viewer, chat.id, topic.id);
        let mailbox = self.boxes.get(&chat.id);
        let all = mailbox.and_then(|b| b.dialogs.get(&chat.id));
        let unread = if topic.id == GENERAL {
            let newer = read.inbox.saturating_add(1)..;
            let ids = all.into_iter();
            let ids = ids.flat_map(|dialog| dialog.ids.range(newer.clone()));
            let ids = ids.filter(|id| self.is_in_thread(chat.id, **id, GENERAL));
            self.unread_of(viewer, chat.id, ids.copied(), read.inbox)
        } else {
            let ids = self.thread_ids(chat.id, topic.id).into_iter().flatten();
            self.unread_of(viewer, chat.id, ids.copied(), read.inbox)
        };
        let mentions = self.unread_mentions_in(viewer, chat.id, Some(topic.id));
        types::ForumTopic {
            my: topic.by == viewer,
            closed: topic.closed,
            hidden: topic.hidden,
            pinned: topic.pinned.is_some(),
            icon_emoji_id: topic.icon_emoji,
            ..types::ForumTopic::new(
                topic.id,
                topic.date,
                peer(chat.id),
                topic.title.clone(),
                topic.icon_color,
                self.last_of_thread(chat.id, topic.id).unwrap_or(topic.id),
                read.inbox,
                read.outbox,
                unread,
                mentions.len() as i32,
                0,
                0,
                peer(topic.by),
                types::PeerNotifySettings::new(),
            )
        }
        .into()
    }

    /// Topics as an answer, with their newest messages and who appears in them.
    pub(crate) fn topics_for(
        &self,
        viewer: i64,
        chat: &Chat,
        (total, ids): (usize, &[i32]),
    ) -> types::messages::ForumTopics {
        let mut about = vec![chat.id];
        let mut tops = Vec::new();
        let topics = ids.iter().map(|id| match chat.topic(*id) {
            Some(topic) => {
                about.push(topic.by);
                tops.extend(
                    self.last_of_thread(chat.id, topic.id)
                        .map(|id| Place { owner: chat.id, id }),
                );
                self.topic_for(viewer, chat, topic)
            }
            None => types::ForumTopicDeleted::new(*id).into(),
        });
        let topics = topics.collect();
        let messages = tops.iter().map(|place| self.message_for(viewer, *place));
        let messages = messages.collect();
        about.extend(
            tops.iter()
                .flat_map(|place| self.mentioned_in(viewer, *place)),
        );
        let cast = self.cast(viewer, about);
        let pts = self.boxes.get(&chat.id).map_or(0, |mailbox| mailbox.pts);
        types::messages::ForumTopics::new(
            total as i32,
            topics,
            messages,
            cast.chats,
            cast.users,
            pts,
        )
    }
}
