//! Invite links of groups and channels.

use heliogram_api::types;

use super::{Rec, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Characters of a link's secret part.
const HASH_LEN: usize = 16;
/// Most links of one group or channel, revoked ones included.
const LINKS_MAX: usize = 5000;
/// Longest name of a link, in characters.
const TITLE_MAX: usize = 32;
/// Most people a link can be limited to.
const USAGE_MAX: i32 = 99_999;

/// An invite link.
#[derive(Clone)]
pub(crate) struct Invite {
    pub(crate) id: i64,
    /// The group or channel it leads into, by dialog id.
    pub(crate) chat: i64,
    /// The administrator it belongs to.
    pub(crate) admin: i64,
    /// Its secret part.
    pub(crate) hash: String,
    pub(crate) date: i32,
    /// When its terms were changed last.
    pub(crate) start: Option<i32>,
    pub(crate) terms: LinkTerms,
    /// How many came by it.
    pub(crate) usage: i32,
    pub(crate) revoked: bool,
}

record!(Invite {
    id,
    chat,
    admin,
    hash,
    date,
    start,
    terms,
    usage,
    revoked
});

/// What a link allows.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct LinkTerms {
    /// What administrators call it.
    pub(crate) title: String,
    /// When it ends; 0 for never.
    pub(crate) expire: i32,
    /// How many may come by it; 0 for any number.
    pub(crate) limit: i32,
    /// Who uses it has to be let in.
    pub(crate) request_needed: bool,
    /// The one link an administrator always has.
    pub(crate) permanent: bool,
}

record!(LinkTerms {
    title,
    expire,
    limit,
    request_needed,
    permanent
});

impl LinkTerms {
    /// Those of an administrator's own link.
    pub(crate) fn permanent() -> Self {
        Self {
            permanent: true,
            ..Self::default()
        }
    }

    fn check(&mut self, now: i32) -> Answer<()> {
        self.title = self.title.trim().chars().take(TITLE_MAX).collect();
        if self.expire != 0 && self.expire <= now {
            return Err(Refusal::bad("EXPIRE_DATE_INVALID"));
        }
        let limited = self.limit != 0;
        if !(0..=USAGE_MAX).contains(&self.limit) || limited && self.request_needed {
            return Err(Refusal::bad("USAGE_LIMIT_INVALID"));
        }
        Ok(())
    }
}

impl Invite {
    /// Whether it cannot be used any more.
    fn is_over(&self, now: i32) -> bool {
        let terms = &self.terms;
        let late = terms.expire != 0 && terms.expire <= now;
        let full = terms.limit != 0 && self.usage >= terms.limit;
        self.revoked || late || full
    }

    /// What somebody passes on.
    pub(crate) fn link(&self) -> String {
        format!("https://t.me/+{}", self.hash)
    }
}

/// The secret part of a link in any of its forms, or of nothing but itself.
fn hash_of(link: &str) -> &str {
    let last = link.trim().trim_end_matches('/').rsplit('/').next();
    last.unwrap_or_default().trim_start_matches('+')
}

impl World {
    /// Checks that an account may make and see invite links.
    pub(crate) fn check_links(&self, by: i64, chat: i64) -> Answer<()> {
        let rights = self.living_chat(by, chat)?.admin_rights(by);
        match rights.is_some_and(|rights| rights.invite_users) {
            true => Ok(()),
            false => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        }
    }

    /// The links of a group or channel, newest first.
    pub(crate) fn links_of(&self, chat: i64) -> Vec<&Invite> {
        let all = self.invites.range((chat, i64::MIN)..=(chat, i64::MAX));
        let mut all: Vec<&Invite> = all.map(|(_, link)| link).collect();
        all.sort_by_key(|link| std::cmp::Reverse((link.date, link.id)));
        all
    }

    /// The link with that id, if it is still there.
    pub(crate) fn link(&self, chat: i64, id: i64) -> Option<&Invite> {
        self.invites.get(&(chat, id))
    }

