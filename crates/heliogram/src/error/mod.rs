//! The one error type of every public function.

mod advice;
mod dialogue;
mod ended;
mod filter;
mod network;
mod protocol;
mod proxy;
mod rpc;
mod usage;

use std::{error, fmt, io, path::Path, time::Duration};

use heliogram_api::errors::ErrorName;

use crate::{conversation::ConversationError, files::FileError, peers::PeerError, storage};

pub use dialogue::DialogueError;
pub use ended::{SessionEnd, SessionEnded};
pub use filter::FilterError;
pub use network::NetworkError;
pub use protocol::ProtocolError;
pub use proxy::ProxyError;
pub use rpc::RpcError;
pub use usage::UsageError;

/// What public functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not work; the variants are named by who must act.
///
/// The text of an error is a sentence for people that ends with what to do next. Neither it nor
/// the debug form holds codes, passwords, tokens, keys or phone numbers.
///
/// ```
/// use heliogram::{Error, errors};
/// fn vacant(e: &Error) -> bool {
///     e.is(errors::USERNAME_NOT_OCCUPIED)
/// }
/// ```
#[doc(alias = "RPCError")]
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server refused a call.
    Rpc(Box<RpcError>),
    /// A user, bot, group or channel could not be found or addressed.
    Peer(Box<PeerError>),
    /// The server could not be reached, or the connection was lost. Try later.
    Network(Box<NetworkError>),
    /// What is at the other end broke the rules of the protocol, or does not know this session.
    Protocol(Box<ProtocolError>),
    /// The server's answer is well formed but of a kind that the method did not expect.
    Unexpected(Box<Unexpected>),
    /// The session could not be read or written.
    Storage(Box<dyn error::Error + Send + Sync>),
    /// A file on Telegram's side could not be sent or fetched as asked.
    File(Box<FileError>),
    /// A conversation could not begin, or did not bring what was waited for.
    Conversation(Box<ConversationError>),
    /// The state of a dialogue could not be stored.
    Dialogue(Box<DialogueError>),
    /// A local file could not be read or written.
    Io(io::Error),
    /// The call cannot work as it was written; fix the code or the settings.
    Usage(UsageError),
    /// The time allowed for something ran out.
    Timeout {
        /// What was waited for: the method's name, or a few words.
        what: &'static str,
    },
    /// The account has left this session for good: it was signed out, or used from two places at
    /// once, or the account is gone.
    SessionEnded(Box<SessionEnded>),
    /// The call was not made, because the one it had to follow in an ordered batch failed.
    Skipped {
        /// The method that was not called, as the schema names it.
        method: &'static str,
    },
    /// The client was stopped.
    Closed,
    /// What was waited for was called off.
    Cancelled,
}

/// An answer of a kind that a method did not expect; the raw call still works.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unexpected {
    /// The method called, as the schema names it.
    pub method: &'static str,
    /// What was expected.
    pub expected: &'static str,
    /// What came instead.
    pub got: &'static str,
}

impl Error {
    /// Whether the server refused a call with this error.
    ///
    /// Numbers inside an error's name are left out: `FLOOD_WAIT` is also `FLOOD_WAIT_30`.
    #[must_use]
    pub fn is(&self, name: ErrorName) -> bool {
        match self {
            Self::Rpc(e) => e.is(name),
            Self::SessionEnded(e) => e.refusal.is(name),
            // Looking for a peer makes errors of its own of the server's.
            Self::Peer(e) => e.stands_for(name),
            _ => false,
        }
    }

    /// The server's refusal, if this is one.
    #[must_use]
    pub fn rpc(&self) -> Option<&RpcError> {
        match self {
            Self::Rpc(e) => Some(e),
            Self::SessionEnded(e) => Some(&e.refusal),
            _ => None,
        }
    }

