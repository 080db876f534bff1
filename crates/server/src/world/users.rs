use std::collections::{BTreeMap, BTreeSet};

use heliogram_crypto::Random;

use super::{Mailbox, Password, Rec, World};
use crate::rpc::{Answer, Refusal};

/// An account: a person's or a bot's.
pub(crate) struct User {
    pub(crate) id: i64,
    /// The data centre the account lives on.
    pub(crate) home: i32,
    /// Digits of the phone number; bots have none.
    pub(crate) phone: Option<String>,
    /// What a bot logs in with; people have none.
    pub(crate) token: Option<String>,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) about: String,
    pub(crate) username: Option<String>,
    pub(crate) contacts: BTreeMap<i64, Contact>,
    pub(crate) blocked: BTreeSet<i64>,
    pub(crate) password: Option<Password>,
    /// Profile photos, newest first.
    pub(crate) photos: Vec<i64>,
    pub(crate) registered: i32,
    /// Online until then, as the client said last; not kept over a restart.
    pub(crate) online_until: i32,
    /// When the account was last seen.
    pub(crate) seen: i32,
    /// Its owner deleted it: what it wrote stays.
    pub(crate) deleted: bool,
}

/// How one account calls another.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// The owner of the list knows this contact's number.
    pub(crate) knows_phone: bool,
}

crate::persist::record!(Contact {
    first_name,
    last_name,
    knows_phone
});
crate::persist::record!(User {
    id,
    home,
    phone,
    token,
    first_name,
    last_name,
    about,
    username,
    contacts,
    blocked,
    password,
    photos,
    registered,
    online_until,
    seen,
    deleted,
});

impl User {
    /// First and last name.
    pub(crate) fn full_name(&self) -> String {
        match self.last_name.as_str() {
            "" => self.first_name.clone(),
            last => format!("{} {last}", self.first_name),
        }
    }

    /// Whether this is a bot.
    pub(crate) fn is_bot(&self) -> bool {
        self.token.is_some()
    }
}

/// Longest first or last name, in characters.
const NAME_MAX: usize = 64;
/// Longest text about an account, in characters.
const ABOUT_MAX: usize = 70;

impl World {
    /// Creates an account with nothing but a name and a home.
    pub(crate) fn add_user(&mut self, home: i32, first_name: &str) -> i64 {
        let id = self.next_user;
        self.next_user += 1;
        self.touch_meta();
        self.put_user(id, home, first_name);
        id
    }

    /// Creates an account of a certain id.
    pub(super) fn put_user(&mut self, id: i64, home: i32, first_name: &str) {
        let registered = self.now();
        let user = User {
            id,
            home,
            phone: None,
            token: None,
            first_name: first_name.to_owned(),
            last_name: String::new(),
            about: String::new(),
            username: None,
            contacts: BTreeMap::new(),
            blocked: BTreeSet::new(),
            password: None,
            photos: Vec::new(),
            registered,
            online_until: 0,
            seen: registered,
            deleted: false,
        };
        self.users.insert(id, user);
        self.boxes.insert(id, Mailbox::new());
        self.touch(Rec::User(id));
        self.touch(Rec::Box(id));
    }

    /// Creates a person's account for a phone number that has none yet.
    pub(crate) fn add_person(&mut self, phone: &str, home: i32, first_name: &str) -> i64 {
        let id = self.add_user(home, first_name);
        if let Some(user) = self.users.get_mut(&id) {
            user.phone = Some(phone.to_owned());
        }
        self.by_phone.insert(phone.to_owned(), id);
        id
    }

    /// A test phone number of a data centre that nobody has, and its home; where all are taken,
    /// a number of nowhere.
    pub(crate) fn free_test_number(&mut self, dc: i32) -> (String, i32) {
        let home = dc.clamp(1, self.dcs);
        for _ in 0..1000 {
            let number = self.rng.below(10_000);
            let phone = format!("99966{home}{number:04}");
            if !self.by_phone.contains_key(&phone) {
                return (phone, home);
            }
        }
        (format!("888{}", self.next_user), home)
    }

    /// The account with that id.
    pub(crate) fn user(&self, id: i64) -> Answer<&User> {
        self.users
            .get(&id)
            .ok_or_else(|| Refusal::bad("USER_ID_INVALID"))
    }

    /// The account with that id, to be changed.
    pub(crate) fn user_mut(&mut self, id: i64) -> Answer<&mut User> {
        self.touch(Rec::User(id));
        self.users
            .get_mut(&id)
            .ok_or_else(|| Refusal::bad("USER_ID_INVALID"))
    }

    /// Whether an account is a bot.
    pub(crate) fn is_bot(&self, id: i64) -> bool {
        self.users.get(&id).is_some_and(User::is_bot)
    }

