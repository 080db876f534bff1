//! The bots in the folder `examples`, each run as it stands against the embedded server.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;
#[path = "../room/album.rs"]
mod sending;

mod album_saver;
mod command_bot;
mod echo;
mod form;
mod gatekeeper;
mod two_accounts;
