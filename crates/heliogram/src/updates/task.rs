//! The task that drives the engine: it feeds it, fetches for it, hands out events and stores state.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use heliogram_api::enums;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    Receipt,
    engine::{Batch, Changes, Engine, Notice, Place, State, Update},
    fetch::{self, Fetched},
    hub::{Hub, Input},
    normalize::{self, Container, Payload},
};
use crate::{
    Client, Error, PeerId, ProtocolError, Result, RpcError, SessionEnded, WeakClient,
    events::{Context, Event, Grouper},
    net::refresh,
    storage::{self, UpdateState},
};

/// How long changes of the state are gathered before they are written.
const SAVE_DELAY: Duration = Duration::from_millis(50);
/// How many of its own messages the client remembers, to know them in a difference.
const MAX_OWN: usize = 512;

/// Runs until the client is dropped or stopped.
pub(crate) async fn run(weak: WeakClient) {
    let Some(client) = weak.upgrade() else { return };
    let hub = client.hub().clone();
    let unsaved = Arc::clone(&client.peers().unsaved);
    drop(client);
    let mut driver = Driver::new(hub.clone());
    loop {
        let mut fetched = None;
        let deadline = driver.deadline();
        tokio::select! {
            () = hub.changed() => {}
            () = unsaved.notified() => driver.save_soon(),
            Some(done) = driver.fetches.join_next() => fetched = done.ok(),
            () = sleep_until(deadline) => {}
        }
        // Only held while there is something to do: a client that nobody holds must go away.
        let Some(client) = weak.upgrade() else { return };
        if driver.turn(&client, fetched).await {
            return;
        }
    }
}

struct Driver {
    hub: Hub,
    /// The zero of the engine's time.
    start: Instant,
    /// Exists while somebody reads.
    engine: Option<Engine<Payload>>,
    /// Counts engines, so that what an earlier one asked for is not taken for an answer.
    epoch: u64,
    /// Whose updates these are.
    account: Option<i64>,
    /// The server does not know the account any more; nothing is asked until it may again.
    barred: bool,
    fetches: JoinSet<Done>,
    /// What this client sent, newest last: channel (0 outside) and message id.
    own: VecDeque<(i64, i32)>,
    own_set: HashSet<(i64, i32)>,
    albums: Grouper<Receipt>,
    save_at: Option<Instant>,
    changes: Changes,
}

/// Something fetched, and the epoch of the engine that asked for it.
type Done = (u64, Fetched);

