use std::{error, fmt, time::Duration};

/// Why a [`Conversation`](super::Conversation) could not begin, or did not bring what was waited
/// for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConversationError {
    /// Another conversation is open in the chat.
    #[doc(alias = "AlreadyInConversationError")]
    AlreadyOpen {
        /// The marked id of the chat.
        chat: i64,
    },
    /// What was waited for did not come in time.
    #[doc(alias = "TimeoutError")]
    Timeout {
        /// What was waited for.
        awaited: Awaited,
        /// The marked id of the chat.
        chat: i64,
        /// How long was waited.
        waited: Duration,
        /// Whether it was the time of the whole conversation that ran out.
        total: bool,
    },
    /// More messages came than the conversation keeps, and nobody asked for them.
    TooManyMessages {
        /// The marked id of the chat.
        chat: i64,
        /// How many it keeps.
        limit: usize,
    },
    /// Nothing was sent yet in this conversation, and no message was named.
    NothingSent {
        /// What was asked for.
        awaited: Awaited,
    },
    /// None of the answers could be read as what was asked for.
    NotUnderstood {
        /// How many answers there were.
        tries: u32,
    },
    /// The filter given to [`wait_event`](super::Conversation::wait_event) panicked.
    FilterPanicked,
}

/// What a [`Conversation`](super::Conversation) waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Awaited {
    /// The next message.
    Message,
    /// A message after another.
    Response,
    /// A reply to a message.
    Reply,
    /// The edit of a message.
    Edit,
    /// That a message is read.
    Read,
    /// An event that passes a filter.
    Event,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message => "a message",
            Self::Response => "a response",
            Self::Reply => "a reply",
            Self::Edit => "an edit",
            Self::Read => "the message to be read",
            Self::Event => "an event",
        })
    }
}

impl fmt::Display for ConversationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyOpen { chat } => write!(
                f,
                "a conversation is open in chat {chat} already. Wait until it ends, cancel it \
                 with `cancel_conversations`, or open this one with `exclusive(false)`."
            ),
            Self::Timeout {
                awaited,
                chat,
                waited,
                total,
            } => {
                let (whose, remedy) = match total {
                    true => ("the whole conversation's time ran out", "total_timeout"),
                    false => ("nothing came", "timeout"),
                };
                write!(
                    f,
                    "waited {waited:.1?} for {awaited} in chat {chat}: {whose}. Ask again, or \
                     allow more with `{remedy}`."
                )
            }
            Self::TooManyMessages { chat, limit } => write!(
                f,
                "more than {limit} messages came in chat {chat} and were not asked for. Ask for \
                 them sooner, or keep more with `max_messages`."
            ),
            Self::NothingSent { awaited } => write!(
                f,
                "nothing was sent in this conversation yet to wait for {awaited} of. Send \
                 something first, or name a message."
            ),
            Self::NotUnderstood { tries } => write!(
                f,
                "none of {tries} answers could be read as what was asked for. Allow more with \
                 `tries`, or take the answer as text."
            ),
            Self::FilterPanicked => {
                f.write_str("the filter of `wait_event` panicked. Mend the filter.")
            }
        }
    }
}

impl error::Error for ConversationError {}
