use std::{error, fmt};

/// A filter that cannot work; told before the first event.
///
/// Its text names the filter and says what is wrong: a username that nobody has, a pattern that is
/// none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterError {
    /// The filter as it was written, such as `chats(@nobody)`.
    pub filter: String,
    /// What is wrong with it.
    pub why: String,
}

impl FilterError {
    pub(crate) fn new(filter: impl Into<String>, why: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            filter: filter.into(),
            why: why.into(),
        })
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the filter {} cannot work: {}.", self.filter, self.why)
    }
}

impl error::Error for FilterError {}
