//! Coming into groups and channels, and going.

use heliogram_api::types;

use super::{Actor, Form, GROUP_MAX, Member, Peer, Private, Right, Sent, Standing, Told, World};
use crate::rpc::{Answer, Refusal};

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A member brought it.
    Invited,
    /// It joined by itself.
    Joined,
    /// It used the invite link with this id.
    Link(i64),
    /// An administrator let it in, whom it had asked by this invite link; 0 for none.
    Approved(i64),
}

impl World {
    /// Checks that one account may bring another into a group or channel.
    pub(crate) fn check_invite(&self, by: i64, chat: i64, user: i64) -> Answer<()> {
        let found = self.check_right(by, chat, Right::Invite)?;
        let member = found.members.get(user);
        let bot = self.is_bot(user);
        if member.is_some_and(Member::is_in) {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        if member.is_some_and(|m| m.standing == Standing::Kicked) && !found.may(by, Right::Ban) {
            return Err(Refusal::bad("USER_KICKED"));
        }
        if self.user(user)?.deleted {
            return Err(Refusal::bad("INPUT_USER_DEACTIVATED"));
        }
        if self.user(user)?.blocked.contains(&by) {
            return Err(Refusal::bad("USER_BLOCKED"));
        }
        if !self.allows(user, Private::Invites, by) {
            return Err(Refusal::forbidden("USER_PRIVACY_RESTRICTED"));
        }
        if self.bot(user).is_some_and(|bot| bot.no_chats) {
            return Err(Refusal::bad("BOT_GROUPS_BLOCKED"));
        }
        if bot && found.form == Form::Broadcast {
            return Err(Refusal::bad("USER_BOT"));
        }
        if !found.is_channel() && found.members.count() as usize >= GROUP_MAX {
            return Err(Refusal::bad("USERS_TOO_MUCH"));
        }
        Ok(())
    }

    /// Lets an account into a group or channel, and tells it and everybody there. In a broadcast
    /// channel nobody is told, so there is no note.
    pub(crate) fn enter(
        &mut self,
        by: Actor,
        chat: i64,
        users: &[i64],
        way: Way,
    ) -> Answer<Option<Sent>> {
        let date = self.now();
        let inviter = match way {
            Way::Link(link) | Way::Approved(link) => {
                self.link(chat, link).map_or(by.user, |link| link.admin)
            }
            _ => by.user,
        };
        for user in users {
            let hidden = self.hidden_from_newcomers(chat);
            let mut member = Member::joined(date, inviter);
            member.hidden_up_to = hidden;
            match way {
                Way::Link(link) => member.link = link,
                Way::Approved(link) => (member.link, member.approved_by) = (link, by.user),
                Way::Invited | Way::Joined => {}
            }
            // Who was restricted stays so.
            let found = self.chat(chat)?;
            let old = found.members.get(*user);
            let old = old.filter(|old| old.standing != Standing::Kicked);
            member.banned = old.and_then(|old| old.banned.clone());
            let channel = found.is_channel();
            self.place(by, chat, *user, member)?;
            if channel {
                self.open_dialog(*user, chat);
                self.push_chat(*user, by, chat);
            }
        }
        self.members_changed(by, chat)?;
        if self.chat(chat)?.form == Form::Broadcast {
            return Ok(None);
        }
        let actor = match way {
            Way::Invited => by,
            _ => users.first().map_or(by, |user| Actor {
                user: *user,
                origin: by.origin.filter(|_| by.user == *user),
            }),
        };
        let note = match way {
            Way::Link(_) => types::MessageActionChatJoinedByLink::new(inviter).into(),
            Way::Approved(_) => heliogram_api::enums::MessageAction::ChatJoinedByRequest,
            _ => types::MessageActionChatAddUser::new(users.to_vec()).into(),
        };
        self.note_down(actor, chat, note).map(Some)
    }

    /// Takes an account out of a group or channel: it left, or it was removed. Gives the note, if
    /// one was left.
    pub(crate) fn leave(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        standing: Standing,
    ) -> Answer<Option<Sent>> {
        let mut member = self.chat(chat)?.member(user)?.clone();
        member.standing = standing;
        if standing == Standing::Kicked {
            member.kicked_by = by.user;
        }
        self.leave_as(by, chat, user, member)
    }

    /// The same, with what is left of its place.
    pub(super) fn leave_as(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        mut member: Member,
    ) -> Answer<Option<Sent>> {
        let form = self.chat(chat)?.form;
        // In a basic group the note reaches the one who goes, so it comes first.
        let note = types::MessageActionChatDeleteUser::new(user);
        let told = form == Form::Group || form == Form::Supergroup && by.user != user;
        let sent = match told {
            true => Some(self.note_down(by, chat, note)?),
            false => None,
        };
        member.date = self.now();
        member.rights = None;
        member.rank.clear();
        self.place(by, chat, user, member)?;
        self.members_changed(by, chat)?;
        if form == Form::Group {
            let (id, version) = (Peer::of(chat).id(), self.chat(chat)?.version);
            let update = types::UpdateChatParticipantDelete::new(id, user, version);
            self.push_one(user, by, update.into(), &[chat]);
        } else {
            self.close_dialog(user, chat);
            self.push_chat(user, by, chat);
        }
        Ok(sent)
    }

    /// The note that a group or channel was made, with these people in it, for all of them.
    pub(crate) fn begin_chat(&mut self, by: Actor, chat: i64, users: Vec<i64>) -> Answer<()> {
        let found = self.chat(chat)?;
        let title = found.title.clone();
        if !found.is_channel() {
            let note = types::MessageActionChatCreate::new(title, users);
            return self.note_down(by, chat, note).map(drop);
        }
        self.note_down(by, chat, types::MessageActionChannelCreate::new(title))?;
        for user in users {
            self.open_dialog(user, chat);
            self.push_chat(user, by, chat);
        }
        Ok(())
    }

    /// Tells an account that a group or channel, or its own place in it, is not what it was.
    pub(crate) fn push_chat(&mut self, to: i64, by: Actor, chat: i64) {
        let update = match Peer::of(chat) {
            Peer::Channel(id) => types::UpdateChannel::new(id).into(),
            peer => types::UpdateChat::new(peer.id()).into(),
        };
        self.push_one(to, by.everywhere(), update, &[chat]);
    }

    /// Tells everybody in a group or channel that it is not what it was.
    pub(crate) fn chat_changed(&mut self, by: Actor, chat: i64) {
        let update = match Peer::of(chat) {
            Peer::Channel(id) => types::UpdateChannel::new(id).into(),
            peer => types::UpdateChat::new(peer.id()).into(),
        };
        self.push_all(chat, by.everywhere(), Told::One(update, vec![chat]));
    }

    /// Notes that other people are in a basic group now, and tells its members who.
    pub(crate) fn members_changed(&mut self, by: Actor, chat: i64) -> Answer<()> {
        let found = self.chat_mut(chat)?;
        found.version += 1;
        if found.is_channel() {
            return Ok(());
        }
        let found = self.chat(chat)?;
        let mut about: Vec<i64> = found.members.inside().map(|(user, _)| user).collect();
        // Every member may see who is in it.
        let Some(viewer) = about.first().copied() else {
            return Ok(());
        };
        let update = types::UpdateChatParticipants::new(self.group_members(viewer, found));
        about.push(chat);
        self.push_all(chat, by.everywhere(), Told::One(update.into(), about));
        Ok(())
    }

    fn hidden_from_newcomers(&self, chat: i64) -> i32 {
        let hides = self
            .chats
            .get(&chat)
            .is_some_and(|chat| chat.settings.hidden_history);
        let last = self.boxes.get(&chat).map_or(0, |mailbox| mailbox.last_id);
        if hides { last } else { 0 }
    }
}
