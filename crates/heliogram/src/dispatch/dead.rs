use std::fmt;

use crate::events::Kinds;

/// A route that can never run: its filter lets nothing through that its handler takes, or finds
/// nothing of what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadRoute {
    /// The name of the route.
    pub name: Box<str>,
    /// What its filter lets through, and those of the routers around it.
    pub filter: Kinds,
    /// What its handler takes.
    pub handler: Kinds,
    /// Whether its handler takes what a pattern found, and none of its filters has a pattern.
    pub lacks_pattern: bool,
}

impl fmt::Display for DeadRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lacks_pattern {
            return write!(
                f,
                "the route {} can never run: its handler takes `Captures`, but no filter of it has a \
                 pattern. Add `filter::regex(..)` to its filter.",
                self.name
            );
        }
        write!(
            f,
            "the route {} can never run: its filter lets {} through and its handler takes {}. Give \
             it a filter for what the handler takes, or a handler with other arguments.",
            self.name, self.filter, self.handler
        )
    }
}
