use std::{fmt, sync::Arc};

use tokio::runtime::Handle;

use super::{Filter, Handler, Live, Router, attached::Attached, route::Step};
use crate::{Client, Result, events::Kinds};

/// Routes that were given to a client; [`Client::remove`] takes them away again.
///
/// Dropping it does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Registration {
    place: u64,
}

/// A route that a client has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteInfo {
    /// Its name: as given, or that of its handler.
    pub name: Arc<str>,
    /// The number of its group.
    pub group: i32,
    /// The kinds of events it is for.
    pub kinds: Kinds,
    /// What it was given to the client with.
    pub registration: Registration,
}

/// As in a list: the group, the name, and the kinds of events.
impl fmt::Display for RouteInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} takes {}", self.group, self.name, self.kinds)
    }
}

impl Client {
    /// Calls `handler` for the events that `filter` lets through and that have its arguments, from
    /// now on and in the background.
    ///
    /// Events are taken as soon as there is a handler. To have several see the first one, put them
    /// in a [`Router`] and [`attach`](Self::attach) that. A handler that captures its client keeps
    /// it open; take [`Client`] as an argument instead.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::{Message, filter};
    ///
    /// let pong = client
    ///     .on(filter::any(), |message: Message| async move {
    ///         message.reply("pong").await.map(drop)
    ///     })
    ///     .await?;
    /// client.remove(&pong);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`UsageError::Route`](crate::UsageError::Route) if the filter and the handler contradict
    /// each other, and whatever keeps the filter from looking up what it needs.
    #[doc(alias = "add_event_handler")]
    #[doc(alias = "add_handler")]
    #[doc(alias = "on_message")]
    pub async fn on<A, H: Handler<A, ()>>(
        &self,
        filter: Filter,
        handler: H,
    ) -> Result<Registration> {
        self.attach(Router::new().on(filter, handler)).await
    }

    /// Gives the client a router, from now on and in the background; its routes come after those
    /// that the client has, group by group.
    ///
    /// State is given to the router before, with [`Router::with_state`].
    ///
    /// # Errors
    /// As [`on`](Self::on); then nothing is attached.
    #[doc(alias = "add_event_handler")]
    #[doc(alias = "load_plugins")]
    pub async fn attach(&self, router: Router) -> Result<Registration> {
        let place = self.live().place();
        let attached = Attached::new(router, place, self).await?;
        self.live().add(self, attached)?;
        Ok(Registration { place })
    }

    /// Takes away what [`on`](Self::on) or [`attach`](Self::attach) gave; answers whether it was
    /// there. None of its handlers begins from now on; those at work go on, and once they have ended
    /// the handlers of [`Router::on_stop`] are called. Events that wait for the last of all handlers
    /// are for the next, as [`Workers::ack_after_handler`](super::Workers::ack_after_handler) says; to
    /// exchange handlers, give the client the new ones first.
    #[doc(alias = "remove_event_handler")]
    #[doc(alias = "remove_handler")]
    #[doc(alias = "unregister")]
    pub fn remove(&self, registration: &Registration) -> bool {
        let gone = self.live().remove(registration.place);
        gone.map(|gone| self.retire_later(gone)).is_some()
    }

    /// Tells handlers that were taken away, when they have ended.
    pub(super) fn retire_later(&self, gone: Attached) {
        // Outside of a runtime nothing was ever handled.
        if let Ok(runtime) = Handle::try_current() {
            let client = self.clone();
            runtime.spawn(async move { client.live().retire(&gone, &client).await });
        }
    }

    /// The routes the client has, in the order they were given.
    #[doc(alias = "list_event_handlers")]
    #[must_use]
    pub fn handlers(&self) -> Vec<RouteInfo> {
        self.live().routes()
    }
}

impl Live {
    fn routes(&self) -> Vec<RouteInfo> {
        self.with_attached(|attached| {
            let mut list = Vec::new();
            for one in attached {
                for step in one.groups.values().flatten() {
                    if let Step::Try(route) = step {
                        list.push(RouteInfo {
                            name: Arc::clone(&route.name),
                            group: route.group,
                            kinds: route.kinds,
                            registration: Registration { place: one.place },
                        });
                    }
                }
            }
            list
        })
    }
}
