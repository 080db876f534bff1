use std::collections::HashMap;

use heliogram_crypto::AuthKey;
use heliogram_crypto::srp;

use super::sessions::SessionState;
use super::{Rec, World};
use crate::rpc::{Answer, Refusal};

/// An auth key, the program that uses it, and who is logged in with it.
pub(crate) struct Auth {
    pub(crate) key: AuthKey,
    /// The data centre the key was made on.
    pub(crate) dc: i32,
    pub(crate) user: Option<i64>,
    /// The account that gave its code and owes its password.
    pub(crate) pending: Option<i64>,
    /// When a temporary key ends.
    pub(crate) expires: Option<i32>,
    /// The permanent key a temporary one stands for.
    pub(crate) bound_to: Option<i64>,
    pub(crate) app: Option<AppInfo>,
    pub(crate) layer: i32,
    pub(crate) created: i32,
    pub(crate) active: i32,
    pub(crate) state: SessionState,
    /// The password question that was asked last, good for one answer.
    pub(crate) question: Option<(i64, srp::Challenge)>,
}

/// What a program says about itself with `initConnection`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AppInfo {
    pub(crate) api_id: i32,
    pub(crate) device: String,
    pub(crate) system: String,
    pub(crate) version: String,
    pub(crate) lang: String,
}

crate::persist::record!(AppInfo {
    api_id,
    device,
    system,
    version,
    lang
});

impl crate::persist::Field for Auth {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        w.raw(self.key.as_bytes());
        (self.dc, self.user).put(w);
        (self.pending, self.expires).put(w);
        (self.bound_to, self.app.clone()).put(w);
        (self.layer, (self.created, self.active)).put(w);
        self.state.put(w);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        let mut key = [0; 256];
        let bytes = r.raw(256);
        if bytes.len() == key.len() {
            key.copy_from_slice(bytes);
        }
        let (dc, user) = crate::persist::Field::get(r);
        let (pending, expires) = crate::persist::Field::get(r);
        let (bound_to, app) = crate::persist::Field::get(r);
        let (layer, (created, active)) = crate::persist::Field::get(r);
        let state = crate::persist::Field::get(r);
        let key = AuthKey::new(key);
        Self {
            key,
            dc,
            user,
            pending,
            expires,
            bound_to,
            app,
            layer,
            created,
            active,
            state,
            question: None,
        }
    }
}

/// Logins on their way from one data centre to another.
#[derive(Default)]
pub(crate) struct Tickets {
    open: HashMap<i64, Ticket>,
}

struct Ticket {
    user: i64,
    /// The key whose session lets itself in elsewhere.
    from: i64,
    dc: i32,
    secret: String,
    expires: i32,
}

/// Keys that are kept without a login behind them, permanent ones and those that stand for none.
const STRANGERS_MAX: usize = 10_000;
/// Seconds an exported login can be taken up.
const TICKET_LIFETIME: i32 = 60;

impl World {
    /// Takes in the key of a finished exchange. Temporary keys that have ended by now are
    /// forgotten, and returned for their sessions to be forgotten too.
    pub(crate) fn add_key(&mut self, key: AuthKey, dc: i32, expires: Option<i32>) -> Vec<i64> {
        let id = key.id();
        let now = self.now();
        let mut ended = self.forget_ended(now);
        if let Some(at) = expires {
            self.temporary.add(id, at);
        }
        let auth = Auth {
            key,
            dc,
            user: None,
            pending: None,
            expires,
            bound_to: None,
            app: None,
            layer: 0,
            created: now,
            active: now,
            state: SessionState::default(),
            question: None,
        };
        self.auths.insert(id, auth);
        self.touch(Rec::Auth(id));
        self.strangers.push_back(id);
        ended.extend(self.forget_strangers());
        ended
    }

    /// Makes room where too many keys were made that nobody ever logged in with: whoever can reach
    /// the server can make keys. Gives the keys that are gone.
    fn forget_strangers(&mut self) -> Vec<i64> {
        let mut gone = Vec::new();
        while self.strangers.len() > STRANGERS_MAX {
            let Some(oldest) = self.strangers.pop_front() else {
                break;
            };
            if self.auths.get(&oldest).is_some_and(Auth::is_strange) {
                gone.extend(self.spoken_under(oldest));
                self.forget_key(oldest);
            }
        }
        gone
    }

    /// Finds the keys that may have to give way, the oldest first.
    pub(super) fn reindex_strangers(&mut self) {
        let strange = self.auths.iter().filter(|(_, auth)| auth.is_strange());
        let mut strange: Vec<_> = strange.map(|(id, auth)| (auth.created, *id)).collect();
        strange.sort_unstable();
        self.strangers = strange.into_iter().map(|(_, id)| id).collect();
    }

    /// The key that a connection to `dc` may use, if there is one, and when it ends.
    pub(crate) fn key(&self, id: i64, dc: i32) -> Option<(AuthKey, Option<i32>)> {
        let auth = self.auths.get(&id)?;
        let live = auth.expires.is_none_or(|at| at > self.now());
        (live && auth.dc == dc).then(|| (auth.key.clone(), auth.expires))
    }

    /// The permanent key of that id on `dc`, if there is one.
    pub(crate) fn permanent_key(&self, id: i64, dc: i32) -> Option<AuthKey> {
        let (key, expires) = self.key(id, dc)?;
        expires.is_none().then_some(key)
    }

    /// The key logins hang on: the key itself, or the one a temporary key stands for.
    pub(crate) fn permanent(&self, key: i64) -> i64 {
        self.auths
            .get(&key)
            .and_then(|auth| auth.bound_to)
            .unwrap_or(key)
    }