    /// The permanent link of an administrator.
    pub(crate) fn own_link(&self, chat: i64, admin: i64) -> Option<&Invite> {
        let all = self.invites.range((chat, i64::MIN)..=(chat, i64::MAX));
        let mut own = all.map(|(_, link)| link);
        own.find(|link| link.admin == admin && link.terms.permanent && !link.revoked)
    }

    /// Gives an administrator the link it always has, if it may invite and has none.
    pub(crate) fn ensure_own_link(&mut self, chat: i64, admin: i64) {
        if self.check_links(admin, chat).is_ok() && self.own_link(chat, admin).is_none() {
            self.add_link(chat, admin, LinkTerms::permanent());
        }
    }

    /// Makes a link without asking whether its owner may; gives its id.
    pub(super) fn add_link(&mut self, chat: i64, admin: i64, terms: LinkTerms) -> i64 {
        let (id, hash) = (self.random_id(), self.random_text(HASH_LEN));
        let link = Invite {
            id,
            chat,
            admin,
            hash: hash.clone(),
            date: self.now(),
            start: None,
            terms,
            usage: 0,
            revoked: false,
        };
        self.by_invite.insert(hash, (chat, id));
        self.invites.insert((chat, id), link);
        self.touch(Rec::Invite(chat, id));
        id
    }

    /// Makes a link.
    pub(crate) fn new_link(&mut self, by: i64, chat: i64, mut terms: LinkTerms) -> Answer<Invite> {
        self.check_links(by, chat)?;
        terms.check(self.now())?;
        if self.links_of(chat).len() >= LINKS_MAX {
            return Err(Refusal::bad("INVITES_TOO_MUCH"));
        }
        if terms.permanent
            && let Some(old) = self.own_link(chat, by).map(|link| link.id)
        {
            self.revoke_link(chat, old);
        }
        let id = self.add_link(chat, by, terms);
        self.kept_link(chat, id)
    }

    fn kept_link(&self, chat: i64, id: i64) -> Answer<Invite> {
        let link = self.link(chat, id).cloned();
        link.ok_or_else(|| Refusal::bad("INVITE_HASH_EXPIRED"))
    }

    fn revoke_link(&mut self, chat: i64, id: i64) {
        if let Some(link) = self.invites.get_mut(&(chat, id)) {
            link.revoked = true;
        }
        self.touch(Rec::Invite(chat, id));
    }

    /// A link of this group or channel that an account may look at: its own, or any of them for the
    /// creator.
    pub(crate) fn link_of(&self, by: i64, chat: i64, link: &str) -> Answer<&Invite> {
        self.check_links(by, chat)?;
        let expired = || Refusal::bad("INVITE_HASH_EXPIRED");
        let found = self.by_invite.get(hash_of(link)).ok_or_else(expired)?;
        let found = self.invites.get(found).filter(|link| link.chat == chat);
        let found = found.ok_or_else(expired)?;
        self.check_links_of(by, chat, found.admin)?;
        Ok(found)
    }

    /// Checks that an account may see another administrator's links.
    pub(crate) fn check_links_of(&self, by: i64, chat: i64, admin: i64) -> Answer<()> {
        self.check_links(by, chat)?;
        match admin == by || self.chat(chat)?.creator == by {
            true => Ok(()),
            false => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        }
    }

    /// Changes what a link allows. Gives it as it was and as it is.
    pub(crate) fn edit_link(
        &mut self,
        by: i64,
        chat: i64,
        link: &str,
        change: impl FnOnce(&mut LinkTerms),
    ) -> Answer<(Invite, Invite)> {
        let old = self.link_of(by, chat, link)?.clone();
        if old.revoked {
            return Err(Refusal::bad("INVITE_HASH_EXPIRED"));
        }
        if old.terms.permanent {
            return Err(Refusal::bad("CHAT_INVITE_PERMANENT"));
        }
        if old.admin != by && self.is_bot(old.admin) {
            return Err(Refusal::forbidden("EDIT_BOT_INVITE_FORBIDDEN"));
        }
        let now = self.now();
        let mut new = old.clone();
        change(&mut new.terms);
        if new.terms.expire != old.terms.expire {
            new.start = Some(now);
        }
        // A link that has ended already may keep its end.
        let expire = std::mem::take(&mut new.terms.expire);
        new.terms.expire = if expire == old.terms.expire {
            0
        } else {
            expire
        };
        new.terms.check(now)?;
        new.terms.expire = expire;
        self.invites.insert((chat, new.id), new.clone());
        self.touch(Rec::Invite(chat, new.id));
        let (before, after) = (self.exported(&old), self.exported(&new));
        let deed = types::ChannelAdminLogEventActionExportedInviteEdit::new(before, after);
        self.note_change(chat, by, deed);
        Ok((old, new))
    }

