//! Which events a handler is for: [`Filter`]s, to be combined with `&`, `|` and `!`.

use std::{fmt, ops, sync::Arc};

use super::UpdateCx;
use crate::{BoxFuture, Client, Result, events::Kinds};

/// A test on events. `&`, `|` and `!` combine filters, nothing but them is needed to make new ones:
/// [`filter_fn`] makes one of a closure.
///
/// Filters ask no server while events pass; what has to be looked up (usernames) is looked up once,
/// before the first.
#[derive(Clone)]
pub struct Filter {
    node: Node,
}

/// One condition, the leaf of a [`Filter`].
pub trait Condition: Send + Sync + 'static {
    /// The kinds of events it can hold for; others are turned away without a look.
    fn kinds(&self) -> Kinds {
        Kinds::ALL
    }

    /// Whether it holds for this event. May leave what it found in the event's context.
    fn holds(&self, cx: &UpdateCx) -> bool;

    /// Looks up what it needs to know, once for every client before its first event.
    ///
    /// # Errors
    /// Whatever stands in the way, for example a username nobody has.
    fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        let _ = client;
        Box::pin(std::future::ready(Ok(())))
    }
}

#[derive(Clone)]
enum Node {
    Is(Arc<dyn Condition>),
    Not(Arc<Filter>),
    And(Arc<[Filter; 2]>),
    Or(Arc<[Filter; 2]>),
}

impl Filter {
    /// A filter of one condition.
    pub fn new(condition: impl Condition) -> Self {
        Self::from(Node::Is(Arc::new(condition)))
    }

    /// The kinds of events that can pass. What is negated may pass in any kind.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        match &self.node {
            Node::Is(condition) => condition.kinds(),
            Node::Not(_) => Kinds::ALL,
            Node::And(both) => both[0].kinds() & both[1].kinds(),
            Node::Or(both) => both[0].kinds() | both[1].kinds(),
        }
    }

    /// Whether the event passes.
    #[must_use]
    pub fn holds(&self, cx: &UpdateCx) -> bool {
        match &self.node {
            Node::Is(condition) => {
                condition.kinds().contains(cx.event().kind()) && condition.holds(cx)
            }
            Node::Not(filter) => !filter.holds(cx),
            Node::And(both) => both.iter().all(|f| f.holds(cx)),
            Node::Or(both) => both.iter().any(|f| f.holds(cx)),
        }
    }

    /// Looks up what the conditions need to know; see [`Condition::prepare`].
    ///
    /// # Errors
    /// The first that a condition fails with.
    pub fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match &self.node {
                Node::Is(condition) => condition.prepare(client).await,
                Node::Not(filter) => filter.prepare(client).await,
                Node::And(both) | Node::Or(both) => {
                    both[0].prepare(client).await?;
                    both[1].prepare(client).await
                }
            }
        })
    }
}

impl From<Node> for Filter {
    fn from(node: Node) -> Self {
        Self { node }
    }
}

impl ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Node::And(Arc::new([self, other])).into()
    }
}

impl ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Node::Or(Arc::new([self, other])).into()
    }
}

impl ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Node::Not(Arc::new(self)).into()
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("kinds", &self.kinds())
            .finish_non_exhaustive()
    }
}

/// A condition made of a closure.
struct Closure<F>(Kinds, F);

impl<F: Fn(&UpdateCx) -> bool + Send + Sync + 'static> Condition for Closure<F> {
    fn kinds(&self) -> Kinds {
        self.0
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        (self.1)(cx)
    }
}

/// Passes what the closure says yes to.
#[doc(alias = "func")]
#[doc(alias = "create")]
pub fn filter_fn(test: impl Fn(&UpdateCx) -> bool + Send + Sync + 'static) -> Filter {
    Filter::new(Closure(Kinds::ALL, test))
}

/// Passes events of these kinds that the closure says yes to.
pub(crate) fn of_kinds(
    kinds: Kinds,
    test: impl Fn(&UpdateCx) -> bool + Send + Sync + 'static,
) -> Filter {
    Filter::new(Closure(kinds, test))
}

/// Passes everything.
#[doc(alias = "all")]
#[must_use]
pub fn any() -> Filter {
    filter_fn(|_| true)
}
