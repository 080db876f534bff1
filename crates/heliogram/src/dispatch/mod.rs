//! Handlers: async functions that are given the events they are for.
//!
//! A route is a [`Filter`] and a [`Handler`]; what a handler takes as arguments
//! ([`FromUpdate`]) says for which events it is, too. A [`Router`] holds routes, and is given to a
//! client: [`Client::run`](crate::Client::run) does everything a bot's `main` needs. Handlers of
//! one chat run one after another, those of different chats side by side; see [`Workers`].

mod attached;
mod cx;
mod dead;
mod extract;
mod failure;
pub mod filter;
mod handler;
mod lanes;
mod live;
pub mod middleware;
mod plugins;
mod registry;
mod route;
mod router;
mod run;
mod shorthands;
#[cfg(test)]
mod tests;
mod workers;

pub use cx::UpdateCx;
pub use dead::DeadRoute;
pub use extract::{Edited, FromRef, FromUpdate, Lagged, Reject, State};
pub use failure::Failure;
pub use filter::Filter;
pub use handler::{Flow, Handler, HandlerError, IntoOutcome, Outcome};
pub(crate) use live::Live;
pub use plugins::{PluginInfo, Plugins};
pub use registry::{Registration, RouteInfo};
pub use router::Router;
pub use run::run_all;
pub use workers::Workers;