    /// Ends a link. Who gives up its permanent one gets another, which is given too.
    pub(crate) fn end_link(
        &mut self,
        by: i64,
        chat: i64,
        link: &str,
    ) -> Answer<(Invite, Option<Invite>)> {
        let old = self.link_of(by, chat, link)?.clone();
        if old.revoked {
            return Err(Refusal::bad("INVITE_HASH_EXPIRED"));
        }
        self.revoke_link(chat, old.id);
        let ended = self.kept_link(chat, old.id)?;
        let told = self.exported(&ended);
        let deed = types::ChannelAdminLogEventActionExportedInviteRevoke::new(told);
        self.note_change(chat, by, deed);
        let new = match old.terms.permanent {
            true => {
                let id = self.add_link(chat, old.admin, LinkTerms::permanent());
                Some(self.kept_link(chat, id)?)
            }
            false => None,
        };
        Ok((ended, new))
    }

    /// Forgets a link that was revoked.
    pub(crate) fn forget_link(&mut self, by: i64, chat: i64, link: &str) -> Answer<Invite> {
        let old = self.link_of(by, chat, link)?.clone();
        if !old.revoked {
            return Err(Refusal::bad("INVITE_REVOKED_MISSING"));
        }
        self.by_invite.remove(&old.hash);
        self.invites.remove(&(chat, old.id));
        self.touch(Rec::Invite(chat, old.id));
        let told = self.exported(&old);
        let deed = types::ChannelAdminLogEventActionExportedInviteDelete::new(told);
        self.note_change(chat, by, deed);
        Ok(old)
    }

    /// Where a link leads, if it can still be used by this account.
    pub(crate) fn followed(&self, viewer: i64, link: &str) -> Answer<&Invite> {
        let hash = hash_of(link);
        if hash.is_empty() {
            return Err(Refusal::bad("INVITE_HASH_EMPTY"));
        }
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if hash.len() != HASH_LEN || !hash.chars().all(good) {
            return Err(Refusal::bad("INVITE_HASH_INVALID"));
        }
        let found = self.by_invite.get(hash);
        let found = found.and_then(|key| self.invites.get(key));
        let chat = |link: &Invite| {
            let chat = self.chats.get(&link.chat)?;
            let kicked = chat.members.get(viewer);
            let kicked = kicked.is_some_and(|m| m.standing == super::Standing::Kicked);
            let gone = chat.deleted || chat.migrated_to.is_some();
            // Who is in sees the chat, whatever became of the link.
            let over = link.is_over(self.now()) && !chat.members.has(viewer);
            (!gone && !kicked && !over).then_some(())
        };
        found
            .filter(|link| chat(link).is_some())
            .ok_or_else(|| Refusal::bad("INVITE_HASH_EXPIRED"))
    }

    /// Counts that somebody came by a link.
    pub(super) fn count_use(&mut self, chat: i64, link: i64) {
        if let Some(link) = self.invites.get_mut(&(chat, link)) {
            link.usage = link.usage.saturating_add(1);
        }
        self.touch(Rec::Invite(chat, link));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_known_in_all_its_forms() {
        for link in [
            "https://t.me/+abc",
            "t.me/joinchat/abc",
            "https://telegram.me/joinchat/abc/",
            "+abc",
            "abc",
        ] {
            assert_eq!(hash_of(link), "abc");
        }
        assert_eq!(hash_of(" "), "");
    }
}
