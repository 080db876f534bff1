//! The rules a message has to keep before anything of it is stored.

use std::collections::HashSet;

use super::text::{CAPTION_MAX, TEXT_MAX};
use super::{Draft, Media, Peer, Private, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Checks that all of these messages may be sent.
    pub(super) fn check_drafts(&self, from: i64, peer: i64, drafts: &[Draft]) -> Answer<()> {
        let mut random_ids = HashSet::with_capacity(drafts.len());
        for draft in drafts {
            self.check_draft(from, peer, draft)?;
            if !random_ids.insert(draft.random_id) {
                return Err(Refusal::new(500, "RANDOM_ID_DUPLICATE"));
            }
        }
        // Where members wait between two messages, one album is one message.
        let mut albums = drafts.iter().map(|draft| draft.grouped);
        let first = albums.next().flatten();
        let one = albums.all(|album| album.is_some() && album == first);
        match !one && self.is_slowed(from, peer) {
            true => Err(Refusal::bad("SLOWMODE_MULTI_MSGS_DISABLED")),
            false => Ok(()),
        }
    }

    /// Checks that a message may be sent now.
    pub(crate) fn check_draft(&self, from: i64, peer: i64, draft: &Draft) -> Answer<()> {
        self.check_whenever(from, peer, draft)?;
        self.check_turn(from, peer)
    }

    /// Checks that a message may be sent, however lately its author wrote there.
    pub(super) fn check_whenever(&self, from: i64, peer: i64, draft: &Draft) -> Answer<()> {
        check_text(&draft.rich.text, draft.media.is_some())?;
        self.check_poll(peer, draft.media.as_ref())?;
        self.check_place(from, peer, draft)?;
        match Peer::of(peer) {
            Peer::User(_) => self.check_voice(from, peer, draft.media.as_ref()),
            _ => self.check_kind(from, peer, draft.media.as_ref()),
        }
    }

    /// Whether a message may be sent there now, whatever its words and its media are.
    pub(crate) fn check_may_send(&self, from: i64, peer: i64, draft: &Draft) -> Answer<()> {
        self.check_place(from, peer, draft)?;
        self.check_turn(from, peer)
    }

    fn check_place(&self, from: i64, peer: i64, draft: &Draft) -> Answer<()> {
        if draft.random_id == 0 {
            return Err(Refusal::bad("RANDOM_ID_EMPTY"));
        }
        let own = self.mailbox(self.box_of(from, peer))?;
        if own.random.contains_key(&(from, draft.random_id)) {
            return Err(Refusal::new(500, "RANDOM_ID_DUPLICATE"));
        }
        match Peer::of(peer) {
            Peer::User(_) => self.check_may_write(from, peer),
            _ => {
                self.check_speaks(from, peer)?;
                self.check_topic(from, peer, draft)
            }
        }?;
        self.check_reply(self.box_of(from, peer), peer, draft.reply_to)
            .map(drop)
    }

    /// Who does not want voice messages is not sent any.
    fn check_voice(&self, from: i64, to: i64, media: Option<&Media>) -> Answer<()> {
        let voice = media.is_some_and(|media| self.is_voice(media));
        match voice && !self.allows(to, Private::Voices, from) {
            true => Err(Refusal::bad("VOICE_MESSAGES_FORBIDDEN")),
            false => Ok(()),
        }
    }

    /// Whether one account may write to another.
    pub(crate) fn check_may_write(&self, from: i64, to: i64) -> Answer<()> {
        let (sender, target) = (self.user(from)?, self.user(to)?);
        if target.deleted {
            return Err(Refusal::bad("INPUT_USER_DEACTIVATED"));
        }
        if sender.blocked.contains(&to) {
            return Err(Refusal::bad("YOU_BLOCKED_USER"));
        }
        if sender.is_bot() {
            // Not even to itself.
            if target.is_bot() {
                return Err(Refusal::bad("USER_IS_BOT"));
            }
            if target.blocked.contains(&from) {
                return Err(Refusal::forbidden("USER_IS_BLOCKED"));
            }
            // A bot speaks when it is spoken to, and to those who wait for it to let them in.
            if !self.has_dialog(from, to) && !self.waits_for(from, to) {
                return Err(Refusal::bad("PEER_ID_INVALID"));
            }
        }
        Ok(())
    }
}

/// Length of a text that is already trimmed.
pub(crate) fn check_text(text: &str, is_caption: bool) -> Answer<()> {
    let len = text.chars().count();
    match is_caption {
        true if len > CAPTION_MAX => Err(Refusal::bad("MEDIA_CAPTION_TOO_LONG")),
        false if len == 0 => Err(Refusal::bad("MESSAGE_EMPTY")),
        true => Ok(()),
        false => check_length(text),
    }
}

/// Length of a text that may be empty.
pub(crate) fn check_length(text: &str) -> Answer<()> {
    match text.chars().count() > TEXT_MAX {
        true => Err(Refusal::bad("MESSAGE_TOO_LONG")),
        false => Ok(()),
    }
}
