//! The world in the words of the API: values as one account sees them.

mod dialogs;
mod media;
mod message;
mod updates;
mod user;

pub(crate) use user::peer;
