//! What the engine wants to be fetched, on its way.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::{
    task::{Id, JoinSet},
    time::Instant,
};

use super::Driver;
use crate::{
    Client, Error,
    updates::{
        engine::{Failure, Key, Request, State},
        fetch::{self, Fetched},
    },
};

/// How long a difference waits for what was handed out before to be acknowledged.
const COURTESY: Duration = Duration::from_secs(30);

/// The requests of one engine.
#[derive(Default)]
pub(super) struct Requests {
    running: JoinSet<(Fetched, Option<i32>)>,
    /// What each of them is about.
    keys: HashMap<Id, Key>,
    /// The question for the difference, while it has to wait, and until when.
    held: Option<(Request, Instant)>,
    /// Where the last question stood that was asked from what is stored.
    spared: Option<State>,
    /// How little is asked for at once where an answer could not be read.
    steps: HashMap<Key, i32>,
    /// Channels whose access hash is not known.
    unreachable: HashSet<i64>,
}

impl Requests {
    /// The next that was answered; `None` if none is under way.
    pub(super) async fn next(&mut self) -> Option<Fetched> {
        let done = self.running.join_next_with_id().await?;
        let (fetched, step) = match done {
            Ok((id, done)) => {
                self.keys.remove(&id);
                done
            }
            Err(e) => {
                // Tasks are only aborted together with the set: a layer of the user's panicked.
                tracing::error!(error = %e, "a fetch of updates broke off");
                let key = self.keys.remove(&e.id())?;
                let after = Duration::ZERO;
                let failed = Fetched::Failed(key, Failure::Retry { after }, Error::Cancelled);
                (failed, None)
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

    /// Whether a question waits for what was handed out to be acknowledged and stored.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
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

    /// The same question, but for what the server would delete for good although it is in nobody's
    /// safe hands: it gives that once more. Where this leads nowhere, it is asked as it is.
    fn sparing(&mut self, request: Request, stored: Option<i32>) -> Request {
        let Request::Difference { state } = request else {
            return request;
        };
        let stored = stored.filter(|_| self.spared.replace(state) != Some(state));
        let qts = stored.map_or(state.qts, |stored| stored.min(state.qts));
        Request::Difference {
            state: State { qts, ..state },
        }
    }

    /// The question for the difference was not answered.
    pub(super) fn failed(&mut self) {
        self.spared = None;
    }

    fn begin(&mut self, client: &Client, request: Request) {
        let key = match request {
            Request::Channel { id, .. } => Key::Channel(id),
            _ => Key::Common,
        };
        let step = self.steps.get(&key).copied();
        let fetch = fetch::fetch(client.clone(), request, step);
        let task = self.running.spawn(fetch);
        self.keys.insert(task.id(), key);
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
            if self.keeper.allows(&request) {
                self.requests.begin(client, request);
            } else if until <= Instant::now() {
                let request = self.requests.sparing(request, self.keeper.qts());
                self.requests.begin(client, request);
            } else {
                self.requests.held = Some((request, until));
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
            if !engine.is_behind() {
                self.catching_up.over();
            }
            // All that was to come again has come, unless it could not be fetched yet.
            if engine.is_caught_up() && self.known.forget_ahead() {
                self.hub.ledger().count_ahead();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_keeps_what_is_in_nobodys_safe_hands() {
        let mut requests = Requests::default();
        let asked = |requests: &mut Requests, pts, stored| {
            let state = State {
                pts,
                qts: 7,
                ..State::default()
            };
            match requests.sparing(Request::Difference { state }, stored) {
                Request::Difference { state } => state.qts,
                other => panic!("{other:?}"),
            }
        };
        let r = &mut requests;
        assert_eq!((asked(r, 5, Some(4)), asked(r, 6, Some(4))), (4, 4));
        assert_eq!(asked(r, 6, Some(4)), 7, "it led nowhere");
        assert_eq!((asked(r, 8, Some(9)), asked(r, 9, None)), (7, 7));
        assert_eq!(asked(r, 9, Some(4)), 4);
        r.failed();
        assert_eq!(asked(r, 9, Some(4)), 4, "nobody answered");
    }
}
