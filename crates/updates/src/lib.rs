//! The rules of Telegram's update sequences as a state machine, without clock, network or runtime.
//!
//! Telegram numbers what happens: the account has a `pts` and a `qts`, each channel a `pts` of its
//! own, and what has none of these counts under the `seq` of what brought it. [`Engine`] puts
//! arrivals in order, waits for what is missing, and asks for the difference where it does not
//! come. Updates, answers and the time go in; updates in order, requests, notices and deadlines come
//! out. It is generic over what an update is: it looks at places, hardly ever at contents.
//!
//! The rules are those of [Working with Updates](https://core.telegram.org/api/updates).
//!
//! ```
//! use std::time::Duration;
//! use heliogram_updates::{Batch, Content, Difference, Engine, Notice, Place, Request, State, Update};
//!
//! #[derive(Debug, PartialEq)]
//! struct Text(&'static str);
//! impl Content for Text {}
//!
//! let state = State { pts: 10, qts: 1, date: 1, seq: 1 };
//! let mut engine = Engine::new(Duration::ZERO, Some(state), []);
//! // It begins with what was missed: nothing.
//! assert_eq!(engine.poll_request(), Some(Request::Difference { state }));
//! engine.handle_difference(Duration::ZERO, Difference::Empty { date: 1, seq: 1 });
//!
//! // The second update arrives first, and waits for the first.
//! let update = |pts, text| Batch {
//!     seq: None,
//!     date: None,
//!     updates: vec![Update { place: Place::Common { pts, count: 1 }, value: Some(Text(text)) }],
//! };
//! engine.handle_updates(Duration::ZERO, update(12, "second"));
//! assert_eq!(engine.poll_update(), None);
//! engine.handle_updates(Duration::ZERO, update(11, "first"));
//! assert_eq!(engine.poll_update(), Some(Text("first")));
//! assert_eq!(engine.poll_update(), Some(Text("second")));
//!
//! // What happened is told, and what to store.
//! assert!(matches!(engine.poll_notice(), Some(Notice::CaughtUp { updates: 0, .. })));
//! assert!(matches!(engine.poll_notice(), Some(Notice::Gap { from: 10, to: 11, .. })));
//! let changes = engine.take_changes().ok_or("nothing moved")?;
//! assert_eq!(changes.common, Some(State { pts: 12, ..state }));
//! # Ok::<(), &str>(())
//! ```
#![forbid(unsafe_code)]

mod engine;
mod notices;
mod sequence;
mod values;

pub use engine::{Engine, Load};
pub use notices::{Counter, Counts, Notice, Reason, Recovery};
pub use values::{
    Batch, Changes, ChannelDifference, ChannelState, Content, Difference, Failure, Key, Place,
    Request, State, Update,
};
