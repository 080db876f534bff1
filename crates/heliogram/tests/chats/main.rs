//! What happens in chats comes as events, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;
#[path = "../room/album.rs"]
mod sending;

mod actions;
mod albums;
mod people;
mod reading;
mod rest;

use heliogram::{Event, Updates};

/// The next event of the kind that is looked for, which must come; others are passed over.
async fn next_of<T>(updates: &mut Updates, want: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(found) = want(room::next(updates).await) {
            return found;
        }
    }
}

/// Lets an event of one kind through.
macro_rules! only {
    ($kind:ident) => {
        |event| match event {
            heliogram::Event::$kind(it) => Some(it),
            _ => None,
        }
    };
}
pub(crate) use only;
