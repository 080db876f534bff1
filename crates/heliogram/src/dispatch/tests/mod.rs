//! Events through routers, without a network in between.

mod lanes;
mod routes;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use heliogram_api::{enums, types};

use super::{
    Failure, Router, UpdateCx,
    route::{Owner, Table},
};
use crate::{
    Client, Event, Result, events::Context, net::lock, testing::TestServer, types::Entities,
};

/// A client, and what events are made for it.
pub(super) struct Room {
    pub(super) client: Client,
    _server: TestServer,
}

impl Room {
    pub(super) async fn new() -> Self {
        let server = TestServer::start().await;
        let alice = server.user("alice").await;
        let client = server.client(&alice).await.unwrap();
        Self {
            client,
            _server: server,
        }
    }

    fn event(&self, update: enums::Update) -> Event {
        let cx = Context::new(&self.client, update, Arc::new(Entities::default()));
        Event::from_update(&cx)
    }

    /// A message in the basic group of this number.
    pub(super) fn message(&self, chat: i64, text: &str) -> Event {
        let peer = types::PeerChat { chat_id: chat }.into();
        let message = types::Message::new(1, peer, 0, text.to_owned());
        self.event(types::UpdateNewMessage::new(message.into(), 0, 0).into())
    }

    pub(super) fn edit(&self, chat: i64, text: &str) -> Event {
        let peer = types::PeerChat { chat_id: chat }.into();
        let message = types::Message::new(1, peer, 0, text.to_owned());
        self.event(types::UpdateEditMessage::new(message.into(), 0, 0).into())
    }

    /// Takes an event through a router.
    async fn through(&self, router: Router, event: Event) -> Result<()> {
        let groups = router.lay_out(&Arc::new(Owner::default()))?;
        let table = Table::of([&groups].into_iter());
        let cx = UpdateCx::new(self.client.clone(), event);
        table.dispatch(&cx, i32::MIN).await;
        Ok(())
    }
}

/// Where handlers leave what they have seen.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(super) fn note(&self, line: impl fmt::Display) {
        lock(&self.0).push(line.to_string());
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.0))
    }
}
