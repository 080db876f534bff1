use heliogram_api::{enums, types as raw};

/// A sign that somebody put on a message.
///
/// ```
/// use heliogram::types::Reaction;
///
/// let thumb: Reaction = "👍".into();
/// assert_eq!(thumb, Reaction::Emoji("👍".to_owned()));
/// ```
///
/// Raw `reactionEmoji`, `reactionCustomEmoji`, `reactionPaid`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "ReactionType")]
#[doc(alias = "reactionEmoji")]
#[doc(alias = "reactionCustomEmoji")]
#[doc(alias = "reactionPaid")]
pub enum Reaction {
    /// An ordinary emoji.
    Emoji(String),
    /// The custom emoji with this id.
    CustomEmoji(i64),
    /// The star that is paid for.
    Paid,
}

impl Reaction {
    /// The reaction in a raw value; `None` for the absence of one.
    #[must_use]
    pub fn from_raw(reaction: &enums::Reaction) -> Option<Self> {
        match reaction {
            enums::Reaction::Emoji(r) => Some(Self::Emoji(r.emoticon.clone())),
            enums::Reaction::CustomEmoji(r) => Some(Self::CustomEmoji(r.document_id)),
            enums::Reaction::Paid => Some(Self::Paid),
            _ => None,
        }
    }

    /// The raw value.
    #[must_use]
    pub fn to_raw(&self) -> enums::Reaction {
        match self {
            Self::Emoji(emoji) => raw::ReactionEmoji::new(emoji.clone()).into(),
            Self::CustomEmoji(id) => raw::ReactionCustomEmoji::new(*id).into(),
            Self::Paid => enums::Reaction::Paid,
        }
    }

    /// The emoji, if it is an ordinary one.
    #[must_use]
    pub fn emoji(&self) -> Option<&str> {
        match self {
            Self::Emoji(emoji) => Some(emoji),
            _ => None,
        }
    }
}

impl<T: Into<String>> From<T> for Reaction {
    fn from(emoji: T) -> Self {
        Self::Emoji(emoji.into())
    }
}
