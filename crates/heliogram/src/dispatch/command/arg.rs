use std::fmt;

use super::CommandArgs;
use crate::PeerLike;

/// A type that an argument of a command can have.
///
/// It is there for numbers, `bool`, `char`, `String`, [`PeerLike`]; `Option` makes it optional, `Vec`
/// takes all that are left, [`Rest`] takes them as one text. One's own:
///
/// ```
/// use heliogram::dispatch::{ArgError, CommandArg, Words};
///
/// enum Side { Left, Right }
///
/// impl CommandArg for Side {
///     const EXPECTED: &'static str = "left or right";
///
///     fn take(words: &mut Words<'_>) -> Result<Self, ArgError> {
///         words.one(Self::EXPECTED, |word| match word {
///             "left" => Some(Side::Left),
///             "right" => Some(Side::Right),
///             _ => None,
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a command",
    note = "use a number, `String`, `bool`, `char`, `PeerLike`, an `Option` or `Vec` of them, or implement `CommandArg` for `{Self}`"
)]
pub trait CommandArg: Sized {
    /// What is expected, in words for people: `a number`.
    const EXPECTED: &'static str;
    /// Whether it may be left out.
    const OPTIONAL: bool = false;
    /// Whether it takes all words that are left.
    const MANY: bool = false;

    /// Takes it from the words.
    ///
    /// # Errors
    /// What is wrong with them.
    fn take(words: &mut Words<'_>) -> Result<Self, ArgError>;
}

/// The arguments that are left to be taken.
pub struct Words<'a> {
    args: &'a CommandArgs,
    at: usize,
}

/// Why an argument could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgError {
    /// There is none where one is needed.
    Missing {
        /// What is expected, in words for people.
        expected: &'static str,
    },
    /// It is something else.
    Wrong {
        /// What is expected, in words for people.
        expected: &'static str,
    },
    /// There are more than the command takes.
    TooMany,
}

impl<'a> Words<'a> {
    pub(super) fn from(args: &'a CommandArgs, at: usize) -> Self {
        Self { args, at }
    }

    /// How many were taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.at
    }

    /// The next one, which stays.
    #[must_use]
    pub fn peek(&self) -> Option<&'a str> {
        self.args.get(self.at)
    }

    /// Takes the next one and makes a value of it.
    ///
    /// # Errors
    /// [`ArgError::Missing`] if there is none, [`ArgError::Wrong`] if `read` makes nothing of it.
    pub fn one<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, ArgError> {
        let word = self.peek().ok_or(ArgError::Missing { expected })?;
        let value = read(word).ok_or(ArgError::Wrong { expected })?;
        self.at += 1;
        Ok(value)
    }

    /// Takes all that are left, as they were written: quotes, double spaces and new lines stay.
    #[must_use]
    pub fn rest(&mut self) -> Option<&'a str> {
        let rest = self.args.rest_from(self.at)?;
        self.at = self.args.len();
        Some(rest)
    }

    /// Makes sure that there are no more.
    ///
    /// # Errors
    /// [`ArgError::TooMany`].
    pub fn finish(&self) -> Result<(), ArgError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(ArgError::TooMany),
        }
    }
}

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words")
            .field("taken", &self.at)
            .field("of", &self.args.len())
            .finish_non_exhaustive()
    }
}

/// Types that are read from one word.
macro_rules! words {
    ($( $type:ty: $expected:literal = $read:expr; )*) => { $(
        impl CommandArg for $type {
            const EXPECTED: &'static str = $expected;

            fn take(words: &mut Words<'_>) -> Result<Self, ArgError> {
                words.one(Self::EXPECTED, $read)
            }
        }
    )* };
}

words! {
    i8: "a whole number" = |w| w.parse().ok();
    i16: "a whole number" = |w| w.parse().ok();
    i32: "a whole number" = |w| w.parse().ok();
    i64: "a whole number" = |w| w.parse().ok();
    i128: "a whole number" = |w| w.parse().ok();
    isize: "a whole number" = |w| w.parse().ok();
    u8: "a number from 0 to 255" = |w| w.parse().ok();
    u16: "a number from 0 to 65535" = |w| w.parse().ok();
    u32: "a whole number, not below 0" = |w| w.parse().ok();
    u64: "a whole number, not below 0" = |w| w.parse().ok();
    u128: "a whole number, not below 0" = |w| w.parse().ok();
    usize: "a whole number, not below 0" = |w| w.parse().ok();
    f32: "a number" = |w| w.parse().ok().filter(|n: &f32| n.is_finite());
    f64: "a number" = |w| w.parse().ok().filter(|n: &f64| n.is_finite());
    char: "a single character" = |w| w.parse().ok();
    bool: "yes or no" = yes_or_no;
    String: "a text" = |w| Some(w.to_owned());
    PeerLike: "a user or chat: @username, a link or an id" = peer;
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "yes" | "on" | "true" | "1" => Some(true),
        "no" | "off" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn peer(word: &str) -> Option<PeerLike> {
    let peer = PeerLike::from(word);
    (!peer.is_bad()).then_some(peer)
}

/// The last argument of a command: all that is left of the message, as it was written.
///
/// ```
/// use heliogram::dispatch::{CommandSyntax, Commands, Rest};
///
/// heliogram::commands! {
///     #[derive(Debug, PartialEq)]
///     enum Cmd {
///         /// Writes something down.
///         Note { page: u32, text: Rest } = "note",
///     }
/// }
///
/// let args = CommandSyntax::new().read("/note 3 buy \"green\" apples").unwrap();
/// let note = Cmd::parse(&args).unwrap()?;
/// assert_eq!(note, Cmd::Note { page: 3, text: Rest("buy \"green\" apples".into()) });
/// # Ok::<(), heliogram::dispatch::CommandError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "command.args")]
pub struct Rest(pub String);

impl CommandArg for Rest {
    const EXPECTED: &'static str = "a text";
    const MANY: bool = true;

    fn take(words: &mut Words<'_>) -> Result<Self, ArgError> {
        let missing = ArgError::Missing {
            expected: Self::EXPECTED,
        };
        words
            .rest()
            .map(|text| Self(text.to_owned()))
            .ok_or(missing)
    }
}

impl<T: CommandArg> CommandArg for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const OPTIONAL: bool = true;

    fn take(words: &mut Words<'_>) -> Result<Self, ArgError> {
        match words.peek() {
            Some(_) => T::take(words).map(Some),
            None => Ok(None),
        }
    }
}

impl<T: CommandArg> CommandArg for Vec<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const OPTIONAL: bool = true;
    const MANY: bool = true;

    fn take(words: &mut Words<'_>) -> Result<Self, ArgError> {
        let mut all = Self::new();
        while words.peek().is_some() {
            let before = words.taken();
            all.push(T::take(words)?);
            // A type that takes nothing would be taken for ever.
            if words.taken() == before {
                break;
            }
        }
        Ok(all)
    }
}
