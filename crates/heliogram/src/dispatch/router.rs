use std::{any::type_name, collections::BTreeMap, fmt, sync::Arc};

use super::{
    Filter, Handler, UpdateCx,
    filter::of_kinds,
    middleware::Middleware,
    route::{Call, Role},
};
use crate::{
    Event,
    events::{Kinds, Lifecycle},
};

/// Handlers and the events they are for, declared far from any client.
///
/// A client is given one with [`Client::run`](crate::Client::run) or
/// [`Client::attach`](crate::Client::attach); several clients may have the same. `S` is what
/// handlers share: they take it, or a part of it, as [`State`](super::State).
///
/// An event goes through the groups in the order of their numbers. In each group routes are tried
/// in the order they were added; the first whose filter lets the event through and whose arguments
/// are there has it. What a handler returns may change that, see [`Flow`](super::Flow).
///
/// ```no_run
/// use heliogram::{Client, Message, Result, Router, filter};
///
/// async fn echo(message: Message) -> Result<()> {
///     message.reply(message.text()).await?;
///     Ok(())
/// }
///
/// # async fn run(client: Client) -> Result<()> {
/// client.run(Router::new().on(filter::any(), echo)).await
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a router does nothing until a client is given it"]
#[doc(alias = "Dispatcher")]
#[doc(alias = "events.register")]
#[doc(alias = "register")]
pub struct Router<S = ()> {
    pub(super) groups: BTreeMap<i32, Vec<Entry<S>>>,
    pub(super) scope: Scope<S>,
    /// The group of the route that was added last.
    last: Option<i32>,
}

#[derive(Clone)]
pub(super) enum Entry<S> {
    Route(Declared<S>),
    Nest(Nest<S>),
}

/// A route as it was declared.
#[derive(Clone)]
pub(super) struct Declared<S> {
    pub(super) name: Arc<str>,
    pub(super) filter: Filter,
    /// What the handler's arguments are for.
    pub(super) kinds: Kinds,
    /// Whether one of them is what a pattern found.
    pub(super) of_pattern: bool,
    pub(super) call: Call<S>,
    pub(super) role: Role,
}

/// A group of another router.
#[derive(Clone)]
pub(super) struct Nest<S> {
    pub(super) filter: Option<Filter>,
    pub(super) scope: Scope<S>,
    pub(super) entries: Vec<Entry<S>>,
}

/// What a router puts around its routes.
#[derive(Clone)]
pub(super) struct Scope<S> {
    pub(super) layers: Vec<Arc<dyn Middleware>>,
    pub(super) on_error: Option<Call<S>>,
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// A router without routes.
    pub fn new() -> Self {
        Self {
            groups: BTreeMap::new(),
            scope: Scope {
                layers: Vec::new(),
                on_error: None,
            },
            last: None,
        }
    }

    /// Adds a route: `handler` is given the events that `filter` lets through and that have its
    /// arguments.
    #[doc(alias = "add_handler")]
    #[doc(alias = "add_event_handler")]
    pub fn on<A, H: Handler<A, S>>(self, filter: Filter, handler: H) -> Self {
        const {
            assert!(
                !H::KINDS.is_empty(),
                "this handler can never run: no event has all of its arguments. Take those of one \
                 kind of event, or `Option` of them"
            );
        }
        self.add(filter, handler, Role::Route)
    }

    /// Calls `handler` at this turn of the client's life, whoever else is called then.
    pub(super) fn hook<A, H: Handler<A, S>>(self, when: Lifecycle, handler: H) -> Self {
        let told = move |cx: &UpdateCx| matches!(cx.event(), Event::Lifecycle(it) if *it == when);
        self.add(of_kinds(Kinds::LIFECYCLE, told), handler, Role::Hook)
    }

    fn add<A, H: Handler<A, S>>(mut self, filter: Filter, handler: H, role: Role) -> Self {
        let route = Declared {
            name: type_name::<H>().into(),
            filter,
            kinds: H::KINDS,
            of_pattern: H::OF_PATTERN,
            call: erase(handler),
            role,
        };
        self.groups.entry(0).or_default().push(Entry::Route(route));
        self.last = Some(0);
        self
    }

