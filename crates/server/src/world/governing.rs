//! What administrators change about groups and channels.

use heliogram_api::{enums, types};

use super::lapsing::with_end;
use super::rights::covers;
use super::{Act, Actor, Form, Member, Right, Sent, Standing, World, clean_about, clean_title};
use crate::rpc::{Answer, Refusal};

/// Longest title of a member, in characters.
const RANK_MAX: usize = 16;

impl World {
    /// Changes the title, and leaves a note of it.
    pub(crate) fn retitle(&mut self, by: Actor, chat: i64, title: &str) -> Answer<Sent> {
        let found = self.check_right(by.user, chat, Right::ChangeInfo)?;
        let title = clean_title(title)?;
        if found.title == title {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let old = std::mem::replace(&mut self.chat_mut(chat)?.title, title.clone());
        let deed = types::ChannelAdminLogEventActionChangeTitle::new(old, title.clone());
        self.note_change(chat, by.user, deed);
        self.chat_changed(by, chat);
        self.note_down(by, chat, types::MessageActionChatEditTitle::new(title))
    }

    /// Changes the description.
    pub(crate) fn describe(&mut self, by: Actor, chat: i64, about: &str) -> Answer<()> {
        let found = self.check_right(by.user, chat, Right::ChangeInfo)?;
        let about = clean_about(about)?;
        if found.about == about {
            return Err(Refusal::bad("CHAT_ABOUT_NOT_MODIFIED"));
        }
        let old = std::mem::replace(&mut self.chat_mut(chat)?.about, about.clone());
        let deed = types::ChannelAdminLogEventActionChangeAbout::new(old, about);
        self.note_change(chat, by.user, deed);
        self.chat_changed(by, chat);
        Ok(())
    }

    /// Sets the photo, or takes it away, and leaves a note of it.
    pub(crate) fn rephoto(&mut self, by: Actor, chat: i64, photo: Option<i64>) -> Answer<Sent> {
        let found = self.check_right(by.user, chat, Right::ChangeInfo)?;
        if found.photo == photo {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let old = std::mem::replace(&mut self.chat_mut(chat)?.photo, photo);
        self.note_deed(chat, by.user, Act::Photo(old, photo));
        self.chat_changed(by, chat);
        match photo {
            Some(id) => {
                let gone = types::PhotoEmpty::new(id).into();
                let action = types::MessageActionChatEditPhoto::new(gone);
                self.note_photo(by, chat, action.into(), id)
            }
            None => self.note_down(by, chat, enums::MessageAction::ChatDeletePhoto),
        }
    }

    /// Sets what members may not do.
    pub(crate) fn forbid_all(
        &mut self,
        by: Actor,
        chat: i64,
        banned: types::ChatBannedRights,
    ) -> Answer<()> {
        let found = self.check_right(by.user, chat, Right::Ban)?;
        if found.default_banned == banned {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let found = self.chat_mut(chat)?;
        let old = std::mem::replace(&mut found.default_banned, banned.clone());
        found.version += 1;
        let version = found.version;
        let deed = types::ChannelAdminLogEventActionDefaultBannedRights::new(old, banned.clone());
        self.note_change(chat, by.user, deed);
        let to = crate::render::peer(chat);
        let update = types::UpdateChatDefaultBannedRights::new(to, banned, version);
        self.push_all(chat, by, super::Told::One(update.into(), vec![chat]));
        self.chat_changed(by, chat);
        Ok(())
    }

    /// Makes a member an administrator, changes what it may do, or, without rights, makes it a
    /// plain member again.
    pub(crate) fn promote(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        rights: Option<types::ChatAdminRights>,
        rank: Option<String>,
    ) -> Answer<()> {
        let found = self.check_right(by.user, chat, Right::AddAdmins)?;
        let rank = clean_rank(&rank.unwrap_or_default())?;
        if user == found.creator && by.user != user {
            return Err(Refusal::bad("USER_CREATOR"));
        }
        let own = found.admin_rights(by.user);
        let bot = self.is_bot(user);
        let mut member = match found.members.get(user).filter(|member| member.is_in()) {
            Some(member) => member.clone(),
            // A bot can be made an administrator of a channel without having been in it.
            None if bot || found.members.get(user).is_none() && found.is_channel() => {
                self.check_invite_admin(by.user, chat, user)?;
                Member::joined(self.now(), by.user)
            }
            None => return Err(Refusal::bad("USER_NOT_PARTICIPANT")),
        };
        let was_admin = member.rights.is_some();
        let foreign = was_admin && member.promoted_by != by.user;
        if foreign && by.user != found.creator && by.user != user {
            return Err(Refusal::forbidden("RIGHT_FORBIDDEN"));
        }
        if let (Some(given), Some(own)) = (&rights, &own)
            && by.user != found.creator
            && !covers(own, given)
        {
            return Err(Refusal::forbidden("RIGHT_FORBIDDEN"));
        }
        let came = !found.members.has(user);
        member.standing = Standing::In;
        // Who edits itself, or another's administrator, does not take it from its promoter.
        if !was_admin {
            member.promoted_by = by.user;
        }
        member.rank = rank;
        member.banned = member.banned.filter(|_| rights.is_none());
        member.rights = rights;
        self.place(by, chat, user, member)?;
        if came {
            self.open_dialog(user, chat);
        }
        self.members_changed(by, chat)?;
        self.push_chat(user, by, chat);
        Ok(())
    }

    fn check_invite_admin(&self, by: i64, chat: i64, user: i64) -> Answer<()> {
        match self.check_invite(by, chat, user) {
            Err(refusal) if refusal.name == "USER_BOT" => Ok(()),
            other => other,
        }
    }

    /// Restricts a member, removes and bans it, or lifts all that.
    pub(crate) fn restrict(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        banned: types::ChatBannedRights,
    ) -> Answer<Option<Sent>> {
        let found = self.check_right(by.user, chat, Right::Ban)?;
        found.check_above(by.user, user)?;
        let mut member = match found.members.get(user).cloned() {
            Some(member) => member,
            None => {
                self.user(user)?;
                let mut stranger = Member::joined(self.now(), by.user);
                stranger.standing = Standing::Left;
                stranger
            }
        };
        let nothing = types::ChatBannedRights::new(banned.until_date) == banned;
        let kicked = banned.view_messages;
        let now = self.now();
        let was_in = member.is_in();
        member.kicked_by = by.user;
        member.rights = None;
        member.banned = (!nothing).then(|| with_end(banned, now));
        member.standing = match (kicked, was_in) {
            (true, _) => Standing::Kicked,
            (false, true) => Standing::In,
            (false, false) => Standing::Left,
        };
        if kicked && was_in {
            return self.leave_as(by, chat, user, member);
        }
        self.place(by, chat, user, member)?;
        self.push_chat(user, by, chat);
        Ok(None)
    }

    /// Checks that an account may take another out of a basic group.
    pub(crate) fn check_removal(&self, by: i64, chat: i64, user: i64) -> Answer<()> {
        let found = self.living_chat(by, chat)?;
        found.member(by)?;
        let brought = found.member(user)?.inviter == by;
        found.check_above(by, user)?;
        // Who brought somebody may take it out again, unless it was raised above that.
        if !brought || found.is_admin(user) {
            self.check_right(by, chat, Right::Ban)?;
        }
        Ok(())
    }

    /// Deletes a group or channel for everybody.
    pub(crate) fn delete_chat(&mut self, by: Actor, chat: i64) -> Answer<()> {
        let found = self.check_creator(by.user, chat)?;
        if found.username.is_some() {
            self.set_chat_username(chat, "")?;
        }
        let members = self.members_of(chat);
        self.chat_mut(chat)?.deleted = true;
        for user in members {
            let found = self.chat(chat)?;
            let Ok(mut member) = found.member(user).cloned() else {
                continue;
            };
            let channel = found.is_channel();
            member.standing = Standing::Left;
            member.date = self.now();
            self.set_member(chat, user, member)?;
            if channel {
                self.close_dialog(user, chat);
            }
            self.push_chat(user, by, chat);
        }
        Ok(())
    }

    /// Turns a basic group into a supergroup with the same members; gives the supergroup and the
    /// notes that end the one and begin the other.
    pub(crate) fn migrate(&mut self, by: Actor, group: i64) -> Answer<(i64, [Sent; 2])> {
        let old = self.check_creator(by.user, group)?;
        if old.form != Form::Group {
            return Err(Refusal::bad("CHAT_ID_INVALID"));
        }
        let (title, about, photo) = (old.title.clone(), old.about.clone(), old.photo);
        let banned = old.default_banned.clone();
        let members: Vec<(i64, Member)> = old
            .members
            .inside()
            .map(|(user, member)| (user, member.clone()))
            .collect();
        let new = self.add_chat(Form::Supergroup, by.user, &title, &about)?;
        for (user, member) in &members {
            self.set_member(new, *user, member.clone())?;
        }
        let chat = self.chat_mut(new)?;
        chat.photo = photo;
        chat.default_banned = banned;
        chat.migrated_from = Some(group);
        let id = super::Peer::of(new).id();
        let number = super::Peer::of(group).id();
        let end = self.note_down(by, group, types::MessageActionChatMigrateTo::new(id))?;
        self.chat_mut(group)?.migrated_to = Some(new);
        self.chat_changed(by, group);
        for (user, _) in &members {
            self.open_dialog(*user, new);
        }
        let note = types::MessageActionChannelMigrateFrom::new(title, number);
        let start = self.note_down(by, new, note)?;
        self.chat_changed(by, new);
        Ok((new, [end, start]))
    }
}

/// A member's title as it is kept.
pub(super) fn clean_rank(rank: &str) -> Answer<String> {
    let rank = rank.trim();
    // What is no letter and lies above the alphabets is a picture.
    let picture = |c: char| !c.is_alphanumeric() && u32::from(c) >= 0x2190;
    if rank.chars().count() > RANK_MAX {
        Err(Refusal::bad("ADMIN_RANK_INVALID"))
    } else if rank.chars().any(picture) {
        Err(Refusal::bad("ADMIN_RANK_EMOJI_NOT_ALLOWED"))
    } else {
        Ok(rank.to_owned())
    }
}
