use std::{error, fmt};

/// Why a keyboard cannot be sent, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyboardError {
    /// It has no buttons.
    Empty,
    /// Buttons below a message and buttons in place of the keyboard stand side by side.
    Mixed,
    /// A button without a text.
    NoText,
    /// The data of a callback button is empty or longer than 64 bytes.
    Data {
        /// Its length in bytes.
        len: usize,
    },
    /// A button has no address, or one of a kind it does not open.
    Url,
    /// The text that a button copies is empty or longer than 256 characters.
    Copied {
        /// Its length in characters.
        len: usize,
    },
    /// The hint in the input field is empty or longer than 64 characters.
    Placeholder {
        /// Its length in characters.
        len: usize,
    },
    /// A button to play or to pay is not the first one.
    NotFirst,
    /// Buttons below a message were told to behave as a keyboard does.
    Behaviour,
    /// Nothing but buttons below the message is possible here.
    InlineOnly,
}

impl fmt::Display for KeyboardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it has no buttons. Give it a row, or send none"),
            Self::Mixed => f.write_str(
                "`text` and `request_..` buttons cannot stand beside buttons below a message. \
                 Send them with two messages",
            ),
            Self::NoText => f.write_str("a button has no text. Give it some"),
            Self::Data { len } => write!(
                f,
                "the data of a callback button must have 1 to 64 bytes and has {len}. Keep the \
                 rest elsewhere and send a short key to it"
            ),
            Self::Url => f.write_str(
                "a button has no proper address. Write it in full; web apps and logins need \
                 https://",
            ),
            Self::Copied { len } => write!(
                f,
                "the text to be copied must have 1 to 256 characters and has {len}. Shorten it"
            ),
            Self::Placeholder { len } => write!(
                f,
                "the placeholder must have 1 to 64 characters and has {len}. Shorten it"
            ),
            Self::NotFirst => f.write_str(
                "`game` and `buy` buttons must come first. Put it at the start of the first row",
            ),
            Self::Behaviour => f.write_str(
                "buttons below a message have no size, placeholder and so on. Leave those out",
            ),
            Self::InlineOnly => f.write_str(
                "only buttons below the message are possible here. Use `callback`, `url` and the \
                 like",
            ),
        }
    }
}

impl error::Error for KeyboardError {}