    /// Names the route that was added last, for logs, errors and lists. Otherwise it has the name
    /// of its handler.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        let group = self.last.and_then(|group| self.groups.get_mut(&group));
        if let Some(Entry::Route(route)) = group.and_then(|group| group.last_mut()) {
            route.name = name.into();
        }
        self
    }

    /// Adds the routes of another router, after those that are there, in the same groups.
    ///
    /// What it puts around its routes stays around them.
    #[doc(alias = "include_router")]
    pub fn merge(self, other: Self) -> Self {
        self.place(0, None, other)
    }

    /// Adds the routes of another router for the events that `filter` lets through.
    pub fn nest(self, filter: Filter, other: Self) -> Self {
        self.place(0, Some(filter), other)
    }

    /// Adds the routes of another router in the group of this number: every event that an earlier
    /// group did not stop goes through it, whoever had it there. Groups of the other router count
    /// from it.
    ///
    /// ```
    /// # use heliogram::{Message, Router, filter};
    /// # async fn log(message: Message) { let _ = message; }
    /// # async fn echo(message: Message) { let _ = message; }
    /// // Both see every message, `log` first.
    /// let router: Router = Router::new()
    ///     .on(filter::any(), echo)
    ///     .group(-1, Router::new().on(filter::any(), log));
    /// # let _ = router;
    /// ```
    #[doc(alias = "handler_group")]
    pub fn group(self, number: i32, other: Self) -> Self {
        self.place(number, None, other)
    }

    fn place(mut self, offset: i32, filter: Option<Filter>, other: Self) -> Self {
        let bare = filter.is_none() && other.scope.is_empty();
        for (number, entries) in other.groups {
            let group = self
                .groups
                .entry(number.saturating_add(offset))
                .or_default();
            if bare {
                group.extend(entries);
            } else {
                group.push(Entry::Nest(Nest {
                    filter: filter.clone(),
                    scope: other.scope.clone(),
                    entries,
                }));
            }
        }
        self.last = None;
        self
    }

    /// Puts a middleware around all routes of this router, those added later too; the one put
    /// first is the outermost.
    #[doc(alias = "middleware")]
    pub fn layer(mut self, middleware: impl Middleware) -> Self {
        self.scope.layers.push(Arc::new(middleware));
        self
    }

    /// Calls this handler when one of this router's fails or panics. Its arguments are those of
    /// any handler, and [`Failure`](super::Failure) for what happened.
    ///
    /// Routers inside of this one have it too, unless they have their own, whose arguments are
    /// there. An error that nobody takes is logged. What it returns says where the event goes next.
    pub fn on_error<A, H: Handler<A, S>>(mut self, handler: H) -> Self {
        self.scope.on_error = Some(erase(handler));
        self
    }

    /// Gives the handlers what they share. The result fits where a router with other state is
    /// wanted, or with none.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::AtomicU64};
    /// use heliogram::{Message, Router, dispatch::State, filter};
    ///
    /// async fn count(_: Message, State(seen): State<Arc<AtomicU64>>) {
    ///     seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    /// }
    ///
    /// let router: Router = Router::new()
    ///     .on(filter::any(), count)
    ///     .with_state(Arc::new(AtomicU64::new(0)));
    /// # let _ = router;
    /// ```
    pub fn with_state<S2: 'static>(self, state: S) -> Router<S2> {
        let map = |(number, entries)| (number, with_state(entries, &state));
        Router {
            groups: self.groups.into_iter().map(map).collect(),
            scope: self.scope.with_state(&state),
            last: self.last,
        }
    }
}

impl<S> Scope<S> {
    fn is_empty(&self) -> bool {
        self.layers.is_empty() && self.on_error.is_none()
    }
}

impl<S: Clone + Send + Sync + 'static> Scope<S> {
    fn with_state<S2: 'static>(self, state: &S) -> Scope<S2> {
        Scope {
            layers: self.layers,
            on_error: self.on_error.map(|call| bind(call, state)),
        }
    }
}

fn with_state<S, S2>(entries: Vec<Entry<S>>, state: &S) -> Vec<Entry<S2>>
where
    S: Clone + Send + Sync + 'static,
    S2: 'static,
{
    let map = |entry| match entry {
        Entry::Route(route) => Entry::Route(Declared {
            name: route.name,
            filter: route.filter,
            kinds: route.kinds,
            of_pattern: route.of_pattern,
            call: bind(route.call, state),
            role: route.role,
        }),
        Entry::Nest(nest) => Entry::Nest(Nest {
            filter: nest.filter,
            scope: nest.scope.with_state(state),
            entries: with_state(nest.entries, state),
        }),
    };
    entries.into_iter().map(map).collect()
}

/// Forgets what the arguments of a handler are.
fn erase<A, S, H: Handler<A, S>>(handler: H) -> Call<S> {
    Arc::new(move |cx, state| handler.clone().call(cx, state))
}

/// Gives a handler its state.
fn bind<S: Clone + Send + Sync + 'static, S2: 'static>(call: Call<S>, state: &S) -> Call<S2> {
    let state = state.clone();
    Arc::new(move |cx, _| call(cx, state.clone()))
}

impl<S: Clone + Send + Sync + 'static> Default for Router<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// A line for each route, in the order they are tried: the group, the name, and the kinds of
/// events it is for.
impl<S> fmt::Display for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn show<S>(entries: &[Entry<S>], f: &mut fmt::Formatter<'_>, group: i32) -> fmt::Result {
            for entry in entries {
                match entry {
                    Entry::Nest(nest) => show(&nest.entries, f, group)?,
                    Entry::Route(route) => {
                        let kinds = (route.filter.kinds() & route.kinds).wanted();
                        writeln!(f, "{group}: {} takes {kinds}", route.name)?;
                    }
                }
            }
            Ok(())
        }
        self.groups
            .iter()
            .try_for_each(|(group, entries)| show(entries, f, *group))
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("groups", &self.groups.keys())
            .finish_non_exhaustive()
    }
}
