//! How a call gets to its connection: layers around one narrow type.
//!
//! From the outside in: the layers given to the builder, in the order they were given; flood waits
//! (`flood`); budgets (`throttle`); the time limit (`standard`); repetition after faults of the
//! server (`retry`); and the choice of the data centre (`migrate`), which hands the call to a
//! connection. The time limit stands inside of the flood waits and budgets, so that neither counts.
//!
//! # What can be set
//!
//! | what happens to a call | for a client, on its builder | default | for some calls, by [`Client::with`] |
//! |---|---|---|---|
//! | it ends when no answer comes | [`request_timeout`] | 60 s | [`CallOptions::timeout`] |
//! | it sleeps through a flood wait up to | [`flood_sleep`] | 60 s | [`CallOptions::flood_sleep`] |
//! | each flood wait is told to | [`on_flood`] | nobody but the log | |
//! | the server confirms at once that it came | | no | [`CallOptions::quick_ack`] |
//! | it is repeated after faults of the server | [`retries`] | 5 times | [`CallOptions::retries`] |
//! | it waits for its turn in a [`Budget`] | [`throttle`], [`throttle_methods`], [`throttle_chats`] | no budget | |
//! | it passes through layers of your own | [`layer`] | none | |
//!
//! ```no_run
//! use std::time::Duration;
//! use heliogram::{Budget, CallOptions, Client};
//!
//! # async fn run() -> heliogram::Result<()> {
//! let client = Client::builder(12345, "0123456789abcdef0123456789abcdef")
//!     .request_timeout(Duration::from_secs(30))
//!     .flood_sleep(Duration::from_secs(10))
//!     .on_flood(|wait| eprintln!("{}: {:?}, slept: {}", wait.method, wait.wait, wait.slept))
//!     .throttle_methods("messages.send", Budget::new(30, Duration::from_secs(1)))
//!     .connect()
//!     .await?;
//! let hasty = client.with(CallOptions::new().timeout(Duration::from_secs(2)).retries(0));
//! hasty.send_message("me", "now or never").await?;
//! println!("{:?}", client.stats());
//! # Ok(())
//! # }
//! ```
//!
//! **Flood waits** are remembered by method and data centre, those of sign-ins by phone number or
//! token, and kept in the storage: a call of a method that has to wait waits too, or fails at once
//! with the same error, without asking the server again. `SLOWMODE_WAIT` is remembered by chat.
//!
//! **Faults of the server** are errors of class 500 and the like, such as `RPC_CALL_FAIL`,
//! `INTERDC_X_CALL_ERROR` or `Timeout`. The pauses before a call is repeated grow from half a
//! second to eight and differ from client to client. A call that was under way when the server
//! lost the session is repeated only if it reads; otherwise
//! [`NetworkError::MayHaveRun`](crate::NetworkError::MayHaveRun) leaves that to the caller.
//!
//! # Many calls
//!
//! [`Client::invoke_all`] makes many calls of a method and keeps every result:
//!
//! ```no_run
//! # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
//! use heliogram::api::{enums, functions as f};
//!
//! let peer = || enums::InputPeer::InputPeerSelf;
//! let notes = ["one", "two", "three"];
//! let calls = notes.iter().zip(1_i64..);
//! let calls = calls.map(|(text, id)| f::messages::SendMessage::new(peer(), text.to_string(), id));
//! let answers = client.invoke_all(calls).ordered().await;
//! for (n, error) in answers.failures() {
//!     eprintln!("{}: {error}", notes[n]);
//! }
//! let all = answers.all()?;
//! # drop(all);
//! # Ok(())
//! # }
//! ```
//!
//! # Data centres
//!
//! Every account, and every file, is at one of several data centres. A call goes to the account's,
//! or to the one that [`Client::invoke_on`] names, and is sent on without the caller noticing:
//!
//! - `PHONE_MIGRATE_X`, `NETWORK_MIGRATE_X` and `USER_MIGRATE_X` move the client, and the account
//!   with its authorization; the new place is stored. Files are followed by
//!   [`Client::download`]. A call is sent on at most five times.
//! - A call at a foreign data centre needs the account there: it is exported and imported once,
//!   however many calls want it, and again if it is forgotten there.
//! - Each data centre and each [`Purpose`] has connections and keys of its own, and no call waits
//!   for one that it does not need: a data centre that is slow or gone holds nobody else up.
//! - The addresses come from the server's configuration, which is fetched when it expires, when
//!   the server says that there is a new one, and when a data centre turns up that is not in it.
//!
//! # What is told
//!
//! [`Client::stats`] counts. With `tracing`, each call is a span `call` (`method`, `attempts`,
//! `outcome`) and each time it is sent a span `attempt` in it (`method`, `dc`, `attempt`,
//! `outcome`), at level debug. The outcome is `ok`, the name of the server's error such as
//! `FLOOD_WAIT`, or `timeout`, `network`, `protocol`, `storage`, `closed`, `cancelled`, `usage` or
//! `failed`; a call that fails because of a wait that is known has no attempts. With the feature `metrics`, the recorder of the program gets the
//! counters `heliogram_calls_total`, `heliogram_calls_failed_total`, `heliogram_retries_total`,
//! `heliogram_flood_waits_total`, `heliogram_throttled_total`, `heliogram_migrations_total`,
//! `heliogram_transfers_total`, `heliogram_reconnects_total` and `heliogram_quick_acks_total`, and
//! the histogram `heliogram_call_seconds` by `method` and `outcome`; those of updates are in
//! [`updates`](crate::updates#what-is-told). Arguments of calls are in none of them.
//!
//! [`request_timeout`]: crate::ClientBuilder::request_timeout
//! [`flood_sleep`]: crate::ClientBuilder::flood_sleep
//! [`on_flood`]: crate::ClientBuilder::on_flood
//! [`retries`]: crate::ClientBuilder::retries
//! [`throttle`]: crate::ClientBuilder::throttle
//! [`throttle_methods`]: crate::ClientBuilder::throttle_methods
//! [`throttle_chats`]: crate::ClientBuilder::throttle_chats
//! [`layer`]: crate::ClientBuilder::layer