    /// How long the server wants the caller to wait, for all kinds of flood errors.
    #[doc(alias = "FloodWaitError")]
    #[doc(alias = "FloodWait")]
    #[must_use]
    pub fn flood_wait(&self) -> Option<Duration> {
        self.rpc().and_then(RpcError::flood_wait)
    }

    /// The raw method that failed, where one is to blame.
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        match self {
            Self::Rpc(e) => Some(e.method),
            Self::SessionEnded(e) => Some(e.refusal.method),
            Self::Unexpected(e) => Some(e.method),
            Self::Protocol(e) => e.method(),
            Self::Network(e) => e.method(),
            Self::Skipped { method } => Some(method),
            _ => None,
        }
    }

    /// Whether the same call may work when it is made again later, unchanged.
    ///
    /// A call that *may have run* ([`NetworkError::MayHaveRun`]) is not: whether to repeat it is
    /// for the caller to decide.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Rpc(e) => e.is_transient() || e.flood_wait().is_some(),
            Self::Network(e) => e.is_retryable(),
            Self::Timeout { .. } => true,
            _ => false,
        }
    }

    /// Whether the time allowed for something ran out, be it a call or what a
    /// [`Conversation`](crate::Conversation) waited for.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client, message: heliogram::Message) -> heliogram::Result<()> {
    /// match client.conversation(&message).ask("Are you there?").await {
    ///     Ok(answer) => println!("{}", answer.text()),
    ///     Err(e) if e.is_timeout() => println!("no answer"),
    ///     Err(e) => return Err(e),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "TimeoutError")]
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            Self::Conversation(e) => matches!(**e, ConversationError::Timeout { .. }),
            _ => false,
        }
    }

    /// Whether this session is not signed in (any more): sign in again.
    #[doc(alias = "AuthKeyUnregistered")]
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Rpc(e) => e.is_unauthorized(),
            Self::SessionEnded(_) => true,
            Self::Protocol(e) => matches!(**e, ProtocolError::AuthKeyUnknown { .. }),
            _ => false,
        }
    }

    /// Whether a login code or a password was wrong and may be asked for again.
    #[doc(alias = "PhoneCodeInvalidError")]
    #[doc(alias = "PasswordHashInvalidError")]
    #[must_use]
    pub fn is_wrong_secret(&self) -> bool {
        use heliogram_api::errors;
        self.is(errors::PHONE_CODE_INVALID)
            || self.is(errors::PHONE_CODE_EMPTY)
            || self.is(errors::PASSWORD_HASH_INVALID)
    }

    /// An error about a local file that names it.
    #[must_use]
    pub fn file(path: &Path, verb: &str, e: &io::Error) -> Self {
        let text = format!("cannot {verb} {}: {e}", path.display());
        Self::Io(io::Error::new(e.kind(), text))
    }

    /// An answer of a kind that `method` did not expect.
    #[must_use]
    pub fn unexpected(method: &'static str, expected: &'static str, got: &'static str) -> Self {
        Self::Unexpected(Box::new(Unexpected {
            method,
            expected,
            got,
        }))
    }

    /// A failure of the session's storage.
    pub fn storage(e: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Storage(e.into())
    }

    /// A mistake of the caller's, in words.
    pub fn usage(text: impl Into<Box<str>>) -> Self {
        Self::Usage(UsageError::Other(text.into()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rpc(e) => e.fmt(f),
            Self::Peer(e) => e.fmt(f),
            Self::Network(e) => e.fmt(f),
            Self::Protocol(e) => e.fmt(f),
            Self::Unexpected(e) => write!(
                f,
                "{} answered with {} where {} was expected. The raw call still works.",
                e.method, e.got, e.expected
            ),
            Self::Storage(e) => write!(f, "the session cannot be read or written: {e}"),
            Self::File(e) => e.fmt(f),
            Self::Conversation(e) => e.fmt(f),
            Self::Dialogue(e) => e.fmt(f),
            Self::Io(e) => e.fmt(f),
            Self::Usage(e) => e.fmt(f),
            Self::Timeout { what } => {
                write!(
                    f,
                    "no answer to {what} came in time. Check the network and try again."
                )
            }
            Self::SessionEnded(e) => e.fmt(f),
            Self::Skipped { method } => write!(
                f,
                "{method} was not called, because the call before it in the batch failed. See why \
                 that one did, and make both again."
            ),
            Self::Closed => write!(f, "the client was stopped. Connect a new one."),
            Self::Cancelled => write!(f, "the operation was called off."),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Network(e) => e.source(),
            Self::Protocol(e) => e.source(),
            Self::SessionEnded(e) => e.source(),
            Self::Storage(e) => Some(&**e),
            Self::Io(e) => e.source(),
            _ => None,
        }
    }
}

