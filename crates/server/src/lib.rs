//! An embedded Telegram: a server to develop and to test against, without an account, without the
//! internet, and without anything to install.
//!
//! It speaks MTProto over real sockets, on loopback unless told otherwise. Accounts, bots,
//! messages and files live in memory and a temporary folder, or in a file with
//! [`Builder::data`]. Clients need its addresses and its RSA key instead of Telegram's.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use heliogram_server::TestServer;
//!
//! let server = TestServer::start().await;
//! let (alice, bob) = (server.user("alice").await, server.user("bob").await);
//! alice.says(&bob, "hi").await?;
//! assert_eq!(bob.messages_with(&alice)[0].text, "hi");
//! # Ok::<(), heliogram_server::Refusal>(())
//! # }).unwrap();
//! ```
//!
//! Anything can go wrong on request, in code ([`Server::faults`], listed in [`faults`]) or over HTTP
//! ([`Builder::control`]):
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # use heliogram_server::{Fault, TestServer};
//! # let server = TestServer::start().await;
//! server.faults().add(Fault::flood_wait(3).method("messages.sendMessage").times(2))?;
//! server.faults().add(Fault::cut_after().method("messages.sendMedia"))?;
//! # Ok::<(), heliogram_server::FaultError>(())
//! # }).unwrap();
//! ```
//!
//! # Map
//! | folder | what it does |
//! |---|---|
//! | `net` | sockets, framing, sessions on connections |
//! | `serve`, `rpc` | the way of a request: unwrapped, checked, run |
//! | `services` | the methods, one file for each area of the API |
//! | `world` | the state: pure, without sockets, files or wire formats |
//! | `render` | the world in the words of the API |
//! | `seed` | worlds that are described in a file |
//! | `layers` | the API in the words of other layers |
//! | `persist`, `files` | what stays on disk |
//! | `people` | accounts and chats as a test sees them |
//! | `faults` | what goes wrong on request |
//! | `control` | faults, the clock and login codes over HTTP |
#![forbid(unsafe_code)]

mod builder;
mod clock;
mod control;
mod coverage;
mod event;
pub mod faults;
mod files;
mod handle;
mod hub;
mod layers;
mod net;
mod own_key;
mod people;
mod persist;
mod pictures;
mod render;
mod rpc;
mod seed;
mod serve;
mod server;
mod services;
mod shared;
mod stock;
mod world;

pub use builder::Builder;
pub use control::ControlPoint;
pub use coverage::Coverage;
pub use event::Event;
pub use faults::{Active, Direction, Fault, FaultError, FaultId, Faults, Migrate, Strike};
pub use handle::TestServer;
pub use people::{Account, Calling, Chat, ChatBuilder, Hearing, NotCalled, Said, Silence, Talk};
pub use persist::DataError;
pub use rpc::Refusal;
pub use seed::{Seed, SeedError};
pub use server::{Dc, Server, StartError};
