//! The admin log: what was done in a supergroup or channel, for its administrators to read.

use heliogram_api::{enums, types};

use super::{Entry, Letter, Member, Place, Rec, Topic, World, is_channel};
use crate::persist::{Field, record};

/// Seconds something stays in the log.
const KEPT_FOR: i32 = 48 * 3600;
/// Most things in one log.
const DEEDS_MAX: usize = 10_000;

/// One thing that was done.
#[derive(Clone)]
pub(crate) struct Deed {
    pub(crate) id: i64,
    pub(crate) date: i32,
    /// The account that did it.
    pub(crate) by: i64,
    pub(crate) act: Act,
}

record!(Deed { id, date, by, act });

/// What was done.
#[derive(Clone)]
pub(crate) enum Act {
    /// What means the same to everybody who reads it.
    Plain(enums::ChannelAdminLogEventAction),
    /// The photo was changed: before and after.
    Photo(Option<i64>, Option<i64>),
    /// Something was done to a message, which looked like this afterwards (before it was deleted).
    Message(Handled, Box<Snapshot>),
    /// A message was edited: before and after.
    Edited(Box<Snapshot>, Box<Snapshot>),
    /// Somebody's place was changed: before and after.
    Place(i64, Option<Box<Member>>, Box<Member>),
    /// A topic was made.
    TopicMade(Box<Topic>),
    /// A topic was changed: before and after.
    TopicChanged(Box<Topic>, Box<Topic>),
    /// A topic was deleted.
    TopicGone(Box<Topic>),
}

/// What was done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handled {
    Sent,
    Deleted,
    Pinned,
    /// Its poll was closed.
    Closed,
}

impl Field for Handled {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        w.i32(*self as i32);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        match r.i32() {
            0 => Self::Sent,
            1 => Self::Deleted,
            2 => Self::Pinned,
            _ => Self::Closed,
        }
    }
}

/// A message as it was at one time.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub(crate) id: i32,
    pub(crate) entry: Entry,
    pub(crate) letter: Letter,
}

record!(Snapshot { id, entry, letter });

impl Field for Act {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        match self {
            Self::Plain(action) => {
                w.i32(1);
                action.put(w);
            }
            Self::Photo(before, after) => {
                w.i32(2);
                (*before, *after).put(w);
            }
            Self::Message(handled, message) => {
                w.i32(3);
                handled.put(w);
                message.put(w);
            }
            Self::Edited(before, after) => {
                w.i32(4);
                before.put(w);
                after.put(w);
            }
            Self::Place(user, before, after) => {
                w.i32(5);
                user.put(w);
                before.put(w);
                after.put(w);
            }
            Self::TopicMade(topic) => {
                w.i32(6);
                topic.put(w);
            }
            Self::TopicChanged(before, after) => {
                w.i32(7);
                before.put(w);
                after.put(w);
            }
            Self::TopicGone(topic) => {
                w.i32(8);
                topic.put(w);
            }
        }
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        match r.i32() {
            1 => Self::Plain(Field::get(r)),
            2 => Self::Photo(Field::get(r), Field::get(r)),
            3 => Self::Message(Field::get(r), Field::get(r)),
            4 => Self::Edited(Field::get(r), Field::get(r)),
            5 => Self::Place(Field::get(r), Field::get(r), Field::get(r)),
            6 => Self::TopicMade(Field::get(r)),
            7 => Self::TopicChanged(Field::get(r), Field::get(r)),
            _ => Self::TopicGone(Field::get(r)),
        }
    }
}

impl World {
    /// Writes into the admin log of a supergroup or channel; basic groups have none.
    pub(crate) fn note_deed(&mut self, chat: i64, by: i64, act: Act) {
        if !is_channel(chat) {
            return;
        }
        let date = self.now();
        let Some(found) = self.chats.get_mut(&chat) else {
            return;
        };
        // Ids grow for ever, also when everything that had one is forgotten.
        let last = found.deeds.back().map_or(0, |deed| deed.id);
        let id = (last + 1).max(i64::from(date) << 20);
        found.deeds.push_back(Deed { id, date, by, act });
        let mut gone = Vec::new();
        while let Some(first) = found.deeds.front()
            && (first.date < date - KEPT_FOR || found.deeds.len() > DEEDS_MAX)
        {
            gone.push(first.id);
            found.deeds.pop_front();
        }
        self.touch(Rec::Deed(chat, id));
        for id in gone {
            self.touch(Rec::Deed(chat, id));
        }
    }

    /// The same for what means the same to everybody who reads it.
    pub(crate) fn note_change(
        &mut self,
        chat: i64,
        by: i64,
        action: impl Into<enums::ChannelAdminLogEventAction>,
    ) {
        self.note_deed(chat, by, Act::Plain(action.into()));
    }

    /// A message as it is now.
    pub(crate) fn snapshot(&self, place: Place) -> Option<Box<Snapshot>> {
        let entry = self.boxes.get(&place.owner)?.entries.get(&place.id)?;
        let letter = self.letters.get(&entry.letter)?;
        Some(Box::new(Snapshot {
            id: place.id,
            entry: entry.clone(),
            letter: letter.clone(),
        }))
    }

