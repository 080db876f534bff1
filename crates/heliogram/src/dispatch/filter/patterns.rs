//! By regular expressions.

use regex::Regex;

use super::{
    Condition, Filter,
    texts::{WRITTEN, written},
};
use crate::{
    BoxFuture, Client, FilterError, Result, UpdateCx, UsageError, dispatch::Captures, events::Kinds,
};

/// Passes what is written so that the pattern is found in it: texts and captions, data of buttons,
/// inline queries.
///
/// Patterns are those of the crate `regex`, whose running time grows with the text only. What the
/// pattern's groups found is there as the argument [`Captures`]. A pattern that is none is told
/// before the first event as [`UsageError::Filter`].
///
/// ```
/// use heliogram::{dispatch::Captures, filter, Message};
///
/// let order = filter::regex(r"(?i)^order (?<count>\d+) (?<what>\w+)$");
///
/// async fn take_order(message: Message, found: Captures) -> heliogram::Result<()> {
///     let (count, what) = (found.name("count"), found.name("what"));
///     message.reply(format!("{count:?} of {what:?}")).await?;
///     Ok(())
/// }
/// ```
#[doc(alias = "pattern")]
#[doc(alias = "pattern_match")]
pub fn regex(pattern: impl AsRef<str>) -> Filter {
    let pattern = pattern.as_ref();
    Filter::new(Pattern(Regex::new(pattern).map_err(|e| {
        let filter = format!("regex({pattern:?})");
        UsageError::Filter(FilterError::new(filter, e.to_string()))
    })))
}

struct Pattern(Result<Regex, UsageError>);

impl Condition for Pattern {
    fn kinds(&self) -> Kinds {
        WRITTEN
    }

    fn finds_pattern(&self) -> bool {
        true
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        let Ok(pattern) = &self.0 else {
            return false;
        };
        let captures = written(cx).and_then(|text| Captures::find(pattern, text));
        let found = captures.is_some();
        if let Some(captures) = captures {
            cx.insert(captures);
        }
        found
    }

    fn prepare<'a>(&'a self, _: &'a Client) -> BoxFuture<'a, Result<()>> {
        let result = self.0.as_ref().map(drop).map_err(|e| e.clone().into());
        Box::pin(std::future::ready(result))
    }
}
