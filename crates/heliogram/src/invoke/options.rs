use std::time::Duration;

/// How calls are carried, where they shall be carried in another way than the client's others.
///
/// What is left out stays as it is with the client that is given them. See [`Client::with`](crate::Client::with).
///
/// ```
/// use std::time::Duration;
/// use heliogram::CallOptions;
///
/// let hasty = CallOptions::new().timeout(Duration::from_secs(2)).retries(0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a client is given them"]
pub struct CallOptions {
    pub(super) timeout: Option<Duration>,
    pub(super) flood_sleep: Option<Duration>,
    pub(super) retries: Option<u32>,
    pub(crate) quick_ack: bool,
}

impl CallOptions {
    /// Options that change nothing.
    pub const fn new() -> Self {
        Self {
            timeout: None,
            flood_sleep: None,
            retries: None,
            quick_ack: false,
        }
    }

    /// These options, over others for what they leave out.
    pub(crate) fn over(self, others: Self) -> Self {
        Self {
            timeout: self.timeout.or(others.timeout),
            flood_sleep: self.flood_sleep.or(others.flood_sleep),
            retries: self.retries.or(others.retries),
            quick_ack: self.quick_ack || others.quick_ack,
        }
    }

    /// How long one call may take, connecting again and repeating included, flood waits and its first
    /// turn in a [`Budget`](crate::Budget) not.
    pub const fn timeout(mut self, longest: Duration) -> Self {
        self.timeout = Some(longest);
        self
    }

    /// The longest flood wait that is slept rather than reported; zero reports each of them.
    pub const fn flood_sleep(mut self, longest: Duration) -> Self {
        self.flood_sleep = Some(longest);
        self
    }

    /// Has the server confirm at once that a call came, before it runs. A call that was confirmed is
    /// known to be with the server: should the connection break and the server then deny it, it
    /// ends with [`MayHaveRun`](crate::NetworkError::MayHaveRun) instead of being made twice.
    ///
    /// [`Stats::quick_acks`](crate::Stats) counts them. Over HTTP there are none.
    pub const fn quick_ack(mut self) -> Self {
        self.quick_ack = true;
        self
    }

    /// How often a call is repeated when the server has a fault of its own.
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }
}
