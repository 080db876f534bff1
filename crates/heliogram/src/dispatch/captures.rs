use std::{fmt, ops::Range, sync::Arc};

use regex::Regex;

/// What the groups of a pattern found, as an argument of a handler: see
/// [`filter::regex`](crate::filter::regex).
///
/// It is that of the pattern that was tried last and found something.
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "pattern_match")]
#[doc(alias = "data_match")]
#[doc(alias = "matches")]
pub struct Captures {
    inner: Arc<Inner>,
}

#[derive(PartialEq, Eq)]
struct Inner {
    text: String,
    groups: Vec<Option<Range<usize>>>,
    names: Vec<Option<String>>,
}

impl Captures {
    pub(crate) fn find(pattern: &Regex, text: &str) -> Option<Self> {
        let found = pattern.captures(text)?;
        let names = pattern.capture_names().map(|n| n.map(str::to_owned));
        Some(Self {
            inner: Arc::new(Inner {
                text: text.to_owned(),
                groups: found.iter().map(|g| g.map(|g| g.range())).collect(),
                names: names.collect(),
            }),
        })
    }

    /// What a group found, counted from 1 as their brackets open; 0 is the whole.
    #[must_use]
    #[doc(alias = "group")]
    pub fn get(&self, group: usize) -> Option<&str> {
        let range = self.inner.groups.get(group)?.clone()?;
        self.inner.text.get(range)
    }

    /// What the group with this name found: `(?<name>...)` in the pattern.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&str> {
        let mut names = self.inner.names.iter();
        self.get(names.position(|n| n.as_deref() == Some(name))?)
    }

    /// What every group found, the whole left out.
    #[doc(alias = "groups")]
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (1..self.inner.groups.len()).map(|group| self.get(group))
    }

    /// The text in which it was found.
    #[must_use]
    #[doc(alias = "string")]
    pub fn text(&self) -> &str {
        &self.inner.text
    }
}

/// Shows how many groups there are, not what they found.
impl fmt::Debug for Captures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captures")
            .field("groups", &self.inner.groups.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_by_number_and_by_name() {
        let pattern = Regex::new(r"(?<what>\w+)=(\d+)?(x)?").unwrap();
        let found = Captures::find(&pattern, "say a=5 now").unwrap();
        assert_eq!(found.get(0), Some("a=5"));
        assert_eq!((found.get(1), found.name("what")), (Some("a"), Some("a")));
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            [Some("a"), Some("5"), None]
        );
        assert_eq!((found.get(9), found.name("nobody")), (None, None));
        assert!(!format!("{found:?}").contains("a=5"));
        assert!(Captures::find(&pattern, "nothing").is_none());
    }
}