mod batch;
mod business;
mod calling;
mod cdn;
mod chat;
mod flood;
mod migrate;
mod observe;
mod options;
mod order;
mod pause;
mod retry;
mod standard;
mod throttle;
mod transfer;
mod waits;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use heliogram_tl::{Call, to_bytes};
use tokio::task::unconstrained;

use crate::{BoxFuture, Client, Result, config::Config};

pub use batch::{Answers, InvokeAll, MultiError};
pub(crate) use business::Businesses;
pub use options::CallOptions;
pub(crate) use order::{Leader, Order};
use standard::Standard;
pub use throttle::Budget;
pub(crate) use throttle::Rule;
pub(crate) use waits::Waits;

/// What a connection is for; each purpose has connections of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Everything but files, and the updates.
    #[default]
    Main,
    /// Parts of files on their way up.
    Upload,
    /// Parts of files on their way down.
    Download,
    /// Parts of encrypted files from a CDN, which answers `upload.getCdnFile` alone and learns
    /// nothing of the account.
    Cdn,
}

impl Purpose {
    /// Every purpose.
    pub(crate) const ALL: [Self; 4] = [Self::Main, Self::Upload, Self::Download, Self::Cdn];
}

/// An encoded call on its way through the layers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawCall {
    /// The method, as the schema names it.
    pub method: &'static str,
    /// The encoded call.
    pub body: Bytes,
    /// The data centre it is for; the account's own where there is none.
    pub dc: Option<i32>,
    /// Which connections may carry it.
    pub purpose: Purpose,
    /// Whether to try to pack it; off for file parts, which do not get smaller.
    pub compress: bool,
    /// How it is carried, where not as the client's other calls.
    pub options: CallOptions,
    /// How often it was sent so far.
    attempts: Attempts,
    /// Its place in an ordered batch.
    pub(crate) order: Option<Order>,
}

/// How often a call was sent; clones of the call count together.
#[derive(Debug, Default)]
struct Attempts {
    own: AtomicU32,
    /// In place of it, once there are clones; few calls have any.
    shared: OnceLock<Arc<AtomicU32>>,
}

impl Attempts {
    fn count(&self) -> &AtomicU32 {
        self.shared.get().map_or(&self.own, |shared| shared)
    }

    fn get(&self) -> u32 {
        self.count().load(Ordering::Relaxed)
    }
}

impl Clone for Attempts {
    fn clone(&self) -> Self {
        let share = || Arc::new(AtomicU32::new(self.own.load(Ordering::Relaxed)));
        let shared = Arc::clone(self.shared.get_or_init(share));
        Self {
            own: AtomicU32::default(),
            shared: shared.into(),
        }
    }
}

impl PartialEq for Attempts {
    fn eq(&self, _: &Self) -> bool {
        // A call is the same call however often it was sent.
        true
    }
}

impl Eq for Attempts {}

impl RawCall {
    /// A call for the account's data centre.
    #[must_use]
    pub fn new(method: &'static str, body: Bytes) -> Self {
        let compress = !method.starts_with("upload.save");
        Self {
            method,
            body,
            dc: None,
            purpose: Purpose::Main,
            compress,
            options: CallOptions::new(),
            attempts: Attempts::default(),
            order: None,
        }
    }

