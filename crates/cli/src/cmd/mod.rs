//! A file for each command.

pub(crate) mod demo;
pub(crate) mod download;
pub(crate) mod history;
pub(crate) mod listen;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod raw;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod serve;
mod show;
pub(crate) mod simulate;
