//! What the friendly API gives out: messages, chats, users and media, each around its raw value.
//!
//! Everything here is cheap to clone. What a method of these types gives is known already; what
//! needs the network is a builder to be awaited, the same one that [`Client`](crate::Client) has.

mod chat;
pub(crate) mod entities;
mod file;
mod media;
mod media_kind;
mod message;
mod reaction;
mod user;

pub use chat::{Chat, ChatKind};
pub(crate) use entities::Entities;
pub use file::File;
pub(crate) use media::FileSource;
pub use media::{Document, Media, Photo};
pub use media_kind::MediaKind;
pub(crate) use message::RawButton;
pub use message::{Forward, Message, MessageButton};
pub use reaction::Reaction;
pub use user::User;

#[cfg(test)]
pub(crate) use message::tests::room;

use std::time::{Duration, SystemTime};

/// A date of the raw API; those before 1970 do not exist there.
pub(crate) fn system_time(date: i32) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(date).unwrap_or(0))
}
