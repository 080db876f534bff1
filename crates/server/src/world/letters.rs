use heliogram_api::enums;

use super::{Place, Rec, World};
use crate::persist::record;

/// What a message says, shared by everybody who has a copy of it.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) id: i64,
    /// The account that wrote it.
    pub(crate) by: i64,
    /// Whom it is shown to be from: the account, or the channel or group it speaks for.
    pub(crate) from: i64,
    /// The name under a channel's post.
    pub(crate) signature: Option<String>,
    /// The random id the writer's program gave it.
    pub(crate) random_id: i64,
    pub(crate) date: i32,
    pub(crate) edited: Option<i32>,
    pub(crate) text: String,
    pub(crate) entities: Vec<enums::MessageEntity>,
    pub(crate) media: Option<Media>,
    /// What happened, if the message is the server's own note of it. The photo of a changed photo
    /// is its media.
    pub(crate) action: Option<enums::MessageAction>,
    pub(crate) markup: Option<enums::ReplyMarkup>,
    pub(crate) via_bot: Option<i64>,
    pub(crate) forward: Option<Forward>,
    pub(crate) quote: Option<Quote>,
    pub(crate) grouped: Option<i64>,
    /// It waited for its time before it was sent.
    pub(crate) scheduled: bool,
    pub(crate) silent: bool,
    pub(crate) noforwards: bool,
    pub(crate) invert_media: bool,
    /// How often a channel's post was looked at.
    pub(crate) views: i32,
    /// How often it was passed on.
    pub(crate) forwards: i32,
    /// After how many seconds it deletes itself.
    pub(crate) ttl: Option<i32>,
    /// The members of a group who are meant by it.
    pub(crate) mentions: Vec<i64>,
    /// What people think of it, in the order they said so.
    pub(crate) reactions: Vec<super::Reacted>,
    /// Who has a copy, and its id there.
    pub(crate) copies: Vec<(i64, i32)>,
}

record!(Letter {
    id,
    by,
    from,
    signature,
    random_id,
    date,
    edited,
    text,
    entities,
    media,
    action,
    markup,
    via_bot,
    forward,
    quote,
    grouped,
    scheduled,
    silent,
    noforwards,
    invert_media,
    views,
    forwards,
    ttl,
    mentions,
    reactions,
    copies,
});

/// What a message carries besides its text.
#[derive(Clone, PartialEq)]
pub(crate) enum Media {
    /// A document with what the sender said about showing it.
    Document {
        id: i64,
        spoiler: bool,
        ttl: Option<i32>,
    },
    /// A photo with what the sender said about showing it.
    Photo {
        id: i64,
        spoiler: bool,
        ttl: Option<i32>,
    },
    /// A poll, which looks different to who voted.
    Poll(i64),
    /// What means the same to everybody: a place, a contact, a dice.
    Plain(Box<enums::MessageMedia>),
}

impl crate::persist::Field for Media {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        match self {
            Self::Document { id, spoiler, ttl } => {
                w.i32(1);
                (*id, (*spoiler, *ttl)).put(w);
            }
            Self::Photo { id, spoiler, ttl } => {
                w.i32(2);
                (*id, (*spoiler, *ttl)).put(w);
            }
            Self::Plain(media) => {
                w.i32(3);
                media.put(w);
            }
            Self::Poll(id) => {
                w.i32(4);
                id.put(w);
            }
        }
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        let kind = r.i32();
        if kind == 3 {
            return Self::Plain(crate::persist::Field::get(r));
        }
        if kind == 4 {
            return Self::Poll(crate::persist::Field::get(r));
        }
        let (id, (spoiler, ttl)) = crate::persist::Field::get(r);
        if kind == 1 {
            Self::Document { id, spoiler, ttl }
        } else {
            Self::Photo { id, spoiler, ttl }
        }
    }
}

/// Where a forwarded message came from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Forward {
    /// Who wrote it first, as it was shown.
    pub(crate) from: i64,
    /// Its name, where it does not want a link to itself.
    pub(crate) name: Option<String>,
    /// The id of the channel's post it is.
    pub(crate) post: Option<i32>,
    /// The name under that post.
    pub(crate) signature: Option<String>,
    /// When it was written first.
    pub(crate) date: i32,
    /// The writer's copy, which Saved Messages link to.
    pub(crate) letter: i64,
}

record!(Forward {
    from,
    name,
    post,
    signature,
    date,
    letter
});

impl Forward {
    /// Whom it may be shown to be from.
    pub(crate) fn shown_from(&self) -> i64 {
        match self.name {
            Some(_) => HIDDEN_AUTHOR,
            None => self.from,
        }
    }
}

/// Stands for everybody who does not want to be linked to.
pub(crate) const HIDDEN_AUTHOR: i64 = 2_666_000;

/// The words of the message that is answered.
#[derive(Clone, PartialEq)]
pub(crate) struct Quote {
    pub(crate) text: String,
    pub(crate) entities: Vec<enums::MessageEntity>,
    pub(crate) offset: Option<i32>,
}

record!(Quote {
    text,
    entities,
    offset
});

impl Letter {
    /// When it deletes itself.
    pub(crate) fn ends(&self) -> Option<i32> {
        self.ttl.map(|ttl| self.date.saturating_add(ttl))
    }
}

impl World {
    /// What lies at a place.
    pub(crate) fn letter_at(&self, place: Place) -> Option<&Letter> {
        let entry = self.boxes.get(&place.owner)?.entries.get(&place.id)?;
        self.letters.get(&entry.letter)
    }

    /// The id under which `owner` sees a message.
    pub(crate) fn copy_of(&self, letter: i64, owner: i64) -> Option<i32> {
        let copies = &self.letters.get(&letter)?.copies;
        copies
            .iter()
            .find(|(who, _)| *who == owner)
            .map(|(_, id)| *id)
    }

    /// Takes one copy away; a message nobody has any more is gone.
    pub(crate) fn drop_copy(&mut self, letter: i64, owner: i64) {
        if let Some(kept) = self.letters.get_mut(&letter) {
            kept.copies.retain(|(who, _)| *who != owner);
            if kept.copies.is_empty()
                && let Some(gone) = self.letters.remove(&letter)
            {
                self.leave_poll(&gone);
            }
        }
        self.touch(Rec::Letter(letter));
    }
}