    /// The account a public name belongs to; `@` and the case of letters do not matter.
    pub(crate) fn by_username(&self, name: &str) -> Option<i64> {
        self.by_username
            .get(&name.trim_start_matches('@').to_lowercase())
            .copied()
    }

    /// Checks that a public name can be taken by `user`.
    pub(crate) fn check_username(&self, user: i64, name: &str) -> Answer<()> {
        if !username_is_valid(name) {
            return Err(Refusal::bad("USERNAME_INVALID"));
        }
        match self.by_username(name) {
            Some(owner) if owner != user => Err(Refusal::bad("USERNAME_OCCUPIED")),
            _ => Ok(()),
        }
    }

    /// Gives an account a public name, or takes it away with an empty one.
    pub(crate) fn set_username(&mut self, id: i64, name: &str) -> Answer<()> {
        let user = self.user(id)?;
        if user.username.as_deref().unwrap_or_default() == name {
            return Err(Refusal::bad("USERNAME_NOT_MODIFIED"));
        }
        if !name.is_empty() {
            self.check_username(id, name)?;
        }
        self.put_username(id, name)
    }

    /// Gives a public name without the rules for what people may choose.
    pub(crate) fn put_username(&mut self, id: i64, name: &str) -> Answer<()> {
        let user = self.user_mut(id)?;
        let new = (!name.is_empty()).then(|| name.to_owned());
        let old = std::mem::replace(&mut user.username, new);
        if let Some(old) = old {
            self.by_username.remove(&old.to_lowercase());
        }
        if !name.is_empty() {
            self.by_username.insert(name.to_lowercase(), id);
        }
        Ok(())
    }

    /// Gives an account another phone number.
    pub(crate) fn set_phone(&mut self, id: i64, phone: &str) -> Answer<()> {
        let old = self.user_mut(id)?.phone.replace(phone.to_owned());
        if let Some(old) = old {
            self.by_phone.remove(&old);
        }
        self.by_phone.insert(phone.to_owned(), id);
        Ok(())
    }

    /// Changes names and the text about an account; what is not given stays.
    pub(crate) fn set_profile(
        &mut self,
        id: i64,
        first: Option<String>,
        last: Option<String>,
        about: Option<String>,
    ) -> Answer<()> {
        if about
            .as_ref()
            .is_some_and(|a| a.chars().count() > ABOUT_MAX)
        {
            return Err(Refusal::bad("ABOUT_TOO_LONG"));
        }
        let first = first.map(|name| clean_name(&name)).transpose()?;
        let user = self.user_mut(id)?;
        if let Some(first) = first {
            user.first_name = first;
        }
        if let Some(last) = last {
            user.last_name = last.trim().chars().take(NAME_MAX).collect();
        }
        if let Some(about) = about {
            user.about = about;
        }
        Ok(())
    }

    /// Notes that an account is there, or left.
    pub(crate) fn set_online(&mut self, id: i64, online: bool) {
        /// Seconds an account counts as online after it said so.
        const ONLINE_FOR: i32 = 300;
        let now = self.now();
        if let Some(user) = self.users.get_mut(&id) {
            user.seen = now;
            user.online_until = now.saturating_add(if online { ONLINE_FOR } else { 0 });
        }
    }
}

/// A first name as it is kept: trimmed, not empty, not too long.
pub(crate) fn clean_name(name: &str) -> Answer<String> {
    let name: String = name.trim().chars().take(NAME_MAX).collect();
    if name.is_empty() {
        Err(Refusal::bad("FIRSTNAME_INVALID"))
    } else {
        Ok(name)
    }
}

/// Whether a name can be that of an account or bot that is made with it: such a name may be shorter
/// than those people choose for themselves, as some on Telegram are.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// 5 to 32 letters, digits and underscores, starting with a letter, no underscore at the end or
/// next to another.
fn username_is_valid(name: &str) -> bool {
    is_name(name) && name.len() >= 5 && !name.ends_with('_') && !name.contains("__")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};
    use super::*;

    #[test]
    fn usernames_follow_the_rules() {
        for good in ["alice", "Alice_2", "a2345"] {
            assert!(username_is_valid(good), "{good}");
        }
        for bad in ["bob", "1alice", "alice_", "al__ice", "al-ice", "élise", ""] {
            assert!(!username_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn a_username_moves_with_its_owner() {
        let mut w = world();
        let (a, b) = (w.add_user(1, "A"), w.add_user(1, "B"));
        w.set_username(a, "Alice").unwrap();
        assert_eq!(w.by_username("@aLICE"), Some(a));
        assert_eq!(name_of(w.set_username(b, "alice")), "USERNAME_OCCUPIED");
        assert_eq!(name_of(w.set_username(a, "Alice")), "USERNAME_NOT_MODIFIED");
        w.set_username(a, "").unwrap();
        w.set_username(b, "alice").unwrap();
        assert_eq!(w.by_username("alice"), Some(b));
    }
}
