//! The world in the words of the API: values as one account sees them.

mod cast;
mod chat;
mod chat_full;
mod dialogs;
mod inline;
mod invites;
mod journal;
mod media;
mod message;
mod polls;
mod reactions;
mod replies;
mod scheduled;
mod stickers;
mod topics;
mod updates;
mod user;

pub(crate) use cast::{Cast, peer};
pub(crate) use reactions::{reacted_by, reaction_counts, sign};
pub(crate) use scheduled::scheduled_gone;
