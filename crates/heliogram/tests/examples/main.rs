//! The bots in the folder `examples`, each run as it stands against the embedded server.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;

mod echo;
