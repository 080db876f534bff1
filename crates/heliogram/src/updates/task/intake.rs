//! What arrives, on its way into the engine.

use std::sync::Arc;

use bytes::Bytes;
use heliogram_api::enums;
use tokio::time::Instant;

use super::Driver;
use crate::{
    Client, PeerId,
    net::refresh,
    updates::{
        Affected,
        careful::Found,
        engine::{Batch, Failure, Key, Place, Update},
        fetch::Fetched,
        hub::{Arrival, Input},
        normalize::{self, Container},
    },
};

impl Driver {
    pub(super) fn input(&mut self, client: &Client, arrival: Arrival) {
        let Arrival { input, at } = arrival;
        match input {
            Input::Pushed(bytes) => self.pushed(client, bytes, at),
            Input::Own(updates) => self.updates(client, *updates, true, at),
            Input::Affected(affected) => self.moved(place(affected)),
        }
    }

    fn pushed(&mut self, client: &Client, bytes: Bytes, at: Instant) {
        match heliogram_tl::from_bytes::<enums::Updates>(&bytes) {
            Ok(updates) => self.updates(client, updates, false, at),
            Err(e) => {
                tracing::warn!(error = %e, "an update cannot be read; the difference is fetched");
                let now = self.now();
                let Some(engine) = &mut self.engine else {
                    return;
                };
                engine.handle_too_long(now);
                self.unreadable(Found {
                    bytes,
                    channel: None,
                    range: None,
                });
            }
        }
    }

    fn updates(&mut self, client: &Client, updates: enums::Updates, own: bool, at: Instant) {
        if refresh::is_news(&updates) {
            client.net().stale.notify_one();
        }
        let entities = Arc::new(normalize::entities(&updates));
        if !own {
            client.peers().learn(&entities);
        }
        let now = self.now();
        let Some(engine) = &mut self.engine else {
            return;
        };
        let knows = |id: PeerId| client.peers().chat(id).is_some();
        match normalize::container(updates, entities, self.account, knows) {
            Container::TooLong => engine.handle_too_long(now),
            Container::PtsChanged => engine.handle_pts_changed(now),
            Container::Batch(mut batch) => {
                let raw = batch.updates.iter().filter_map(|u| u.value.as_ref());
                client
                    .peers()
                    .learn_senders(raw.filter_map(|p| message(&p.update)));
                for update in &mut batch.updates {
                    if own {
                        update.value = None;
                    } else if let Some(payload) = &mut update.value {
                        payload.arrived = at;
                    }
                }
                engine.handle_updates(now, batch);
            }
        }
    }

    /// A counter moved without anything to hand out.
    fn moved(&mut self, place: Place) {
        let now = self.now();
        if let Some(engine) = &mut self.engine {
            let updates = vec![Update { place, value: None }];
            engine.handle_updates(
                now,
                Batch {
                    seq: None,
                    date: None,
                    updates,
                },
            );
        }
    }

    /// Peers were learnt: channels that could not be asked for may be among them.
    pub(super) fn learnt(&mut self, client: &Client) {
        self.keeper.soon();
        let known = |id: i64| PeerId::channel(id).is_some_and(|p| client.peers().is_addressable(p));
        for id in self.requests.take_reachable(known) {
            if let Some(engine) = &mut self.engine {
                engine.handle_channel_reachable(id);
            }
        }
    }

    pub(super) fn fetched(&mut self, fetched: Fetched) {
        let meter = self.hub.meter();
        if matches!(fetched, Fetched::Failed(..)) {
            meter.failed_differences.count();
        }
        let now = self.now();
        let Some(engine) = &mut self.engine else {
            return;
        };
        match fetched {
            Fetched::State(state) => engine.handle_state(now, state),
            Fetched::Difference(d) => engine.handle_difference(now, d),
            Fetched::Channel(id, d) => engine.handle_channel_difference(now, id, d),
            Fetched::Unreadable(found, then) => {
                self.unreadable(found);
                self.fetched(*then);
            }
            Fetched::Unreachable(id) => {
                self.requests.wait_for(id);
                engine.handle_failure(now, Key::Channel(id), Failure::Unreachable);
            }
            Fetched::Failed(key, failure, e) => {
                engine.handle_failure(now, key, failure);
                if key == Key::Common {
                    self.requests.failed();
                    self.catching_up.failed(&e);
                }
            }
            Fetched::Unauthorized(e) => {
                self.publish_error(&e);
                self.catching_up.failed(&e);
                self.barred = true;
                self.rest();
            }
        }
    }
}

/// The message that an update tells of.
fn message(update: &enums::Update) -> Option<&enums::Message> {
    match update {
        enums::Update::NewMessage(u) => Some(&u.message),
        enums::Update::NewChannelMessage(u) => Some(&u.message),
        enums::Update::EditMessage(u) => Some(&u.message),
        enums::Update::EditChannelMessage(u) => Some(&u.message),
        _ => None,
    }
}

fn place(affected: Affected) -> Place {
    let Affected {
        channel,
        pts,
        count,
    } = affected;
    match channel {
        Some(id) => Place::Channel { id, pts, count },
        None => Place::Common { pts, count },
    }
}
