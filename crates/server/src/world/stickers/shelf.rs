//! What an account keeps at hand: sets, stickers it used or likes, and GIFs.

use std::collections::{HashMap, HashSet};

use heliogram_api::enums;

use super::as_sticker;
use crate::persist::record;
use crate::rpc::{Answer, Refusal};
use crate::world::{Document, Media, World, emoji};

/// Most stickers in the answer to an emoji.
const FOUND_MAX: usize = 200;
/// Most sets that are not in the archive.
const SETS_MAX: usize = 200;
/// Most stickers among the recent ones (`stickers_recent_limit`).
const RECENT_MAX: usize = 200;
/// Most stickers among the favourites.
pub(crate) const FAVED_MAX: usize = 5;
/// Most GIFs.
pub(crate) const GIFS_MAX: usize = 200;

/// What one account keeps.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    /// Its sets, from the top.
    pub(crate) sets: Vec<Installed>,
    /// The stickers it used, the newest first.
    pub(crate) recent: Vec<Recent>,
    /// The same, of those it put on pictures.
    pub(crate) attached: Vec<Recent>,
    /// The stickers it likes, the newest first.
    pub(crate) faved: Vec<i64>,
    /// Its GIFs, the newest first.
    pub(crate) gifs: Vec<i64>,
}

record!(Shelf {
    sets,
    recent,
    attached,
    faved,
    gifs
});

/// A set an account has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Installed {
    pub(crate) set: i64,
    pub(crate) date: i32,
    pub(crate) archived: bool,
}

record!(Installed {
    set,
    date,
    archived
});

/// A sticker and when it was used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recent {
    pub(crate) document: i64,
    pub(crate) date: i32,
}

record!(Recent { document, date });

impl Shelf {
    fn recent_mut(&mut self, attached: bool) -> &mut Vec<Recent> {
        match attached {
            true => &mut self.attached,
            false => &mut self.recent,
        }
    }
}

impl World {
    /// What an account keeps, if anything.
    pub(crate) fn shelf(&self, user: i64) -> Option<&Shelf> {
        self.preferences(user).map(|all| &all.shelf)
    }

    fn shelf_mut(&mut self, user: i64) -> &mut Shelf {
        &mut self.preferences_mut(user).shelf
    }

    /// How an account has a set.
    pub(crate) fn installed(&self, user: i64, set: i64) -> Option<Installed> {
        let mut sets = self.shelf(user)?.sets.iter();
        sets.find(|one| one.set == set).copied()
    }

    /// The sets an account has that are still there, from the top.
    pub(crate) fn installed_sets(&self, user: i64, archived: bool) -> Vec<i64> {
        let sets = self.shelf(user).into_iter().flat_map(|shelf| &shelf.sets);
        let sets = sets
            .filter(|one| one.archived == archived)
            .map(|one| one.set);
        sets.filter(|set| self.sticker_sets.get(*set).is_some())
            .collect()
    }

    /// Puts a set on top of those an account has, or into its archive. Gives the sets that had to
    /// go into the archive for it.
    pub(crate) fn install_set(&mut self, user: i64, set: i64, archived: bool) -> Vec<i64> {
        let known = self.installed(user, set);
        let date = known.map_or_else(|| self.now(), |known| known.date);
        let there: Vec<i64> = [false, true]
            .into_iter()
            .flat_map(|archived| self.installed_sets(user, archived))
            .collect();
        let sets = &mut self.shelf_mut(user).sets;
        // Sets that were deleted since are forgotten on the way.
        sets.retain(|one| one.set != set && there.contains(&one.set));
        let new = Installed {
            set,
            date,
            archived,
        };
        sets.insert(0, new);
        let shown = sets.iter_mut().filter(|one| !one.archived);
        let over = shown.skip(SETS_MAX);
        over.map(|one| {
            one.archived = true;
            one.set
        })
        .collect()
    }

    /// Takes a set away from an account; says whether it had it.
    pub(crate) fn uninstall_set(&mut self, user: i64, set: i64) -> bool {
        let had = self.installed(user, set).is_some();
        if had {
            self.shelf_mut(user).sets.retain(|one| one.set != set);
        }
        had
    }

