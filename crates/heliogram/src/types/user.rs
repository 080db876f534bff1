use std::{fmt, sync::Arc};

use heliogram_api::{enums, types as raw};

use crate::{PeerId, events::UserStatus};

/// A person or a bot.
///
/// Raw `user`.
#[derive(Clone, PartialEq)]
pub struct User {
    raw: Arc<raw::User>,
}

impl User {
    /// The user in a raw value; `None` for a deleted id that nothing is known about.
    #[must_use]
    pub fn from_raw(user: enums::User) -> Option<Self> {
        match user {
            enums::User::User(user) => Some((*user).into()),
            _ => None,
        }
    }

    /// The user's number, which never changes.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.raw.id
    }

    /// The id among chats of all kinds; `None` if the server sent a number no user can have.
    #[must_use]
    pub fn peer_id(&self) -> Option<PeerId> {
        PeerId::user(self.raw.id)
    }

    /// The first name; empty for deleted accounts.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.raw.first_name.as_ref().map_or("", |s| s)
    }

    /// The last name, if there is one.
    #[must_use]
    pub fn last_name(&self) -> Option<&str> {
        self.raw.last_name.as_deref()
    }

    /// First and last name with a space between.
    #[must_use]
    #[doc(alias = "get_display_name")]
    #[doc(alias = "mention")]
    pub fn full_name(&self) -> String {
        match self.last_name() {
            Some(last) if self.first_name().is_empty() => last.to_owned(),
            Some(last) => format!("{} {last}", self.first_name()),
            None => self.first_name().to_owned(),
        }
    }

    /// The main username, without `@`.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.usernames().next()
    }

    /// All active usernames, the main one first, without `@`.
    pub fn usernames(&self) -> impl Iterator<Item = &str> {
        active_usernames(
            self.raw.username.as_deref(),
            self.raw
                .usernames
                .as_ref()
                .map_or(&[][..], |v| v.as_slice()),
        )
    }

    /// The phone number in digits, if this account may see it.
    #[must_use]
    #[doc(alias = "phone_number")]
    pub fn phone(&self) -> Option<&str> {
        self.raw.phone.as_deref()
    }

    /// The language the user's app is set to, as far as it tells bots.
    #[must_use]
    #[doc(alias = "language_code")]
    pub fn lang_code(&self) -> Option<&str> {
        self.raw.lang_code.as_deref()
    }

    /// Whether this is the account itself.
    #[must_use]
    #[doc(alias = "is_me")]
    pub fn is_self(&self) -> bool {
        self.raw.is_self
    }

    /// Whether this is a bot.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.raw.bot
    }

    /// Whether the account was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.raw.deleted
    }

    /// Whether the user is among the account's contacts.
    #[must_use]
    pub fn is_contact(&self) -> bool {
        self.raw.contact
    }

    /// Whether Telegram verified who this is.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.raw.verified
    }

    /// Whether the user has Telegram Premium.
    #[must_use]
    pub fn is_premium(&self) -> bool {
        self.raw.premium
    }

    /// Whether Telegram warns of this user as of a fraud.
    #[must_use]
    pub fn is_scam(&self) -> bool {
        self.raw.scam
    }

    /// When the user is or was online, as it was known when this value came; changes come as
    /// [`UserUpdate`](crate::events::UserUpdate).
    #[must_use]
    #[doc(alias = "last_online_date")]
    #[doc(alias = "next_offline_date")]
    pub fn status(&self) -> UserStatus {
        let status = self.raw.status.as_ref();
        status.map_or(UserStatus::Hidden, UserStatus::from_raw)
    }

    /// The raw value, with everything that has no method here.
    #[must_use]
    pub fn raw(&self) -> &raw::User {
        &self.raw
    }

    /// How to address the user in raw calls; `None` if only part of the user is known (`min`).
    #[must_use]
    #[doc(alias = "input_entity")]
    pub fn input_peer(&self) -> Option<enums::InputPeer> {
        if self.raw.is_self {
            return Some(enums::InputPeer::InputPeerSelf);
        }
        let access_hash = self.raw.access_hash.filter(|_| !self.raw.min)?;
        Some(
            raw::InputPeerUser {
                user_id: self.raw.id,
                access_hash,
            }
            .into(),
        )
    }
}

impl From<raw::User> for User {
    fn from(user: raw::User) -> Self {
        Self {
            raw: Arc::new(user),
        }
    }
}

/// Shows who it is, not how to reach them.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id())
            .field("username", &self.username())
            .finish_non_exhaustive()
    }
}

/// The old single username and the newer list, as one list without doubles.
pub(super) fn active_usernames<'a>(
    main: Option<&'a str>,
    more: &'a [raw::Username],
) -> impl Iterator<Item = &'a str> {
    let more = more
        .iter()
        .filter(|u| u.active)
        .map(|u| u.username.as_str());
    main.into_iter()
        .chain(more.filter(move |u| main != Some(*u)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_whatever_is_there() {
        let user = |first: Option<&str>, last: Option<&str>| {
            User::from(raw::User {
                first_name: first.map(|s| s.to_owned()),
                last_name: last.map(|s| s.to_owned()),
                username: Some("one".into()),
                usernames: Some(vec![
                    raw::Username {
                        active: true,
                        ..raw::Username::new("one".into())
                    },
                    raw::Username::new("sleeping".into()),
                    raw::Username {
                        active: true,
                        ..raw::Username::new("two".into())
                    },
                ]),
                phone: Some("15550100".to_owned()),
                ..raw::User::new(7)
            })
        };
        assert_eq!(user(Some("A"), Some("B")).full_name(), "A B");
        assert_eq!(user(Some("A"), None).full_name(), "A");
        assert_eq!(user(None, Some("B")).full_name(), "B");
        let user = user(None, None);
        assert_eq!(user.usernames().collect::<Vec<_>>(), ["one", "two"]);
        assert!(!format!("{user:?}").contains("555"));
    }

    #[test]
    fn a_user_tells_when_they_were_online() {
        let mut user = raw::User::new(7);
        assert_eq!(User::from(user.clone()).status(), UserStatus::Hidden);
        user.status = Some(raw::UserStatusOnline::new(1000).into());
        assert!(User::from(user).status().is_online());
    }

    #[test]
    fn a_partly_known_user_cannot_be_addressed() {
        let full = raw::User {
            access_hash: Some(5),
            ..raw::User::new(7)
        };
        let min = raw::User {
            min: true,
            ..full.clone()
        };
        assert!(User::from(full).input_peer().is_some());
        assert!(User::from(min).input_peer().is_none());
        assert!(User::from(raw::User::new(7)).input_peer().is_none());
    }
}
