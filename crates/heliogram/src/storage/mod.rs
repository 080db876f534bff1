//! Where a session lives: authorization keys, settings, known peers, the state of updates, and
//! dialogues.
//!
//! [`Storage`] is the whole interface to a backend: four verbs over five tables. Everything typed
//! ([`Records`]) lives above it, so that a backend of one's own is one file:
//!
//! ```
//! use heliogram::storage::{Batch, Memory, Storage, Table};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let store = Memory::default();
//! let mut batch = Batch::new();
//! batch.put(Table::Settings, "colour", "blue");
//! store.apply(batch).await?;
//! assert_eq!(store.get(Table::Settings, b"colour").await?.as_deref(), Some(&b"blue"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # One session, one user
//!
//! [`File`] and `Sqlite` lock the session while it is in use: a second process, or a second client
//! of the same one, is refused with [`Error::Locked`], which names the process, its program and
//! since when ([`Holder`]). A storage that two clients of one process are given is refused to the
//! second with [`Error::InUse`]. The lock is a file beside the session, `me.session.lock`; it is let go
//! by [`Client::stop`](crate::Client::stop), by dropping the storage, and by the operating system
//! when the process dies. Telegram itself ends a session for good that is used from two places
//! (`AUTH_KEY_DUPLICATED`), which no lock on one machine can prevent: copies of a session and
//! session strings are for moving, not for sharing.
//!
//! A new authorization key is written before anything is sent with it, so that a crash never
//! leaves an account signed in under a key nobody has.
//!
//! # How a session ends
//!
//! When the server says that the account has left the session, the client logs it, tells the
//! readers of updates, and asks nothing more in its name: every call fails at once with
//! [`Error::SessionEnded`](crate::Error::SessionEnded), whose [`SessionEnd`](crate::SessionEnd)
//! says why and what to do. Nothing stored is deleted. Signing in again, where that is possible,
//! goes on with the same client:
//!
//! ```no_run
//! use heliogram::{Client, Error, SessionEnd};
//!
//! # async fn prompt() -> heliogram::Result<String> { Ok(String::new()) }
//! # async fn run(client: Client) -> heliogram::Result<()> {
//! match client.send_message("me", "hello").await {
//!     Err(Error::SessionEnded(e)) if e.why == SessionEnd::Revoked => {
//!         client.sign_in("+15550100").code(prompt).await?;
//!     }
//!     Err(e) => return Err(e),
//!     Ok(_) => {}
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`conformance`] holds the tests every backend passes, those of this crate included.

mod batch;
mod changes;
mod claim;
pub mod conformance;
mod crc;
mod dialogue;
mod error;
mod file;
mod holder;
mod lock;
mod marks;
mod memory;
mod model;
mod names;
mod path;
mod peer;
mod record;
mod session_string;
mod snapshot;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tables;
mod typed;
mod waits;
mod worker;

use std::{future::Future, pin::Pin};

pub use batch::{Batch, Op};
pub use changes::Changes;
pub(crate) use claim::Claim;
pub use dialogue::DialogueRow;
pub use error::Error;
pub use file::File;
pub use heliogram_crypto::AuthKey;
pub use holder::Holder;
pub use marks::{UpdateMark, UpdatePlace};
pub use memory::Memory;
pub use model::{ChannelState, DcAddress, DcKey, Salt, SignedIn, UpdateState};
pub use peer::{FromMessage, PeerRow, StoredKind, normalize_phone, normalize_username};
pub use session_string::{SessionFormat, SessionString, SessionStringError};
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
pub use typed::Records;
pub use waits::MethodWait;

/// The future a storage answers with.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Keys and values of a table, in ascending order of the keys.
pub type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// A place to keep a session: four verbs over five tables.
///
/// Shared by every task of a client, hence `&self`. A backend need not understand what it stores,
/// with one exception: peers are found by username and phone as well ([`Self::find_peer`]).
/// [`conformance::run`] tells whether a backend does what clients rely on.
#[doc(alias = "Session")]
#[doc(alias = "StorageEngine")]
pub trait Storage: Send + Sync + 'static {
    /// The value under `key`; peers are kept under [`PeerRow::key`] as [`PeerRow::to_bytes`].
    ///
    /// # Errors
    /// The backend's failure; a key that is not there is `Ok(None)`.
    fn get<'a>(
        &'a self,
        table: Table,
        key: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, Error>>;

    /// Carries out all changes of `batch` in order, or none of them.
    ///
    /// When this returns `Ok`, the changes survive a crash of the process, and of the machine as
    /// far as the medium allows. Once called, a batch may be written even if the future is dropped.
    ///
    /// # Errors
    /// The backend's failure, after which nothing has changed.
    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<(), Error>>;

    /// The peer with this id, username or phone number.
    ///
    /// Usernames compare without regard to case and to a leading `@`, phone numbers by their digits
    /// ([`normalize_username`], [`normalize_phone`]). When several rows claim one name, the one
    /// written last has it.
    ///
    /// # Errors
    /// The backend's failure; a peer that is not known is `Ok(None)`.
    fn find_peer<'a>(&'a self, by: PeerIndex<'a>) -> BoxFuture<'a, Result<Option<PeerRow>, Error>>;

    /// All keys and values of a table, in ascending order of the keys.
    ///
    /// # Errors
    /// The backend's failure.
    fn scan(&self, table: Table) -> BoxFuture<'_, Result<Rows, Error>>;

    /// Lets go of files and locks once all that was asked for is done; a client does this at its
    /// end. A later call opens the storage again. Backends that hold nothing need not do anything.
    ///
    /// # Errors
    /// The backend's failure.
    fn close(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// One of the tables of a [`Storage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Table {
    /// Authorization keys and salts: secrets.
    Keys,
    /// Few and small: home data centre, addresses, who is signed in.
    Settings,
    /// Users, groups and channels that were seen, as [`PeerRow`]s.
    Peers,
    /// How far updates have been received.
    Updates,
    /// What programs remember of whom they talk to: the states of
    /// [dialogues](crate::dispatch#dialogues).
    Dialogues,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 5] = [
        Self::Keys,
        Self::Settings,
        Self::Peers,
        Self::Updates,
        Self::Dialogues,
    ];

    /// The table's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Settings => "settings",
            Self::Peers => "peers",
            Self::Updates => "updates",
            Self::Dialogues => "dialogues",
        }
    }
}

/// What to find a peer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerIndex<'a> {
    /// The marked id, as in [`PeerRow::id`].
    Id(i64),
    /// A username, in any case, with or without `@`.
    Username(&'a str),
    /// A phone number, in any notation with the country code.
    Phone(&'a str),
}
