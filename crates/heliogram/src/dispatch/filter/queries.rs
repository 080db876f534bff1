//! By what is asked of a bot.

use super::{Filter, of_kinds};
use crate::{Event, events::Kinds};

/// Passes pressed buttons whose data begins like this. An empty beginning passes every button that
/// asks the bot.
///
/// ```
/// use heliogram::filter;
/// let votes = filter::callback("vote:");
/// ```
///
/// Patterns: [`regex`](super::regex) holds for data that is text, and leaves
/// [`Captures`](crate::dispatch::Captures).
#[doc(alias = "data")]
#[doc(alias = "callback_data")]
#[doc(alias = "CallbackQuery")]
pub fn callback(start: impl AsRef<[u8]>) -> Filter {
    let start = start.as_ref().to_owned();
    pressed(move |data| data.starts_with(&start))
}

/// Passes pressed buttons with exactly this data.
pub fn callback_is(data: impl AsRef<[u8]>) -> Filter {
    let wanted = data.as_ref().to_owned();
    pressed(move |data| data == wanted)
}

fn pressed(test: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Filter {
    of_kinds(Kinds::CALLBACK_QUERY, move |cx| match cx.event() {
        Event::CallbackQuery(query) => test(query.data()),
        _ => false,
    })
}

/// Passes inline queries that begin like this. An empty beginning passes all of them.
///
/// ```
/// use heliogram::filter;
/// let gifs = filter::inline_query("gif ") & !filter::users(["@spammer"]);
/// ```
#[doc(alias = "InlineQuery")]
pub fn inline_query(start: impl Into<String>) -> Filter {
    let start = start.into();
    of_kinds(Kinds::INLINE_QUERY, move |cx| match cx.event() {
        Event::InlineQuery(query) => query.text().starts_with(&start),
        _ => false,
    })
}

/// Passes what happens in chats of people for whom the bot answers: messages, pressed buttons, and
/// news of the connection itself.
#[must_use]
#[doc(alias = "business_connection_id")]
pub fn business() -> Filter {
    let always = Kinds::BUSINESS_CONNECTION
        .or(Kinds::BUSINESS_MESSAGE)
        .or(Kinds::BUSINESS_MESSAGE_EDITED)
        .or(Kinds::BUSINESS_MESSAGES_DELETED);
    of_kinds(always.or(Kinds::CALLBACK_QUERY), move |cx| {
        match cx.event() {
            Event::CallbackQuery(query) => query.business_connection_id().is_some(),
            other => always.contains(other.kind()),
        }
    })
}
