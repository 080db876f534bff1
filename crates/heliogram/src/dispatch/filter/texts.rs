//! By what is written.

use super::{Filter, MESSAGES, message_of, of_kinds};
use crate::{Event, Message, UpdateCx, events::Kinds};

/// The kinds of events that bring a text: what somebody wrote, or the data of a button.
pub(super) const WRITTEN: Kinds = MESSAGES
    .or(Kinds::ALBUM)
    .or(Kinds::CALLBACK_QUERY)
    .or(Kinds::INLINE_QUERY)
    .or(Kinds::CHOSEN_INLINE_RESULT);

/// What is written in an event.
pub(super) fn written(cx: &UpdateCx) -> Option<&str> {
    match cx.event() {
        Event::CallbackQuery(query) => query.data_str(),
        Event::InlineQuery(query) => Some(query.text()),
        Event::ChosenInlineResult(result) => Some(result.text()),
        Event::Album(album) => {
            let mut texts = album.messages().iter().map(Message::text);
            texts.find(|text| !text.is_empty())
        }
        other => message_of(other).map(Message::text),
    }
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
    of_kinds(WRITTEN, move |cx| written(cx).is_some_and(&test))
}
