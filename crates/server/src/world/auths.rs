use std::collections::{BTreeSet, HashMap};

use heliogram_crypto::AuthKey;
use heliogram_crypto::srp;

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
            question: None,
        }
    }
}

/// Temporary keys that may stand for one permanent key at a time; a further one takes the place of
/// the oldest. Telegram's documents speak of one, but its own library binds one for each of its
/// sessions (one to talk, up to eight to send and sixteen to fetch files), all in use together.
const BOUND_MAX: usize = 32;

/// What is to be found quickly of temporary keys.
#[derive(Default)]
pub(crate) struct Temporary {
    /// All of them, by when they end.
    by_end: BTreeSet<(i32, i64)>,
    /// Those that stand for a permanent key, the one bound first in front.
    bound: HashMap<i64, Vec<i64>>,
}

/// Logins on their way from one data centre to another.
#[derive(Default)]
pub(crate) struct Tickets {
    open: HashMap<i64, Ticket>,
}

struct Ticket {
    user: i64,
    dc: i32,
    secret: String,
    expires: i32,
}

/// Seconds an exported login can be taken up.
const TICKET_LIFETIME: i32 = 60;

impl World {
    /// Takes in the key of a finished exchange. Temporary keys that have ended by now are
    /// forgotten, and returned for their sessions to be forgotten too.
    pub(crate) fn add_key(&mut self, key: AuthKey, dc: i32, expires: Option<i32>) -> Vec<i64> {
        let id = key.id();
        let now = self.now();
        let ended = self.forget_ended(now);
        if let Some(at) = expires {
            self.temporary.by_end.insert((at, id));
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
            question: None,
        };
        self.auths.insert(id, auth);
        self.touch(Rec::Auth(id));
        ended
    }

