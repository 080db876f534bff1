//! Sets of stickers: who made them, and what is in them.

mod editing;
mod shelf;

use std::collections::HashMap;

use heliogram_api::{enums, types};
use heliogram_crypto::hash::md5;

use super::{Actor, Blob, Document, Kind, Rec, Thumb, World, emoji};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

pub(crate) use shelf::{FAVED_MAX, GIFS_MAX, Recent, Shelf};

/// Most stickers of one set.
const SET_MAX: usize = 120;
/// Longest title, and longest name in links.
const NAME_MAX: usize = 64;
/// Longest list of search words of one sticker.
const KEYWORDS_MAX: usize = 64;

/// A set of stickers.
#[derive(Clone)]
pub(crate) struct StickerSet {
    pub(crate) id: i64,
    /// Whose it is.
    pub(crate) owner: i64,
    /// Who made it: the owner, or a bot for them.
    pub(crate) maker: i64,
    pub(crate) title: String,
    /// Its name in links.
    pub(crate) short_name: String,
    pub(crate) stickers: Vec<Sticker>,
}

record!(StickerSet {
    id,
    owner,
    maker,
    title,
    short_name,
    stickers
});

/// One sticker of a set.
#[derive(Clone)]
pub(crate) struct Sticker {
    pub(crate) document: i64,
    /// The emoji it stands for.
    pub(crate) emoji: Vec<String>,
    /// The words it is found by.
    pub(crate) keywords: Vec<String>,
}

record!(Sticker {
    document,
    emoji,
    keywords
});

impl StickerSet {
    /// Another number whenever something in the set is another.
    pub(crate) fn hash(&self) -> i32 {
        let ids = self.stickers.iter().flat_map(|sticker| {
            let words = sticker.emoji.iter().chain(&sticker.keywords);
            let words = words.flat_map(|word| [word.as_bytes(), b"\0"].concat());
            words.chain(sticker.document.to_le_bytes())
        });
        let all: Vec<u8> = ids.collect();
        let [a, b, c, d, ..] = md5(&[self.title.as_bytes(), b"\0", &all]);
        // Zero means that a client knows nothing yet.
        (i32::from_be_bytes([a, b, c, d]) & i32::MAX).max(1)
    }
}

/// All sets there are.
#[derive(Default)]
pub(crate) struct StickerSets {
    sets: HashMap<i64, StickerSet>,
    by_name: HashMap<String, i64>,
}

impl StickerSets {
    /// A set by its id.
    pub(crate) fn get(&self, id: i64) -> Option<&StickerSet> {
        self.sets.get(&id)
    }

    /// A set by its name in links.
    pub(crate) fn named(&self, name: &str) -> Option<&StickerSet> {
        self.get(*self.by_name.get(&name.to_lowercase())?)
    }

    /// The sets of an account, those with the largest ids first.
    pub(crate) fn of(&self, owner: i64) -> Vec<&StickerSet> {
        let own = self.sets.values().filter(|set| set.owner == owner);
        let mut own: Vec<_> = own.collect();
        own.sort_unstable_by_key(|set| std::cmp::Reverse(set.id));
        own
    }

    /// Takes a set in.
    pub(crate) fn put(&mut self, set: StickerSet) {
        self.by_name.insert(set.short_name.to_lowercase(), set.id);
        self.sets.insert(set.id, set);
    }

    fn remove(&mut self, id: i64) -> Option<StickerSet> {
        let set = self.sets.remove(&id)?;
        self.by_name.remove(&set.short_name.to_lowercase());
        Some(set)
    }
}

/// A sticker that is to be part of a set; its file was checked already.
pub(crate) struct NewSticker {
    pub(crate) blob: Blob,
    pub(crate) dc: i32,
    pub(crate) mime: String,
    pub(crate) thumb: Option<Thumb>,
    /// Width and height, or what is known of the film.
    pub(crate) shape: enums::DocumentAttribute,
    pub(crate) words: Words,
}

/// What a sticker stands for and is found by.
pub(crate) struct Words {
    pub(crate) emoji: Vec<String>,
    pub(crate) keywords: Vec<String>,
}

