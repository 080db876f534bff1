use std::fmt;

use crate::{Error, files::upload::is_passing};

/// Why a part does not come from a CDN; it comes from the data centre that owns the file then.
#[derive(Debug)]
pub(in crate::files) enum Trouble {
    /// A call failed, at the CDN or at the data centre that owns the file.
    Call(Error),
    /// The part did not come in time.
    Late,
    /// Another part had trouble, and all of them turn elsewhere.
    Left,
    /// The redirect names no data centre, or its key or vector have lengths that no cipher takes.
    Redirect,
    /// No hash stands for the bytes from here on.
    NoHash {
        /// In bytes.
        at: u64,
    },
    /// The file goes on after the size that was declared.
    Long,
    /// The CDN sent less than there must be.
    Short {
        /// Where the range that is cut begins.
        at: u64,
    },
    /// The CDN sent more than was asked for.
    TooMuch,
    /// The CDN sent something else than the file.
    Tampered {
        /// Where the range that is not right begins.
        at: u64,
    },
    /// The CDN wants the file again and again, or asks for it in a way that cannot be right.
    NeverThere,
}

impl Trouble {
    /// Whether the redirect was too old, and a new one may serve.
    pub(in crate::files) fn is_expiry(&self) -> bool {
        let Self::Call(Error::Rpc(e)) = self else {
            return false;
        };
        ["FILE_TOKEN_INVALID", "REQUEST_TOKEN_INVALID"].contains(&&*e.name)
    }

    /// Whether only a connection failed, so that the same may work at once.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Call(e) if is_passing(e))
    }
}

impl From<Error> for Trouble {
    fn from(e: Error) -> Self {
        Self::Call(e)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(e) => e.fmt(f),
            Self::Late => f.write_str("a part did not come in time"),
            Self::Left => f.write_str("another part had trouble"),
            Self::Redirect => f.write_str("the redirect has no usable key or data centre"),
            Self::NoHash { at } => write!(f, "no hash is told for byte {at}"),
            Self::Long => f.write_str("the file is longer than declared"),
            Self::Short { at } => write!(f, "the part from byte {at} is cut short"),
            Self::TooMuch => f.write_str("more came than was asked for"),
            Self::Tampered { at } => write!(f, "the part from byte {at} is not of this file"),
            Self::NeverThere => f.write_str("the CDN asks for the file without end"),
        }
    }
}
