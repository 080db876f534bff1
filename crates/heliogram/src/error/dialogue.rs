use std::{error, fmt};

/// Why the state of a [dialogue](crate::dispatch#dialogues) could not be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DialogueError {
    /// It was changed elsewhere since it was looked at.
    Conflict {
        /// The name of its type.
        name: &'static str,
    },
    /// It cannot be written as JSON.
    NotStorable {
        /// The name of its type.
        name: &'static str,
    },
    /// Two types of dialogues have the same name.
    SameName {
        /// The name.
        name: &'static str,
    },
}

impl fmt::Display for DialogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { name } => write!(
                f,
                "the dialogue \"{name}\" was changed by another handler meanwhile. Take it anew, \
                 or change it with `update`."
            ),
            Self::NotStorable { name } => write!(
                f,
                "the state of the dialogue \"{name}\" cannot be written as JSON. Maps need text \
                 or numbers as keys; see what its `Serialize` does."
            ),
            Self::SameName { name } => write!(
                f,
                "two types of dialogues are named \"{name}\". Give each a `NAME` of its own."
            ),
        }
    }
}

impl error::Error for DialogueError {}
