use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use crate::{Client, Event, net::lock};

/// An event on its way through routes: what filters look at and handler arguments are taken from.
///
/// A cheap handle; clones share what is [put in](Self::insert).
#[derive(Clone)]
pub struct UpdateCx {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    event: Event,
    extensions: Mutex<Extensions>,
}

type Extensions = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

impl UpdateCx {
    /// An event of this client that starts on its way.
    #[must_use]
    pub fn new(client: Client, event: Event) -> Self {
        Self {
            inner: Arc::new(Inner {
                client,
                event,
                extensions: Mutex::default(),
            }),
        }
    }

    /// The client the event came through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.inner.event
    }

    /// Leaves a value for whoever comes later on this event's way, in place of an earlier one of
    /// the same type.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        lock(&self.inner.extensions).insert(TypeId::of::<T>(), Box::new(value));
    }

    /// The value of this type that was left.
    #[must_use]
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        let extensions = lock(&self.inner.extensions);
        extensions.get(&TypeId::of::<T>())?.downcast_ref().cloned()
    }
}

impl fmt::Debug for UpdateCx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateCx")
            .field("event", &self.inner.event)
            .finish_non_exhaustive()
    }
}
