//! The address books accounts have brought along, with numbers nobody here may have.

use super::World;
use crate::persist::record;

/// Most numbers that are kept of one account.
const SAVED_MAX: usize = 10_000;

/// A number in an address book.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SavedContact {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) date: i32,
}

record!(SavedContact {
    first_name,
    last_name,
    date
});

impl World {
    /// Keeps a number of an account's address book; says whether there was room for it.
    pub(crate) fn save_contact(
        &mut self,
        user: i64,
        phone: String,
        first_name: String,
        last_name: String,
    ) -> bool {
        let date = self.now();
        let saved = &mut self.preferences_mut(user).saved_contacts;
        if saved.len() >= SAVED_MAX && !saved.contains_key(&phone) {
            return false;
        }
        let contact = SavedContact {
            first_name,
            last_name,
            date,
        };
        saved.insert(phone, contact);
        true
    }

    /// The address book of an account, by phone number.
    pub(crate) fn saved_contacts(&self, user: i64) -> Vec<(String, SavedContact)> {
        let saved = self.preferences(user).map(|all| &all.saved_contacts);
        let saved = saved.into_iter().flatten();
        saved
            .map(|(phone, kept)| (phone.clone(), kept.clone()))
            .collect()
    }

    /// Forgets the address book of an account, or these numbers of it.
    pub(crate) fn forget_saved(&mut self, user: i64, phones: Option<&[String]>) {
        let saved = &mut self.preferences_mut(user).saved_contacts;
        match phones {
            None => saved.clear(),
            Some(phones) => saved.retain(|phone, _| !phones.contains(phone)),
        }
    }
}
