//! What administrators switch on and off.

use heliogram_api::{enums, types};

use super::chats::Settings;
use super::{Actor, Form, Right, World};
use crate::rpc::{Answer, Refusal};

/// The pauses slow mode can have, in seconds.
const SLOW_MODES: [i32; 7] = [0, 10, 30, 60, 300, 900, 3600];
/// Fewest members a group must have to hide who they are.
const HIDDEN_MIN: i32 = 100;

impl World {
    /// Changes one setting, tells everybody, and gives what it was before.
    fn set<T: PartialEq>(
        &mut self,
        by: Actor,
        chat: i64,
        new: T,
        part: fn(&mut Settings) -> &mut T,
    ) -> Answer<T> {
        let place = part(&mut self.chat_mut(chat)?.settings);
        if *place == new {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let old = std::mem::replace(place, new);
        self.chat_changed(by, chat);
        Ok(old)
    }

    /// Checks that somebody may change something about a chat of this form.
    fn check_form(&self, by: i64, chat: i64, form: Form, right: Right) -> Answer<()> {
        match self.check_admin(by, chat, right)?.form == form {
            true => Ok(()),
            false => Err(Refusal::bad("CHAT_ID_INVALID")),
        }
    }

    /// Whether posts carry the name of who wrote them.
    pub(crate) fn set_signatures(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_form(by.user, chat, Form::Broadcast, Right::ChangeInfo)?;
        self.set(by, chat, on, |settings| &mut settings.signatures)?;
        let deed = types::ChannelAdminLogEventActionToggleSignatures::new(on);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// Whether new members see what was written before they came.
    pub(crate) fn set_hidden_history(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_form(by.user, chat, Form::Supergroup, Right::ChangeInfo)?;
        if on && self.chat(chat)?.linked.is_some() {
            return Err(Refusal::bad("CHAT_LINK_EXISTS"));
        }
        self.set(by, chat, on, |settings| &mut settings.hidden_history)?;
        let deed = types::ChannelAdminLogEventActionTogglePreHistoryHidden::new(on);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// How long members wait between two messages, in seconds.
    pub(crate) fn set_slow_mode(&mut self, by: Actor, chat: i64, seconds: i32) -> Answer<()> {
        self.check_form(by.user, chat, Form::Supergroup, Right::Ban)?;
        if !SLOW_MODES.contains(&seconds) {
            return Err(Refusal::bad("SECONDS_INVALID"));
        }
        let old = self.set(by, chat, seconds, |settings| &mut settings.slow_mode)?;
        let deed = types::ChannelAdminLogEventActionToggleSlowMode::new(old, seconds);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// When a member may write next, if slow mode makes it wait.
    pub(crate) fn next_turn(&self, user: i64, chat: i64) -> Option<i32> {
        let chat = self.chats.get(&chat)?;
        let member = chat.members.get(user)?;
        let next = member.wrote + chat.settings.slow_mode;
        let waits = chat.settings.slow_mode > 0 && !chat.is_admin(user) && next > self.now();
        waits.then_some(next)
    }

    /// Whether only members may write into a discussion group.
    pub(crate) fn set_join_to_send(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_form(by.user, chat, Form::Supergroup, Right::Ban)?;
        self.set(by, chat, on, |settings| &mut settings.join_to_send)?;
        Ok(())
    }

    /// Whether whoever wants to join a public group has to be let in.
    pub(crate) fn set_join_request(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_form(by.user, chat, Form::Supergroup, Right::Ban)?;
        if !self.chat(chat)?.is_public() {
            return Err(Refusal::bad("CHAT_PUBLIC_REQUIRED"));
        }
        self.set(by, chat, on, |settings| &mut settings.join_request)?;
        Ok(())
    }

    /// Whether only administrators see who is in a group.
    pub(crate) fn set_participants_hidden(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_form(by.user, chat, Form::Supergroup, Right::Ban)?;
        if on && self.chat(chat)?.members.count() < HIDDEN_MIN {
            return Err(Refusal::bad("PARTICIPANTS_TOO_FEW"));
        }
        self.set(by, chat, on, |settings| &mut settings.participants_hidden)?;
        Ok(())
    }

    /// Whether messages may not be passed on or saved.
    pub(crate) fn set_noforwards(&mut self, by: Actor, chat: i64, on: bool) -> Answer<()> {
        self.check_creator(by.user, chat)?;
        self.set(by, chat, on, |settings| &mut settings.noforwards)?;
        let deed = types::ChannelAdminLogEventActionToggleNoForwards::new(on);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// Whether a supergroup is split into topics, and whether clients show them as tabs.
    pub(crate) fn set_forum(&mut self, by: Actor, chat: i64, on: bool, tabs: bool) -> Answer<()> {
        let found = self.check_creator(by.user, chat)?;
        if found.form != Form::Supergroup {
            return Err(Refusal::bad("CHAT_ID_INVALID"));
        }
        if on && found.linked.is_some() {
            return Err(Refusal::bad("CHAT_DISCUSSION_UNALLOWED"));
        }
        let tabs = on && tabs;
        if found.settings.forum == on {
            self.set(by, chat, tabs, |settings| &mut settings.forum_tabs)?;
            return Ok(());
        }
        self.chat_mut(chat)?.settings.forum_tabs = tabs;
        self.add_general(chat)?;
        self.set(by, chat, on, |settings| &mut settings.forum)?;
        let deed = types::ChannelAdminLogEventActionToggleForum::new(on);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// The reactions that are allowed, and how many different ones a message can have.
    pub(crate) fn set_reactions(
        &mut self,
        by: Actor,
        chat: i64,
        allowed: enums::ChatReactions,
        limit: Option<i32>,
    ) -> Answer<()> {
        let old = self.check_admin(by.user, chat, Right::ChangeInfo)?;
        let old = old.settings.reactions.clone();
        super::reactions::check_allowed(&allowed)?;
        let limit = limit.or(self.chat(chat)?.settings.reactions_limit);
        let new = (Some(allowed.clone()), limit);
        let settings = &mut self.chat_mut(chat)?.settings;
        if (&settings.reactions, settings.reactions_limit) == (&new.0, new.1) {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        (settings.reactions, settings.reactions_limit) = new;
        self.chat_changed(by, chat);
        let old = old.unwrap_or_else(|| types::ChatReactionsAll::new().into());
        let deed = types::ChannelAdminLogEventActionChangeAvailableReactions::new(old, allowed);
        self.note_change(chat, by.user, deed);
        Ok(())
    }

    /// Sets the title shown beside a member's name.
    pub(crate) fn set_rank(&mut self, by: Actor, chat: i64, user: i64, rank: &str) -> Answer<()> {
        let found = self.living_chat(by.user, chat)?;
        found.member(by.user)?;
        let rights = found.admin_rights(by.user);
        let own = by.user == user && !found.banned_for(user).edit_rank;
        if !own && !rights.is_some_and(|rights| rights.manage_ranks) {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        if user == found.creator && by.user != user {
            return Err(Refusal::bad("USER_CREATOR"));
        }
        let rank = super::governing::clean_rank(rank)?;
        let mut member = found.member(user)?.clone();
        if member.rank == rank {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        member.rank.clone_from(&rank);
        self.place(by, chat, user, member)?;
        self.members_changed(by, chat)?;
        if let super::Peer::Group(id) = super::Peer::of(chat) {
            let version = self.chat(chat)?.version;
            let update = types::UpdateChatParticipantRank::new(id, user, rank, version);
            let told = super::Told::One(update.into(), vec![chat, user]);
            self.push_all(chat, by, told);
        } else {
            self.push_chat(user, by, chat);
        }
        Ok(())
    }
}
