//! What the engine wants to be fetched, on its way.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::{task::JoinSet, time::Instant};

use super::Driver;
use crate::{
    Client,
    updates::{
        engine::{Key, Request},
        fetch::{self, Fetched},
    },
};

/// How long a difference waits for what was handed out before to be acknowledged.
const COURTESY: Duration = Duration::from_secs(30);

/// The requests of one engine.
#[derive(Default)]
pub(super) struct Requests {
    running: JoinSet<(Fetched, Option<i32>)>,
    /// The question for the difference, while it has to wait, and until when.
    held: Option<(Request, Instant)>,
    /// How little is asked for at once where an answer could not be read.
    steps: HashMap<Key, i32>,
    /// Channels whose access hash is not known.
    unreachable: HashSet<i64>,
}

impl Requests {
    /// The next that was answered; `None` if none is under way.
    pub(super) async fn next(&mut self) -> Option<Fetched> {
        let done = self.running.join_next().await?;
        let (fetched, step) = match done {
            Ok(done) => done,
            Err(e) => {
                // Tasks are only aborted together with the set.
                tracing::error!(error = %e, "a fetch of updates broke off");
                return None;
            }
        };
        if let Some(key) = fetched.key() {
            match step {
                Some(step) => self.steps.insert(key, step),
                None => self.steps.remove(&key),
            };
        }
        Some(fetched)
    }

    /// When to look at what has to wait.
    pub(super) fn due(&self) -> Option<Instant> {
        self.held.map(|(_, until)| until)
    }

    /// Asks for a channel as soon as it can be.
    pub(super) fn wait_for(&mut self, channel: i64) {
        self.unreachable.insert(channel);
    }

    /// Channels that can be asked for by now.
    pub(super) fn take_reachable(&mut self, known: impl Fn(i64) -> bool) -> Vec<i64> {
        let reachable = self.unreachable.iter().copied();
        let reachable: Vec<_> = reachable.filter(|id| known(*id)).collect();
        for id in &reachable {
            self.unreachable.remove(id);
        }
        reachable
    }

    /// Whether nothing is asked, nor waits for its turn.
    fn is_idle(&self) -> bool {
        self.running.is_empty() && self.held.is_none()
    }

    /// Whether something is under way that may bring what is missing. A question that waits until
    /// events are acknowledged is not: it may be an album's parts that it waits for.
    pub(super) fn is_fetching(&self) -> bool {
        !self.running.is_empty()
    }

    fn begin(&mut self, client: &Client, request: Request) {
        let key = match request {
            Request::Channel { id, .. } => Key::Channel(id),
            _ => Key::Common,
        };
        let step = self.steps.get(&key).copied();
        let fetch = fetch::fetch(client.clone(), request, step);
        self.running.spawn(fetch);
    }
}

impl Driver {
    /// Fetches what the engine wants.
    pub(super) fn request(&mut self, client: &Client) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        let meter = self.hub.meter();
        if let Some((request, until)) = self.requests.held.take() {
            match self.keeper.allows(&request) || until <= Instant::now() {
                true => self.requests.begin(client, request),
                false => self.requests.held = Some((request, until)),
            }
        }
        while let Some(request) = engine.poll_request() {
            match request {
                Request::Channel { .. } => meter.channel_differences.count(),
                _ => meter.differences.count(),
            }
            if self.keeper.allows(&request) {
                self.requests.begin(client, request);
            } else {
                self.requests.held = Some((request, Instant::now() + COURTESY));
            }
        }
        if self.requests.is_idle() {
            self.catching_up.over();
            // All that was to come again has come, unless it could not be fetched yet.
            if engine.is_caught_up() && self.known.forget_ahead() {
                self.hub.ledger().count_ahead();
            }
        }
    }
}
