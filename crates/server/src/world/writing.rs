//! Who may write into groups and channels and what, and who may change what is written there.

use heliogram_api::types;

use super::chats::{Chat, Form};
use super::document_forms::{DocumentForm, form_of};
use super::rights::Right;
use super::{Letter, Media, World};
use crate::rpc::{Answer, Refusal};

impl Chat {
    /// Whether an account may write here as far as being in it goes: below the posts of a channel
    /// strangers may, unless they have to join first.
    fn takes_part(&self, user: i64) -> bool {
        let open = self.linked.is_some() && !self.settings.join_to_send;
        self.members.has(user) || self.form == Form::Supergroup && open
    }
}

impl World {
    /// Checks that an account may write something into a group or channel, however lately it did.
    pub(super) fn check_speaks(&self, user: i64, id: i64) -> Answer<&Chat> {
        let chat = self.living_chat(user, id)?;
        if chat.form == Form::Broadcast {
            return self.check_right(user, id, Right::Post);
        }
        if !chat.takes_part(user) {
            return Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN"));
        }
        if chat.is_admin(user) {
            return Ok(chat);
        }
        let own = chat.members.get(user).and_then(|m| m.banned.as_ref());
        if own.is_some_and(|own| own.send_messages) {
            return Err(Refusal::bad("USER_BANNED_IN_CHANNEL"));
        }
        match chat.banned_for(user).send_messages {
            true => Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN")),
            false => Ok(chat),
        }
    }

    /// Whether an account has to wait between two messages there.
    pub(super) fn is_slowed(&self, user: i64, peer: i64) -> bool {
        let chat = self.chats.get(&peer);
        chat.is_some_and(|chat| chat.settings.slow_mode > 0 && !chat.is_admin(user))
    }

    /// Checks that slow mode does not make an account wait there.
    pub(super) fn check_turn(&self, user: i64, peer: i64) -> Answer<()> {
        let chat = self.chats.get(&peer);
        let Some(chat) = chat.filter(|_| self.is_slowed(user, peer)) else {
            return Ok(());
        };
        let slow = chat.settings.slow_mode;
        let wrote = match chat.members.get(user).filter(|member| member.is_in()) {
            Some(member) => member.wrote,
            None => self.wrote_lately(user, chat.id, slow),
        };
        let left = wrote.saturating_add(slow) - self.now();
        match left > 0 {
            true => Err(Refusal::new(420, format!("SLOWMODE_WAIT_{left}"))),
            false => Ok(()),
        }
    }

    /// When somebody who is not in a group wrote there last, if that was within so many seconds:
    /// nothing else remembers it of a stranger.
    fn wrote_lately(&self, user: i64, group: i64, seconds: i32) -> i32 {
        let since = self.now() - seconds;
        let entries = self.boxes.get(&group).map(|mailbox| &mailbox.entries);
        let letters = entries.into_iter().flat_map(|all| all.values().rev());
        let letters = letters.filter_map(|entry| self.letters.get(&entry.letter));
        let mut lately = letters.take_while(|letter| letter.date > since);
        let own = lately.find(|letter| letter.by == user && letter.action.is_none());
        own.map_or(0, |letter| letter.date)
    }

    /// Checks that an account may change a message: its own where it may still write, and any post
    /// of a channel it may edit in.
    pub(super) fn check_edits(&self, user: i64, peer: i64, letter: &Letter) -> Answer<()> {
        let edits_all =
            |chat: &Chat| chat.form == Form::Broadcast && chat.may(user, Right::EditMessages);
        let chat = self.chats.get(&peer);
        if chat.is_some_and(edits_all) {
            return Ok(());
        }
        if letter.by != user {
            return Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        match chat {
            Some(_) => self.check_speaks(user, peer).map(drop),
            None => Ok(()),
        }
    }

    /// Whether an account may take a message back as its own: not where it was removed, or may not
    /// post any more.
    pub(super) fn takes_back(&self, user: i64, peer: i64, letter: i64) -> bool {
        let own = self.letters.get(&letter).is_some_and(|l| l.by == user);
        own && self.chats.get(&peer).is_none_or(|chat| match chat.form {
            Form::Broadcast => chat.may(user, Right::Post),
            _ => chat.takes_part(user),
        })
    }

    /// Checks that somebody who writes in a group or channel may send this there.
    pub(super) fn check_kind(&self, user: i64, id: i64, media: Option<&Media>) -> Answer<()> {
        let bound = self
            .chats
            .get(&id)
            .filter(|chat| chat.form != Form::Broadcast && !chat.is_admin(user));
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
