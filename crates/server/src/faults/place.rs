//! Where a fault strikes, and so what it can be narrowed down to.

/// What faults may be narrowed down by: how often, then whom, from the widest on.
const SCOPE: [&str; 8] = [
    "times", "skip", "chance", "seed", "at", "account", "dc", "method",
];
/// How many of them say how often.
const OFTEN: usize = 5;

/// A place in the server where something can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An encrypted packet, as it crosses the connection.
    Packet,
    /// Bytes, as they cross the connection.
    Bytes,
    /// A connection as a whole.
    Connection,
    /// An encrypted packet that came in, before the server looks at it.
    Received,
    /// A call of a method.
    Call,
    /// An update for an account.
    Update,
    /// A hash of a file on a CDN.
    Cdn,
    /// The server's clock.
    Clock,
    /// None: it is done at once.
    Now,
}

impl Place {
    /// What is counted there, in words.
    pub(crate) fn moments(self) -> &'static str {
        match self {
            Self::Packet => "packets",
            Self::Bytes => "times the bytes are used up",
            Self::Connection => "connections",
            Self::Received => "packets received",
            Self::Call => "calls",
            Self::Update => "updates",
            Self::Cdn => "hashes",
            Self::Clock | Self::Now => "nothing",
        }
    }

    /// What is struck, in the words of a list.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::Packet => "packets, both ways",
            Self::Received => "packets of the client",
            Self::Bytes | Self::Connection | Self::Now => "connections",
            Self::Call => "calls",
            Self::Update => "updates",
            Self::Cdn | Self::Clock => "the CDN, the clock",
        }
    }

    /// What a fault there may be narrowed down by.
    pub(crate) fn scope(self) -> &'static [&'static str] {
        let most = match self {
            Self::Call => 8,
            Self::Packet | Self::Bytes | Self::Connection | Self::Received => 7,
            Self::Update => 6,
            Self::Cdn => OFTEN,
            Self::Now => return &["account"],
            Self::Clock => 0,
        };
        SCOPE.get(..most).unwrap_or_default()
    }

    /// Whether something means anything there, of what says how often; all else does.
    pub(crate) fn means(self, by: &str) -> bool {
        let often = SCOPE.get(..OFTEN).unwrap_or_default();
        !often.contains(&by) || self.scope().contains(&by)
    }

    /// A bit of its own.
    pub(crate) fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Whether a fault there stays after it struck for the last time.
    pub(crate) fn lasts(self) -> bool {
        matches!(self, Self::Connection | Self::Clock)
    }
}
