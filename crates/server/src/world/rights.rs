//! What accounts may see and do in groups and channels.

use heliogram_api::types;

use super::World;
use super::chats::{Chat, Form};
use super::members::Standing;
use crate::rpc::{Answer, Refusal};

/// Something only some members may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    ChangeInfo,
    Post,
    EditMessages,
    DeleteMessages,
    Ban,
    Invite,
    Pin,
    AddAdmins,
    Topics,
}

/// What members of a new chat may not do: nothing is forbidden in a supergroup, and basic groups
/// let everybody do everything.
pub(super) fn default_banned(form: Form) -> types::ChatBannedRights {
    let mut none = types::ChatBannedRights::new(i32::MAX);
    if form == Form::Broadcast {
        none.send_messages = true;
        none.change_info = true;
        none.invite_users = true;
        none.pin_messages = true;
    }
    none
}

/// Everything an administrator can be allowed: what a creator may.
pub(crate) fn all_rights() -> types::ChatAdminRights {
    types::ChatAdminRights {
        change_info: true,
        post_messages: true,
        edit_messages: true,
        delete_messages: true,
        ban_users: true,
        invite_users: true,
        pin_messages: true,
        add_admins: true,
        manage_call: true,
        other: true,
        manage_topics: true,
        post_stories: true,
        edit_stories: true,
        delete_stories: true,
        manage_direct_messages: true,
        manage_ranks: true,
        ..types::ChatAdminRights::new()
    }
}

impl Right {
    /// Whether an administrator with these rights may.
    fn granted(self, rights: &types::ChatAdminRights) -> bool {
        match self {
            Self::ChangeInfo => rights.change_info,
            Self::Post => rights.post_messages,
            Self::EditMessages => rights.edit_messages,
            Self::DeleteMessages => rights.delete_messages,
            Self::Ban => rights.ban_users,
            Self::Invite => rights.invite_users,
            Self::Pin => rights.pin_messages,
            Self::AddAdmins => rights.add_admins,
            Self::Topics => rights.manage_topics,
        }
    }

    /// Whether plain members may do it where nothing forbids it, and what forbids it.
    fn forbidden(self, banned: &types::ChatBannedRights) -> bool {
        match self {
            Self::ChangeInfo => banned.change_info,
            Self::Invite => banned.invite_users,
            Self::Pin => banned.pin_messages,
            Self::Topics => banned.manage_topics,
            _ => true,
        }
    }
}

impl Chat {
    /// The administrator rights of an account: all of them for the creator.
    pub(crate) fn admin_rights(&self, user: i64) -> Option<types::ChatAdminRights> {
        let member = self.members.get(user).filter(|member| member.is_in())?;
        if user == self.creator {
            let mut all = all_rights();
            all.anonymous = member.rights.as_ref().is_some_and(|own| own.anonymous);
            return Some(all);
        }
        member.rights.clone()
    }

    /// Whether an account may administer it at all.
    pub(crate) fn is_admin(&self, user: i64) -> bool {
        self.admin_rights(user).is_some()
    }

    /// Whether an account may do something here.
    pub(crate) fn may(&self, user: i64, right: Right) -> bool {
        if !self.members.has(user) {
            return false;
        }
        if let Some(rights) = self.admin_rights(user) {
            // Administrators of a basic group may do all its members may.
            return right.granted(&rights)
                || self.form != Form::Broadcast && !right.forbidden(&self.default_banned);
        }
        self.form != Form::Broadcast && !right.forbidden(&self.banned_for(user))
    }

    /// What somebody who may not do something is told.
    fn refused(&self, user: i64, right: Right) -> Refusal {
        match right {
            Right::Post => Refusal::forbidden("CHAT_WRITE_FORBIDDEN"),
            Right::Ban if self.is_admin(user) => Refusal::forbidden("RIGHT_FORBIDDEN"),
            _ => Refusal::bad("CHAT_ADMIN_REQUIRED"),
        }
    }

    /// What an account may not do: what nobody may, and what it was forbidden itself.
    pub(crate) fn banned_for(&self, user: i64) -> types::ChatBannedRights {
        let own = self.members.get(user).and_then(|m| m.banned.as_ref());
        match own {
            Some(own) => joined(&self.default_banned, own),
            None => self.default_banned.clone(),
        }
    }
}

/// What one or the other forbids.
fn joined(a: &types::ChatBannedRights, b: &types::ChatBannedRights) -> types::ChatBannedRights {
    macro_rules! either {
        ($($name:ident),* $(,)?) => {
            // No rest is filled in: a right that is not listed does not compile.
            types::ChatBannedRights {
                until_date: b.until_date,
                $($name: a.$name || b.$name,)*
            }
        };
    }
    either!(
        view_messages,
        send_messages,
        send_media,
        send_stickers,
        send_gifs,
        send_games,
        send_inline,
        embed_links,
        send_polls,
        change_info,
        invite_users,
        pin_messages,
        manage_topics,
        send_photos,
        send_videos,
        send_roundvideos,
        send_audios,
        send_voices,
        send_docs,
        send_plain,
        edit_rank,
        send_reactions,
        manage_linked_peers,
    )
}

