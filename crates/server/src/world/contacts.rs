use std::collections::BTreeSet;

use super::{Contact, Private, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Puts an account into another's list of contacts, or changes how it is called there.
    pub(crate) fn add_contact(&mut self, owner: i64, id: i64, contact: Contact) -> Answer<()> {
        if owner == id {
            return Err(Refusal::bad("CONTACT_ID_INVALID"));
        }
        if self.user(id)?.deleted {
            return Err(Refusal::bad("CONTACT_ID_INVALID"));
        }
        if contact.first_name.trim().is_empty() {
            return Err(Refusal::bad("CONTACT_NAME_EMPTY"));
        }
        let list = &mut self.user_mut(owner)?.contacts;
        let knew = list.get(&id).is_some_and(|old| old.knows_phone);
        let knows_phone = contact.knows_phone || knew;
        list.insert(
            id,
            Contact {
                knows_phone,
                ..contact
            },
        );
        self.contact_of.entry(id).or_default().insert(owner);
        Ok(())
    }

    /// Takes accounts out of a list of contacts.
    pub(crate) fn remove_contacts(&mut self, owner: i64, ids: &[i64]) -> Answer<()> {
        let list = &mut self.user_mut(owner)?.contacts;
        for id in ids {
            list.remove(id);
        }
        for id in ids {
            if let Some(owners) = self.contact_of.get_mut(id) {
                owners.remove(&owner);
            }
        }
        Ok(())
    }

    /// Whether two accounts have each other as contacts.
    pub(crate) fn is_mutual(&self, owner: i64, id: i64) -> bool {
        self.users
            .get(&id)
            .is_some_and(|user| user.contacts.contains_key(&owner))
    }

    /// The account with a phone number, if it lets itself be found by that.
    pub(crate) fn find_by_phone(&self, viewer: i64, phone: &str) -> Option<i64> {
        let found = self.by_phone.get(phone).copied();
        found.filter(|id| self.allows(*id, Private::FoundByPhone, viewer))
    }

    /// Who has an account as a contact or talks to it in private: people who hear when it comes
    /// and goes.
    pub(crate) fn watchers(&self, id: i64) -> Vec<i64> {
        let contacts = self.contact_of.get(&id).into_iter().flatten().copied();
        let dialogs = self.boxes.get(&id).into_iter();
        let dialogs = dialogs.flat_map(|mailbox| mailbox.dialogs.keys().copied());
        let people = dialogs.filter(|peer| *peer > 0 && *peer != id && !self.is_bot(*peer));
        let all: BTreeSet<i64> = contacts.chain(people).collect();
        all.into_iter().collect()
    }

    /// Accounts whose name or public name begins with a text: contacts and conversations first,
    /// then everybody else by public name.
    pub(crate) fn find_users(&self, viewer: i64, text: &str, limit: usize) -> (Vec<i64>, Vec<i64>) {
        let text = text.trim().trim_start_matches('@').to_lowercase();
        if text.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let dialogs = self
            .boxes
            .get(&viewer)
            .map(|b| b.dialogs.keys().copied().collect::<Vec<_>>());
        let contacts = self
            .users
            .get(&viewer)
            .map(|u| u.contacts.keys().copied().collect());
        let mut near: Vec<i64> = contacts.unwrap_or_default();
        near.extend(dialogs.unwrap_or_default());
        near.sort_unstable();
        near.dedup();
        near.retain(|id| self.matches(viewer, *id, &text));
        near.truncate(limit);
        let mut far: Vec<i64> = self
            .by_username
            .iter()
            .filter(|(name, id)| name.starts_with(&text) && !near.contains(id))
            .map(|(_, id)| *id)
            .collect();
        far.sort_unstable();
        far.truncate(limit);
        (near, far)
    }

    fn matches(&self, viewer: i64, id: i64, text: &str) -> bool {
        let Some(user) = self.users.get(&id) else {
            return false;
        };
        let called = self
            .users
            .get(&viewer)
            .and_then(|viewer| viewer.contacts.get(&id));
        let names = match called {
            Some(contact) => format!("{} {}", contact.first_name, contact.last_name),
            None => format!("{} {}", user.first_name, user.last_name),
        };
        let names = names.to_lowercase();
        let by_word = names.split_whitespace().any(|word| word.starts_with(text));
        by_word
            || names.starts_with(text)
            || user
                .username
                .as_ref()
                .is_some_and(|name| name.to_lowercase().starts_with(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, pair};
    use super::*;

    fn called(name: &str, knows_phone: bool) -> Contact {
        Contact {
            first_name: name.into(),
            last_name: String::new(),
            knows_phone,
        }
    }

    #[test]
    fn contacts_are_one_sided_until_both_add() {
        let (mut w, a, b) = pair();
        w.add_contact(a, b, called("Bobby", true)).unwrap();
        assert!(w.is_mutual(b, a) && !w.is_mutual(a, b));
        assert_eq!(w.watchers(b), [a]);
        // A later change without the number does not forget it.
        w.add_contact(a, b, called("Rob", false)).unwrap();
        assert!(w.users[&a].contacts[&b].knows_phone);
        w.remove_contacts(a, &[b]).unwrap();
        assert!(w.watchers(b).is_empty());
        assert_eq!(
            name_of(w.add_contact(a, a, called("Me", true))),
            "CONTACT_ID_INVALID"
        );
        assert_eq!(
            name_of(w.add_contact(a, b, called(" ", true))),
            "CONTACT_NAME_EMPTY"
        );
    }

    #[test]
    fn people_are_found_by_the_name_they_are_called() {
        let (mut w, a, b) = pair();
        w.put_username(b, "robert_x").unwrap();
        assert_eq!(w.find_users(a, "ROB", 10), (vec![], vec![b]));
        w.add_contact(a, b, called("Uncle Rob", true)).unwrap();
        assert_eq!(w.find_users(a, "rob", 10), (vec![b], vec![]));
        assert_eq!(w.find_users(a, "unc", 10), (vec![b], vec![]));
        assert_eq!(w.find_users(a, "", 10), (vec![], vec![]));
    }
}