    /// Notes that something was done to a message of a channel.
    pub(crate) fn note_handled(&mut self, by: i64, place: Place, handled: Handled) {
        if is_channel(place.owner)
            && let Some(message) = self.snapshot(place)
        {
            self.note_deed(place.owner, by, Act::Message(handled, message));
        }
    }

    /// Notes what a change of somebody's place was.
    pub(super) fn note_place(
        &mut self,
        by: i64,
        chat: i64,
        user: i64,
        before: Option<Member>,
        after: Member,
    ) {
        use enums::ChannelAdminLogEventAction as A;
        let was_in = before.as_ref().is_some_and(Member::is_in);
        let banned = |member: &Member| member.banned.clone();
        let old_ban = before.as_ref().and_then(banned);
        let old_rights = before.as_ref().and_then(|m| m.rights.clone());
        let old_rank = before.as_ref().map(|m| m.rank.clone()).unwrap_or_default();
        let came = after.is_in() && !was_in;
        if came && after.approved_by != 0 {
            let invite = self.invite_used(chat, after.link);
            let approved = after.approved_by;
            let action =
                types::ChannelAdminLogEventActionParticipantJoinByRequest::new(invite, approved);
            self.note_change(chat, user, action);
        } else if came && after.link != 0 {
            let invite = self.invite_used(chat, after.link);
            let action = types::ChannelAdminLogEventActionParticipantJoinByInvite::new(invite);
            self.note_change(chat, user, action);
        } else if came && by == user {
            self.note_change(chat, user, A::ParticipantJoin);
        } else if was_in && !after.is_in() && by == user {
            self.note_change(chat, user, A::ParticipantLeave);
        } else if came
            || was_in != after.is_in()
            || old_ban != after.banned
            || old_rights != after.rights
        {
            let act = Act::Place(user, before.map(Box::new), Box::new(after));
            self.note_deed(chat, by, act);
        } else if old_rank != after.rank {
            let action = types::ChannelAdminLogEventActionParticipantEditRank::new(
                user, old_rank, after.rank,
            );
            self.note_change(chat, by, action);
        }
    }
}

/// What a change of somebody's place amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    Invited,
    Kicked,
    Unkicked,
    Banned,
    Unbanned,
    Promoted,
    Demoted,
}

/// What a change of somebody's place amounts to.
pub(crate) fn shift_of(before: Option<&Member>, after: &Member) -> Shift {
    let out = |member: &Member| member.standing == super::Standing::Kicked;
    let (was_out, is_out) = (before.is_some_and(out), out(after));
    let (was, is) = (
        before.and_then(|m| m.rights.as_ref()),
        after.rights.as_ref(),
    );
    if is_out && !was_out {
        Shift::Kicked
    } else if was_out && !is_out && !after.is_in() {
        Shift::Unkicked
    } else if was != is {
        match is {
            Some(_) => Shift::Promoted,
            None => Shift::Demoted,
        }
    } else if before.and_then(|m| m.banned.as_ref()) != after.banned.as_ref() {
        match after.banned {
            Some(_) => Shift::Banned,
            None => Shift::Unbanned,
        }
    } else {
        Shift::Invited
    }
}

impl Act {
    /// Whether somebody who asks for these kinds of things wants to see it.
    pub(crate) fn falls_under(&self, wanted: &types::ChannelAdminLogEventsFilter) -> bool {
        use enums::ChannelAdminLogEventAction as A;
        let action = match self {
            Self::Photo(..) => return wanted.info,
            Self::TopicMade(_) | Self::TopicChanged(..) | Self::TopicGone(_) => {
                return wanted.forums;
            }
            Self::Edited(..) => return wanted.edit,
            Self::Message(Handled::Sent, _) => return wanted.send,
            Self::Message(Handled::Deleted, _) => return wanted.delete,
            Self::Message(Handled::Pinned, _) => return wanted.pinned,
            Self::Message(Handled::Closed, _) => return wanted.edit,
            Self::Place(_, before, after) => {
                return match shift_of(before.as_deref(), after) {
                    Shift::Invited => wanted.invite,
                    Shift::Kicked => wanted.kick,
                    Shift::Unkicked => wanted.unkick,
                    Shift::Banned => wanted.ban,
                    Shift::Unbanned => wanted.unban,
                    Shift::Promoted => wanted.promote,
                    Shift::Demoted => wanted.demote,
                };
            }
            Self::Plain(action) => action,
        };
        match action {
            A::ParticipantJoin | A::ParticipantJoinByInvite(_) | A::ParticipantJoinByRequest(_) => {
                wanted.join
            }
            A::ParticipantLeave => wanted.leave,
            A::ParticipantEditRank(_) => wanted.edit_rank,
            A::ChangeTitle(_) | A::ChangeAbout(_) | A::ChangeUsername(_) => wanted.info,
            A::ExportedInviteDelete(_) | A::ExportedInviteRevoke(_) | A::ExportedInviteEdit(_) => {
                wanted.invites
            }
            A::ToggleForum(_) => wanted.forums || wanted.settings,
            _ => wanted.settings,
        }
    }
}
