//! Text with formatting: Markdown and HTML in and out, and the arithmetic of entities.
//!
//! Telegram keeps formatting apart from the text, as *entities*: ranges counted in UTF-16 units.
//! [`Text`] is a text together with its entities; [`md`] and [`html`] make one from marks, and
//! [`to_markdown`] and [`to_html`] turn a message back into them.
//!
//! # Markdown
//! The dialect of Telethon and Pyrogram, where doubled marks are what single ones are elsewhere:
//!
//! | marks | meaning |
//! |---|---|
//! | `**bold**` | bold |
//! | `__italic__` | italic |
//! | `--underline--` | underlined |
//! | `~~strike~~` | struck through |
//! | `\|\|spoiler\|\|` | hidden until tapped |
//! | `` `code` `` | fixed width |
//! | ```` ```rust⏎code⏎``` ```` | a block of fixed width, the language may be left out |
//! | `[text](https://example.org)` | link |
//! | `[text](tg://user?id=777000)` | mention of a user; plain text if this session never met the user |
//! | `![👍](tg://emoji?id=5368324170671202286)` | custom emoji, with a plain one to fall back on |
//! | `> quote` | block quote, one mark a line |
//! | `**> quote` | block quote that starts folded; its further lines start with `>` |
//!
//! A backslash before any punctuation takes away its meaning; in code, only before a backtick.
//! Marks without their other half are plain text, so are runs of four and more (`----`).
//!
//! # HTML
//! `b` `strong` `i` `em` `u` `ins` `s` `strike` `del` `code` `pre` (with
//! `<code class="language-rust">` inside) `a href` `blockquote` (with `expandable`) `tg-spoiler`
//! `span class="tg-spoiler"` `tg-emoji emoji-id` `br`, as in the Bot API. Other tags are left out
//! and their text kept. `&lt;`, `&amp;`, `&#128077;` and all other named references are understood.

mod clean;
mod html;
mod inner;
mod markdown;
mod span;
pub mod utf16;

use std::{error, fmt};

use heliogram_api::{enums::MessageEntity, types};

pub use inner::entity_texts;

/// A text with its formatting, as messages, captions and the like take it.
///
/// Made from plain text by [`From`], from marks by [`md`] and [`html`], from entities by
/// [`Text::with_entities`]. A mistake in the marks shows when the text is sent.
///
/// ```
/// use heliogram::text::{Text, md};
///
/// assert_eq!(Text::from("2 ** 3").text(), "2 ** 3");
/// assert_eq!(md("**2** __3__").text(), "2 3");
/// assert_eq!(md("**2** __3__").entities().len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[doc(alias = "parse_mode")]
#[doc(alias = "FormattedText")]
#[doc(alias = "TextWithEntities")]
pub struct Text {
    text: String,
    entities: Vec<MessageEntity>,
    error: Option<TextError>,
}

/// Why a text cannot be sent as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// A custom emoji whose id is not a number.
    EmojiId(String),
    /// An entity that does not fit the text.
    Entity {
        /// Which of the entities, counted from 0.
        index: usize,
        /// Where it starts.
        offset: i32,
        /// How long it is.
        length: i32,
    },
    /// The text is longer than entities can count.
    TooLong,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmojiId(id) => write!(
                f,
                "`{id}` is not the id of a custom emoji; it is a number, such as \
                 5368324170671202286"
            ),
            Self::Entity {
                index,
                offset,
                length,
            } => write!(
                f,
                "entity {index} ({offset}..{offset}+{length} in UTF-16 units) is empty, beyond the \
                 text, or cuts a character in two"
            ),
            Self::TooLong => f.write_str("the text is longer than 2147483647 UTF-16 units"),
        }
    }
}

impl error::Error for TextError {}

/// Text with Markdown marks, in the dialect of [this module](self#markdown).
///
/// ```
/// use heliogram::text::md;
///
/// let text = md("**Hello**, [world](https://example.org)!");
/// assert_eq!(text.text(), "Hello, world!");
/// ```
#[must_use]
#[doc(alias = "markdown")]
pub fn md(marked: impl AsRef<str>) -> Text {
    Text::parsed(markdown::parse(marked.as_ref()))
}

/// Text with HTML tags, of those that [this module](self#html) lists.
///
/// ```
/// use heliogram::text::html;
///
/// let text = html("<b>Hello</b>, <a href='https://example.org'>world</a> &amp; all!");
/// assert_eq!(text.text(), "Hello, world & all!");
/// ```
#[must_use]
pub fn html(marked: impl AsRef<str>) -> Text {
    Text::parsed(html::parse(marked.as_ref()))
}

/// Writes a text and its entities with Markdown marks, which [`md`] reads back.
///
/// What Markdown has no marks for, and what Telegram finds by itself (usernames, hashtags,
/// addresses), stays plain.
#[must_use]
#[doc(alias = "unparse")]
pub fn to_markdown(text: &str, entities: &[MessageEntity]) -> String {
    markdown::write(text, &span::spans(text, entities))
}

/// Writes a text and its entities with HTML tags, which [`html`] reads back.
///
/// What Telegram finds by itself (usernames, hashtags, addresses) stays plain.
#[must_use]
#[doc(alias = "unparse")]
pub fn to_html(text: &str, entities: &[MessageEntity]) -> String {
    html::write(text, &span::spans(text, entities))
}

impl Text {
    /// A text without formatting; marks in it stay as they are.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A text with entities of one's own, their offsets counted in UTF-16 units.
    ///
    /// Entities that do not fit the text are found when it is sent.
    pub fn with_entities(text: impl Into<String>, entities: Vec<MessageEntity>) -> Self {
        let text = text.into();
        let error = clean::first_misfit(&text, &entities);
        Self {
            text,
            entities,
            error,
        }
    }

    /// The text without marks.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The formatting, sorted by offset.
    #[must_use]
    pub fn entities(&self) -> &[MessageEntity] {
        &self.entities
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What is wrong with the marks or entities, if anything is.
    #[must_use]
    pub const fn error(&self) -> Option<&TextError> {
        self.error.as_ref()
    }

    /// Text and entities, as raw requests take them.
    ///
    /// # Errors
    /// The mistake in the marks or entities, if there is one.
    pub fn into_parts(self) -> Result<(String, Vec<MessageEntity>), TextError> {
        match self.error {
            None => Ok((self.text, self.entities)),
            Some(error) => Err(error),
        }
    }

    /// The text without white space around it, as the server keeps it.
    ///
    /// Entities move along; those that covered nothing but white space are gone. Space at the start
    /// of a formatted part stays, for code is indented.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        if self.error.is_none() {
            clean::trim(&mut self.text, &mut self.entities);
        }
        self
    }

    /// The text with Markdown marks.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        to_markdown(&self.text, &self.entities)
    }

    /// The text with HTML tags.
    #[must_use]
    pub fn to_html(&self) -> String {
        to_html(&self.text, &self.entities)
    }

    /// The result of a parser.
    fn parsed(result: Result<span::Spanned, TextError>) -> Self {
        match result.and_then(span::Spanned::finish) {
            Ok((text, entities)) => Self {
                text,
                entities,
                error: None,
            },
            Err(error) => Self {
                error: Some(error),
                ..Self::default()
            },
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::plain(text.as_str())
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl From<types::TextWithEntities> for Text {
    fn from(text: types::TextWithEntities) -> Self {
        Self::with_entities(text.text, text.entities)
    }
}

#[cfg(test)]
mod tests;
