//! Who may see and do what with an account.

use std::collections::BTreeMap;

use heliogram_api::enums::PrivacyRule;
use heliogram_api::types;

use super::{Peer, User, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Most accounts and chats named in the rules of one thing.
const NAMED_MAX: usize = 1000;

/// What rules are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Private {
    /// When the account was seen last.
    LastSeen = 1,
    /// Being brought into groups and channels.
    Invites = 2,
    /// Being called.
    Calls = 3,
    /// Calls without Telegram's servers between.
    PeerToPeer = 4,
    /// A link to the account under what is passed on.
    Forwards = 5,
    /// The profile photo.
    Photo = 6,
    /// The phone number.
    Phone = 7,
    /// Being found by the phone number.
    FoundByPhone = 8,
    /// Being sent voice messages.
    Voices = 9,
    /// The text about the account.
    About = 10,
    /// The birthday.
    Birthday = 11,
    /// Showing gifts at once.
    Gifts = 12,
    /// Writing without a charge.
    FreeMessages = 13,
    /// The music on the profile.
    Music = 14,
}

/// What an account has said about who may see what.
#[derive(Clone, Default)]
pub(crate) struct Privacy {
    /// Rules in the order they are tried, by what they are about.
    rules: BTreeMap<i32, Vec<PrivacyRule>>,
    /// Close friends, who can be named as such.
    pub(crate) close_friends: Vec<i64>,
    pub(crate) global: Option<types::GlobalPrivacySettings>,
}

record!(Privacy {
    rules,
    close_friends,
    global
});

impl Private {
    /// What holds unless the account says otherwise.
    fn unless_said(self) -> Vec<PrivacyRule> {
        match self {
            Self::Phone | Self::PeerToPeer | Self::Birthday => {
                vec![PrivacyRule::PrivacyValueAllowContacts]
            }
            _ => vec![PrivacyRule::PrivacyValueAllowAll],
        }
    }

    /// Whether those an account has blocked do not see it, whatever the rules say.
    fn ends_with_a_block(self) -> bool {
        matches!(
            self,
            Self::LastSeen | Self::Photo | Self::About | Self::Birthday | Self::Music
        )
    }
}

impl World {
    /// The rules of an account about something, in the order they are tried.
    pub(crate) fn privacy(&self, user: i64, about: Private) -> Vec<PrivacyRule> {
        let said = self.preferences(user);
        let said = said.and_then(|all| all.privacy.rules.get(&(about as i32)).cloned());
        said.unwrap_or_else(|| about.unless_said())
    }

    /// Sets the rules about something.
    pub(crate) fn set_privacy(
        &mut self,
        user: i64,
        about: Private,
        rules: Vec<PrivacyRule>,
    ) -> Answer<()> {
        if rules.is_empty() {
            return Err(Refusal::bad("PRIVACY_VALUE_INVALID"));
        }
        if rules.iter().map(|rule| named(rule).len()).sum::<usize>() > NAMED_MAX {
            return Err(Refusal::bad("PRIVACY_TOO_LONG"));
        }
        let set = &mut self.preferences_mut(user).privacy.rules;
        set.insert(about as i32, rules);
        Ok(())
    }

    /// Lets one account see something that the rules may keep from it.
    pub(crate) fn allow_also(&mut self, user: i64, about: Private, whom: i64) -> Answer<()> {
        if self.allows(user, about, whom) {
            return Ok(());
        }
        let mut rules = self.privacy(user, about);
        let known = rules.iter_mut().find_map(|rule| match rule {
            PrivacyRule::PrivacyValueAllowUsers(allowed) => Some(&mut allowed.users),
            _ => None,
        });
        match known {
            Some(users) => users.push(whom),
            None => rules.insert(0, types::PrivacyValueAllowUsers::new(vec![whom]).into()),
        }
        self.set_privacy(user, about, rules)
    }

    /// Whether an account lets another one see or do something. The first rule that says something
    /// about the other one counts.
    pub(crate) fn allows(&self, owner: i64, about: Private, viewer: i64) -> bool {
        let Some(user) = self.users.get(&owner) else {
            return false;
        };
        if owner == viewer || user.is_bot() {
            return true;
        }
        if about.ends_with_a_block() && user.blocked.contains(&viewer) {
            return false;
        }
        let rules = self.privacy(owner, about);
        let said = rules.iter().find_map(|rule| self.says(user, rule, viewer));
        said.unwrap_or(false)
    }

    /// Whether an account counts another one among its close friends.
    pub(crate) fn is_close_friend(&self, owner: i64, other: i64) -> bool {
        let said = self.preferences(owner);
        said.is_some_and(|all| all.privacy.close_friends.contains(&other))
    }

