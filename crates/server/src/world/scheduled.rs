//! Messages that wait for their time, in a queue for each conversation.

use std::collections::{BTreeMap, BTreeSet};

use heliogram_api::enums::Update;

use super::{Actor, Draft, Exactness, Form, Media, Peer, Rec, Right, Sent, Told, World};
use crate::persist::record;
use crate::render::scheduled_gone;
use crate::rpc::{Answer, Refusal};

/// In place of a date: as soon as the other side is there.
pub(crate) const WHEN_ONLINE: i32 = 0x7fff_fffe;
/// What is to be sent within so many seconds is sent at once.
const AT_ONCE: i32 = 10;
/// How far ahead a date may lie, in seconds.
const AHEAD_MAX: i32 = 366 * 86_400;
/// Most messages in one queue.
const QUEUE_MAX: usize = 100;
/// Most messages that are sent at one look; the others follow at the next.
const SENT_MAX: usize = 1000;

/// A message that waits. Its draft is dated with when it is to be sent.
#[derive(Clone)]
pub(crate) struct Scheduled {
    pub(crate) by: i64,
    pub(crate) draft: Draft,
}

record!(Scheduled { by, draft });

/// The messages that wait for one conversation, under ids of their own.
#[derive(Default)]
pub(crate) struct Queue {
    last_id: i32,
    messages: BTreeMap<i32, Scheduled>,
}

record!(Queue { last_id, messages });

/// A queue: the conversation, and whose it is. What is planned for a channel belongs to all who may
/// post there, everything else to its author.
pub(crate) type QueueKey = (i64, i64);

/// All queues, and what of them comes when.
#[derive(Default)]
pub(crate) struct Queues {
    all: BTreeMap<QueueKey, Queue>,
    due: BTreeSet<(i32, QueueKey, i32)>,
}

/// Messages that left a queue: their ids there, and what was sent if it could be.
pub(crate) type Published = Vec<(i32, Option<Sent>)>;

impl Queues {
    /// The record of one queue.
    pub(crate) fn record(&self, key: QueueKey) -> Option<&Queue> {
        self.all.get(&key)
    }

    /// Takes over a stored queue.
    pub(crate) fn restore(&mut self, key: QueueKey, queue: Queue) {
        let dates = queue.messages.iter();
        self.due
            .extend(dates.map(|(id, one)| (one.date(), key, *id)));
        self.all.insert(key, queue);
    }

    /// Whether the time of some message has come.
    pub(crate) fn is_due(&self, now: i32) -> bool {
        self.due.first().is_some_and(|(date, ..)| *date <= now)
    }

    /// Whether some message that waits carries this.
    pub(super) fn carry(&self, media: &Media) -> bool {
        let mut all = self.all.values().flat_map(|queue| queue.messages.values());
        all.any(|one| one.draft.media.as_ref() == Some(media))
    }

    pub(super) fn put(&mut self, key: QueueKey, id: i32, one: Scheduled) {
        self.due.insert((one.date(), key, id));
        let queue = self.all.entry(key).or_default();
        queue.last_id = queue.last_id.max(id);
        queue.messages.insert(id, one);
    }

    pub(super) fn take(&mut self, key: QueueKey, id: i32) -> Option<Scheduled> {
        let one = self.all.get_mut(&key)?.messages.remove(&id)?;
        self.due.remove(&(one.date(), key, id));
        Some(one)
    }
}

impl Scheduled {
    fn date(&self) -> i32 {
        self.draft.date.unwrap_or_default()
    }
}

impl World {
    /// When a message for which a date was given is to be sent; nothing for at once.
    pub(crate) fn send_date(&self, by: i64, peer: i64, date: Option<i32>) -> Answer<Option<i32>> {
        let Some(date) = date else { return Ok(None) };
        if self.is_bot(by) {
            return Err(Refusal::bad("SCHEDULE_BOT_NOT_ALLOWED"));
        }
        let now = self.now();
        if date == WHEN_ONLINE {
            let other = self.users.get(&peer).filter(|user| user.id != by);
            let other = other.filter(|user| !user.is_bot());
            let other = other.ok_or_else(|| Refusal::bad("SCHEDULE_DATE_INVALID"))?;
            if self.sees_exactly(by, peer) != Exactness::Exact {
                return Err(Refusal::bad("SCHEDULE_STATUS_PRIVATE"));
            }
            return Ok((other.online_until <= now).then_some(date));
        }
        if date > now.saturating_add(AHEAD_MAX) {
            return Err(Refusal::bad("SCHEDULE_DATE_TOO_LATE"));
        }
        Ok((date > now.saturating_add(AT_ONCE)).then_some(date))
    }

