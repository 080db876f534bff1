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
//! A variant has the name of its constructor without that of its type, where something is left that
//! can stand alone: `inputPeerUser` is `InputPeer::User`, `inputPeerSelf` stays
//! `InputPeer::InputPeerSelf`, since `Self` is a word of Rust, and `updateNewMessage` is
//! `Update::NewMessage`. A type with one constructor is its struct, in [`enums`] as well: there is
//! nothing to match on in `messages::BotResults`. Structs turn `into()` the enum they are a variant of:
//!
//! ```
//! use heliogram_api::{enums::InputPeer, types};
//!
//! let peer: InputPeer = types::InputPeerUser::new(1, 2).into();
//! assert!(matches!(peer, InputPeer::User(user) if user.user_id == 1));
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
