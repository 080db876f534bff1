use std::fmt;

use heliogram_api::{enums, types as raw};

/// A reaction to a message or story.
///
/// ```
/// use heliogram::types::Reaction;
///
/// let liked: Reaction = "👍".into();
/// assert_eq!(liked.emoji(), Some("👍"));
/// ```
///
/// Raw `Reaction`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "ReactionType")]
pub enum Reaction {
    /// An emoji.
    #[doc(alias = "reactionEmoji")]
    Emoji(String),
    /// A custom emoji, by the id of its document.
    #[doc(alias = "reactionCustomEmoji")]
    CustomEmoji(i64),
    /// A Telegram Star.
    #[doc(alias = "reactionPaid")]
    Paid,
    /// None, or none any more.
    #[doc(alias = "reactionEmpty")]
    None,
}

impl Reaction {
    /// Reads the raw value.
    #[must_use]
    pub fn from_raw(reaction: &enums::Reaction) -> Self {
        match reaction {
            enums::Reaction::Emoji(r) => Self::Emoji(r.emoticon.clone()),
            enums::Reaction::CustomEmoji(r) => Self::CustomEmoji(r.document_id),
            enums::Reaction::Paid => Self::Paid,
            _ => Self::None,
        }
    }

    /// The raw value.
    #[must_use]
    pub fn to_raw(&self) -> enums::Reaction {
        match self {
            Self::Emoji(emoji) => raw::ReactionEmoji::new(emoji.clone()).into(),
            Self::CustomEmoji(document_id) => raw::ReactionCustomEmoji::new(*document_id).into(),
            Self::Paid => enums::Reaction::Paid,
            Self::None => enums::Reaction::Empty,
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

impl From<&str> for Reaction {
    fn from(emoji: &str) -> Self {
        Self::Emoji(emoji.to_owned())
    }
}

/// The emoji; custom ones as `custom:id`.
impl fmt::Display for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Emoji(emoji) => f.write_str(emoji),
            Self::CustomEmoji(id) => write!(f, "custom:{id}"),
            Self::Paid => f.write_str("⭐"),
            Self::None => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reactions_go_there_and_back() {
        for reaction in [
            Reaction::from("👍"),
            Reaction::CustomEmoji(7),
            Reaction::Paid,
            Reaction::None,
        ] {
            assert_eq!(Reaction::from_raw(&reaction.to_raw()), reaction);
        }
    }
}
