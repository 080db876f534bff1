use std::time::Duration;

/// A server salt and when it may be used.
///
/// Salts belong to the auth key: what one session learned is good for all sessions of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt {
    /// First second of the server's clock at which it is accepted (Unix time).
    pub valid_since: i32,
    /// First second at which it is not accepted any more (Unix time).
    pub valid_until: i32,
    /// The salt.
    pub value: i64,
}

/// When the session asks whether the server is still there.
///
/// A dead peer is found at the latest `idle + timeout` after the last byte came, and
/// `busy + timeout` while an answer is waited for: 70 and 20 seconds by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PingConfig {
    /// Silence after which a ping is sent when nothing is waited for. 60 s by default.
    pub idle: Duration,
    /// Silence after which a ping is sent while an answer is waited for. 10 s by default.
    pub busy: Duration,
    /// How long the answer to a ping may take. 10 s by default.
    pub timeout: Duration,
    /// After how long without a ping the server shall close the connection. 75 s by default.
    pub disconnect_delay: Duration,
}

impl Default for PingConfig {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60),
            busy: Duration::from_secs(10),
            timeout: Duration::from_secs(10),
            disconnect_delay: Duration::from_secs(75),
        }
    }
}

/// What a [`Session`](super::Session) starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionConfig {
    /// The salt to start with: the key exchange's, or the last one known. 0 is answered by the
    /// server with a right one, at the cost of one more round trip.
    pub salt: i64,
    /// Salts learned earlier with the same key, see [`Event::SaltsChanged`](super::Event).
    pub salts: Vec<Salt>,
    /// The server's clock minus this machine's wall clock, in milliseconds, where it is known.
    pub time_offset_ms: Option<i64>,
    /// When to ask for signs of life.
    pub ping: PingConfig,
    /// How many requests may wait for an answer; more fail at once. 8192 by default.
    pub max_pending: usize,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            salt: 0,
            salts: Vec::new(),
            time_offset_ms: None,
            ping: PingConfig::default(),
            max_pending: 8192,
        }
    }
}

/// How one request is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendOptions {
    /// Pack the request with gzip where that makes it smaller. `true` by default; switch it off
    /// for file parts, which do not get smaller.
    pub compress: bool,
    /// Run the request only after all of these have succeeded (raw `invokeAfterMsg`,
    /// `invokeAfterMsgs`). One that has failed, was cancelled, or is none of the session's makes
    /// the request fail with [`FailReason::PredecessorFailed`](super::FailReason).
    pub after: Vec<RequestId>,
    /// Ask the server to confirm at once that the request came, before it runs
    /// ([`Event::Received`](super::Event)). `false` by default; transports without such words
    /// confirm nothing.
    pub quick_ack: bool,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            compress: true,
            after: Vec::new(),
            quick_ack: false,
        }
    }
}

/// Names a request from [`Session::send`](super::Session::send) to its answer, whatever message
/// ids it goes out under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(crate) u64);

impl RequestId {
    /// The number behind the id, for logs.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}