    /// Plans messages, all of them or none, and gives their ids in the queue.
    pub(crate) fn schedule(
        &mut self,
        by: Actor,
        peer: i64,
        drafts: Vec<Draft>,
        date: i32,
    ) -> Answer<Vec<i32>> {
        let key = self.queue_key(by.user, peer)?;
        let queue = self.scheduled.all.get(&key);
        let waiting = queue.map_or(0, |queue| queue.messages.len());
        if waiting + drafts.len() > QUEUE_MAX {
            return Err(Refusal::bad("SCHEDULE_TOO_MUCH"));
        }
        let mut random: BTreeSet<i64> = queue
            .into_iter()
            .flat_map(|queue| queue.messages.values())
            .filter(|one| one.by == by.user)
            .map(|one| one.draft.random_id)
            .collect();
        for draft in &drafts {
            self.check_draft(by.user, peer, draft)?;
            if !random.insert(draft.random_id) {
                return Err(Refusal::new(500, "RANDOM_ID_DUPLICATE"));
            }
        }
        let first = queue.map_or(0, |queue| queue.last_id).saturating_add(1);
        let ids: Vec<i32> = (first..).take(drafts.len()).collect();
        for (id, draft) in ids.iter().zip(drafts) {
            let draft = Draft {
                date: Some(date),
                ..draft
            };
            let by = by.user;
            self.scheduled.put(key, *id, Scheduled { by, draft });
        }
        self.touch(Rec::Queue(key.0, key.1));
        self.tell_planned(by, key, &ids);
        Ok(ids)
    }

    /// The queue of a conversation, if the account may look into it.
    pub(crate) fn queue_key(&self, user: i64, peer: i64) -> Answer<QueueKey> {
        let Peer::Channel(_) = Peer::of(peer) else {
            return Ok((peer, user));
        };
        let chat = self.visible_chat(user, peer)?;
        match chat.form {
            Form::Broadcast if chat.may(user, Right::Post) => Ok((peer, peer)),
            Form::Broadcast => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
            _ => Ok((peer, user)),
        }
    }

    /// The messages of a queue with their ids, those that come last first.
    pub(crate) fn planned(&self, key: QueueKey) -> Vec<(i32, &Scheduled)> {
        let queue = self.scheduled.all.get(&key);
        let all = queue.into_iter().flat_map(|queue| &queue.messages);
        let mut all: Vec<(i32, &Scheduled)> = all.map(|(id, one)| (*id, one)).collect();
        all.sort_by_key(|(id, one)| std::cmp::Reverse((one.date(), *id)));
        all
    }

    /// One message of a queue.
    pub(crate) fn planned_at(&self, key: QueueKey, id: i32) -> Option<&Scheduled> {
        self.scheduled.all.get(&key)?.messages.get(&id)
    }

    /// Whether an account has planned something for a conversation.
    pub(crate) fn has_planned(&self, user: i64, peer: i64) -> bool {
        let queue = self.queue_key(user, peer).ok();
        let queue = queue.and_then(|key| self.scheduled.all.get(&key));
        queue.is_some_and(|queue| !queue.messages.is_empty())
    }

    /// Takes messages out of a queue; gives those that were in it.
    pub(crate) fn drop_planned(&mut self, by: Actor, key: QueueKey, ids: &[i32]) -> Vec<i32> {
        let gone = ids.iter().copied();
        let gone: Vec<i32> = gone.filter(|id| self.forget_planned(key, *id)).collect();
        if !gone.is_empty() {
            self.touch(Rec::Queue(key.0, key.1));
            let update = scheduled_gone(key.0, &gone, None);
            self.tell_planners(by, key, &update);
        }
        gone
    }

    /// Takes one message out of a queue, and its poll with it; whether it was there.
    fn forget_planned(&mut self, key: QueueKey, id: i32) -> bool {
        let one = self.scheduled.take(key, id);
        if let Some(Media::Poll(poll)) = one.as_ref().and_then(|one| one.draft.media.as_ref()) {
            self.drop_unused_poll(*poll);
        }
        one.is_some()
    }