impl Words {
    /// Reads what a client says about a sticker.
    pub(crate) fn read(emoji: &str, keywords: Option<&str>) -> Answer<Self> {
        let emoji = emoji::split(emoji).filter(|emoji| !emoji.is_empty());
        let keywords = keywords.unwrap_or_default();
        if keywords.chars().count() > KEYWORDS_MAX {
            return Err(Refusal::bad("STICKER_INVALID"));
        }
        let keywords = keywords.split(',').map(str::trim);
        Ok(Self {
            emoji: emoji.ok_or_else(|| Refusal::bad("STICKER_EMOJI_INVALID"))?,
            keywords: keywords
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// Why a name cannot be that of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadName {
    /// It breaks the rules.
    Invalid,
    /// Another set has it.
    Occupied,
}

impl World {
    /// The set a client names, if it is there.
    pub(crate) fn sticker_set(
        &self,
        viewer: i64,
        input: &enums::InputStickerSet,
    ) -> Answer<&StickerSet> {
        let set = match input {
            enums::InputStickerSet::ID(set) => {
                let hash = self.access_hash(viewer, Kind::StickerSet, set.id);
                let known = set.access_hash == hash;
                self.sticker_sets.get(set.id).filter(|_| known)
            }
            enums::InputStickerSet::ShortName(set) => self.sticker_sets.named(&set.short_name),
            // The sets that come with Telegram itself are not here.
            _ => None,
        };
        set.ok_or_else(|| Refusal::bad("STICKERSET_INVALID"))
    }

    /// Whether a new set can have that name.
    pub(crate) fn check_set_name(&self, maker: i64, name: &str) -> Result<(), BadName> {
        let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let fits = name.len() <= NAME_MAX && letters && begins && !name.contains("__");
        if !fits || !self.ends_as_it_must(maker, name) {
            return Err(BadName::Invalid);
        }
        match self.sticker_sets.named(name) {
            Some(_) => Err(BadName::Occupied),
            None => Ok(()),
        }
    }

    /// The names of sets that bots make end in the bot's own.
    fn ends_as_it_must(&self, maker: i64, name: &str) -> bool {
        let bot = self.users.get(&maker).filter(|user| user.is_bot());
        bot.is_none_or(|bot| {
            let own = bot.username.as_deref().unwrap_or_default();
            let end = format!("_by_{own}").to_lowercase();
            name.to_lowercase().ends_with(&end)
        })
    }

    /// Checks what a set would be made of but its stickers.
    pub(crate) fn check_set(&self, by: Actor, owner: i64, title: &str, name: &str) -> Answer<()> {
        let user = self.users.get(&owner).filter(|user| !user.is_bot());
        let may = owner == by.user || self.is_bot(by.user);
        if user.is_none() || !may {
            return Err(Refusal::bad("USER_ID_INVALID"));
        }
        check_title(title)?;
        self.check_set_name(by.user, name).map_err(|bad| match bad {
            BadName::Invalid => Refusal::bad("PACK_SHORT_NAME_INVALID"),
            BadName::Occupied => Refusal::bad("PACK_SHORT_NAME_OCCUPIED"),
        })
    }

    /// Makes a set.
    pub(crate) fn make_set(
        &mut self,
        by: Actor,
        owner: i64,
        (title, short_name): (&str, &str),
        stickers: Vec<NewSticker>,
    ) -> Answer<i64> {
        self.check_set(by, owner, title, short_name)?;
        check_count(stickers.len())?;
        let id = self.random_id();
        let stickers = stickers.into_iter();
        let set = StickerSet {
            id,
            owner,
            maker: by.user,
            title: title.trim().to_owned(),
            short_name: short_name.to_owned(),
            stickers: stickers.map(|new| self.add_sticker(id, new)).collect(),
        };
        self.sticker_sets.put(set);
        self.touch(Rec::StickerSet(id));
        Ok(id)
    }

    /// The document a sticker becomes: a copy, which belongs to the set.
    fn add_sticker(&mut self, set: i64, new: NewSticker) -> Sticker {
        let first = new.words.emoji.first().cloned().unwrap_or_default();
        let set = types::InputStickerSetID::new(set, 0).into();
        let sticker = types::DocumentAttributeSticker::new(first, set);
        let document = Document {
            id: self.random_id(),
            date: self.now(),
            dc: new.dc,
            mime: new.mime,
            attributes: vec![new.shape, sticker.into()],
            blob: new.blob,
            thumb: new.thumb,
        };
        Sticker {
            document: self.add_document(document),
            emoji: new.words.emoji,
            keywords: new.words.keywords,
        }
    }
}

fn check_title(title: &str) -> Answer<()> {
    match title.trim().chars().count() {
        1..=NAME_MAX => Ok(()),
        _ => Err(Refusal::bad("PACK_TITLE_INVALID")),
    }
}

/// Whether a new set can have so many stickers.
pub(crate) fn check_count(stickers: usize) -> Answer<()> {
    match stickers {
        0 => Err(Refusal::bad("STICKERS_EMPTY")),
        1..=SET_MAX => Ok(()),
        _ => Err(Refusal::bad("STICKERS_TOO_MUCH")),
    }
}

/// What a document says of itself as a sticker, if it is one.
pub(crate) fn as_sticker(document: &Document) -> Option<&types::DocumentAttributeSticker> {
    let mut attributes = document.attributes.iter();
    attributes.find_map(|attribute| match attribute {
        enums::DocumentAttribute::Sticker(sticker) => Some(&**sticker),
        _ => None,
    })
}

/// The set a document belongs to.
fn set_of(document: &Document) -> Option<i64> {
    match &as_sticker(document)?.stickerset {
        enums::InputStickerSet::ID(set) => Some(set.id),
        _ => None,
    }
}