    /// Puts the sets an account has in another order; those it does not name keep theirs, below.
    pub(crate) fn order_sets(&mut self, user: i64, order: &[i64]) {
        let places: HashMap<i64, usize> = order.iter().copied().zip(0..).collect();
        let place = |one: &Installed| places.get(&one.set).copied().unwrap_or(usize::MAX);
        self.shelf_mut(user).sets.sort_by_key(place);
    }

    /// Puts a sticker on top of those an account used, or takes it out.
    pub(crate) fn use_sticker(
        &mut self,
        user: i64,
        document: i64,
        attached: bool,
        forget: bool,
    ) -> Answer<()> {
        self.check_sticker(document)?;
        let date = self.now();
        let recent = self.shelf_mut(user).recent_mut(attached);
        recent.retain(|one| one.document != document);
        if !forget {
            recent.insert(0, Recent { document, date });
            recent.truncate(RECENT_MAX);
        }
        Ok(())
    }

    /// Forgets which stickers an account used.
    pub(crate) fn forget_stickers(&mut self, user: i64, attached: bool) {
        self.shelf_mut(user).recent_mut(attached).clear();
    }

    /// Puts a sticker on top of those an account likes, or takes it out.
    pub(crate) fn fave_sticker(&mut self, user: i64, document: i64, not: bool) -> Answer<()> {
        self.check_sticker(document)?;
        bring_up(&mut self.shelf_mut(user).faved, document, not, FAVED_MAX);
        Ok(())
    }

    fn check_sticker(&self, document: i64) -> Answer<()> {
        let found = self.documents.get(&document);
        match found.is_some_and(|found| as_sticker(found).is_some()) {
            true => Ok(()),
            false => Err(Refusal::bad("STICKER_ID_INVALID")),
        }
    }

    /// Puts a GIF on top of those an account keeps, or takes it out.
    pub(crate) fn save_gif(&mut self, user: i64, document: i64, not: bool) -> Answer<()> {
        if !self.documents.get(&document).is_some_and(is_gif) {
            return Err(Refusal::bad("GIF_ID_INVALID"));
        }
        bring_up(&mut self.shelf_mut(user).gifs, document, not, GIFS_MAX);
        Ok(())
    }

    /// Notes what somebody has sent: stickers are among the recent ones from then on, GIFs are kept.
    pub(in crate::world) fn note_used(&mut self, user: i64, media: &Media) -> Answer<()> {
        let Media::Document { id, .. } = media else {
            return Ok(());
        };
        let Some(document) = self.documents.get(id).filter(|_| !self.is_bot(user)) else {
            return Ok(());
        };
        let (sticker, gif) = (as_sticker(document).is_some(), is_gif(document));
        match (sticker, gif) {
            (true, _) => self.use_sticker(user, *id, false, false),
            (false, true) => self.save_gif(user, *id, false),
            _ => Ok(()),
        }
    }

    /// The stickers of an account that stand for an emoji: those it likes, those it used, and those
    /// of the sets it has.
    pub(crate) fn stickers_for(&self, user: i64, wanted: &str) -> Vec<i64> {
        let Some(shelf) = self.shelf(user) else {
            return Vec::new();
        };
        let sets = self.installed_sets(user, false).into_iter();
        let sets = sets.filter_map(|set| self.sticker_sets.get(set));
        let in_sets = sets.flat_map(|set| &set.stickers);
        let in_sets = in_sets.filter(|one| one.emoji.iter().any(|e| emoji::same(e, wanted)));
        let near = shelf.faved.iter().copied();
        let near = near.chain(shelf.recent.iter().map(|one| one.document));
        let near = near.filter(|id| {
            let sticker = self.documents.get(id).and_then(as_sticker);
            sticker.is_some_and(|sticker| emoji::same(&sticker.alt, wanted))
        });
        let mut seen = HashSet::new();
        let all = near.chain(in_sets.map(|one| one.document));
        let all = all.filter(|id| seen.insert(*id));
        all.take(FOUND_MAX).collect()
    }
}

fn bring_up(list: &mut Vec<i64>, id: i64, not: bool, max: usize) {
    list.retain(|one| *one != id);
    if !not {
        list.insert(0, id);
        list.truncate(max);
    }
}

/// A film without sound that repeats.
fn is_gif(document: &Document) -> bool {
    let mut attributes = document.attributes.iter();
    document.mime == "video/mp4"
        && attributes.any(|one| matches!(one, enums::DocumentAttribute::Animated))
}
