//! Handlers: async functions that are given the events they are for.
//!
//! A route is a [`Filter`] and a [`Handler`]; what a handler takes as arguments
//! ([`FromUpdate`]) says for which events it is, too.

#[cfg(feature = "regex")]
mod captures;
pub mod command;
mod cx;
mod extract;
pub mod filter;
mod handler;

#[cfg(feature = "regex")]
pub use captures::Captures;
pub use command::{
    ArgError, Command, CommandArg, CommandArgs, CommandError, CommandInfo, CommandSyntax, Commands,
    DeepLink, Words,
};
pub use cx::UpdateCx;
pub use extract::{FromUpdate, Reject};
pub use filter::Filter;
pub use handler::{Flow, Handler, HandlerError, IntoOutcome};
