//! Topics of a forum.

use heliogram_api::types;

use super::{Act, Actor, Chat, Draft, Rec, Right, Sent, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// The topic every forum has, which is written into by writing into no other.
pub(crate) const GENERAL: i32 = 1;
/// The colours an icon can have; the first one is that of "General".
const COLOURS: [i32; 6] = [
    0x006f_b9f0,
    0x00ff_d67e,
    0x00cb_86db,
    0x008e_ee98,
    0x00ff_93b2,
    0x00fb_6f5f,
];
/// Most topics pinned in one forum.
const PINNED_MAX: usize = 5;

/// A topic of a forum. Its id is that of the note which tells of its making.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) id: i32,
    pub(crate) date: i32,
    /// The account that made it.
    pub(crate) by: i64,
    pub(crate) title: String,
    pub(crate) icon_color: i32,
    pub(crate) icon_emoji: Option<i64>,
    pub(crate) closed: bool,
    pub(crate) hidden: bool,
    /// Its place among the pinned ones, from the top.
    pub(crate) pinned: Option<i32>,
}

record!(Topic {
    id,
    date,
    by,
    title,
    icon_color,
    icon_emoji,
    closed,
    hidden,
    pinned
});

/// What is to be different about a topic; what is not given stays.
#[derive(Clone, Default)]
pub(crate) struct TopicEdit {
    pub(crate) title: Option<String>,
    /// 0 takes the picture away.
    pub(crate) icon_emoji: Option<i64>,
    pub(crate) closed: Option<bool>,
    pub(crate) hidden: Option<bool>,
}

impl Chat {
    /// Its topics; nothing where there are none.
    pub(crate) fn topic(&self, id: i32) -> Option<&Topic> {
        self.topics.get(&id).filter(|_| self.settings.forum)
    }

    /// Whether a message of that thread belongs to a topic of its own, and not to "General".
    pub(crate) fn has_topic(&self, thread: i32) -> bool {
        thread != GENERAL && self.topic(thread).is_some()
    }

    /// Whether an account may manage all topics.
    fn manages_topics(&self, user: i64) -> bool {
        let rights = self.admin_rights(user);
        rights.is_some_and(|rights| rights.manage_topics)
    }

    /// The topics that are pinned, from the top.
    pub(crate) fn pinned_topics(&self) -> Vec<i32> {
        let pinned = self.topics.values();
        let mut pinned: Vec<(i32, i32)> = pinned
            .filter_map(|topic| topic.pinned.map(|at| (at, topic.id)))
            .collect();
        pinned.sort_unstable();
        pinned.into_iter().map(|(_, id)| id).collect()
    }
}

impl World {
    /// The forum, if an account may look at it.
    pub(crate) fn forum(&self, viewer: i64, chat: i64) -> Answer<&Chat> {
        let found = self.visible_chat(viewer, chat)?;
        match found.settings.forum {
            true => Ok(found),
            false => Err(Refusal::bad("CHANNEL_FORUM_MISSING")),
        }
    }

    /// Gives a supergroup that became a forum the topic all of them have.
    pub(crate) fn add_general(&mut self, chat: i64) -> Answer<()> {
        let found = self.chat(chat)?;
        if found.topics.contains_key(&GENERAL) {
            return Ok(());
        }
        let topic = Topic {
            id: GENERAL,
            date: found.date,
            by: found.creator,
            title: "General".to_owned(),
            icon_color: COLOURS[0],
            icon_emoji: None,
            closed: false,
            hidden: false,
            pinned: None,
        };
        self.put_topic(chat, topic)
    }

    fn put_topic(&mut self, chat: i64, topic: Topic) -> Answer<()> {
        let id = topic.id;
        self.chat_mut(chat)?.topics.insert(id, topic);
        self.touch(Rec::Topic(chat, id));
        Ok(())
    }

    /// Makes a topic, and leaves the note its messages answer.
    pub(crate) fn add_topic(
        &mut self,
        by: Actor,
        chat: i64,
        title: &str,
        (color, emoji): (Option<i32>, Option<i64>),
        random_id: i64,
    ) -> Answer<Sent> {
        self.forum(by.user, chat)?;
        self.check_right(by.user, chat, Right::Topics)?;
        let title = super::clean_title(title)?;
        if self
            .mailbox(chat)?
            .random
            .contains_key(&(by.user, random_id))
        {
            return Err(Refusal::new(500, "RANDOM_ID_DUPLICATE"));
        }
        let color = color.filter(|color| COLOURS.contains(color));
        let color = color.unwrap_or(COLOURS[0]);
        let action = types::MessageActionTopicCreate {
            icon_emoji_id: emoji,
            ..types::MessageActionTopicCreate::new(title.clone(), color)
        };
        let draft = Draft {
            action: Some(action.into()),
            random_id,
            ..Draft::default()
        };
        let sent = self.post(by, chat, draft)?;
        let topic = Topic {
            id: sent.id,
            date: sent.date,
            by: by.user,
            title,
            icon_color: color,
            icon_emoji: emoji,
            closed: false,
            hidden: false,
            pinned: None,
        };
        self.put_topic(chat, topic.clone())?;
        self.note_deed(chat, by.user, Act::TopicMade(Box::new(topic)));
        Ok(sent)
    }

