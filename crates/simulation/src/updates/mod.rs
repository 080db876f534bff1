//! Random histories of updates, and a client that has to deliver them.
//!
//! A server lets things happen in the account's boxes and in those of its channels; pushes are late,
//! lost, doubled and shuffled; requests fail, channels cannot be fetched, the connection breaks, and
//! the client dies and begins again with what it has stored. What has to hold all the same: what is
//! delivered is what happened, in order; once in each life of the client, and once altogether if it
//! was acknowledged. Only what the server itself does not give may be missing, and the client must
//! have told of it.
//!
//! ```
//! use heliogram_simulation::updates::{Plan, run};
//!
//! let report = run(&Plan::from_seed(5));
//! assert_eq!(report.result, Ok(()));
//! assert!(report.stats.delivered > 0);
//! ```

mod answers;
mod client;
mod demands;
mod events;
mod log;
mod plan;
mod server;
mod soak;
mod troubles;
mod world;

use std::time::Duration;

pub use heliogram_updates::Load;
pub use plan::{Plan, Stats};
pub use soak::{Day, Soak};

use self::{log::Item, world::World};
use crate::Violation;

/// What a history came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether everything held that has to hold.
    pub result: Result<(), Violation>,
    /// What happened on the way.
    pub stats: Stats,
    /// How long it took, in virtual time.
    pub took: Duration,
}

/// Runs a history to its end; the same plan always tells the same story.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    told(plan, None)
}

/// What is called with the virtual time and what happens at it.
pub type Listener<'a> = &'a mut dyn FnMut(Duration, &str);

/// Runs a history and tells `listener` what happens.
pub fn told(plan: &Plan, listener: Option<Listener<'_>>) -> Report {
    let mut world = World::new(*plan, listener);
    let result = world.run();
    Report {
        result,
        stats: world.stats(),
        took: world.now(),
    }
}

/// Something that must not happen.
type Trouble = Violation;

impl Trouble {
    fn again(item: &Item) -> Self {
        Self::new(format!("{item:?} came again"))
    }
}