    /// What one rule says about an account, if anything.
    fn says(&self, owner: &User, rule: &PrivacyRule, viewer: i64) -> Option<bool> {
        use PrivacyRule as R;
        let contact = owner.contacts.contains_key(&viewer);
        let friends = || self.is_close_friend(owner.id, viewer);
        let (applies, allowed) = match rule {
            R::PrivacyValueAllowAll => (true, true),
            R::PrivacyValueDisallowAll => (true, false),
            R::PrivacyValueAllowContacts => (contact, true),
            R::PrivacyValueDisallowContacts => (contact, false),
            R::PrivacyValueAllowCloseFriends => (friends(), true),
            R::PrivacyValueAllowBots => (self.is_bot(viewer), true),
            R::PrivacyValueDisallowBots => (self.is_bot(viewer), false),
            R::PrivacyValueAllowUsers(rule) => (rule.users.contains(&viewer), true),
            R::PrivacyValueDisallowUsers(rule) => (rule.users.contains(&viewer), false),
            R::PrivacyValueAllowChatParticipants(rule) => (self.any_has(&rule.chats, viewer), true),
            R::PrivacyValueDisallowChatParticipants(rule) => {
                (self.any_has(&rule.chats, viewer), false)
            }
            // Nobody pays here.
            _ => (false, false),
        };
        applies.then_some(allowed)
    }

    /// Whether an account is in one of these groups, which rules name without their kind.
    fn any_has(&self, chats: &[i64], user: i64) -> bool {
        let kinds = [Peer::Group, Peer::Channel];
        let dialogs = chats
            .iter()
            .flat_map(|id| kinds.map(|kind| kind(*id).dialog()));
        let mut found = dialogs.filter_map(|dialog| self.chats.get(&dialog));
        found.any(|chat| chat.members.has(user))
    }

    /// What holds for all an account does.
    pub(crate) fn global_privacy(&self, user: i64) -> types::GlobalPrivacySettings {
        let set = self.preferences(user);
        let set = set.and_then(|all| all.privacy.global.clone());
        set.unwrap_or_else(types::GlobalPrivacySettings::new)
    }

    /// Whether two accounts may know when exactly the first was there: who does not show that to
    /// others is not shown it either.
    pub(crate) fn sees_exactly(&self, viewer: i64, user: i64) -> Exactness {
        if !self.allows(user, Private::LastSeen, viewer) {
            Exactness::Hidden
        } else if !self.allows(viewer, Private::LastSeen, user) {
            Exactness::HiddenByViewer
        } else {
            Exactness::Exact
        }
    }
}

/// How well one account knows when another was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exactness {
    /// To the second.
    Exact,
    /// Not at all, because the other one does not want it.
    Hidden,
    /// Not at all, because it hides from the other one itself.
    HiddenByViewer,
}

/// The accounts or chats a rule names.
pub(crate) fn named(rule: &PrivacyRule) -> &[i64] {
    match rule {
        PrivacyRule::PrivacyValueAllowUsers(rule) => &rule.users,
        PrivacyRule::PrivacyValueDisallowUsers(rule) => &rule.users,
        PrivacyRule::PrivacyValueAllowChatParticipants(rule) => &rule.chats,
        PrivacyRule::PrivacyValueDisallowChatParticipants(rule) => &rule.chats,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::Contact;
    use super::super::testing::{name_of, pair};
    use super::*;

    #[test]
    fn the_first_rule_that_fits_counts() {
        let (mut w, a, b) = pair();
        let c = w.add_user(1, "C");
        let allow = |users| types::PrivacyValueAllowUsers::new(users).into();
        let deny = |users| types::PrivacyValueDisallowUsers::new(users).into();
        let rules = vec![
            deny(vec![b]),
            allow(vec![b, c]),
            PrivacyRule::PrivacyValueDisallowAll,
        ];
        w.set_privacy(a, Private::About, rules).unwrap();
        assert!(w.allows(a, Private::About, c) && w.allows(a, Private::About, a));
        assert!(!w.allows(a, Private::About, b));
        assert_eq!(
            name_of(w.set_privacy(a, Private::About, vec![])),
            "PRIVACY_VALUE_INVALID"
        );
        let many = vec![allow((0..1001).collect())];
        assert_eq!(
            name_of(w.set_privacy(a, Private::About, many)),
            "PRIVACY_TOO_LONG"
        );
    }

    #[test]
    fn contacts_are_those_of_the_one_who_is_looked_at() {
        let (mut w, a, b) = pair();
        let bob = Contact {
            first_name: "Bob".into(),
            last_name: String::new(),
            knows_phone: false,
        };
        assert!(!w.allows(a, Private::Phone, b));
        w.add_contact(a, b, bob).unwrap();
        assert!(w.allows(a, Private::Phone, b));
        assert!(!w.allows(b, Private::Phone, a));
        w.allow_also(b, Private::Phone, a).unwrap();
        assert!(w.allows(b, Private::Phone, a));
        w.user_mut(a).unwrap().blocked.insert(b);
        assert!(!w.allows(a, Private::LastSeen, b));
    }
}
