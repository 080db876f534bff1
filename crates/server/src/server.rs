use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::builder::Builder;
use crate::control::{Control, ControlPoint};
use crate::faults::Faults;
use crate::net::{CDN_DC, Plan, listen};
use crate::people::{Account, Chat, ChatBuilder};
use crate::persist::DataError;
use crate::seed::SeedError;
use crate::shared::{Shared, lock};
use crate::world::Form;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("{0}; choose another port or stop what uses this one")]
    Listen(std::io::Error),
    /// An address was given to a data centre that is not there.
    #[error("there is no data centre {dc} to listen for")]
    NoSuchDc {
        /// Its number.
        dc: i32,
    },
    /// The data file is that of a server with more data centres.
    #[error(
        "there are accounts or keys of data centre {needed} in the data file, and only {dcs} data centres; start with {needed} of them"
    )]
    TooFewDcs {
        /// How many there have to be.
        needed: i32,
        /// How many there would be.
        dcs: i32,
    },
    /// The RSA key cannot be used.
    #[error("the RSA key cannot be used: {0}; it has to be a PKCS#1 PEM private key of 2048 bits")]
    Key(String),
    /// The data file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The schema of a further layer cannot be used.
    #[error("the schema of a further layer cannot be used: {0}")]
    Schema(String),
    /// The described world cannot be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// A bot cannot have the name that was asked for.
    #[error("the bot @{username} cannot be made: the name belongs to a person")]
    Bot {
        /// The name.
        username: String,
    },
    /// What a bot shall be called is no name for one.
    #[error(
        "a bot cannot be called {username:?}: its name has up to 32 letters, digits and underscores, a letter first"
    )]
    BotName {
        /// The name.
        username: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// The server's thread cannot be started.
    #[error("the server's thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// One data centre of a running server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dc {
    /// Its number, from 1 on; 203 for the CDN.
    pub id: i32,
    /// Where it listens: for MTProto over TCP, HTTP (`POST /api`) and WebSockets (`/apiws`) alike.
    pub address: SocketAddr,
    /// Where it listens for connections that move files only, which clients may prefer for them;
    /// the CDN has no such second address.
    pub media: Option<SocketAddr>,
}

/// A running server. It has a thread of its own and stops when this value is dropped.
///
/// # Example
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let server = heliogram_server::Server::builder().bot("echo").start().await?;
/// for dc in server.dcs() {
///     println!("data centre {} is at {}", dc.id, dc.address);
/// }
/// println!("{}", server.public_key_pem());
/// server.stop().await;
/// # Ok::<(), heliogram_server::StartError>(())
/// # }).unwrap();
/// ```
#[doc(alias = "tgtest")]
pub struct Server {
    pub(crate) shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    done: Option<oneshot::Receiver<()>>,
    pub(crate) control: Option<Control>,
}

impl Server {
    /// A server to be described; it listens on loopback, on free ports, with three data centres.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts the server's thread and waits until it listens.
    pub(crate) async fn launch(shared: Arc<Shared>, plan: Plan) -> Result<Self, StartError> {
        let (stop, stopped) = watch::channel(false);
        let (ready_tx, ready) = oneshot::channel();
        let (done_tx, done) = oneshot::channel::<()>();
        let inner = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("heliogram-server".to_owned())
            .spawn(move || {
                let _done = done_tx;
                run(&inner, &plan, stopped, ready_tx);
            })
            .map_err(StartError::Thread)?;
        let server = Self {
            shared,
            stop,
            thread: Some(thread),
            done: Some(done),
            control: None,
        };
        match ready.await {
            Ok(Ok(())) => Ok(server),
            Ok(Err(error)) => Err(StartError::Listen(error)),
            Err(_) => Err(StartError::Thread(std::io::Error::other(
                "it ended at once",
            ))),
        }
    }

    /// The data centres and where they listen, without the CDN.
    #[must_use]
    pub fn dcs(&self) -> Vec<Dc> {
        let Some(addresses) = self.shared.addresses.get() else {
            return Vec::new();
        };
        let both = addresses.main.iter().zip(&addresses.media);
        (1..)
            .zip(both)
            .map(|(id, (main, media))| Dc {
                id,
                address: *main,
                media: Some(*media),
            })
            .collect()
    }

    /// The data centre that hands out large files and has a key of its own, if the server was
    /// built with one; clients learn its address and key from the others.
    #[must_use]
    pub fn cdn(&self) -> Option<Dc> {
        let address = self.shared.addresses.get()?.cdn?;
        Some(Dc {
            id: CDN_DC,
            address,
            media: None,
        })
    }

    /// Where the MTProxy in front of the data centres listens, if it was asked for with
    /// [`Builder::mtproxy`].
    #[must_use]
    pub fn mtproxy(&self) -> Option<SocketAddr> {
        self.shared.addresses.get()?.mtproxy
    }

