//! Changing sets of stickers, by those whose sets they are.

use heliogram_api::{enums, types};

use super::{NewSticker, SET_MAX, StickerSet, Words, check_title, set_of};
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Rec, World};

impl World {
    /// A set that an account may change.
    pub(crate) fn own_set(&self, by: Actor, id: i64) -> Answer<&StickerSet> {
        let set = self.sticker_sets.get(id);
        let set = set.filter(|set| match self.is_bot(by.user) {
            true => set.maker == by.user,
            false => set.owner == by.user,
        });
        set.ok_or_else(|| Refusal::bad("STICKERSET_INVALID"))
    }

    /// The set a sticker is in, if the account may change it.
    pub(crate) fn own_set_with(&self, by: Actor, document: i64) -> Answer<i64> {
        let invalid = || Refusal::bad("STICKER_INVALID");
        let set = self.documents.get(&document).and_then(set_of);
        let set = self.own_set(by, set.ok_or_else(invalid)?);
        let set = set.map_err(|_| invalid())?;
        let inside = set.stickers.iter().any(|one| one.document == document);
        if inside { Ok(set.id) } else { Err(invalid()) }
    }

    /// Changes a set that the caller found with [`Self::own_set`].
    fn change_set(&mut self, id: i64, change: impl FnOnce(&mut StickerSet)) {
        if let Some(set) = self.sticker_sets.sets.get_mut(&id) {
            change(set);
            self.touch(Rec::StickerSet(id));
        }
    }

    /// Puts one more sticker at the end of a set.
    pub(crate) fn extend_set(&mut self, by: Actor, id: i64, new: NewSticker) -> Answer<()> {
        let len = self.own_set(by, id)?.stickers.len();
        if len >= SET_MAX {
            return Err(Refusal::bad("STICKERS_TOO_MUCH"));
        }
        let sticker = self.add_sticker(id, new);
        self.change_set(id, |set| set.stickers.push(sticker));
        Ok(())
    }

    /// Takes a sticker out of its set. Messages go on showing it.
    pub(crate) fn shorten_set(&mut self, by: Actor, document: i64) -> Answer<i64> {
        let id = self.own_set_with(by, document)?;
        self.change_set(id, |set| {
            set.stickers.retain(|sticker| sticker.document != document);
        });
        self.leave_set(document);
        Ok(id)
    }

    /// Moves a sticker to another place of its set.
    pub(crate) fn move_sticker(&mut self, by: Actor, document: i64, to: i32) -> Answer<i64> {
        let id = self.own_set_with(by, document)?;
        self.change_set(id, |set| {
            let at = set.stickers.iter().position(|one| one.document == document);
            if let Some(at) = at {
                let sticker = set.stickers.remove(at);
                let to = usize::try_from(to).unwrap_or(0).min(set.stickers.len());
                set.stickers.insert(to, sticker);
            }
        });
        Ok(id)
    }

    /// Changes what a sticker stands for and is found by.
    pub(crate) fn reword_sticker(
        &mut self,
        by: Actor,
        document: i64,
        emoji: Option<&str>,
        keywords: Option<&str>,
    ) -> Answer<i64> {
        let id = self.own_set_with(by, document)?;
        let old = self.sticker_sets.get(id).and_then(|set| {
            let mut stickers = set.stickers.iter();
            stickers.find(|one| one.document == document).cloned()
        });
        let old = old.ok_or_else(|| Refusal::bad("STICKER_INVALID"))?;
        let emoji = emoji.map_or_else(|| old.emoji.concat(), str::to_owned);
        let keywords = keywords.map_or_else(|| old.keywords.join(","), str::to_owned);
        let new = Words::read(&emoji, Some(&keywords))?;
        let first = new.emoji.first().cloned().unwrap_or_default();
        self.change_attribute(document, |sticker| sticker.alt = first);
        self.change_set(id, |set| {
            let mut stickers = set.stickers.iter_mut();
            if let Some(sticker) = stickers.find(|one| one.document == document) {
                (sticker.emoji, sticker.keywords) = (new.emoji, new.keywords);
            }
        });
        Ok(id)
    }

    /// Gives a set another title.
    pub(crate) fn rename_set(&mut self, by: Actor, id: i64, title: &str) -> Answer<()> {
        self.own_set(by, id)?;
        check_title(title)?;
        self.change_set(id, |set| set.title = title.trim().to_owned());
        Ok(())
    }

    /// Deletes a set. Its stickers stay where they were sent, without one.
    pub(crate) fn delete_set(&mut self, by: Actor, id: i64) -> Answer<()> {
        self.own_set(by, id)?;
        let set = self.sticker_sets.remove(id);
        for sticker in set.into_iter().flat_map(|set| set.stickers) {
            self.leave_set(sticker.document);
        }
        self.touch(Rec::StickerSet(id));
        Ok(())
    }

    fn leave_set(&mut self, document: i64) {
        self.change_attribute(document, |sticker| {
            sticker.stickerset = enums::InputStickerSet::Empty;
        });
    }

    fn change_attribute(
        &mut self,
        document: i64,
        change: impl FnOnce(&mut types::DocumentAttributeSticker),
    ) {
        let found = self.documents.get_mut(&document);
        let attributes = found.into_iter().flat_map(|found| &mut found.attributes);
        for attribute in attributes {
            if let enums::DocumentAttribute::Sticker(sticker) = attribute {
                change(sticker);
                self.touch(Rec::Document(document));
                return;
            }
        }
    }
}
