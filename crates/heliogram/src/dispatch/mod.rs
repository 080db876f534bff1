//! Handlers: async functions that are given the events they are for.
//!
//! A route is a [`Filter`] and a [`Handler`]; what a handler takes as arguments
//! ([`FromUpdate`]) says for which events it is, too. A [`Router`] holds routes, and is given to a
//! client: [`Client::run`](crate::Client::run) does everything a bot's `main` needs. Handlers of
//! one chat run one after another, those of different chats side by side; see [`Workers`].
//!
//! # Dialogues
//! With the feature `dialogue`, a handler can take a `Dialogue<T>`: a state of the program's own, for
//! each person in each chat or as the type says, which is stored and outlives a restart. `in_state`
//! lets a handler run in some states only. Where a program that runs waits for the next answer, a
//! [`Conversation`](crate::Conversation) is shorter.

mod attached;
#[cfg(feature = "regex")]
mod captures;
pub mod command;
mod cx;
mod dead;
#[cfg(feature = "dialogue")]
mod dialogue;
mod end;
mod extract;
mod failure;
pub mod filter;
mod handler;
mod lag;
mod lanes;
mod layout;
mod live;
pub mod middleware;
mod plugins;
mod registry;
mod route;
mod router;
mod run;
mod shorthands;
mod sources;
#[cfg(test)]
mod tests;
mod workers;

#[cfg(feature = "regex")]
pub use captures::Captures;
pub use command::{
    ArgError, Command, CommandArg, CommandArgs, CommandError, CommandInfo, CommandSyntax, Commands,
    DeepLink, Rest, Words,
};
pub use cx::UpdateCx;
pub use dead::DeadRoute;
#[cfg(feature = "dialogue")]
pub(crate) use dialogue::Dialogues;
#[cfg(feature = "dialogue")]
pub use dialogue::{Dialogue, DialogueState, InState, Scope, in_state};
pub use extract::{Edited, EditedBusinessMessage, FromRef, FromUpdate, Lagged, Reject, State};
pub use failure::Failure;
pub use filter::Filter;
pub use handler::{Flow, Handler, HandlerError, IntoOutcome, Outcome};
pub(crate) use live::Live;
pub use plugins::{PluginInfo, Plugins};
pub use registry::{Registration, RouteInfo};
pub use router::Router;
pub use run::run_all;
pub use workers::{HandlerStats, Workers};