impl World {
    /// A group or channel an account is allowed to look at.
    pub(crate) fn visible_chat(&self, viewer: i64, id: i64) -> Answer<&Chat> {
        let chat = self.chat(id)?;
        let private = || match chat.form {
            Form::Group => Refusal::bad("CHAT_ID_INVALID"),
            _ => Refusal::bad("CHANNEL_PRIVATE"),
        };
        if chat.deleted {
            return Err(private());
        }
        let standing = chat.members.get(viewer).map(|member| member.standing);
        match standing {
            Some(Standing::In) => Ok(chat),
            Some(Standing::Kicked) if chat.is_channel() => Err(private()),
            // A basic group stays in the list of those who left it.
            Some(_) if !chat.is_channel() => Ok(chat),
            _ if chat.is_public() || self.is_read_below_posts(viewer, chat) => Ok(chat),
            _ => Err(private()),
        }
    }

    /// Whether a group is the discussion of a channel that an account is in.
    fn is_read_below_posts(&self, viewer: i64, group: &Chat) -> bool {
        let channel = group.linked.and_then(|channel| self.chats.get(&channel));
        group.form == Form::Supergroup && channel.is_some_and(|c| c.members.has(viewer))
    }

    /// Checks that an account may do something in a group or channel.
    pub(crate) fn check_right(&self, user: i64, id: i64, right: Right) -> Answer<&Chat> {
        let chat = self.living_chat(user, id)?;
        match chat.may(user, right) {
            true => Ok(chat),
            false => Err(chat.refused(user, right)),
        }
    }

    /// Checks that an account may do as an administrator what is closed to plain members, even
    /// where nothing is forbidden to them.
    pub(crate) fn check_admin(&self, user: i64, id: i64, right: Right) -> Answer<&Chat> {
        let chat = self.living_chat(user, id)?;
        let rights = chat.admin_rights(user);
        match rights.is_some_and(|rights| right.granted(&rights)) {
            true => Ok(chat),
            false => Err(chat.refused(user, right)),
        }
    }

    /// Checks that an account is the creator of a group or channel, and still in it.
    pub(crate) fn check_creator(&self, user: i64, id: i64) -> Answer<&Chat> {
        let chat = self.living_chat(user, id)?;
        match chat.creator == user && chat.members.has(user) {
            true => Ok(chat),
            false => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        }
    }

    /// A group or channel that an account sees and that can still be changed: a basic group that
    /// became a supergroup stays as it is.
    pub(crate) fn living_chat(&self, viewer: i64, id: i64) -> Answer<&Chat> {
        let chat = self.visible_chat(viewer, id)?;
        match chat.migrated_to {
            Some(_) => Err(Refusal::bad("CHAT_ID_INVALID")),
            None => Ok(chat),
        }
    }
}

/// Whether an administrator with the first rights may give the second.
pub(super) fn covers(own: &types::ChatAdminRights, given: &types::ChatAdminRights) -> bool {
    macro_rules! all {
        ($($name:ident),* $(,)?) => {{
            // No rest is left out: a right that is not listed does not compile.
            let types::ChatAdminRights { $($name),* } = given;
            $((own.$name || !$name))&&*
        }};
    }
    all!(
        change_info,
        post_messages,
        edit_messages,
        delete_messages,
        ban_users,
        invite_users,
        pin_messages,
        add_admins,
        anonymous,
        manage_call,
        other,
        manage_topics,
        post_stories,
        edit_stories,
        delete_stories,
        manage_direct_messages,
        manage_ranks,
        manage_linked_peers,
        manage_welcome_messages,
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use heliogram_tl::{from_bytes, to_bytes};

    use super::*;

    /// Rights with this one flag; nothing where there is no such flag.
    fn banned(bit: u32) -> Option<types::ChatBannedRights> {
        let mut bytes = to_bytes(&types::ChatBannedRights::new(0)).to_vec();
        bytes[4..8].copy_from_slice(&(1u32 << bit).to_le_bytes());
        let banned = from_bytes::<types::ChatBannedRights>(&Bytes::from(bytes)).ok()?;
        (banned != types::ChatBannedRights::new(0)).then_some(banned)
    }

    #[test]
    fn what_one_or_the_other_forbids_is_forbidden() {
        let none = types::ChatBannedRights::new(0);
        let all: Vec<_> = (0..31).filter_map(banned).collect();
        assert_eq!(all.len(), 23, "every flag of the type");
        for one in all {
            assert_eq!(joined(&one, &none), one);
            assert_eq!(joined(&none, &one), one);
        }
    }
}
