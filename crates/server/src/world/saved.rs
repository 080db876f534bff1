//! Saved Messages by where they come from: what was kept from one conversation is one of its own.

use std::collections::HashMap;

use super::search::page_of;
use super::{Actor, Entry, Page, Place, Window, World};
use crate::rpc::{Answer, Refusal};

/// Most authors that are pinned.
const PINNED_MAX: usize = 5;

impl World {
    /// The authors of what an account has saved, each with the newest message: pinned ones first,
    /// then by the newest.
    pub(crate) fn saved_dialogs(&self, owner: i64) -> Answer<Vec<(i64, i32)>> {
        let mut newest: HashMap<i64, i32> = HashMap::new();
        for (id, author) in self.saved_by(owner)? {
            newest.insert(author, id);
        }
        let pinned = self.saved_pins(owner);
        let mut all: Vec<(i64, i32)> = newest.into_iter().collect();
        let place = |author: i64| pinned.iter().position(|other| *other == author);
        all.sort_by_key(|(author, id)| {
            let at = place(*author).unwrap_or(usize::MAX);
            (at, std::cmp::Reverse(*id))
        });
        Ok(all)
    }

    /// What an account has saved, oldest first, with its authors.
    fn saved_by(&self, owner: i64) -> Answer<Vec<(i32, i64)>> {
        let mailbox = self.mailbox(owner)?;
        let ids = mailbox.dialogs.get(&owner).map(|dialog| &dialog.ids);
        let author =
            |entry: &Entry| Some(self.saved_under(owner, self.letters.get(&entry.letter)?));
        let known = |id: &i32| Some((*id, author(mailbox.entries.get(id)?)?));
        Ok(ids.into_iter().flatten().filter_map(known).collect())
    }

    /// The messages an account has saved from one author, newest first.
    fn saved_from(&self, owner: i64, author: i64) -> Answer<Vec<Place>> {
        let all = self.saved_by(owner)?.into_iter().rev();
        let his = all.filter(|(_, by)| *by == author);
        Ok(his.map(|(id, _)| Place { owner, id }).collect())
    }

    /// A page of what an account has saved from one author.
    pub(crate) fn saved_history(&self, owner: i64, author: i64, window: Window) -> Answer<Page> {
        let mut found = self.saved_from(owner, author)?;
        if window.offset_date > 0 {
            found.retain(|place| {
                let letter = self.letter_at(*place);
                letter.is_some_and(|letter| letter.date < window.offset_date)
            });
        }
        Ok(page_of(&found, window))
    }

    /// Deletes what an account has saved from one author, up to a message and between two dates.
    pub(crate) fn delete_saved(
        &mut self,
        by: Actor,
        author: i64,
        up_to: i32,
        between: (Option<i32>, Option<i32>),
    ) -> Answer<(i32, i32)> {
        let (from, to) = between;
        let fits = |place: &Place| {
            let date = self.letter_at(*place).map_or(0, |letter| letter.date);
            (up_to <= 0 || place.id <= up_to)
                && from.is_none_or(|from| date >= from)
                && to.is_none_or(|to| date <= to)
        };
        let found = self.saved_from(by.user, author)?;
        let ids: Vec<i32> = found.iter().filter(|p| fits(p)).map(|p| p.id).collect();
        self.delete(by, &ids, false)
    }

    /// The authors an account has pinned, from the top.
    pub(crate) fn saved_pins(&self, owner: i64) -> Vec<i64> {
        let set = self.preferences(owner);
        set.map(|all| all.saved_pins.clone()).unwrap_or_default()
    }

    /// Sets which authors are pinned, and their order; says whether that is news.
    pub(crate) fn pin_saved(&mut self, owner: i64, order: Vec<i64>) -> Answer<bool> {
        if order.len() > PINNED_MAX {
            return Err(Refusal::bad("PINNED_DIALOGS_TOO_MUCH"));
        }
        let news = self.saved_pins(owner) != order;
        if news {
            self.preferences_mut(owner).saved_pins = order;
        }
        Ok(news)
    }
}
