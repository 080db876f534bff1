//! By the kind of event, and by raw updates.

use heliogram_api::{enums::Update, table};
use heliogram_tl::reflect::{Definition, Type};

use super::{Condition, Filter, message_of, of_kinds};
use crate::{BoxFuture, Client, Event, FilterError, Result, UpdateCx, UsageError, events::Kinds};

/// Passes events of these kinds. With [`Kinds::ALL`] everything passes, raw updates and news of the
/// client itself included.
///
/// ```
/// use heliogram::{events::Kinds, filter};
/// let gone = filter::of_kind(Kinds::MESSAGES_DELETED) & filter::channel();
/// ```
#[must_use]
pub fn of_kind(kinds: Kinds) -> Filter {
    of_kinds(kinds & Kinds::NAMED, |_| true)
}

/// Passes messages that were changed.
#[must_use]
#[doc(alias = "on_edited_message")]
#[doc(alias = "MessageEdited")]
pub fn edited() -> Filter {
    of_kind(Kinds::MESSAGE_EDITED | Kinds::BUSINESS_MESSAGE_EDITED)
}

/// Passes raw updates that the closure says yes to: what has no kind of event of its own.
///
/// ```
/// use heliogram::{api::enums::Update, filter};
/// let settings = filter::raw(|update| matches!(update, Update::NotifySettings(_)));
/// ```
#[doc(alias = "Raw")]
#[doc(alias = "on_raw_update")]
#[doc(alias = "types")]
pub fn raw(test: impl Fn(&Update) -> bool + Send + Sync + 'static) -> Filter {
    of_kinds(Kinds::RAW, move |cx| match cx.event() {
        Event::Raw(update) => test(update),
        _ => false,
    })
}

/// Passes raw updates with these names in the schema.
///
/// ```
/// use heliogram::filter;
/// let settings = filter::raw_named(["updateNotifySettings", "updatePrivacy"]);
/// ```
pub fn raw_named<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Filter {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    let id = |name: &String| table().by_name(name).filter(is_update).map(|d| d.id());
    Filter::new(Named {
        ids: names.iter().filter_map(id).collect(),
        unknown: names.iter().find(|n| id(n).is_none()).cloned(),
    })
}

fn is_update(definition: &Definition<'_>) -> bool {
    matches!(definition.result(), Type::Boxed(t) if t.name() == "Update")
}

struct Named {
    ids: Vec<u32>,
    unknown: Option<String>,
}

impl Condition for Named {
    fn kinds(&self) -> Kinds {
        Kinds::RAW
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        let Event::Raw(update) = cx.event() else {
            return false;
        };
        let bytes = heliogram_tl::to_bytes(&**update);
        let id = bytes.first_chunk().map(|id| u32::from_le_bytes(*id));
        id.is_some_and(|id| self.ids.contains(&id))
    }

    fn prepare<'a>(&'a self, _: &'a Client) -> BoxFuture<'a, Result<()>> {
        let wrong = self.unknown.as_ref().map(|name| {
            let why = "no update has this name; see the type Update of the schema";
            UsageError::Filter(FilterError::new(format!("raw_named({name:?})"), why))
        });
        Box::pin(std::future::ready(wrong.map_or(Ok(()), |e| Err(e.into()))))
    }
}

/// Passes news of messages that are to be sent later, made or changed elsewhere.
#[must_use]
#[doc(alias = "schedule_date")]
pub fn scheduled() -> Filter {
    of_kinds(Kinds::SCHEDULED_CHANGED, |cx| {
        message_of(cx.event()).is_some()
    })
}

/// Passes messages that only their receiver sees, and that are gone soon.
///
/// Raw `updateNewEphemeralMessage`.
#[must_use]
#[doc(alias = "ephemeralMessage")]
pub fn ephemeral() -> Filter {
    raw(|update| matches!(update, Update::NewEphemeralMessage(_)))
}
