//! What the passing of time does.

use std::time::Duration;

use super::{Event, Session, pending::Phase, ping::Due};
use crate::Now;

/// How often requests in flight are looked through.
pub(super) const SWEEP: Duration = Duration::from_secs(5);
/// A request that is neither answered nor acknowledged is asked about after this time.
pub(super) const ASK_UNACKED: Duration = Duration::from_secs(20);
/// A request that the server has is asked about from time to time, in case it forgets.
pub(super) const ASK_RECEIVED: Duration = Duration::from_secs(120);
/// How long the previous session may still tell what became of its requests.
pub(super) const LIMBO: Duration = Duration::from_secs(30);

impl Session {
    /// The next time, on the monotonic clock, at which [`Session::handle_timeout`] has work.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let mut next = self.previous.as_ref().map(|p| p.until);
        let mut at_most = |at: Option<Duration>| {
            next = match (next, at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        };
        if self.connected {
            at_most(self.acks.deadline());
            at_most(self.ping.deadline(self.is_busy()));
            at_most((!self.salts_wanted).then(|| self.salts.deadline()));
            at_most(self.is_busy().then_some(self.next_sweep));
        }
        next
    }

    /// Does what is due; harmless when called early.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.previous.as_ref().is_some_and(|p| now.mono >= p.until) {
            self.end_previous(now);
        }
        if !self.connected {
            return;
        }
        if self.ping.due(now.mono, self.is_busy()) == Due::GiveUp {
            self.events.push_back(Event::PeerDead);
        }
        if !self.salts_wanted {
            self.salts_wanted = self.salts.take_due(now.mono, self.clock.time(now));
        }
        if now.mono >= self.next_sweep {
            self.next_sweep = now.mono + SWEEP;
            self.sweep(now);
        }
    }

    /// Notes which requests have been silent for too long.
    fn sweep(&mut self, now: Now) {
        let mut silent = Vec::new();
        for (msg_id, &id) in self.epoch.in_flight.iter() {
            if let Some(flight) = self.requests.flight_mut(id)
                && now.mono >= flight.ask_at
            {
                flight.ask_at = now.mono + ASK_UNACKED;
                silent.push(msg_id);
            }
        }
        self.ask.extend(silent);
        self.ask.sort_unstable();
        self.ask.dedup();
    }

    /// Whether anything is waited for.
    fn is_busy(&self) -> bool {
        !self.epoch.in_flight.is_empty()
    }

    /// The server has a request: it is waited for, whatever happens to connections.
    pub(super) fn mark_received(&mut self, now: Now, msg_id: i64) {
        let Some(&id) = self.epoch.in_flight.get(msg_id) else {
            return;
        };
        if let Some(request) = self.requests.get_mut(id) {
            request.refusals = 0;
            if let Phase::Sent(flight) = &mut request.phase {
                flight.received = true;
                flight.ask_at = now.mono + ASK_RECEIVED;
            }
        }
    }
}
