//! Which events a handler is for: [`Filter`]s, to be combined with `&`, `|` and `!`.
//!
//! ```
//! use heliogram::filter;
//!
//! // Photos and videos that others send to these two chats, albums left out.
//! let wanted = filter::incoming()
//!     & filter::chats(["@rustlang", "me"])
//!     & (filter::photo() | filter::video())
//!     & !filter::media_group();
//! ```
//!
//! | to choose by | use |
//! |---|---|
//! | who wrote | [`incoming`], [`outgoing`], [`user`], [`users`], [`me`], [`bot`], [`sender_chat`] |
//! | where | [`private`], [`group`], [`channel`], [`chat`], [`chats`], [`topic`]; `!` in front for all others |
//! | text | [`text`], [`caption`], [`text_is`], [`text_where`], `regex`, [`command`], [`deep_link`] |
//! | what it carries | [`media`], [`photo`], [`video`], [`document`], ... |
//! | how it came | [`reply`], [`forwarded`], [`via_bot`], [`from_scheduled`], ... |
//! | what is asked of a bot | [`callback`], [`callback_is`], [`callback_where`], [`callback_game`], [`inline_query`], [`business`] |
//! | what happened in a chat | [`service`], [`new_chat_members`], [`pinned_message`], ... |
//! | the kind of event | [`of_kind`], [`edited`], [`raw`], [`raw_named`] |
//! | anything else | [`filter_fn`], or a [`Condition`] of one's own |
//!
//! A negated filter lets events of every kind through: `!photo()` holds for deleted messages, too.
//! What a handler takes as arguments keeps them out.

mod bots;
mod chats;
pub(crate) mod commands;
mod content;
mod kinds;
mod media;
#[cfg(feature = "regex")]
mod patterns;
mod people;
mod place;
mod service;
#[cfg(test)]
mod tests;
mod texts;

use std::{fmt, ops, sync::Arc};

use super::UpdateCx;
use crate::{BoxFuture, Client, Event, Message, Result, events::Kinds};

pub use bots::{business, callback, callback_game, callback_is, callback_where, inline_query};
pub use chats::{chat, chats, user, users};
pub use commands::{command, deep_link, start};
pub use content::*;
pub use kinds::{edited, ephemeral, of_kind, raw, raw_named, scheduled};
pub use media::*;
#[cfg(feature = "regex")]
pub use patterns::regex;
pub use people::*;
pub use place::*;
pub use service::*;
pub use texts::{text_is, text_starts, text_where};

/// A test on events. `&`, `|` and `!` combine filters, nothing but them is needed to make new ones:
/// [`filter_fn`] makes one of a closure.
///
/// Filters ask no server while events pass; what has to be looked up (usernames) is looked up once,
/// before the first.
#[derive(Clone)]
pub struct Filter {
    node: Node,
}

/// One condition, the leaf of a [`Filter`].
pub trait Condition: Send + Sync + 'static {
    /// The kinds of events it can hold for; others are turned away without a look.
    fn kinds(&self) -> Kinds {
        Kinds::ALL
    }

    /// Whether it holds for this event. May leave what it found in the event's context.
    fn holds(&self, cx: &UpdateCx) -> bool;

    /// Whether it leaves what it found for [`FromUpdate`](super::FromUpdate)s that are
    /// [`OF_PATTERN`](super::FromUpdate::OF_PATTERN).
    fn finds_pattern(&self) -> bool {
        false
    }

    /// Looks up what it needs to know, once for every client before its first event.
    ///
    /// # Errors
    /// Whatever stands in the way, for example a username nobody has.
    fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        let _ = client;
        Box::pin(std::future::ready(Ok(())))
    }
}

#[derive(Clone)]
enum Node {
    Is(Arc<dyn Condition>),
    Not(Arc<Filter>),
    And(Arc<[Filter; 2]>),
    Or(Arc<[Filter; 2]>),
}

impl Filter {
    /// A filter of one condition.
    pub fn new(condition: impl Condition) -> Self {
        Self::from(Node::Is(Arc::new(condition)))
    }

    /// The kinds of events that can pass. What is negated may pass in any kind.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        match &self.node {
            Node::Is(condition) => condition.kinds(),
            Node::Not(_) => Kinds::ALL,
            Node::And(both) => both[0].kinds() & both[1].kinds(),
            Node::Or(both) => both[0].kinds() | both[1].kinds(),
        }
    }

    /// Whether a pattern in it may leave what it found.
    pub(super) fn finds_pattern(&self) -> bool {
        match &self.node {
            Node::Is(condition) => condition.finds_pattern(),
            Node::Not(_) => false,
            Node::And(both) | Node::Or(both) => both.iter().any(Self::finds_pattern),
        }
    }

    /// Whether the event passes.
    #[must_use]
    #[doc(alias = "filter")]
    pub fn holds(&self, cx: &UpdateCx) -> bool {
        match &self.node {
            Node::Is(condition) => {
                condition.kinds().contains(cx.event().kind()) && condition.holds(cx)
            }
            Node::Not(filter) => !filter.holds(cx),
            Node::And(both) => both.iter().all(|f| f.holds(cx)),
            Node::Or(both) => both.iter().any(|f| f.holds(cx)),
        }
    }

    /// Looks up what the conditions need to know; see [`Condition::prepare`].
    ///
    /// # Errors
    /// The first that a condition fails with.
    #[doc(alias = "resolve")]
    pub fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match &self.node {
                Node::Is(condition) => condition.prepare(client).await,
                Node::Not(filter) => filter.prepare(client).await,
                Node::And(both) | Node::Or(both) => {
                    both[0].prepare(client).await?;
                    both[1].prepare(client).await
                }
            }
        })
    }
}