impl Driver {
    fn new(hub: Hub) -> Self {
        Self {
            hub,
            start: Instant::now(),
            engine: None,
            epoch: 0,
            account: None,
            barred: false,
            fetches: JoinSet::new(),
            own: VecDeque::new(),
            own_set: HashSet::new(),
            albums: Grouper::default(),
            save_at: None,
            changes: Changes::default(),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn deadline(&self) -> Instant {
        let engine = self.engine.as_ref().map(|e| self.start + e.poll_timeout());
        let albums = self.albums.poll_timeout(self.is_fetching());
        let idle = || Instant::now() + Duration::from_secs(3600);
        engine
            .into_iter()
            .chain(self.save_at)
            .chain(albums.map(|at| self.start + at))
            .min()
            .unwrap_or_else(idle)
    }

    /// Whether a difference is on its way, which may bring what is missing.
    fn is_fetching(&self) -> bool {
        !self.fetches.is_empty()
    }

    fn save_soon(&mut self) {
        self.save_at
            .get_or_insert_with(|| Instant::now() + SAVE_DELAY);
    }

    /// Does what there is to do; answers whether that was all, for good.
    async fn turn(&mut self, client: &Client, done: Option<Done>) -> bool {
        let news = self.hub.take();
        self.barred &= !news.resync;
        self.follow_account(client);
        if let Err(e) = self.follow_readers(client).await {
            tracing::error!(error = %e, "the state of updates cannot be read");
            self.publish_error(&e);
        }
        for input in news.inputs {
            self.input(client, input);
        }
        let now = self.now();
        if let Some(engine) = &mut self.engine {
            if news.resync {
                engine.handle_reconnected(now);
            } else if news.lost {
                engine.handle_too_long(now);
            }
            engine.handle_timeout(now);
        }
        if let Some((epoch, fetched)) = done
            && epoch == self.epoch
        {
            self.fetched(fetched);
        }
        self.deliver(client).await;
        self.request(client);
        if news.closed || self.save_at.is_some_and(|at| at <= Instant::now()) {
            self.save(client).await;
        }
        news.closed
    }

    /// Starts over when somebody else signs in.
    fn follow_account(&mut self, client: &Client) {
        let account = client.self_id();
        if account == self.account {
            return;
        }
        if let Some(ended) = client.net().ended() {
            self.publish_error(&ended.into());
        }
        if self.account.is_some() {
            self.hub.desk().sign_out();
            client.peers().clear();
            self.own.clear();
            self.own_set.clear();
        }
        self.account = account;
        self.rest();
    }

    /// Nobody reads, or nobody is signed in.
    fn rest(&mut self) {
        self.engine = None;
        drop(self.albums.abandon());
        self.epoch += 1;
        self.fetches.abort_all();
    }

    /// Has an engine exactly while somebody reads.
    async fn follow_readers(&mut self, client: &Client) -> Result<()> {
        let wanted = self.account.is_some() && !self.barred && self.hub.is_read();
        match (wanted, self.engine.is_some()) {
            (true, false) => {
                // What was not written yet is where the new engine starts.
                self.save(client).await;
                let records = &client.net().records;
                let state = records.update_state().await?.map(|s| State {
                    pts: s.pts,
                    qts: s.qts,
                    date: s.date,
                    seq: s.seq,
                });
                let channels = records.channels().await?;
                self.rest();
                self.engine = Some(Engine::new(self.now(), state, channels));
            }
            (false, true) => {
                self.save(client).await;
                self.rest();
            }
            _ => {}
        }
        Ok(())
    }

    fn input(&mut self, client: &Client, input: Input) {
        let now = self.now();
        match input {
            Input::Pushed(bytes) => match heliogram_tl::from_bytes::<enums::Updates>(&bytes) {
                Ok(updates) => self.updates(client, updates, false),
                Err(e) => {
                    tracing::warn!(error = %e, "an update cannot be read and is fetched again");
                    if let Some(engine) = &mut self.engine {
                        engine.handle_too_long(now);
                    }
                }
            },
            Input::Own(updates) => {
                self.remember(&updates);
                self.updates(client, *updates, true);
            }
            Input::Affected(a) => {
                let place = match a.channel {
                    Some(id) => Place::Channel {
                        id,
                        pts: a.pts,
                        count: a.count,
                    },
                    None => Place::Common {
                        pts: a.pts,
                        count: a.count,
                    },
                };
                let updates = vec![Update { place, value: None }];
                if let Some(engine) = &mut self.engine {
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
        }
    }

    fn updates(&mut self, client: &Client, updates: enums::Updates, own: bool) {
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
                    .learn_senders(raw.filter_map(|p| new_message(&p.update)));
                if own {
                    batch.updates.iter_mut().for_each(|u| u.value = None);
                }
                engine.handle_updates(now, batch);
            }
        }
    }

    /// Keeps in mind what this client sent.
    fn remember(&mut self, updates: &enums::Updates) {
        let list = match updates {
            enums::Updates::Updates(u) => &u.updates[..],
            enums::Updates::Combined(u) => &u.updates[..],
            enums::Updates::UpdateShortSentMessage(u) => {
                self.remember_one((0, u.id));
                return;
            }
            _ => return,
        };
        for message in list.iter().filter_map(new_message) {
            if let Some(key) = own_key(message) {
                self.remember_one(key);
            }
        }
    }

    fn remember_one(&mut self, key: (i64, i32)) {
        if !self.own_set.insert(key) {
            return;
        }
        self.own.push_back(key);
        if self.own.len() > MAX_OWN
            && let Some(old) = self.own.pop_front()
        {
            self.own_set.remove(&old);
        }
    }

    fn fetched(&mut self, fetched: Fetched) {
        let now = self.now();
        let Some(engine) = &mut self.engine else {
            return;
        };
        match fetched {
            Fetched::State(state) => engine.handle_state(now, state),
            Fetched::Difference(d) => engine.handle_difference(now, d),
            Fetched::Channel(id, d) => engine.handle_channel_difference(now, id, d),
            Fetched::Failed(key, failure) => engine.handle_failure(now, key, failure),
            Fetched::Unauthorized(e) => {
                self.publish_error(&e);
                self.barred = true;
                self.rest();
            }
        }
    }

    /// Hands ready events to all readers, then notes how far they have come.
    async fn deliver(&mut self, client: &Client) {
        for event in self.hub.desk().take_returned() {
            hand_out(&self.hub, event).await;
        }
        let Some(engine) = &mut self.engine else {
            return;
        };
        while let Some(payload) = engine.poll_update() {
            let own = new_message(&payload.update).and_then(own_key);
            if own.is_some_and(|key| self.own_set.contains(&key)) {
                continue;
            }
            let cx = Context::new(client, payload.update, payload.entities);
            let event = Event::from_update(&cx);
            if self.hub.desk().offer(&cx, &event) {
                continue;
            }
            let now = self.start.elapsed();
            let left = self.hub.desk().take_returned();
            for event in left.into_iter().chain([event]) {
                if let Some(whole) = self.albums.before(&event) {
                    hand_out(&self.hub, Event::Album(whole.album)).await;
                }
                let filled = self.albums.after(now, &event, Receipt::default);
                hand_out(&self.hub, event).await;
                if let Some(whole) = filled {
                    hand_out(&self.hub, Event::Album(whole.album)).await;
                }
            }
        }
        let (now, fetching) = (self.start.elapsed(), !self.fetches.is_empty());
        for whole in self.albums.handle_timeout(now, fetching) {
            hand_out(&self.hub, Event::Album(whole.album)).await;
        }
        while let Some(notice) = engine.poll_notice() {
            log(notice);
        }
        if let Some(changes) = engine.take_changes() {
            merge(&mut self.changes, changes);
            self.save_soon();
        }
    }

    fn request(&mut self, client: &Client) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        while let Some(request) = engine.poll_request() {
            let (client, epoch) = (client.clone(), self.epoch);
            let fetch = fetch::fetch(client, request);
            self.fetches.spawn(async move { (epoch, fetch.await) });
        }
    }

    /// Writes counters and the peers they speak of in one go.
    async fn save(&mut self, client: &Client) {
        self.save_at = None;
        let taken = std::mem::take(&mut self.changes);
        let mut changes = storage::Changes::new();
        client.peers().drain_into(&mut changes);
        if let Some(s) = taken.common {
            let state = UpdateState {
                pts: s.pts,
                qts: s.qts,
                date: s.date,
                seq: s.seq,
            };
            changes.update_state(state);
        }
        for (id, pts) in taken.channels {
            match pts {
                Some(pts) => changes.channel_pts(id, pts),
                None => changes.forget_channel(id),
            };
        }
        if let Err(e) = client.net().records.commit(changes).await {
            tracing::error!(error = %e, "the state of updates cannot be stored");
            if let Some(engine) = &mut self.engine {
                engine.forget_stored();
            }
        }
    }

    fn publish_error(&self, e: &Error) {
        for reader in self.hub.readers() {
            // Errors cannot be copied, but each reader gets one that means the same.
            reader.put(Err(match e {
                Error::Rpc(e) => RpcError::clone(e).into(),
                Error::Protocol(e) => ProtocolError::clone(e).into(),
                Error::SessionEnded(e) => SessionEnded::clone(e).into(),
                other => Error::storage(other.to_string()),
            }));
        }
    }
}

/// Gives an event to everybody who reads.
async fn hand_out(hub: &Hub, event: Event) {
    let readers = hub.readers();
    for reader in &readers {
        reader.wait_for_room().await;
    }
    for reader in &readers {
        reader.put(Ok(event.clone()));
    }
}

/// The message that an update tells of, if it is new.
fn new_message(update: &enums::Update) -> Option<&enums::Message> {
    match update {
        enums::Update::NewMessage(u) => Some(&u.message),
        enums::Update::NewChannelMessage(u) => Some(&u.message),
        _ => None,
    }
}

/// What tells a message from all others of the account.
fn own_key(message: &enums::Message) -> Option<(i64, i32)> {
    let (peer, id) = match message {
        enums::Message::Message(m) => (&m.peer_id, m.id),
        enums::Message::Service(m) => (&m.peer_id, m.id),
        _ => return None,
    };
    match peer {
        enums::Peer::Channel(p) => Some((p.channel_id, id)),
        _ => Some((0, id)),
    }
}

fn merge(into: &mut Changes, new: Changes) {
    into.common = new.common.or(into.common);
    into.channels.extend(new.channels);
}

fn log(notice: Notice) {
    match notice {
        Notice::Gap { .. } | Notice::Recovered { .. } | Notice::CaughtUp { .. } => {
            tracing::debug!("{notice}");
        }
        Notice::Gone { .. } | Notice::Released { .. } => tracing::info!("{notice}"),
        _ => tracing::warn!("{notice}"),
    }
}
