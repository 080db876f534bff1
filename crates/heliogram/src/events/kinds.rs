use std::{fmt, ops};

/// A set of kinds of [`Event`](super::Event)s: what a handler can take, what a filter lets through.
///
/// ```
/// use heliogram::events::Kinds;
///
/// let messages = Kinds::NEW_MESSAGE | Kinds::MESSAGE_EDITED;
/// assert!(messages.contains(Kinds::NEW_MESSAGE));
/// assert!((messages & Kinds::RAW).is_empty());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "allowed_updates")]
pub struct Kinds(pub(super) u64);

impl Kinds {
    /// No kind at all.
    pub const NONE: Self = Self(0);
    /// Every kind there is.
    pub const ALL: Self = Self(u64::MAX);

    /// Set where nobody has named a kind.
    const UNNAMED: Self = Self(1 << 63);
    /// Every kind, each of them named.
    pub(crate) const NAMED: Self = Self::ALL.without(Self::UNNAMED);
    /// What is told only to those who ask for it.
    const ASIDE: Self = Self::RAW
        .or(Self::LAGGED)
        .or(Self::LIFECYCLE)
        .or(Self::GAP)
        .or(Self::UNREADABLE);

    /// What somebody wants who wants these: unless a kind was named, what happens to the account and
    /// not what the library has to tell besides.
    pub(crate) const fn wanted(self) -> Self {
        match self.contains(Self::UNNAMED) {
            true => self.without(Self::ASIDE),
            false => self,
        }
    }

    /// The kinds that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The kinds that are in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is no kind in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every kind of `other` is in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl ops::BitAnd for Kinds {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl ops::BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

/// Names the kinds: `NewMessage, MessageEdited`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NONE {
            return f.write_str("no event");
        }
        if self.contains(Self::NAMED) || self.contains(Self::ALL.wanted()) {
            return f.write_str("every event");
        }
        let names = Self::NAMES.iter().filter(|(kind, _)| self.contains(*kind));
        for (at, (_, name)) in names.enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kinds({self})")
    }
}
