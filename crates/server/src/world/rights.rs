//! What accounts may see and do in groups and channels.

use heliogram_api::types;

use super::chats::{Chat, Form};
use super::document_forms::{DocumentForm, form_of};
use super::members::Standing;
use super::{Media, World};
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
            types::ChatBannedRights {
                $($name: a.$name || b.$name,)*
                ..types::ChatBannedRights::new(b.until_date)
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
        send_reactions,
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
        let chat = self.visible_chat(user, id)?;
        if chat.may(user, right) {
            return Ok(chat);
        }
        Err(match right {
            Right::Post => Refusal::forbidden("CHAT_WRITE_FORBIDDEN"),
            _ if chat.is_admin(user) && right == Right::Ban => {
                Refusal::forbidden("RIGHT_FORBIDDEN")
            }
            _ => Refusal::bad("CHAT_ADMIN_REQUIRED"),
        })
    }

    /// Checks that an account may write something into a group or channel.
    pub(crate) fn check_writes_in(&self, user: i64, id: i64) -> Answer<()> {
        let chat = self.visible_chat(user, id)?;
        if chat.migrated_to.is_some() {
            return Err(Refusal::bad("CHAT_ID_INVALID"));
        }
        if chat.form == Form::Broadcast {
            return self.check_right(user, id, Right::Post).map(|_| ());
        }
        if !chat.members.has(user) {
            // Below the posts of a channel strangers may write, unless they have to join first.
            let open = chat.linked.is_some() && !chat.settings.join_to_send;
            return match open {
                true => Ok(()),
                false => Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN")),
            };
        }
        if chat.is_admin(user) {
            return Ok(());
        }
        let own = chat.members.get(user).and_then(|m| m.banned.as_ref());
        if own.is_some_and(|own| own.send_messages) {
            return Err(Refusal::bad("USER_BANNED_IN_CHANNEL"));
        }
        if chat.banned_for(user).send_messages {
            return Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN"));
        }
        self.check_slow_mode(user, chat)
    }

    fn check_slow_mode(&self, user: i64, chat: &Chat) -> Answer<()> {
        let wrote = chat.members.get(user).map_or(0, |member| member.wrote);
        let left = wrote + chat.settings.slow_mode - self.now();
        if chat.settings.slow_mode > 0 && left > 0 {
            return Err(Refusal::new(420, format!("SLOWMODE_WAIT_{left}")));
        }
        Ok(())
    }

    /// Checks that somebody who writes in a group or channel may send this there.
    pub(super) fn check_kind(&self, user: i64, id: i64, media: Option<&Media>) -> Answer<()> {
        let bound = self.chats.get(&id).filter(|chat| {
            chat.form != Form::Broadcast && chat.members.has(user) && !chat.is_admin(user)
        });
        let Some(banned) = bound.map(|chat| chat.banned_for(user)) else {
            return Ok(());
        };
        let (forbidden, name) = match media {
            None => (banned.send_plain, "CHAT_SEND_PLAIN_FORBIDDEN"),
            Some(Media::Photo { .. }) => (banned.send_photos, "CHAT_SEND_PHOTOS_FORBIDDEN"),
            Some(Media::Document { id, .. }) => self.kind_of_document(&banned, *id),
            Some(Media::Poll(_)) => (banned.send_polls, "CHAT_SEND_POLL_FORBIDDEN"),
            Some(Media::Plain(_)) => (false, ""),
        };
        if forbidden {
            return Err(Refusal::forbidden(name));
        }
        match media.is_some() && banned.send_media {
            true => Err(Refusal::forbidden("CHAT_SEND_MEDIA_FORBIDDEN")),
            false => Ok(()),
        }
    }

    fn kind_of_document(&self, banned: &types::ChatBannedRights, id: i64) -> (bool, &'static str) {
        use DocumentForm as F;
        let form = self.documents.get(&id).map_or(F::File, form_of);
        match form {
            F::Sticker => (banned.send_stickers, "CHAT_SEND_STICKERS_FORBIDDEN"),
            F::Gif => (banned.send_gifs, "CHAT_SEND_GIFS_FORBIDDEN"),
            F::Round => (banned.send_roundvideos, "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN"),
            F::Video => (banned.send_videos, "CHAT_SEND_VIDEOS_FORBIDDEN"),
            F::Voice => (banned.send_voices, "CHAT_SEND_VOICES_FORBIDDEN"),
            F::Music => (banned.send_audios, "CHAT_SEND_AUDIOS_FORBIDDEN"),
            F::File => (banned.send_docs, "CHAT_SEND_DOCS_FORBIDDEN"),
        }
    }
}