    /// The same, from a call that is not encoded yet.
    #[must_use]
    pub fn of<C: Call>(call: &C) -> Self {
        Self::new(C::NAME, to_bytes(call))
    }

    /// The longest wait that is believed, whatever a server says.
    pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(14 * 24 * 3600);

    /// The same call, carried as the options say.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How often it was sent so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.get()
    }

    /// Counts an attempt, and gives its number from 1 on.
    pub(crate) fn count_attempt(&self) -> u32 {
        self.attempts.count().fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The same call for a data centre and purpose of choice.
    #[must_use]
    pub fn on(mut self, dc: i32, purpose: Purpose) -> Self {
        self.dc = Some(dc);
        self.purpose = purpose;
        self
    }

    /// Whether running it twice is the same as running it once, as far as the method's name tells.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        let verb = self.method.rsplit('.').next().unwrap_or_default();
        let reads = [
            "get",
            "search",
            "resolve",
            "check",
            "saveFilePart",
            "saveBigFilePart",
        ];
        // The checks of auth and account use up what they check.
        let consumes = ["auth.checkPassword", "auth.checkRecoveryPassword"];
        reads.iter().any(|r| verb.starts_with(r)) && !consumes.contains(&self.method)
    }
}

/// Something around every call: retries, logs, measurements, tests.
///
/// ```
/// use heliogram::{BoxFuture, Bytes, Layer, Next, RawCall, Result};
///
/// struct Log;
///
/// impl Layer for Log {
///     fn invoke<'a>(
///         &'a self,
///         call: RawCall,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<Bytes>> {
///         Box::pin(async move {
///             let method = call.method;
///             let answer = next.run(call).await;
///             eprintln!("{method}: {}", if answer.is_ok() { "ok" } else { "failed" });
///             answer
///         })
///     }
/// }
/// ```
pub trait Layer: Send + Sync + 'static {
    /// Carries a call: `next.run(call)` goes on to the next layer, any number of times.
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>>;
}

/// The rest of the way from a layer to the server.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    client: &'a Client,
    layers: &'a [Arc<dyn Layer>],
    /// What stands behind those; on the way past all layers nothing does.
    standard: Option<&'a Standard>,
}

impl<'a> Next<'a> {
    /// The way past all layers, for the calls that a connection starts with.
    pub(crate) fn bare(client: &'a Client) -> Self {
        Self {
            client,
            layers: &[],
            standard: None,
        }
    }

    /// Goes on with the call and gives the encoded answer.
    #[must_use]
    pub fn run(self, call: RawCall) -> BoxFuture<'a, Result<Bytes>> {
        let client = self.client;
        match (self.layers.split_first(), self.standard) {
            (Some((layer, layers)), _) => layer.invoke(call, Self { layers, ..self }),
            (None, Some(standard)) => Box::pin(async move { standard.call(client, &call).await }),
            (None, None) => Box::pin(async move { migrate::call(client, &call).await }),
        }
    }
}

impl std::fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next")
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}

/// The layers of a client: the user's own, outermost first, around those every client has.
pub(crate) struct Layers {
    own: Vec<Arc<dyn Layer>>,
    standard: Standard,
}

impl Layers {
    pub(crate) fn new(own: Vec<Arc<dyn Layer>>, config: &Config) -> Self {
        Self {
            own,
            standard: Standard::new(config),
        }
    }

    /// Carries a call through all of them. A client without layers of its own needs no box for it.
    pub(crate) async fn run(&self, client: &Client, call: &RawCall) -> Result<Bytes> {
        if self.own.is_empty() {
            // Whoever has many calls under way in one task would be interrupted in between, only to
            // look at all of them once more. A call waits for the network in any case.
            return unconstrained(self.standard.call(client, call)).await;
        }
        let all = Next {
            client,
            layers: &self.own,
            standard: Some(&self.standard),
        };
        all.run(call.clone()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_call_count_their_attempts_together() {
        let call = RawCall::new("help.getConfig", Bytes::new());
        assert_eq!(call.count_attempt(), 1);
        let again = call.clone();
        assert_eq!((again.count_attempt(), call.count_attempt()), (2, 3));
        assert_eq!((call.attempts(), again.attempts()), (3, 3));
    }

    #[test]
    fn only_reading_calls_are_repeatable() {
        let repeatable = |m| RawCall::new(m, Bytes::new()).is_repeatable();
        assert!(repeatable("messages.getHistory"));
        assert!(repeatable("upload.saveBigFilePart"));
        assert!(!repeatable("messages.sendMessage"));
        assert!(!repeatable("auth.checkPassword"));
        assert!(!repeatable("initConnection"));
    }
}
