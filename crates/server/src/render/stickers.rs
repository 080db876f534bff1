use std::collections::BTreeMap;

use heliogram_api::{enums, types};

use crate::world::{Document, Kind, StickerSet, World, as_sticker};

impl World {
    /// A set as an account sees it, without what is in it.
    pub(crate) fn set_for(&self, viewer: i64, set: &StickerSet) -> types::StickerSet {
        let installed = self.installed(viewer, set.id);
        types::StickerSet {
            archived: installed.is_some_and(|one| one.archived),
            creator: set.owner == viewer,
            installed_date: installed.map(|one| one.date),
            ..types::StickerSet::new(
                set.id,
                self.access_hash(viewer, Kind::StickerSet, set.id),
                set.title.clone(),
                set.short_name.clone(),
                set.stickers.len() as i32,
                set.hash(),
            )
        }
    }

    /// A set with its stickers.
    pub(crate) fn set_with_stickers(
        &self,
        viewer: i64,
        set: &StickerSet,
    ) -> types::messages::StickerSet {
        let ids: Vec<i64> = set.stickers.iter().map(|one| one.document).collect();
        let keyed = set.stickers.iter().filter(|one| !one.keywords.is_empty());
        let keywords =
            keyed.map(|one| types::StickerKeyword::new(one.document, one.keywords.clone()));
        let emoji = set.stickers.iter().flat_map(|one| {
            let emoji = one.emoji.iter();
            emoji.map(|emoji| (emoji.as_str(), one.document))
        });
        types::messages::StickerSet::new(
            self.set_for(viewer, set).into(),
            packs(emoji),
            keywords.collect(),
            self.documents_for(viewer, &ids),
        )
    }

    /// A set with its first sticker.
    pub(crate) fn covered_set(&self, viewer: i64, set: &StickerSet) -> enums::StickerSetCovered {
        let shown = self.set_for(viewer, set).into();
        let first = set.stickers.first();
        let cover = first.and_then(|one| self.documents.get(&one.document));
        match cover {
            Some(cover) => {
                types::StickerSetCovered::new(shown, self.document_for(viewer, cover)).into()
            }
            None => types::StickerSetNoCovered::new(shown).into(),
        }
    }

    /// Stickers by the emoji they stand for first.
    pub(crate) fn packs_of(&self, ids: &[i64]) -> Vec<types::StickerPack> {
        let stickers = ids.iter().filter_map(|id| self.documents.get(id));
        packs(stickers.filter_map(|one| Some((as_sticker(one)?.alt.as_str(), one.id))))
    }

    /// Documents as an account sees them.
    pub(crate) fn documents_for(&self, viewer: i64, ids: &[i64]) -> Vec<enums::Document> {
        let documents = ids.iter().filter_map(|id| self.documents.get(id));
        documents
            .map(|document| self.document_for(viewer, document))
            .collect()
    }

    /// What is said of a document, with a set it is in as the account has to name it.
    pub(super) fn attributes_for(
        &self,
        viewer: i64,
        document: &Document,
    ) -> Vec<enums::DocumentAttribute> {
        let mut attributes = document.attributes.clone();
        for attribute in &mut attributes {
            if let enums::DocumentAttribute::Sticker(sticker) = attribute
                && let enums::InputStickerSet::ID(set) = &mut sticker.stickerset
            {
                set.access_hash = self.access_hash(viewer, Kind::StickerSet, set.id);
            }
        }
        attributes
    }
}

fn packs<'a>(stickers: impl Iterator<Item = (&'a str, i64)>) -> Vec<types::StickerPack> {
    let mut by_emoji: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (emoji, document) in stickers {
        by_emoji.entry(emoji).or_default().push(document);
    }
    let packs = by_emoji.into_iter();
    packs
        .map(|(emoji, ids)| types::StickerPack::new(emoji.to_owned(), ids))
        .collect()
}
