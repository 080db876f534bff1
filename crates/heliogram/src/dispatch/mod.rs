//! Handlers: async functions that are given the events they are for.
//!
//! A route is a [`Filter`] and a [`Handler`]; what a handler takes as arguments
//! ([`FromUpdate`]) says for which events it is, too.

mod cx;
mod extract;
pub mod filter;
mod handler;

pub use cx::UpdateCx;
pub use extract::{FromUpdate, Reject};
pub use filter::Filter;
pub use handler::{Flow, Handler, HandlerError, IntoOutcome};
