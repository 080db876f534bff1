use crate::world::{Media, Place, World};

/// One message, as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Said {
    /// Its id in this account's numbering, or in the channel's.
    pub id: i32,
    /// The conversation it is in, as a dialog id: the account at the other end, or the group or
    /// channel.
    pub chat: i64,
    /// Who it is shown to be from, as a dialog id.
    pub from: i64,
    /// Whether the account wrote it itself.
    pub out: bool,
    /// The text.
    pub text: String,
    /// The message it answers.
    pub reply_to: Option<i32>,
    /// Whether it carries a file, a picture or something else besides its text.
    pub has_media: bool,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// The texts of its buttons, row by row.
    pub buttons: Vec<Vec<String>>,
    /// Whether it is the server's own note of something that happened, such as somebody joining.
    pub is_note: bool,
}

impl Said {
    /// A message of the world, as one account sees it.
    pub(crate) fn of(world: &World, viewer: i64, place: Place) -> Option<Self> {
        let entry = world.boxes.get(&place.owner)?.entries.get(&place.id)?;
        let letter = world.letters.get(&entry.letter)?;
        let media = letter.media.as_ref();
        Some(Self {
            id: place.id,
            chat: entry.peer,
            from: letter.from,
            out: letter.by == viewer,
            text: letter.text.clone(),
            reply_to: entry.reply_to,
            has_media: media.is_some_and(|media| !is_nothing(media)),
            edited: letter.edited.is_some(),
            pinned: entry.pinned,
            buttons: letter.markup.as_ref().map(buttons).unwrap_or_default(),
            is_note: letter.action.is_some(),
        })
    }
}

fn is_nothing(media: &Media) -> bool {
    matches!(media, Media::Plain(media) if matches!(**media, heliogram_api::enums::MessageMedia::Empty))
}

fn buttons(markup: &heliogram_api::enums::ReplyMarkup) -> Vec<Vec<String>> {
    use heliogram_api::enums::ReplyMarkup as M;
    match markup {
        M::ReplyKeyboardMarkup(keyboard) => {
            let rows = keyboard.rows.iter();
            rows.map(|row| row.buttons.iter().map(|b| b.text.clone()).collect())
                .collect()
        }
        M::ReplyInlineMarkup(keyboard) => {
            let rows = keyboard.rows.iter();
            rows.map(|row| row.buttons.iter().map(|b| b.text.clone()).collect())
                .collect()
        }
        _ => Vec::new(),
    }
}
