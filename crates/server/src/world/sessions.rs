//! The sessions of an account: one for each program that logged in, whatever keys it speaks under.

use super::{Auth, Rec, World};
use crate::rpc::{Answer, Refusal};

const DAY: i32 = 86_400;
/// Days without use after which a session ends, unless its account said otherwise.
const SESSION_DAYS: i32 = 180;
/// Days without use after which an account would be deleted, unless it said otherwise.
const ACCOUNT_DAYS: i32 = 548;
/// Seconds after which a session that nobody objected to counts as confirmed.
const CONFIRMED_AFTER: i32 = 7 * DAY;

/// A session that has ended.
pub(crate) struct Ended {
    /// The account it was a session of.
    pub(crate) user: i64,
    /// Everything its program spoke under.
    pub(crate) keys: Vec<i64>,
}

/// How a session is set up, besides who it belongs to.
#[derive(Clone, Default)]
pub(crate) struct SessionState {
    /// The session on the account's home data centre that brought this login to another one.
    pub(crate) parent: Option<i64>,
    /// It was ended from elsewhere, and its program was not told yet.
    pub(crate) revoked: bool,
    /// Somebody said that this login is right.
    pub(crate) confirmed: bool,
    pub(crate) no_calls: bool,
    pub(crate) no_secret_chats: bool,
}

crate::persist::record!(SessionState {
    parent,
    revoked,
    confirmed,
    no_calls,
    no_secret_chats
});

impl World {
    /// The sessions of an account, by their keys; logins on other data centres are no sessions of
    /// their own.
    pub(crate) fn sessions_of(&self, user: i64) -> Vec<i64> {
        let mut all = self.keys_of(user);
        all.retain(|key| {
            let auth = self.auths.get(key);
            auth.is_some_and(|auth| auth.state.parent.is_none())
        });
        all.sort_unstable();
        all
    }

    /// Ends the session of a key, and what was brought from it to other data centres. With
    /// `revoked`, its program will be told that somebody else did that.
    pub(crate) fn end_session(&mut self, key: i64, revoked: bool) -> Option<Ended> {
        let user = self.auths.get(&key)?.user;
        let Some(user) = user else {
            // A login that still owes its password goes too.
            self.log_out(key);
            return None;
        };
        let brought = self.keys_of(user).into_iter().filter(|other| {
            let auth = self.auths.get(other);
            auth.is_some_and(|auth| auth.state.parent == Some(key))
        });
        let all: Vec<i64> = brought.chain([key]).collect();
        let keys = all.iter().flat_map(|key| self.spoken_under(*key)).collect();
        for key in all {
            self.log_out(key);
            if let Some(auth) = self.auths.get_mut(&key) {
                auth.state.revoked = revoked;
            }
            self.touch(Rec::Auth(key));
        }
        Some(Ended { user, keys })
    }

    /// Notes that a login was brought from a session to another data centre.
    pub(crate) fn bring_login(&mut self, key: i64, from: i64) -> Answer<()> {
        self.auth(key)?.state.parent = Some(from);
        self.touch(Rec::Auth(key));
        Ok(())
    }

    /// Notes that a session is used. Gives what ended if it was not for longer than its account
    /// allows.
    pub(crate) fn use_session(&mut self, key: i64) -> Option<Ended> {
        let now = self.now();
        let auth = self.auths.get(&key)?;
        let root = auth.state.parent.unwrap_or(key);
        let user = auth.user;
        let active = auth.active;
        let last = match root == key {
            true => active,
            false => self.auths.get(&root).map_or(now, |auth| auth.active),
        };
        if last == now && active == now {
            return None;
        }
        let limit = user.map_or(SESSION_DAYS, |user| self.session_days(user));
        if user.is_some() && now.saturating_sub(last) > limit.saturating_mul(DAY) {
            return self.end_session(root, false);
        }
        for key in [key, root] {
            if let Some(auth) = self.auths.get_mut(&key) {
                auth.active = now;
            }
            // On disk, to the day.
            if last / DAY != now / DAY {
                self.touch(Rec::Auth(key));
            }
        }
        None
    }

    /// Days without use after which an account's sessions end.
    pub(crate) fn session_days(&self, user: i64) -> i32 {
        let set = self.preferences(user).and_then(|all| all.session_days);
        set.unwrap_or(SESSION_DAYS)
    }

    /// Sets after how many days without use an account's sessions end.
    pub(crate) fn set_session_days(&mut self, user: i64, days: i32) -> Answer<()> {
        if !(1..=366).contains(&days) {
            return Err(Refusal::bad("TTL_DAYS_INVALID"));
        }
        self.preferences_mut(user).session_days = Some(days);
        Ok(())
    }

    /// Days without use after which an account would be deleted.
    pub(crate) fn account_days(&self, user: i64) -> i32 {
        let set = self.preferences(user).and_then(|all| all.account_days);
        set.unwrap_or(ACCOUNT_DAYS)
    }

    /// Sets after how many days without use an account would be deleted.
    pub(crate) fn set_account_days(&mut self, user: i64, days: i32) -> Answer<()> {
        if !(30..=730).contains(&days) {
            return Err(Refusal::bad("TTL_DAYS_INVALID"));
        }
        self.preferences_mut(user).account_days = Some(days);
        Ok(())
    }
}

impl Auth {
    /// Whether nobody has said yet that this login is right.
    pub(crate) fn is_unconfirmed(&self, now: i32) -> bool {
        !self.state.confirmed && now.saturating_sub(self.created) < CONFIRMED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, name_of, pair};
    use super::*;

    fn days(w: &World, days: u64) {
        w.clock
            .advance(std::time::Duration::from_secs(days * DAY as u64));
    }

    #[test]
    fn a_session_is_one_however_many_data_centres_it_reaches() {
        let (mut w, a, _) = pair();
        let (phone, abroad, other) = (key(&mut w, 1), key(&mut w, 2), key(&mut w, 1));
        for key in [phone, abroad, other] {
            w.log_in(key, a).unwrap();
        }
        w.bring_login(abroad, phone).unwrap();
        let mut sessions = vec![phone, other];
        sessions.sort_unstable();
        assert_eq!(w.sessions_of(a), sessions);
        let ended = w.end_session(phone, true).unwrap();
        assert_eq!((ended.user, ended.keys.len()), (a, 2));
        assert_eq!(w.keys_of(a), [other]);
        assert!(w.auths[&abroad].state.revoked && !w.auths[&other].state.revoked);
    }

    #[test]
    fn a_session_that_is_not_used_ends() {
        let (mut w, a, _) = pair();
        let (phone, abroad) = (key(&mut w, 1), key(&mut w, 2));
        w.log_in(phone, a).unwrap();
        w.log_in(abroad, a).unwrap();
        w.bring_login(abroad, phone).unwrap();
        assert_eq!(name_of(w.set_session_days(a, 0)), "TTL_DAYS_INVALID");
        w.set_session_days(a, 10).unwrap();
        days(&w, 9);
        assert!(w.use_session(abroad).is_none(), "and that counts for both");
        days(&w, 9);
        assert!(w.use_session(phone).is_none());
        days(&w, 11);
        assert_eq!(w.use_session(phone).unwrap().keys.len(), 2);
        assert!(w.sessions_of(a).is_empty());
    }
}