    /// The key clients have to trust, as PKCS#1 PEM text.
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        self.shared
            .exchange
            .keys
            .first()
            .map(|key| key.public().to_pem())
            .unwrap_or_default()
    }

    /// A person's account with that public name, made with a phone number of its own if it is
    /// not there.
    ///
    /// # Panics
    /// When the name is a bot's.
    pub async fn user(&self, username: &str) -> Account {
        Account::person(&self.shared, username)
    }

    /// A bot with that public name, made if it is not there.
    ///
    /// # Panics
    /// When the name is a person's.
    pub async fn bot(&self, username: &str) -> Account {
        Account::bot(&self.shared, username)
    }

    /// A basic group to be described, with its creator; await it.
    pub fn group(&self, title: &str, creator: &Account) -> ChatBuilder {
        ChatBuilder::new(&self.shared, Form::Group, title, creator)
    }

    /// A supergroup to be described, with its creator; await it.
    pub fn supergroup(&self, title: &str, creator: &Account) -> ChatBuilder {
        ChatBuilder::new(&self.shared, Form::Supergroup, title, creator)
    }

    /// A broadcast channel to be described, with its creator; await it.
    pub fn channel(&self, title: &str, creator: &Account) -> ChatBuilder {
        ChatBuilder::new(&self.shared, Form::Broadcast, title, creator)
    }

    /// The group, supergroup or channel with that title or public name, if it is there.
    #[must_use]
    pub fn chat(&self, name: &str) -> Option<Chat> {
        Chat::named(&self.shared, name)
    }

    /// Every bot: its public name and its token.
    #[must_use]
    pub fn bots(&self) -> Vec<(String, String)> {
        let world = self.shared.world();
        let mut bots: Vec<_> = world
            .users
            .values()
            .filter_map(|user| Some((user.username.clone()?, user.token.clone()?)))
            .collect();
        bots.sort();
        bots
    }

    /// The login code that is out for a phone number.
    #[must_use]
    pub fn code_for(&self, phone: &str) -> Option<String> {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        self.shared.world().code_for(&digits)
    }

    /// Things that shall go wrong.
    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults::new(&self.shared)
    }

    /// Where the control API is and what it takes, if it was asked for with
    /// [`Builder::control`].
    #[must_use]
    pub fn control(&self) -> Option<&ControlPoint> {
        self.control.as_ref().map(|control| &control.point)
    }

    /// How often a method was called so far, refused calls included.
    #[must_use]
    pub fn calls(&self, method: &str) -> u64 {
        let all = self.shared.all_calls();
        all.get(method).copied().unwrap_or_default()
    }

    /// Every method that was called so far, and how often.
    #[must_use]
    pub fn all_calls(&self) -> Vec<(String, u64)> {
        let calls = self.shared.all_calls().into_iter();
        calls.map(|(name, n)| (name.into_owned(), n)).collect()
    }

    /// The methods this server answers; calls of others are refused with
    /// `METHOD_NOT_IMPLEMENTED`.
    #[must_use]
    pub fn methods(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.shared.table.names().collect();
        names.sort_unstable();
        names
    }

    /// Connections open now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.hub.connections()
    }

    /// The time on the server's clock, since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.shared.clock.world()
    }

    /// Moves the server's clock forward, so that codes expire and dates change. It goes no further
    /// than the end of 2036: dates have 32 bits, and what is due within a year needs one too.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
        self.shared.pass_time();
    }

    /// Stops the server's clock: messages get the same date and nothing expires until
    /// [`Self::advance`] or [`Self::resume`]. Connections do not notice.
    pub fn pause(&self) {
        self.shared.clock.pause();
    }

    /// Lets the server's clock go on from where it stands.
    pub fn resume(&self) {
        self.shared.clock.resume();
    }

    /// Stops the server and waits until all of it is gone.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Some(done) = self.done.take() {
            // It never sends: what is waited for is its end.
            let _ = done.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so; there is nothing left to stop.
            let _ = thread.join();
        }
        // Accounts and chats in a test's hands do not keep the data file from the next server.
        lock(&self.shared.store).take();
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("dcs", &self.dcs())
            .finish_non_exhaustive()
    }
}

/// The server's thread: listens, says so, and serves until it is told to stop.
fn run(
    shared: &Arc<Shared>,
    plan: &Plan,
    mut stopped: watch::Receiver<bool>,
    ready: oneshot::Sender<std::io::Result<()>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        let bound = match listen(plan) {
            Ok(bound) => bound,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = shared.addresses.set(bound.addresses);
        if ready.send(Ok(())).is_err() {
            return;
        }
        for listener in bound.listeners {
            tokio::spawn(listener.run(Arc::clone(shared), stopped.clone()));
        }
        if let Some(front) = bound.front {
            tokio::spawn(front.run(Arc::clone(shared), stopped.clone()));
        }
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut stop = std::pin::pin!(stopped.wait_for(|stop| *stop));
        loop {
            tokio::select! {
                _ = second.tick() => {
                    shared.pass_time();
                    shared.hub.sweep(shared.now());
                }
                _ = &mut stop => return,
            }
        }
    });
    // Connections end with the runtime; after them nothing changes any more.
    drop(runtime);
    shared.settle(shared.world());
}
