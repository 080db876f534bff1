//! Signs of life.

use std::time::Duration;

use super::PingConfig;

/// When to ask whether the server is there, and when to give it up. All times are monotonic.
#[derive(Debug)]
pub(super) struct Ping {
    config: PingConfig,
    heard: Duration,
    pinged: Duration,
    /// Since when an answer has been waited for without a break.
    waiting_since: Duration,
    open: Option<Open>,
    /// A ping is to go out with the next packet.
    pub(super) wanted: bool,
    dead: bool,
}

/// A ping that is not answered.
#[derive(Clone, Copy, Debug)]
struct Open {
    ping_id: i64,
    msg_id: i64,
    sent: Duration,
}

/// What the passing of time asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Ping,
    GiveUp,
}

impl Ping {
    pub(super) fn new(config: PingConfig, now: Duration) -> Self {
        Self {
            config,
            heard: now,
            pinged: now,
            waiting_since: now,
            open: None,
            wanted: false,
            dead: false,
        }
    }

    /// A new connection starts with a ping: it shows that the server answers, and its clock.
    pub(super) fn connected(&mut self, now: Duration) {
        *self = Self {
            wanted: true,
            ..Self::new(self.config, now)
        };
    }

    /// Seconds after which the server shall close a silent connection.
    pub(super) fn disconnect_delay(&self) -> i32 {
        i32::try_from(self.config.disconnect_delay.as_secs()).unwrap_or(i32::MAX)
    }

    /// An authentic packet came.
    pub(super) fn heard(&mut self, now: Duration) {
        self.heard = now;
    }

    /// A request went out while none was in flight.
    pub(super) fn waiting(&mut self, now: Duration) {
        self.waiting_since = now;
    }

    pub(super) fn sent(&mut self, ping_id: i64, msg_id: i64, now: Duration) {
        self.open = Some(Open {
            ping_id,
            msg_id,
            sent: now,
        });
        self.pinged = now;
        self.wanted = false;
    }

    /// The ping with this message id was refused and has to go out again.
    pub(super) fn refused(&mut self, ping_id: i64) {
        if self.open.is_some_and(|open| open.ping_id == ping_id) {
            self.open = None;
            self.wanted = true;
        }
    }

    /// Whether a pong would be the one that is waited for.
    pub(super) fn is_open(&self, ping_id: i64, msg_id: i64) -> bool {
        self.open
            .is_some_and(|o| o.ping_id == ping_id && o.msg_id == msg_id)
    }

    /// Takes a pong; answers the round trip if it is the one that is waited for.
    pub(super) fn pong(&mut self, ping_id: i64, msg_id: i64, now: Duration) -> Option<Duration> {
        let open = self.open.filter(|_| self.is_open(ping_id, msg_id))?;
        self.open = None;
        Some(now.saturating_sub(open.sent))
    }

    /// What is due; giving up is said once per connection.
    pub(super) fn due(&mut self, now: Duration, busy: bool) -> Due {
        match self.deadline(busy) {
            Some(at) if now >= at => match self.open {
                Some(_) => {
                    self.dead = true;
                    Due::GiveUp
                }
                None => {
                    self.wanted = true;
                    Due::Ping
                }
            },
            _ => Due::Nothing,
        }
    }

    /// When [`Ping::due`] has something to say.
    pub(super) fn deadline(&self, busy: bool) -> Option<Duration> {
        if self.dead || self.wanted {
            return None;
        }
        if let Some(open) = self.open {
            return Some(open.sent.max(self.heard) + self.config.timeout);
        }
        // The server counts from ping to ping, so traffic does not replace the idle one.
        let idle = self.pinged + self.config.idle;
        let silent = self.heard.max(self.waiting_since).max(self.pinged);
        Some(if busy {
            idle.min(silent + self.config.busy)
        } else {
            idle
        })
    }
}
