//! The rules of Telegram's update sequences as a state machine, without clock, network or runtime.
//!
//! Telegram numbers what happens: the account has a `pts` and a `qts`, each channel a `pts` of its
//! own, and what has none of these counts under the `seq` of what brought it. [`Engine`] puts
//! arrivals in order, waits for what is missing, and asks for the difference where it does not
//! come. Updates, answers and the time go in; updates in order, requests, notices and deadlines come
//! out. It is generic over what an update is: it looks at places, never at contents.
//!
//! The rules are those of [Working with Updates](https://core.telegram.org/api/updates).
#![forbid(unsafe_code)]

mod engine;
mod sequence;
mod values;

pub use engine::Engine;
pub use values::{
    Batch, Changes, ChannelDifference, Difference, Failure, Key, Notice, Place, Request, State,
    Update,
};