impl From<RpcError> for Error {
    fn from(e: RpcError) -> Self {
        Self::Rpc(Box::new(e))
    }
}

impl From<SessionEnded> for Error {
    fn from(e: SessionEnded) -> Self {
        Self::SessionEnded(Box::new(e))
    }
}

impl From<PeerError> for Error {
    fn from(e: PeerError) -> Self {
        Self::Peer(Box::new(e))
    }
}

impl From<FileError> for Error {
    fn from(e: FileError) -> Self {
        Self::File(Box::new(e))
    }
}

impl From<ConversationError> for Error {
    fn from(e: ConversationError) -> Self {
        Self::Conversation(Box::new(e))
    }
}

impl From<DialogueError> for Error {
    fn from(e: DialogueError) -> Self {
        Self::Dialogue(Box::new(e))
    }
}

impl From<NetworkError> for Error {
    fn from(e: NetworkError) -> Self {
        Self::Network(Box::new(e))
    }
}

impl From<ProtocolError> for Error {
    fn from(e: ProtocolError) -> Self {
        Self::Protocol(Box::new(e))
    }
}

impl From<UsageError> for Error {
    fn from(e: UsageError) -> Self {
        Self::Usage(e)
    }
}

impl From<storage::Error> for Error {
    fn from(e: storage::Error) -> Self {
        Self::Storage(Box::new(e))
    }
}

impl From<io::Error> for Error {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::errors;

    use super::*;

    fn rpc(code: i32, text: &str) -> Error {
        RpcError::new("auth.signIn", code, text).into()
    }

    #[test]
    fn the_error_is_small_and_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Error>();
        assert!(size_of::<Error>() <= 24);
    }

    #[test]
    fn names_are_compared_without_their_numbers() {
        assert!(rpc(420, "FLOOD_WAIT_30").is(errors::FLOOD_WAIT));
        assert!(!rpc(420, "FLOOD_WAIT_30").is(errors::PHONE_CODE_INVALID));
        assert_eq!(
            rpc(420, "FLOOD_WAIT_30").flood_wait(),
            Some(Duration::from_secs(30))
        );
    }

    #[test]
    fn a_refusal_is_a_sentence_with_a_remedy() {
        let text = rpc(400, "PHONE_CODE_INVALID").to_string();
        assert!(text.contains("auth.signIn"), "{text}");
        assert!(text.contains("PHONE_CODE_INVALID"), "{text}");
        assert!(text.contains("code is wrong"), "{text}");
        assert!(text.ends_with('.'), "{text}");
    }

    #[test]
    fn what_may_have_run_is_not_retryable() {
        assert!(
            !Error::from(NetworkError::MayHaveRun {
                method: "messages.sendMessage"
            })
            .is_retryable()
        );
        assert!(rpc(500, "RPC_CALL_FAIL").is_retryable());
        assert!(!rpc(400, "PEER_ID_INVALID").is_retryable());
    }

    #[test]
    fn a_file_error_names_the_file() {
        let e = io::Error::from(io::ErrorKind::NotFound);
        let text = Error::file(Path::new("/tmp/a.bin"), "read", &e).to_string();
        assert!(text.starts_with("cannot read /tmp/a.bin: "), "{text}");
    }
}
