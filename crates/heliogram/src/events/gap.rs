use std::fmt;

use crate::PeerId;

/// Word of the sequence of updates: something is missing, was got after all, or is gone.
///
/// Most programs need not do anything about it: what is missing is waited for and fetched. Where
/// [`is_loss`](Self::is_loss) says that it cannot be got, a program that must know everything reads
/// the history of the chat: [`Client::history`](crate::Client::history).
///
/// ```no_run
/// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
/// use heliogram::Event;
///
/// let mut updates = client.updates();
/// while let Some(event) = updates.next().await {
///     if let Event::Gap(gap) = event? {
///         eprintln!("{gap}");
///         if let (true, Some(chat)) = (gap.is_loss(), gap.chat_id()) {
///             let newest = client.history(chat).limit(100).collect().await?;
///             eprintln!("{} messages to look at", newest.len());
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "updatesTooLong")]
#[doc(alias = "updateChannelTooLong")]
#[doc(alias = "updates.differenceTooLong")]
#[doc(alias = "updates.channelDifferenceTooLong")]
pub struct UpdateGap {
    pub(crate) kind: GapKind,
    pub(crate) place: GapPlace,
    pub(crate) from: Option<i32>,
    pub(crate) to: Option<i32>,
}

/// What an [`UpdateGap`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GapKind {
    /// Updates are missing. They are waited for, then fetched.
    Opened,
    /// What was missing came.
    Recovered,
    /// The server skipped updates because they were too many. The messages exist, in the history.
    /// Without a beginning it is about a chat that is new to the client: what is before the end of
    /// this gap was not looked at, and some of it may be news.
    TooLong,
    /// Updates are missing and nobody has them.
    Lost,
    /// The server counts anew, or less than before; what happened meanwhile is not told.
    Reset,
    /// Fetching what is missing leads nowhere. It goes on, seldom; nothing has to be done, unless
    /// it lasts.
    Stalled,
    /// The channel can no longer be read by this account.
    Gone,
    /// Fetching the channel fails again and again and is put off for some minutes. Other chats do
    /// not wait for it.
    Quarantined,
    /// Fetching a channel that was put off is tried again.
    Released,
}

/// Which of the sequences of updates it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GapPlace {
    /// The one of all private chats and basic groups (raw `pts`).
    Account,
    /// The one of secret chats, and of much that only bots are told (raw `qts`).
    Secondary,
    /// The one of what has no other (raw `seq`).
    Containers,
    /// The one of a channel or supergroup.
    Channel(PeerId),
}

impl UpdateGap {
    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> GapKind {
        self.kind
    }

    /// Which sequence it is about.
    #[must_use]
    pub fn place(&self) -> GapPlace {
        self.place
    }

    /// The marked id of the channel or supergroup; `None` if it is about the account as a whole.
    #[must_use]
    pub fn chat_id(&self) -> Option<i64> {
        match self.place {
            GapPlace::Channel(id) => Some(id.as_i64()),
            _ => None,
        }
    }

    /// The counter up to which everything was received, where one is known.
    #[must_use]
    pub fn from(&self) -> Option<i32> {
        self.from
    }

    /// The counter where it goes on, where one is known.
    #[must_use]
    pub fn to(&self) -> Option<i32> {
        self.to
    }

    /// Whether events are missing for good: no more comes of what happened in this range, and the
    /// history is the only place to look at.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        matches!(self.kind, GapKind::TooLong | GapKind::Lost | GapKind::Reset)
    }
}

/// One line for a log.
impl fmt::Display for UpdateGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            GapPlace::Account => f.write_str("the account")?,
            GapPlace::Secondary => f.write_str("the account's second sequence")?,
            GapPlace::Containers => f.write_str("the account's containers")?,
            GapPlace::Channel(id) => write!(f, "chat {}", id.as_i64())?,
        }
        f.write_str(match self.kind {
            GapKind::Opened => ": updates are missing and will be fetched",
            GapKind::Recovered => ": what was missing came",
            GapKind::TooLong => ": the server skipped updates because they were too many",
            GapKind::Lost => ": updates are missing and nobody has them",
            GapKind::Reset => ": the server counts anew",
            GapKind::Stalled => ": fetching what is missing leads nowhere yet",
            GapKind::Gone => " can no longer be read",
            GapKind::Quarantined => ": fetching is put off, since it fails",
            GapKind::Released => ": fetching is tried again",
        })?;
        match (self.from, self.to) {
            (Some(from), Some(to)) => write!(f, " ({from} to {to})"),
            (Some(from), None) => write!(f, " (from {from})"),
            _ => Ok(()),
        }
    }
}