    /// What is known about a key.
    pub(crate) fn auth(&mut self, key: i64) -> Answer<&mut Auth> {
        self.auths
            .get_mut(&key)
            .ok_or_else(|| Refusal::unauthorized("AUTH_KEY_INVALID"))
    }

    /// Logs an account in.
    pub(crate) fn log_in(&mut self, key: i64, user: i64) -> Answer<()> {
        self.log_out(key);
        let now = self.now();
        let auth = self.auth(key)?;
        auth.state = SessionState::default();
        auth.created = now;
        auth.active = now;
        auth.user = Some(user);
        auth.pending = None;
        auth.question = None;
        self.keys_of.entry(user).or_default().insert(key);
        self.touch(Rec::Auth(key));
        Ok(())
    }

    /// Ends the login of a key, if it has one, and says whose it was.
    pub(crate) fn log_out(&mut self, key: i64) -> Option<i64> {
        let auth = self.auths.get_mut(&key)?;
        auth.pending = None;
        let user = auth.user.take()?;
        if let Some(keys) = self.keys_of.get_mut(&user) {
            keys.remove(&key);
        }
        self.touch(Rec::Auth(key));
        Some(user)
    }

    /// Forgets a key and those that stand for it: what comes under them afterwards is answered
    /// with -404. Says whose it was.
    pub(crate) fn forget_key(&mut self, key: i64) -> Option<i64> {
        let user = self.log_out(key);
        let auth = self.auths.remove(&key)?;
        self.touch(Rec::Auth(key));
        for bound in self.temporary.forget(key, &auth) {
            self.forget_key(bound);
        }
        user
    }

    /// Every key an account is logged in with.
    pub(crate) fn keys_of(&self, user: i64) -> Vec<i64> {
        self.keys_of
            .get(&user)
            .map(|keys| keys.iter().copied().collect())
            .unwrap_or_default()
    }

    /// Lets a login be taken up on another data centre, once and soon.
    pub(crate) fn export_login(&mut self, user: i64, from: i64, dc: i32) -> (i64, String) {
        let id = self.random_id();
        let secret = self.random_text(64);
        let now = self.now();
        let ticket = Ticket {
            user,
            from,
            dc,
            secret: secret.clone(),
            expires: now.saturating_add(TICKET_LIFETIME),
        };
        self.tickets.open.retain(|_, ticket| ticket.expires > now);
        self.tickets.open.insert(id, ticket);
        (id, secret)
    }

    /// Takes up an exported login on `dc`; gives the account and the key it comes from.
    pub(crate) fn import_login(&mut self, id: i64, secret: &[u8], dc: i32) -> Answer<(i64, i64)> {
        let now = self.now();
        let invalid = || Refusal::bad("AUTH_BYTES_INVALID");
        let ticket = self.tickets.open.remove(&id).ok_or_else(invalid)?;
        let good = ticket.secret.as_bytes() == secret && ticket.dc == dc && ticket.expires > now;
        if good {
            Ok((ticket.user, ticket.from))
        } else {
            Err(invalid())
        }
    }
}

impl Auth {
    /// Whether nobody is logged in with it, and it stands for no other key.
    fn is_strange(&self) -> bool {
        self.user.is_none() && self.bound_to.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, temporary_key, world};
    use super::*;

    #[test]
    fn temporary_keys_that_stand_for_none_give_way_too() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let user = w.add_user(1, "A");
        w.log_in(permanent, user).unwrap();
        let (loose, bound) = (temporary_key(&mut w, 60), temporary_key(&mut w, 60));
        let until = w.now() + 60;
        w.bind_key(bound, permanent, until).unwrap();
        for _ in 0..=STRANGERS_MAX {
            temporary_key(&mut w, 60);
        }
        assert!(!w.auths.contains_key(&loose) && w.auths.contains_key(&bound));
        assert!(w.auths.len() <= STRANGERS_MAX + 2);
    }

    #[test]
    fn a_stranger_takes_the_keys_that_stand_for_it_along() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let bound = temporary_key(&mut w, 60);
        let until = w.now() + 60;
        w.bind_key(bound, permanent, until).unwrap();
        while w.strangers.len() < STRANGERS_MAX {
            key(&mut w, 1);
        }
        let gone = w.add_key(AuthKey::new([3; 256]), 1, None);
        assert_eq!(gone, [permanent, bound]);
        assert!(!w.auths.contains_key(&permanent) && !w.auths.contains_key(&bound));
        assert!(w.temporary_of(permanent).is_empty());
    }

    #[test]
    fn strangers_are_known_again_after_a_restart() {
        let mut w = world();
        let user = w.add_user(1, "A");
        let known = key(&mut w, 1);
        w.log_in(known, user).unwrap();
        let first = key(&mut w, 1);
        w.clock.advance(std::time::Duration::from_secs(5));
        let second = temporary_key(&mut w, 60);
        w.strangers.clear();
        w.reindex();
        assert_eq!(w.strangers, [first, second]);
    }

    #[test]
    fn keys_of_strangers_give_way_and_those_of_accounts_stay() {
        let mut w = world();
        let user = w.add_user(1, "A");
        let known = key(&mut w, 1);
        w.log_in(known, user).unwrap();
        let stranger = key(&mut w, 1);
        for _ in 0..=STRANGERS_MAX {
            key(&mut w, 1);
        }
        assert!(w.auths.contains_key(&known));
        assert!(!w.auths.contains_key(&stranger));
        assert!(w.auths.len() <= STRANGERS_MAX + 1);
    }
}
