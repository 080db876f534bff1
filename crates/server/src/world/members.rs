//! Who is in a group or channel, and as what.

use std::collections::{BTreeMap, BTreeSet};

use heliogram_api::types;

use super::chats::Chat;
use super::{Rec, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Most members of a basic group.
pub(crate) const GROUP_MAX: usize = 200;

/// Everybody who is or was in a group or channel.
#[derive(Default)]
pub(crate) struct Members {
    all: BTreeMap<i64, Member>,
    /// Those who are in and were made administrators.
    admins: BTreeSet<i64>,
    /// How many are in it now.
    count: i32,
}

/// Whether an account is in a group or channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is a member.
    In,
    /// It was a member and left.
    Left,
    /// It was removed and may not come back.
    Kicked,
}

impl crate::persist::Field for Standing {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        w.i32(*self as i32);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        match r.i32() {
            0 => Self::In,
            1 => Self::Left,
            _ => Self::Kicked,
        }
    }
}

/// One account's place in a group or channel.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) standing: Standing,
    /// When it came, or when it left or was removed.
    pub(crate) date: i32,
    /// Who let it in.
    pub(crate) inviter: i64,
    /// The title shown beside its name.
    pub(crate) rank: String,
    /// What it may do as an administrator.
    pub(crate) rights: Option<types::ChatAdminRights>,
    /// Who made it an administrator.
    pub(crate) promoted_by: i64,
    /// What it may not do, beyond what nobody may.
    pub(crate) banned: Option<types::ChatBannedRights>,
    /// Who restricted or removed it.
    pub(crate) kicked_by: i64,
    /// Messages up to this one are not for it.
    pub(crate) hidden_up_to: i32,
    /// When it wrote last, for slow mode.
    pub(crate) wrote: i32,
    /// The invite link it came by; 0 for none.
    pub(crate) link: i64,
    /// Who let it in when it had asked to join; 0 for nobody.
    pub(crate) approved_by: i64,
    /// Messages up to this one it deleted for itself.
    pub(crate) cleared_up_to: i32,
    /// As whom it wants to write; 0 for the usual.
    pub(crate) send_as: i64,
}

record!(Member {
    standing,
    date,
    inviter,
    rank,
    rights,
    promoted_by,
    banned,
    kicked_by,
    hidden_up_to,
    wrote,
    link,
    approved_by,
    cleared_up_to,
    send_as
});

impl Member {
    /// Somebody who has just come.
    pub(crate) fn joined(date: i32, inviter: i64) -> Self {
        Self {
            standing: Standing::In,
            date,
            inviter,
            rank: String::new(),
            rights: None,
            promoted_by: 0,
            banned: None,
            kicked_by: 0,
            hidden_up_to: 0,
            wrote: 0,
            link: 0,
            approved_by: 0,
            cleared_up_to: 0,
            send_as: 0,
        }
    }

    /// Whether it is in.
    pub(crate) fn is_in(&self) -> bool {
        self.standing == Standing::In
    }
}

impl Members {
    /// Sets an account's place.
    pub(crate) fn put(&mut self, user: i64, member: Member) {
        self.count += i32::from(member.is_in());
        if member.is_in() && member.rights.is_some() {
            self.admins.insert(user);
        } else {
            self.admins.remove(&user);
        }
        if let Some(old) = self.all.insert(user, member) {
            self.count -= i32::from(old.is_in());
        }
    }

    /// An account's place, if it ever had one.
    pub(crate) fn get(&self, user: i64) -> Option<&Member> {
        self.all.get(&user)
    }

    /// Whether an account is in.
    pub(crate) fn has(&self, user: i64) -> bool {
        self.get(user).is_some_and(Member::is_in)
    }

    /// How many are in.
    pub(crate) fn count(&self) -> i32 {
        self.count
    }

    /// Those who are in and were made administrators: all but the creator, who may be one of them.
    pub(crate) fn admins(&self) -> impl Iterator<Item = i64> {
        self.admins.iter().copied()
    }

    /// Everybody who is or was in.
    pub(crate) fn all(&self) -> impl Iterator<Item = (i64, &Member)> {
        self.all.iter().map(|(user, member)| (*user, member))
    }

    /// Everybody who is in.
    pub(crate) fn inside(&self) -> impl Iterator<Item = (i64, &Member)> {
        self.all().filter(|(_, member)| member.is_in())
    }
}

impl Chat {
    /// Those who may administer it, the creator first if it is still there.
    pub(crate) fn administrators(&self) -> Vec<i64> {
        let creator = Some(self.creator).filter(|creator| self.members.has(*creator));
        let others = self.members.admins().filter(|user| *user != self.creator);
        creator.into_iter().chain(others).collect()
    }

    /// The place of a member; a typed refusal for everybody else.
    pub(crate) fn member(&self, user: i64) -> Answer<&Member> {
        self.members
            .get(user)
            .filter(|member| member.is_in())
            .ok_or_else(|| Refusal::bad("USER_NOT_PARTICIPANT"))
    }
}

impl Chat {
    /// Checks that somebody is above an account: the creator above all, others above plain members
    /// and the administrators they made.
    pub(super) fn check_above(&self, by: i64, user: i64) -> Answer<()> {
        let made_by = self.members.get(user).map(|member| member.promoted_by);
        let above = by == self.creator || !self.is_admin(user) || made_by == Some(by);
        match above && user != self.creator {
            true => Ok(()),
            false => Err(Refusal::bad("USER_ADMIN_INVALID")),
        }
    }
}

impl World {
    /// Sets an account's place in a group or channel, and keeps the account's list of chats true.
    pub(crate) fn set_member(&mut self, chat: i64, user: i64, member: Member) -> Answer<()> {
        let inside = member.is_in();
        let found = self.chats.get_mut(&chat);
        let found = found.ok_or_else(|| Refusal::bad("CHAT_ID_INVALID"))?;
        found.members.put(user, member);
        let list = self.chats_of.entry(user).or_default();
        if inside {
            list.insert(chat);
        } else {
            list.remove(&chat);
        }
        self.touch(Rec::Member(chat, user));
        self.note_end(chat, user);
        Ok(())
    }

    /// The members of a group or channel.
    pub(crate) fn members_of(&self, chat: i64) -> Vec<i64> {
        let members = self.chats.get(&chat).map(|chat| &chat.members);
        members
            .into_iter()
            .flat_map(|members| members.inside().map(|(user, _)| user))
            .collect()
    }

    /// The groups and channels an account is in.
    pub(crate) fn chats_of(&self, user: i64) -> Vec<i64> {
        let list = self.chats_of.get(&user);
        list.into_iter().flatten().copied().collect()
    }
}