impl From<Node> for Filter {
    fn from(node: Node) -> Self {
        Self { node }
    }
}

impl ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Node::And(Arc::new([self, other])).into()
    }
}

impl ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Node::Or(Arc::new([self, other])).into()
    }
}

impl ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Node::Not(Arc::new(self)).into()
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("kinds", &self.kinds())
            .finish_non_exhaustive()
    }
}

/// The kinds of events that bring one message that somebody wrote.
pub(crate) const MESSAGES: Kinds = Kinds::NEW_MESSAGE
    .or(Kinds::MESSAGE_EDITED)
    .or(Kinds::BUSINESS_MESSAGE)
    .or(Kinds::BUSINESS_MESSAGE_EDITED)
    .or(Kinds::GUEST_MESSAGE);

/// The kinds that bring one message or several.
const CONTENTS: Kinds = MESSAGES.or(Kinds::ALBUM);

/// The kinds of events that belong to a chat.
const PLACED: Kinds = Kinds::PLACED
    .without(Kinds::POLL_VOTE)
    .without(Kinds::INLINE_QUERY)
    .without(Kinds::CHOSEN_INLINE_RESULT)
    .without(Kinds::BUSINESS_CONNECTION)
    .without(Kinds::PRE_CHECKOUT_QUERY)
    .without(Kinds::SHIPPING_QUERY)
    .without(Kinds::PURCHASED_PAID_MEDIA)
    .without(Kinds::STARS_SUBSCRIPTION)
    .without(Kinds::MANAGED_BOT);

/// The kinds of events that somebody caused of whom the server tells.
const CAUSED: Kinds = Kinds::PLACED
    .without(Kinds::MESSAGES_DELETED)
    .without(Kinds::MESSAGE_READ)
    .without(Kinds::POLL_UPDATE)
    .without(Kinds::REACTIONS_CHANGED)
    .without(Kinds::DRAFT_CHANGED)
    .without(Kinds::PENDING_JOIN_REQUESTS)
    .without(Kinds::MESSAGE_REACTION_COUNT)
    .without(Kinds::BUSINESS_MESSAGES_DELETED);

/// A condition made of a closure.
struct Closure<F>(Kinds, F);

impl<F: Fn(&UpdateCx) -> bool + Send + Sync + 'static> Condition for Closure<F> {
    fn kinds(&self) -> Kinds {
        self.0
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        (self.1)(cx)
    }
}

/// Passes what the closure says yes to.
///
/// ```
/// use heliogram::filter;
///
/// let long = filter::filter_fn(|cx| cx.event().message().is_some_and(|m| m.text().len() > 1000));
/// ```
#[doc(alias = "func")]
#[doc(alias = "create")]
pub fn filter_fn(test: impl Fn(&UpdateCx) -> bool + Send + Sync + 'static) -> Filter {
    Filter::new(Closure(Kinds::ALL, test))
}

/// Passes events of these kinds that the closure says yes to.
pub(crate) fn of_kinds(
    kinds: Kinds,
    test: impl Fn(&UpdateCx) -> bool + Send + Sync + 'static,
) -> Filter {
    Filter::new(Closure(kinds, test))
}

/// Passes messages that the test says yes to, and albums with such a message.
fn on_message(test: fn(&Message) -> bool) -> Filter {
    of_kinds(CONTENTS, move |cx| match cx.event() {
        Event::Album(album) => album.messages().iter().any(test),
        other => message_of(other).is_some_and(test),
    })
}

/// The message that an event brings, of service and planned ones, too; of albums the first.
pub(crate) fn message_of(event: &Event) -> Option<&Message> {
    match event {
        Event::ChatAction(action) => action.message(),
        Event::ScheduledChanged(change) => change.message(),
        Event::BusinessMessage(message) | Event::BusinessMessageEdited(message) => Some(message),
        Event::GuestMessage(message) => Some(message.message()),
        Event::Album(album) => album.messages().first(),
        other => other.message(),
    }
}

/// Passes everything that a handler can take.
///
/// Raw updates and news of the client itself ([`Event::Raw`], [`Lagged`](Event::Lagged),
/// [`Lifecycle`](Event::Lifecycle), [`Gap`](Event::Gap), [`Unreadable`](Event::Unreadable)) come only
/// to those who ask for them: to handlers that take such an argument, or an [`Event`], and through
/// filters that name the kind. So it is with every filter that names none.
#[doc(alias = "all")]
#[must_use]
pub fn any() -> Filter {
    filter_fn(|_| true)
}

/// Makes filters of tests on messages: for each its documentation, its name and its test.
macro_rules! message_filters {
    ($all:ident; $( $(#[$doc:meta])* $name:ident = $test:expr; )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name() -> Filter {
                on_message($test)
            }
        )*

        /// All of them, for the test that looks at each.
        #[cfg(test)]
        pub(super) const $all: &[(&str, fn() -> Filter)] = &[ $( (stringify!($name), $name) ),* ];
    };
}

use message_filters;
