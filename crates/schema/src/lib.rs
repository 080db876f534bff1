//! Reads, checks, compares and compiles schemas in TL, the language Telegram publishes its API in.
//!
//! [`parse()`] reads a file, [`check()`] sees whether it makes sense, [`generate`] writes Rust.
#![forbid(unsafe_code)]

mod check;
mod crc;
mod diff;
mod emit;
mod facts;
mod find;
mod graph;
mod lex;
mod model;
mod near;
mod parse;
mod stats;
mod sync;
mod table;

pub use check::check;
pub use crc::{IRREGULAR, of as crc_of};
pub use diff::{Change, Diff, diff};
pub use emit::{DebugStyle, Generated, Options, generate};
pub use facts::{Facts, KnownError, Method, Who};
pub use find::{Found, find};
pub use model::{Definition, Field, Flag, Kind, Name, Schema, SchemaError, Type};
pub use near::{near, nearest};
pub use parse::parse;
pub use stats::{Stats, stats};
pub use sync::sync;
pub use table::table;
