//! Telegram's API as Rust types, generated from the schema Telegram publishes.
//!
//! [`types`] has a struct for each constructor, [`enums`] an enum for each type with several of
//! them, [`functions`] a struct for each request; all are sorted by namespace. A struct is made with
//! `new`, which takes what is required; what is optional is set by its public field:
//!
//! ```
//! use heliogram_api::{enums, functions};
//!
//! let call = functions::messages::SendMessage {
//!     silent: true,
//!     ..functions::messages::SendMessage::new(enums::InputPeer::InputPeerSelf, "hello".into(), 1)
//! };
//! # assert!(call.silent);
//! ```
//!
//! The wire form is written and read by [`heliogram_tl`].
#![forbid(unsafe_code)]

pub mod callers;
pub mod errors;
mod show;

use show::debug;
pub use show::{from_json, pretty, table, to_json};

/// The layer of the schema all of this is generated from.
pub const LAYER: i32 = include!(concat!(env!("OUT_DIR"), "/layer.rs"));

include!(concat!(env!("OUT_DIR"), "/api.rs"));
#[cfg(feature = "server")]
include!(concat!(env!("OUT_DIR"), "/decode_functions.rs"));
