use heliogram_api::{enums, types};

use super::{Actor, Origin, World};

/// Something the sessions of an account should hear of.
pub(crate) struct Push {
    /// The account.
    pub(crate) to: i64,
    /// The session that knows already.
    pub(crate) except: Option<Origin>,
    pub(crate) updates: enums::Updates,
}

impl World {
    /// Tells every session of an account, except the one that caused it if it is that account's.
    pub(crate) fn push(&mut self, to: i64, by: Actor, updates: enums::Updates) {
        let except = by.origin.filter(|_| to == by.user);
        self.out.push(Push {
            to,
            except,
            updates,
        });
    }

    /// Tells an account one thing, with the accounts it mentions.
    pub(crate) fn push_one(&mut self, to: i64, by: Actor, update: enums::Update, about: &[i64]) {
        let updates = self.updates(to, vec![update], about);
        self.push(to, by, updates);
    }

    /// Updates with the accounts they mention, as `viewer` sees them.
    pub(crate) fn updates(
        &self,
        viewer: i64,
        updates: Vec<enums::Update>,
        about: &[i64],
    ) -> enums::Updates {
        let users = self.users_for(viewer, about.iter().copied());
        let date = self.now();
        // Sequence 0: what happens in a box is ordered by its pts alone.
        types::Updates::new(updates, users, Vec::new(), date, 0).into()
    }

    /// A small update without accounts, such as somebody typing.
    pub(crate) fn push_short(&mut self, to: i64, by: Actor, update: enums::Update) {
        let short = types::UpdateShort::new(update, self.now());
        self.push(to, by, short.into());
    }
}
