//! By what only bots are told.

use super::{Filter, of_kinds};
use crate::{Event, events::Kinds};

/// Passes pressed buttons whose data begin with these bytes.
///
/// ```
/// # use heliogram::{Result, Router, events::CallbackQuery, filter};
/// async fn vote(query: CallbackQuery) -> Result<()> {
///     query.answer().text("Thank you!").await
/// }
///
/// let router: Router = Router::new().on(filter::callback("vote:"), vote);
/// # drop(router);
/// ```
///
/// An empty beginning passes every button that asks the bot. Patterns: [`regex`](super::regex)
/// holds for data that is text, and leaves [`Captures`](crate::dispatch::Captures).
#[doc(alias = "data")]
#[doc(alias = "callback_data")]
#[doc(alias = "CallbackQuery")]
pub fn callback(start: impl AsRef<[u8]>) -> Filter {
    let start = start.as_ref().to_owned();
    callback_where(move |data| data.starts_with(&start))
}

/// Passes pressed buttons whose data are exactly these bytes.
pub fn callback_is(data: impl AsRef<[u8]>) -> Filter {
    let wanted = data.as_ref().to_owned();
    callback_where(move |data| data == wanted)
}

/// Passes pressed buttons whose data the closure says yes to.
///
/// ```
/// use heliogram::filter;
/// let numbers = filter::callback_where(|data| data.iter().all(u8::is_ascii_digit));
/// ```
pub fn callback_where(test: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Filter {
    of_kinds(Kinds::CALLBACK_QUERY, move |cx| match cx.event() {
        Event::CallbackQuery(query) => test(query.data()),
        _ => false,
    })
}

/// Passes pressed buttons that play this game, by its short name.
#[doc(alias = "game_short_name")]
pub fn callback_game(short_name: impl Into<String>) -> Filter {
    let name = short_name.into();
    of_kinds(Kinds::CALLBACK_QUERY, move |cx| match cx.event() {
        Event::CallbackQuery(query) => query.game_short_name() == Some(&name),
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

#[cfg(test)]
mod tests {
    use heliogram_api::types as raw;

    use super::*;
    use crate::{
        Client,
        dispatch::UpdateCx,
        events::Context,
        filter::{self, text_is, text_starts},
    };

    async fn pressed(data: &'static [u8], game: Option<&str>) -> UpdateCx {
        let client = Client::offline().await;
        let chat = raw::PeerUser::new(7).into();
        let update = raw::UpdateBotCallbackQuery {
            data: Some(bytes::Bytes::from_static(data)).filter(|d| !d.is_empty()),
            game_short_name: game.map(ToOwned::to_owned),
            ..raw::UpdateBotCallbackQuery::new(1, 7, chat, 3, 9)
        };
        let cx = Context::new(&client, update.into(), std::sync::Arc::default());
        UpdateCx::new(client, Event::from_update(&cx))
    }

    #[tokio::test]
    async fn buttons_are_chosen_by_their_data() {
        let yes = pressed(b"vote:yes", None).await;
        for filter in [
            callback("vote:"),
            callback_is("vote:yes"),
            text_is("vote:yes"),
            text_starts("vote"),
            callback(""),
            filter::private() & filter::user(7),
        ] {
            assert!(filter.holds(&yes), "{filter:?}");
        }
        for filter in [callback("no"), callback_is("vote:"), callback_game("chess")] {
            assert!(!filter.holds(&yes), "{filter:?}");
        }
        let odd = pressed(&[0xff], None).await;
        assert!(callback([0xff]).holds(&odd) && !text_starts("").holds(&odd));
        let game = pressed(b"", Some("chess")).await;
        assert!(callback_game("chess").holds(&game));
    }
}
