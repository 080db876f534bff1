//! Accounts that go.

use heliogram_api::types;

use super::{Actor, Ended, Rec, Standing, World};
use crate::rpc::{Answer, Refusal};

/// Seconds an account with a password is kept after somebody asked to delete it without that.
const CONFIRMED_AFTER: i32 = 7 * 86_400;

impl World {
    /// Lets an account with a password go without it only a week after this was asked for first:
    /// its owner may object by logging in.
    pub(crate) fn put_off_deletion(&mut self, user: i64) -> Answer<()> {
        let now = self.now();
        let asked = self.preferences(user).and_then(|all| all.deletion);
        let at = asked.unwrap_or_else(|| now.saturating_add(CONFIRMED_AFTER));
        if at <= now {
            return Ok(());
        }
        if asked.is_none() {
            self.preferences_mut(user).deletion = Some(at);
            let text = "Somebody asked to delete your account without its password. It will be \
                        possible in a week, unless you log in with your password before.";
            self.notify(user, text.to_owned())?;
        }
        Err(Refusal::new(420, format!("2FA_CONFIRM_WAIT_{}", at - now)))
    }

    /// The owner of an account showed itself: nobody else deletes it, or its password.
    pub(crate) fn call_off(&mut self, user: i64) {
        let waits = |all: &super::Preferences| all.deletion.is_some() || all.reset.is_some();
        if self.preferences(user).is_some_and(waits) {
            let all = self.preferences_mut(user);
            all.deletion = None;
            all.reset = None;
        }
    }

    /// Deletes an account: what it wrote to others stays, under nobody's name. Gives the sessions
    /// that ended by that.
    pub(crate) fn delete_account(&mut self, user: i64) -> Answer<Vec<Ended>> {
        let witnesses = self.watchers(user);
        self.leave_all(user)?;
        self.forget_ties(user)?;
        self.put_username(user, "")?;
        let account = self.user_mut(user)?;
        account.deleted = true;
        account.first_name.clear();
        account.last_name.clear();
        account.about.clear();
        account.password = None;
        account.blocked.clear();
        account.photos.clear();
        let phone = account.phone.take();
        if let Some(phone) = phone {
            self.by_phone.remove(&phone);
        }
        self.empty_box(user);
        self.preferences.remove(&user);
        self.touch(Rec::Preferences(user));
        let sessions = self.sessions_of(user).into_iter();
        let ended = sessions.filter_map(|key| self.end_session(key, false));
        let ended = ended.collect();
        for witness in witnesses {
            let update = types::UpdateUser::new(user);
            self.push_one(witness, Actor::account(user), update.into(), &[user]);
        }
        Ok(ended)
    }

    /// Takes an account out of its groups and channels, without a word.
    fn leave_all(&mut self, user: i64) -> Answer<()> {
        let by = Actor::account(user);
        for chat in self.chats_of(user) {
            let mut member = self.chat(chat)?.member(user)?.clone();
            member.standing = Standing::Left;
            member.date = self.now();
            member.rights = None;
            self.set_member(chat, user, member)?;
            self.chat_mut(chat)?.version += 1;
            self.chat_changed(by, chat);
        }
        Ok(())
    }

    /// Takes an account out of everybody's contacts, and forgets its own.
    fn forget_ties(&mut self, user: i64) -> Answer<()> {
        for owner in self.contact_of.remove(&user).unwrap_or_default() {
            self.user_mut(owner)?.contacts.remove(&user);
        }
        let own: Vec<i64> = self.user(user)?.contacts.keys().copied().collect();
        self.remove_contacts(user, &own)
    }

    /// Throws away what an account had in its box; the box itself stays, so that nothing else gets
    /// its ids.
    fn empty_box(&mut self, user: i64) {
        let Some(mailbox) = self.boxes.get_mut(&user) else {
            return;
        };
        let entries = std::mem::take(&mut mailbox.entries);
        let dialogs = std::mem::take(&mut mailbox.dialogs);
        let log = std::mem::take(&mut mailbox.log);
        mailbox.random.clear();
        for (id, entry) in entries {
            self.drop_copy(entry.letter, user);
            self.touch(Rec::Entry(user, id));
        }
        for peer in dialogs.into_keys() {
            self.note_archived(user, peer, false);
            self.touch(Rec::Dialog(user, peer));
        }
        for step in log {
            self.touch(Rec::Logged(user, step.pts));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, key, name_of, pair};
    use super::*;

    #[test]
    fn what_a_deleted_account_wrote_stays_with_the_others() {
        let (mut w, a, b) = pair();
        w.put_username(a, "alice").unwrap();
        let login = key(&mut w, 1);
        w.log_in(login, a).unwrap();
        w.send(Actor::account(a), b, draft("hi", 1)).unwrap();
        w.send(Actor::account(a), a, draft("note", 2)).unwrap();
        let ended = w.delete_account(a).unwrap();
        assert_eq!(ended.len(), 1);
        assert_eq!(w.boxes[&b].entries.len(), 1);
        assert_eq!(w.letters.len(), 1, "what only it had is gone");
        assert!(w.boxes[&a].entries.is_empty() && w.boxes[&a].dialogs.is_empty());
        assert_eq!(w.by_username("alice"), None);
        assert!(!w.by_phone.contains_key("9996610001"));
        assert_eq!(
            name_of(w.send(Actor::account(b), a, draft("hi", 3))),
            "INPUT_USER_DEACTIVATED"
        );
    }

    #[test]
    fn without_the_password_it_takes_a_week_and_its_owner_can_object() {
        let (mut w, a, _) = pair();
        let asked = |w: &mut World| name_of(w.put_off_deletion(a));
        assert_eq!(asked(&mut w), "2FA_CONFIRM_WAIT_604800");
        w.clock.advance(std::time::Duration::from_secs(604_000));
        assert!(asked(&mut w).starts_with("2FA_CONFIRM_WAIT_"));
        w.call_off(a);
        w.clock.advance(std::time::Duration::from_secs(1000));
        assert_eq!(asked(&mut w), "2FA_CONFIRM_WAIT_604800");
        w.clock.advance(std::time::Duration::from_secs(604_801));
        assert_eq!(asked(&mut w), "");
    }
}
