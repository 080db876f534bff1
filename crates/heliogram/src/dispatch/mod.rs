//! Handlers: async functions that are given the events they are for.
//!
//! A route is a [`Filter`] and a [`Handler`]; what a handler takes as arguments
//! ([`FromUpdate`]) says for which events it is, too.
//!
//! # Dialogues
//! With the feature `dialogue`, a handler can take a `Dialogue<T>`: a state of the program's own, for
//! each person in each chat or as the type says, which is stored and outlives a restart. `in_state`
//! lets a handler run in some states only. Where a program that runs waits for the next answer, a
//! [`Conversation`](crate::Conversation) is shorter.

mod cx;
#[cfg(feature = "dialogue")]
mod dialogue;
mod extract;
pub mod filter;
mod handler;

pub use cx::UpdateCx;
#[cfg(feature = "dialogue")]
pub(crate) use dialogue::Dialogues;
#[cfg(feature = "dialogue")]
pub use dialogue::{Dialogue, DialogueState, InState, Scope, in_state};
pub use extract::{FromUpdate, Reject};
pub use filter::Filter;
pub use handler::{Flow, Handler, HandlerError, IntoOutcome};
