use std::fmt;

use crate::events::Kinds;

/// A route that can never run: its filter lets nothing through that its handler takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadRoute {
    /// The name of the route.
    pub name: Box<str>,
    /// What its filter lets through, and those of the routers around it.
    pub filter: Kinds,
    /// What its handler takes.
    pub handler: Kinds,
}

impl fmt::Display for DeadRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the route {} can never run: its filter lets {} through and its handler takes {}. Give \
             it a filter for what the handler takes, or a handler with other arguments.",
            self.name, self.filter, self.handler
        )
    }
}
