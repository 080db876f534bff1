//! Routes for one kind of event, by the names they have in Pyrogram.

use super::{Filter, Handler, Router, filter::of_kinds};
use crate::events::Kinds;

macro_rules! shorthands {
    ($( $(#[$doc:meta])* $name:ident = $kind:ident; )*) => {
        impl<S: Clone + Send + Sync + 'static> Router<S> {
            $(
                $(#[$doc])*
                pub fn $name<A, H: Handler<A, S>>(self, filter: Filter, handler: H) -> Self {
                    self.on(of_kinds(Kinds::$kind, |_| true) & filter, handler)
                }
            )*
        }
    };
}

shorthands! {
    /// [`on`](Self::on) for new messages only.
    #[doc(alias = "NewMessage")]
    on_message = NEW_MESSAGE;
    /// [`on`](Self::on) for edited messages only.
    #[doc(alias = "on_edited_message")]
    #[doc(alias = "MessageEdited")]
    on_edited = MESSAGE_EDITED;
    /// [`on`](Self::on) for deleted messages only.
    #[doc(alias = "on_deleted_messages")]
    #[doc(alias = "MessageDeleted")]
    on_deleted = MESSAGES_DELETED;
    /// [`on`](Self::on) for updates that have no event of their own.
    #[doc(alias = "on_raw_update")]
    #[doc(alias = "events.Raw")]
    on_raw = RAW;
    /// [`on`](Self::on) for the news that events were dropped because handlers are too slow.
    on_lagged = LAGGED;
}
