use std::{fmt, sync::Arc};

use heliogram_api::enums;

use crate::{
    Client, PeerId,
    types::{Chat, Entities},
};

/// What every event is made of: a raw update, the peers that came with it, and the client.
#[derive(Clone)]
pub(crate) struct Context {
    client: Client,
    entities: Arc<Entities>,
    update: Arc<enums::Update>,
}

impl Context {
    pub(crate) fn new(client: &Client, update: enums::Update, entities: Arc<Entities>) -> Self {
        Self {
            client: client.clone(),
            entities,
            update: Arc::new(update),
        }
    }

    /// The same, answered through a business connection.
    pub(crate) fn in_business(&self, connection: &str) -> Self {
        Self {
            client: self.client.in_business(connection),
            ..self.clone()
        }
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) const fn update(&self) -> &Arc<enums::Update> {
        &self.update
    }

    pub(crate) fn entities(&self) -> &Entities {
        &self.entities
    }

    /// A peer with what is known about it; never asks the server.
    pub(crate) fn chat(&self, id: PeerId) -> Chat {
        self.entities.find(&self.client, id)
    }
}

/// Shows what kind of update it is, not what it says.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// What can be asked of any event: where it belongs and who caused it.
///
/// Filters on chats and people, and the order of handlers within a chat, stand on it.
pub(crate) trait About {
    /// The chat it happened in.
    fn chat(&self) -> Option<PeerId> {
        None
    }

    /// Who did it.
    fn sender(&self) -> Option<PeerId> {
        None
    }

    /// The topic of a forum it happened in.
    fn topic(&self) -> Option<i32> {
        None
    }
}

/// Gives events that keep a `cx: Context` what all of them have.
macro_rules! event_members {
    ($($event:ty),* $(,)?) => { $(
        impl $event {
            /// The client it came through.
            #[must_use]
            pub fn client(&self) -> &$crate::Client {
                self.cx.client()
            }

            /// The raw update, with everything that has no method here.
            #[must_use]
            #[doc(alias = "original_update")]
            #[doc(alias = "stringify")]
            #[doc(alias = "to_dict")]
            pub fn raw(&self) -> &::heliogram_api::enums::Update {
                self.cx.update()
            }
        }
    )* };
}