    /// Sends messages of a queue now. What may not be sent any more is gone.
    pub(crate) fn publish(&mut self, by: Actor, key: QueueKey, ids: &[i32]) -> Published {
        let mut done = Published::new();
        for id in ids {
            if let Some(one) = self.scheduled.take(key, *id) {
                let poll = one.draft.media.clone();
                done.push((*id, self.send_planned(by, key.0, one).ok()));
                if let Some(Media::Poll(poll)) = poll {
                    self.drop_unused_poll(poll);
                }
            }
        }
        if done.is_empty() {
            return done;
        }
        self.touch(Rec::Queue(key.0, key.1));
        for update in gone_updates(key.0, &done) {
            self.tell_planners(by, key, &update);
        }
        done
    }

    fn send_planned(&mut self, by: Actor, peer: i64, one: Scheduled) -> Answer<Sent> {
        let mut draft = Draft {
            date: None,
            scheduled: true,
            ..one.draft
        };
        let own = self.mailbox(self.box_of(one.by, peer))?;
        if own.random.contains_key(&(one.by, draft.random_id)) {
            // Used for another message since.
            draft.random_id = self.random_id();
        }
        // How often one may write was asked when it was planned.
        self.check_whenever(one.by, peer, &draft)?;
        let post = draft
            .forward
            .as_ref()
            .and_then(|forward| Some((forward.from, forward.post?)));
        let author = Actor {
            user: one.by,
            origin: by.origin.filter(|_| by.user == one.by),
        };
        let sent = self.send_checked(author, peer, draft)?;
        if let Some((from, id)) = post {
            self.count_forward(one.by, from, id);
        }
        Ok(sent)
    }

    /// Sends what is due by now.
    pub(crate) fn publish_due(&mut self) {
        let now = self.now();
        for _ in 0..SENT_MAX {
            match self.scheduled.due.first().copied() {
                Some((date, key, id)) if date <= now => {
                    // Not by anybody: every session of the author hears of it.
                    self.publish(Actor::account(0), key, &[id]);
                }
                _ => return,
            }
        }
    }

    /// Sends what waited for an account to be there, as far as the authors may know that it is.
    pub(crate) fn publish_for(&mut self, user: i64) {
        let now = self.now();
        if self.users.get(&user).is_none_or(|u| u.online_until <= now) {
            return;
        }
        let queues = self
            .scheduled
            .all
            .range((user, i64::MIN)..=(user, i64::MAX));
        let waits = |one: &Scheduled| one.date() == WHEN_ONLINE;
        let waiting: Vec<(QueueKey, Vec<i32>)> = queues
            .map(|(key, queue)| {
                let ids = queue.messages.iter().filter(|(_, one)| waits(one));
                (*key, ids.map(|(id, _)| *id).collect())
            })
            .collect();
        for (key, ids) in waiting {
            if self.sees_exactly(key.1, user) == Exactness::Exact {
                self.publish(Actor::account(0), key, &ids);
            }
        }
    }

    /// Those who see a queue.
    fn planners(&self, key: QueueKey) -> Vec<i64> {
        let (peer, owner) = key;
        match self.chats.get(&peer).filter(|_| peer == owner) {
            Some(chat) => {
                let mut admins = chat.administrators();
                admins.retain(|who| chat.may(*who, Right::Post));
                admins
            }
            None => vec![owner],
        }
    }

    pub(super) fn tell_planned(&mut self, by: Actor, key: QueueKey, ids: &[i32]) {
        for who in self.planners(key) {
            for id in ids {
                if let Some((update, about)) = self.scheduled_update(who, key, *id) {
                    self.tell(who, by, Told::One(update, about));
                }
            }
        }
    }

    fn tell_planners(&mut self, by: Actor, key: QueueKey, update: &Update) {
        for who in self.planners(key) {
            self.tell(who, by, Told::One(update.clone(), vec![key.0]));
        }
    }
}

/// That messages left a queue: those that were sent, and those that could not be.
pub(crate) fn gone_updates(peer: i64, done: &Published) -> Vec<Update> {
    let sent: Vec<(i32, i32)> = done
        .iter()
        .filter_map(|(id, sent)| Some((*id, sent.as_ref()?.id)))
        .collect();
    let (ids, new): (Vec<i32>, Vec<i32>) = sent.into_iter().unzip();
    let lost = done.iter().filter(|(_, sent)| sent.is_none());
    let lost: Vec<i32> = lost.map(|(id, _)| *id).collect();
    let mut updates = Vec::new();
    if !ids.is_empty() {
        updates.push(scheduled_gone(peer, &ids, Some(new)));
    }
    if !lost.is_empty() {
        updates.push(scheduled_gone(peer, &lost, None));
    }
    updates
}
