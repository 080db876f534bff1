use std::{error, fmt};

/// Why a file could not be sent or fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileError {
    /// The file was changed, cut or written to while it was being sent.
    Changed {
        /// Its name.
        name: String,
    },
    /// The path leads to a folder or a device, not to a file.
    NotAFile {
        /// The path.
        path: String,
    },
    /// The file is bigger than Telegram takes.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most there is, in bytes.
        limit: u64,
    },
    /// The message or media has no file to fetch.
    Nothing,
    /// The server ended the file before the size it had declared.
    Truncated {
        /// Where it ended.
        at: u64,
        /// The size declared.
        size: u64,
    },
    /// The server sent more bytes than were asked for, or than the file has.
    TooMuch {
        /// How many were asked for.
        asked: u64,
        /// How many came.
        got: u64,
    },
    /// The server forgot what the file belongs to, and it could not be found again.
    ReferenceExpired,
    /// The server did not accept a part.
    PartRefused {
        /// The part's number, from 0.
        part: usize,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { name } => write!(
                f,
                "{name:?} changed while it was being sent. Wait until nothing writes to it and \
                 send it again."
            ),
            Self::NotAFile { path } => {
                write!(
                    f,
                    "{path} is not a file. Name a file, or pack the folder first."
                )
            }
            Self::TooLarge { size, limit } => write!(
                f,
                "a file of {size} bytes is over Telegram's limit of {limit} bytes. Split or pack \
                 it."
            ),
            Self::Nothing => {
                f.write_str("there is no file here to fetch. Choose a message with media.")
            }
            Self::Truncated { at, size } => write!(
                f,
                "the server ended the file at byte {at} of {size}. Try again later."
            ),
            Self::TooMuch { asked, got } => {
                write!(
                    f,
                    "the server sent {got} bytes where {asked} were asked for."
                )
            }
            Self::ReferenceExpired => f.write_str(
                "the server does not know this file any more. Fetch the message again and \
                 download from it.",
            ),
            Self::PartRefused { part } => {
                write!(
                    f,
                    "the server did not accept part {part} of the file. Send it again."
                )
            }
        }
    }
}

impl error::Error for FileError {}
