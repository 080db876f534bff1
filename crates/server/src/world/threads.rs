//! Threads: the answers below a message, and what is written into a topic.

use std::collections::BTreeSet;

use heliogram_api::types;

use super::topics::GENERAL;
use super::{Actor, Mailbox, Peer, Place, Rec, World, is_channel};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// How far an account has read a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ThreadRead {
    /// The newest message it read.
    pub(crate) inbox: i32,
    /// The newest of its own that others read.
    pub(crate) outbox: i32,
}

record!(ThreadRead { inbox, outbox });

impl Mailbox {
    /// Notes a message as part of the thread it belongs to.
    pub(super) fn thread_in(&mut self, thread: Option<i32>, id: i32) {
        if let Some(top) = thread {
            self.threads.entry(top).or_default().insert(id);
        }
    }

    /// Forgets a message of a thread.
    pub(super) fn thread_out(&mut self, thread: Option<i32>, id: i32) {
        let Some(top) = thread else { return };
        let Some(ids) = self.threads.get_mut(&top) else {
            return;
        };
        ids.remove(&id);
        if ids.is_empty() {
            self.threads.remove(&top);
        }
    }
}

impl World {
    /// The messages below the first one of a thread.
    pub(crate) fn thread_ids(&self, channel: i64, top: i32) -> Option<&BTreeSet<i32>> {
        self.boxes.get(&channel)?.threads.get(&top)
    }

    /// Whether a message belongs to a thread or topic.
    pub(crate) fn is_in_thread(&self, channel: i64, id: i32, top: i32) -> bool {
        let chat = self.chats.get(&channel);
        let forum = chat.filter(|chat| chat.settings.forum);
        let entry = self.boxes.get(&channel).and_then(|b| b.entries.get(&id));
        let Some(entry) = entry else { return false };
        match forum {
            // The note that made a topic is its first message.
            Some(chat) if top != GENERAL => {
                entry.thread == Some(top) && chat.has_topic(top) || id == top
            }
            Some(chat) => {
                !chat.has_topic(id) && !entry.thread.is_some_and(|thread| chat.has_topic(thread))
            }
            None => entry.thread == Some(top),
        }
    }

    /// The thread a message goes into: that of the message it answers, the one it begins, or the
    /// topic it names.
    pub(super) fn thread_for(
        &self,
        channel: i64,
        reply_to: Option<i32>,
        asked: Option<i32>,
    ) -> Option<i32> {
        if !is_channel(channel) {
            return None;
        }
        let entries = &self.boxes.get(&channel)?.entries;
        let replied = reply_to.and_then(|id| Some((id, entries.get(&id)?)));
        let chat = self.chats.get(&channel)?;
        if chat.settings.forum {
            let of = replied.map(|(id, entry)| entry.thread.unwrap_or(id));
            return of.or(asked).filter(|thread| chat.has_topic(*thread));
        }
        let began = replied.map(|(id, entry)| entry.thread.unwrap_or(id));
        began.or_else(|| asked.filter(|top| entries.contains_key(top)))
    }

    /// How far an account has read a thread: what was there when it came counts as read.
    pub(crate) fn thread_read(&self, viewer: i64, channel: i64, top: i32) -> ThreadRead {
        let dialog = self
            .boxes
            .get(&viewer)
            .and_then(|b| b.dialogs.get(&channel));
        let Some(dialog) = dialog else {
            return ThreadRead::default();
        };
        let read = dialog.threads.get(&top).copied().unwrap_or_default();
        ThreadRead {
            inbox: read.inbox.max(dialog.since),
            outbox: read.outbox.max(dialog.since),
        }
    }

    /// How many messages of a list an account has not read.
    pub(crate) fn unread_of(
        &self,
        viewer: i64,
        channel: i64,
        ids: impl Iterator<Item = i32>,
        read: i32,
    ) -> i32 {
        let hidden = self.hidden_up_to(viewer, channel);
        let foreign = |id: &i32| {
            let place = Place {
                owner: channel,
                id: *id,
            };
            let letter = self.letter_at(place);
            letter.is_some_and(|letter| letter.by != viewer)
        };
        ids.filter(|id| *id > read.max(hidden))
            .filter(foreign)
            .count() as i32
    }

    /// Marks a thread as read up to a message: the account's other sessions hear of it, and those
    /// who wrote there.
    pub(crate) fn read_thread(
        &mut self,
        by: Actor,
        channel: i64,
        top: i32,
        up_to: i32,
    ) -> Answer<()> {
        self.visible_chat(by.user, channel)?;
        let before = self.thread_read(by.user, channel, top);
        let last = self.last_of_thread(channel, top);
        let missing = || Refusal::bad("MSG_ID_INVALID");
        let up_to = up_to.min(last.ok_or_else(missing)?);
        if up_to <= before.inbox {
            return Ok(());
        }
        self.note_thread_read(by.user, channel, top, |read| read.inbox = up_to);
        let number = Peer::of(channel).id();
        let post = self.post_of_thread(channel, top);
        let update = types::UpdateReadChannelDiscussionInbox {
            broadcast_id: post.map(|post| Peer::of(post.owner).id()),
            broadcast_post: post.map(|post| post.id),
            ..types::UpdateReadChannelDiscussionInbox::new(number, top, up_to)
        };
        self.push_one(by.user, by, update.into(), &[channel]);
        for (writer, id) in self.writers_between(channel, before.inbox, up_to) {
            let theirs = self.is_in_thread(channel, id, top) && writer != by.user;
            let known = self.thread_read(writer, channel, top).outbox;
            if theirs && writer > 0 && known < id {
                self.note_thread_read(writer, channel, top, |read| read.outbox = id);
                let update = types::UpdateReadChannelDiscussionOutbox::new(number, top, id);
                self.push_one(writer, by, update.into(), &[channel]);
            }
        }
        Ok(())
    }

    fn note_thread_read(
        &mut self,
        owner: i64,
        channel: i64,
        top: i32,
        change: impl FnOnce(&mut ThreadRead),
    ) {
        let Some(mailbox) = self.boxes.get_mut(&owner) else {
            return;
        };
        // Who only looks on from outside has no conversation to note it in.
        let Some(dialog) = mailbox.dialogs.get_mut(&channel) else {
            return;
        };
        change(dialog.threads.entry(top).or_default());
        self.touch(Rec::Dialog(owner, channel));
    }

    /// The newest message of a thread or topic.
    pub(crate) fn last_of_thread(&self, channel: i64, top: i32) -> Option<i32> {
        let forum = self.chats.get(&channel).is_some_and(|c| c.settings.forum);
        if top == GENERAL && forum {
            let ids = &self.boxes.get(&channel)?.dialogs.get(&channel)?.ids;
            let mut ids = ids.iter().rev().copied();
            return ids.find(|id| self.is_in_thread(channel, *id, top));
        }
        let ids = self.thread_ids(channel, top);
        let own = self.boxes.get(&channel)?.entries.contains_key(&top);
        ids.and_then(|ids| ids.last().copied())
            .or_else(|| own.then_some(top))
    }
}
