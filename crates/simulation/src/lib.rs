//! A network that lies, in virtual time: what the sessions of `heliogram-mtproto` are proved with.
//!
//! A client's and a server's session talk over a simulated link. A seed decides how bad it is: the
//! link delays, cuts, drops, repeats and reorders packets; somebody on the way damages them, plays
//! them again and invents some; the server speaks of messages that never were; clocks are wrong and
//! salts are refused. What has to hold all the same: the server runs no request twice, each request
//! ends exactly once, each update arrives exactly once.
//!
//! [`updates`] does the same to the order of updates.
//!
//! ```
//! use heliogram_simulation::{Plan, run};
//!
//! let report = run(&Plan::from_seed(5));
//! assert_eq!(report.result, Ok(()));
//! assert!(report.stats.answered > 0);
//! ```
#![forbid(unsafe_code)]

mod client_end;
mod dice;
pub mod hostile;
mod liar;
mod link;
mod plan;
mod server_end;
mod stats;
mod tasks;
mod traffic;
pub mod updates;
mod world;

use std::time::Duration;

pub use link::Quality;
pub use plan::{Plan, Stats};

/// What a simulated run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether everything held that has to hold.
    pub result: Result<(), Violation>,
    /// What happened on the way.
    pub stats: Stats,
    /// How long it took, in virtual time.
    pub took: Duration,
}

/// Something that must not happen: a request that ran twice, an answer that never came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(String);

impl Violation {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Runs a plan to its end; the same plan always tells the same story.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    told(plan, |_, _| ())
}

/// Runs a plan and tells `listener` what happens, with the virtual time at which it does.
pub fn told(plan: &Plan, mut listener: impl FnMut(Duration, &str)) -> Report {
    let mut world = world::World::new(*plan, &mut listener);
    let result = world.run();
    Report {
        result,
        stats: world.stats(),
        took: world.now,
    }
}
