//! By what is written.

use std::borrow::Cow;

use super::{Filter, MESSAGES, of_kinds};
use crate::{UpdateCx, events::Kinds};

/// The kinds of events that bring a text: what somebody wrote, or the data of a button.
pub(super) const WRITTEN: Kinds = MESSAGES;

/// What is written in an event.
pub(super) fn written(cx: &UpdateCx) -> Option<Cow<'_, str>> {
    let message = cx.event().message()?;
    Some(Cow::Borrowed(message.text()))
}

/// Passes what is written exactly like this, in a message, a button or an inline query.
///
/// ```
/// use heliogram::filter;
/// let ping = filter::text_is("ping") | filter::text_starts("ping ");
/// ```
pub fn text_is(text: impl Into<String>) -> Filter {
    let text = text.into();
    text_where(move |t| t == text)
}

/// Passes what begins like this, in a message, a button or an inline query.
#[doc(alias = "startswith")]
pub fn text_starts(start: impl Into<String>) -> Filter {
    let start = start.into();
    text_where(move |t| t.starts_with(&start))
}

/// Passes texts that the closure says yes to: of messages, captions, buttons and inline queries.
///
/// ```
/// use heliogram::filter;
/// let number = filter::text_where(|text| text.parse::<i64>().is_ok());
/// ```
#[doc(alias = "pattern")]
pub fn text_where(test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Filter {
    of_kinds(WRITTEN, move |cx| written(cx).is_some_and(|t| test(&t)))
}
