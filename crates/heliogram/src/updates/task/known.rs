use std::collections::HashMap;

use heliogram_api::enums;

use crate::{
    storage::{UpdateMark, UpdatePlace},
    updates::marks::{mark, message_place, update_place},
};

/// What is known already: what was dealt with in an earlier run although the stored state had not
/// come to it.
#[derive(Default)]
pub(super) struct Known {
    ahead: HashMap<UpdatePlace, u64>,
}

/// What an earlier run knows of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    New,
    /// It dealt with it.
    Same,
    /// It dealt with a message that was changed since, and knew it by this mark.
    Changed(UpdateMark),
}

impl Known {
    /// Takes over what an earlier run dealt with.
    pub(super) fn set_ahead(&mut self, marks: Vec<UpdateMark>) {
        self.ahead = marks.into_iter().map(|m| (m.place, m.content)).collect();
    }

    /// What an earlier run dealt with and did not come again yet.
    pub(super) fn ahead(&self) -> impl Iterator<Item = UpdateMark> + '_ {
        let marks = self.ahead.iter();
        marks.map(|(&place, &content)| UpdateMark { place, content })
    }

    /// What an earlier run dealt with has come again by now, or never will; answers whether there
    /// was anything.
    pub(super) fn forget_ahead(&mut self) -> bool {
        !std::mem::take(&mut self.ahead).is_empty()
    }

    /// Whether an earlier run dealt with this; it is told once.
    pub(super) fn take_ahead(&mut self, update: &enums::Update) -> Before {
        if self.ahead.is_empty() {
            return Before::New;
        }
        let known = update_place(update).and_then(|place| {
            let content = self.ahead.remove(&place)?;
            Some(UpdateMark { place, content })
        });
        match known {
            None => Before::New,
            known if known == mark(update) => Before::Same,
            Some(known) if message_place(update).is_some() => Before::Changed(known),
            Some(_) => Before::New,
        }
    }
}