    /// Changes a topic, and leaves a note of it there.
    pub(crate) fn edit_topic(
        &mut self,
        by: Actor,
        chat: i64,
        id: i32,
        edit: TopicEdit,
    ) -> Answer<Sent> {
        let old = self.own_topic(by.user, chat, id)?.clone();
        let mut new = old.clone();
        if let Some(title) = &edit.title {
            new.title = super::clean_title(title)?;
        }
        if let Some(emoji) = edit.icon_emoji {
            new.icon_emoji = Some(emoji).filter(|emoji| *emoji != 0);
        }
        new.closed = edit.closed.unwrap_or(old.closed);
        new.hidden = edit.hidden.unwrap_or(old.hidden);
        // Only "General" can be hidden, and it is closed then.
        if new.hidden && id != GENERAL {
            return Err(Refusal::bad("TOPIC_ID_INVALID"));
        }
        if new == old {
            return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
        }
        self.put_topic(chat, new.clone())?;
        let action = types::MessageActionTopicEdit {
            title: edit.title.is_some().then(|| new.title.clone()),
            icon_emoji_id: edit.icon_emoji,
            closed: edit.closed,
            hidden: edit.hidden,
        };
        let act = Act::TopicChanged(Box::new(old), Box::new(new));
        self.note_deed(chat, by.user, act);
        let draft = Draft {
            action: Some(action.into()),
            thread: (id != GENERAL).then_some(id),
            ..Draft::default()
        };
        self.post(by, chat, draft)
    }

    /// A topic that an account may change: any of them as an administrator, or one it made.
    fn own_topic(&self, user: i64, chat: i64, id: i32) -> Answer<&Topic> {
        let found = self.forum(user, chat)?;
        found.member(user)?;
        let topic = found.topic(id);
        let topic = topic.ok_or_else(|| Refusal::bad("TOPIC_ID_INVALID"))?;
        match topic.by == user || found.manages_topics(user) {
            true => Ok(topic),
            false => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        }
    }

    /// Sets which topics are pinned, and their order. Gives which they are now.
    pub(crate) fn pin_topics(&mut self, by: i64, chat: i64, order: &[i32]) -> Answer<Vec<i32>> {
        let found = self.forum(by, chat)?;
        if !found.manages_topics(by) {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        if order.iter().any(|id| found.topic(*id).is_none()) {
            return Err(Refusal::bad("TOPIC_ID_INVALID"));
        }
        if order.len() > PINNED_MAX {
            return Err(Refusal::bad("PINNED_DIALOGS_TOO_MUCH"));
        }
        let topics: Vec<Topic> = found.topics.values().cloned().collect();
        for old in topics {
            let at = order.iter().position(|id| *id == old.id);
            let at = at.map(|at| at as i32);
            if old.pinned == at {
                continue;
            }
            let mut new = old.clone();
            new.pinned = at;
            self.put_topic(chat, new.clone())?;
            if old.pinned.is_some() != at.is_some() {
                let act = Act::TopicChanged(Box::new(old), Box::new(new));
                self.note_deed(chat, by, act);
            }
        }
        Ok(self.chat(chat)?.pinned_topics())
    }

    /// Deletes a topic with everything in it. Gives the forum's pts and how far it moved.
    pub(crate) fn delete_topic(&mut self, by: Actor, chat: i64, id: i32) -> Answer<(i32, i32)> {
        let found = self.forum(by.user, chat)?;
        let topic = found.topic(id).filter(|_| id != GENERAL);
        let topic = topic
            .ok_or_else(|| Refusal::bad("TOPIC_ID_INVALID"))?
            .clone();
        if !found.may(by.user, Right::DeleteMessages) {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        let done = self.wipe_thread(by, chat, id)?;
        self.chat_mut(chat)?.topics.remove(&id);
        self.touch(Rec::Topic(chat, id));
        let act = Act::TopicGone(Box::new(topic));
        self.note_deed(chat, by.user, act);
        Ok(done)
    }

    /// Checks that somebody may write into the topic a message is for.
    pub(super) fn check_topic(&self, user: i64, chat: i64, draft: &Draft) -> Answer<()> {
        let Some(found) = self.chats.get(&chat).filter(|chat| chat.settings.forum) else {
            return Ok(());
        };
        let missing = draft.thread.is_some_and(|id| found.topic(id).is_none());
        if missing {
            return Err(Refusal::bad("TOPIC_DELETED"));
        }
        let thread = self.thread_for(chat, draft.reply_to, draft.thread);
        let topic = found.topic(thread.unwrap_or(GENERAL));
        match topic {
            Some(topic) if topic.closed && topic.by != user && !found.manages_topics(user) => {
                Err(Refusal::bad("TOPIC_CLOSED"))
            }
            _ => Ok(()),
        }
    }
}
