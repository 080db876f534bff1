//! What an account has set for itself, apart from what others see of it.

use std::collections::{BTreeMap, BTreeSet};

use heliogram_api::{enums, types};

use super::filters::Filters;
use super::logout_tokens::LogoutToken;
use super::notify::Notify;
use super::privacy::Privacy;
use super::reset::Reset;
use super::saved_contacts::SavedContact;
use super::stickers::Shelf;
use super::{Rec, World};
use crate::persist::record;

/// The settings of one account.
#[derive(Clone, Default)]
pub(crate) struct Preferences {
    /// Its folders.
    pub(crate) filters: Filters,
    /// What rings, and what does not.
    pub(crate) notify: Notify,
    /// Who may see and do what with it.
    pub(crate) privacy: Privacy,
    /// Days without use after which sessions end.
    pub(crate) session_days: Option<i32>,
    /// Days without use after which the account would be deleted.
    pub(crate) account_days: Option<i32>,
    /// The takeout that is under way.
    pub(crate) takeout: Option<i64>,
    /// The authors that are pinned in Saved Messages, from the top.
    pub(crate) saved_pins: Vec<i64>,
    /// Who does not see the account's stories.
    pub(crate) kept_from_stories: BTreeSet<i64>,
    /// It does not want to be told whom it talks to most.
    pub(crate) no_top_peers: bool,
    /// When the account can be deleted without its password.
    pub(crate) deletion: Option<i32>,
    /// What is to happen to its password.
    pub(crate) reset: Option<Reset>,
    pub(crate) logout_tokens: Vec<LogoutToken>,
    pub(crate) birthday: Option<types::Birthday>,
    /// The address book the account brought along, by phone number.
    pub(crate) saved_contacts: BTreeMap<String, SavedContact>,
    /// The stickers and GIFs it keeps at hand.
    pub(crate) shelf: Shelf,
    /// The sign a quick gesture puts on a message.
    pub(crate) default_reaction: Option<enums::Reaction>,
    /// The signs it used last, the newest first.
    pub(crate) recent_reactions: Vec<enums::Reaction>,
}

record!(Preferences {
    filters,
    notify,
    privacy,
    session_days,
    account_days,
    takeout,
    saved_pins,
    kept_from_stories,
    no_top_peers,
    deletion,
    reset,
    logout_tokens,
    birthday,
    saved_contacts,
    shelf,
    default_reaction,
    recent_reactions
});

impl World {
    /// What an account has set, if it ever set anything.
    pub(crate) fn preferences(&self, user: i64) -> Option<&Preferences> {
        self.preferences.get(&user)
    }

    /// What an account has set, to be changed.
    pub(crate) fn preferences_mut(&mut self, user: i64) -> &mut Preferences {
        self.touch(Rec::Preferences(user));
        self.preferences.entry(user).or_default()
    }
}