    fn forget_ended(&mut self, now: i32) -> Vec<i64> {
        let ended = self.temporary.by_end.range(..=(now, i64::MAX));
        let ended: Vec<i64> = ended.map(|(_, id)| *id).collect();
        for id in &ended {
            self.forget_key(*id);
        }
        ended
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

    /// Lets a temporary key stand for a permanent one until `until`, or until it ends by itself.
    /// Gives the key that no longer does because of this.
    pub(crate) fn bind_key(&mut self, temporary: i64, to: i64, until: i32) -> Answer<Option<i64>> {
        let auth = self.auth(temporary)?;
        let Some(end) = auth.expires else {
            return Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"));
        };
        if auth.bound_to.is_some_and(|bound| bound != to) {
            return Err(Refusal::bad("TEMP_AUTH_KEY_ALREADY_BOUND"));
        }
        auth.bound_to = Some(to);
        auth.expires = Some(end.min(until));
        // The program has to say anew what it is.
        auth.app = None;
        auth.layer = 0;
        self.temporary.by_end.remove(&(end, temporary));
        self.temporary.by_end.insert((end.min(until), temporary));
        self.touch(Rec::Auth(temporary));
        let bound = self.temporary.bound.entry(to).or_default();
        bound.retain(|id| *id != temporary);
        bound.push(temporary);
        if bound.len() <= BOUND_MAX {
            return Ok(None);
        }
        let replaced = bound.remove(0);
        if let Some(auth) = self.auths.get_mut(&replaced) {
            auth.bound_to = None;
            self.touch(Rec::Auth(replaced));
        }
        Ok(Some(replaced))
    }

    /// The temporary keys that stand for a permanent one.
    pub(crate) fn temporary_of(&self, permanent: i64) -> &[i64] {
        let bound = self.temporary.bound.get(&permanent);
        bound.map(Vec::as_slice).unwrap_or_default()
    }

    /// A permanent key and those that stand for it: what its program's sessions speak under.
    pub(crate) fn spoken_under(&self, permanent: i64) -> Vec<i64> {
        let bound = self.temporary_of(permanent).iter().copied();
        std::iter::once(permanent).chain(bound).collect()
    }

    /// Builds anew what is derived of temporary keys.
    pub(super) fn reindex_keys(&mut self) {
        self.temporary = Temporary::default();
        self.keys_of.clear();
        for (id, auth) in &self.auths {
            if let Some(user) = auth.user {
                self.keys_of.entry(user).or_default().insert(*id);
            }
            if let Some(at) = auth.expires {
                self.temporary.by_end.insert((at, *id));
            }
            if let Some(permanent) = auth.bound_to {
                self.temporary.bound.entry(permanent).or_default().push(*id);
            }
        }
        for bound in self.temporary.bound.values_mut() {
            bound.sort_by_key(|id| self.auths.get(id).map(|auth| auth.created));
        }
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
        let auth = self.auth(key)?;
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
        if let Some(at) = auth.expires {
            self.temporary.by_end.remove(&(at, key));
        }
        if let Some(others) = auth
            .bound_to
            .and_then(|permanent| self.temporary.bound.get_mut(&permanent))
        {
            others.retain(|id| *id != key);
        }
        for bound in self.temporary.bound.remove(&key).unwrap_or_default() {
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
    pub(crate) fn export_login(&mut self, user: i64, dc: i32) -> (i64, String) {
        let id = self.random_id();
        let secret = self.random_text(64);
        let now = self.now();
        let ticket = Ticket {
            user,
            dc,
            secret: secret.clone(),
            expires: now + TICKET_LIFETIME,
        };
        self.tickets.open.retain(|_, ticket| ticket.expires > now);
        self.tickets.open.insert(id, ticket);
        (id, secret)
    }

    /// Takes up an exported login on `dc`.
    pub(crate) fn import_login(&mut self, id: i64, secret: &[u8], dc: i32) -> Answer<i64> {
        let now = self.now();
        let invalid = || Refusal::bad("AUTH_BYTES_INVALID");
        let ticket = self.tickets.open.remove(&id).ok_or_else(invalid)?;
        let good = ticket.secret.as_bytes() == secret && ticket.dc == dc && ticket.expires > now;
        if good {
            Ok(ticket.user)
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, name_of, world};
    use super::*;

    const DAY: i32 = 86_400;

    fn temporary(w: &mut World, seconds: i32) -> i64 {
        let mut bytes = [0; 256];
        heliogram_crypto::Random::fill(&mut w.rng, &mut bytes);
        let key = AuthKey::new(bytes);
        let (id, end) = (key.id(), w.now() + seconds);
        w.add_key(key, 1, Some(end));
        id
    }

    #[test]
    fn a_temporary_key_ends_at_the_earlier_of_its_two_times() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let (short, long) = (temporary(&mut w, DAY), temporary(&mut w, DAY));
        let soon = w.now() + 60;
        w.bind_key(short, permanent, soon).unwrap();
        w.bind_key(long, permanent, soon + 9 * DAY).unwrap();
        w.clock.advance(std::time::Duration::from_secs(61));
        assert!(w.key(short, 1).is_none());
        assert!(w.key(long, 1).is_some());
        assert_eq!(temporary_after(&mut w, permanent), [long]);
        assert!(!w.auths.contains_key(&short), "it is forgotten in the end");
    }

    /// What is bound once a further key has come.
    fn temporary_after(w: &mut World, permanent: i64) -> Vec<i64> {
        temporary(w, DAY);
        w.temporary_of(permanent).to_vec()
    }

    #[test]
    fn a_further_temporary_key_takes_the_place_of_the_oldest() {
        let mut w = world();
        let permanent = key(&mut w, 1);
        let until = w.now() + DAY;
        let first = temporary(&mut w, DAY);
        w.bind_key(first, permanent, until).unwrap();
        for _ in 1..BOUND_MAX {
            let next = temporary(&mut w, DAY);
            assert_eq!(w.bind_key(next, permanent, until), Ok(None));
        }
        let last = temporary(&mut w, DAY);
        assert_eq!(w.bind_key(last, permanent, until), Ok(Some(first)));
        assert_eq!(w.permanent(first), first, "it stands for itself alone");
        assert_eq!(w.temporary_of(permanent).len(), BOUND_MAX);
    }

    #[test]
    fn only_a_free_temporary_key_is_bound_and_it_goes_with_its_permanent_one() {
        let mut w = world();
        let (one, two) = (key(&mut w, 1), key(&mut w, 1));
        let until = w.now() + DAY;
        assert_eq!(name_of(w.bind_key(two, one, until)), "TEMP_AUTH_KEY_EMPTY");
        let temp = temporary(&mut w, DAY);
        w.bind_key(temp, one, until).unwrap();
        w.bind_key(temp, one, until).unwrap();
        let taken = name_of(w.bind_key(temp, two, until));
        assert_eq!(taken, "TEMP_AUTH_KEY_ALREADY_BOUND");
        assert_eq!(w.permanent_key(temp, 1).map(|key| key.id()), None);
        w.reindex_keys();
        assert_eq!(w.spoken_under(one), [one, temp]);
        w.forget_key(one);
        assert!(w.key(temp, 1).is_none());
    }
}
