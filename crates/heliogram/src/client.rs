use std::{
    fmt,
    sync::{Arc, Mutex, Weak},
};

use heliogram_api::{functions as f, types};
use heliogram_tl::Call;

use tokio::time::timeout;

use crate::{
    Authorization, CallOptions, ClientBuilder, Error, Layer, RawCall, Result, Stats, auth,
    config::Config,
    dispatch::Live,
    invoke::{self, Businesses, Layers},
    net::{Net, Pool, lock, refresh},
    peers::Peers,
    storage::{Claim, Storage},
    updates,
};

/// A connection to Telegram, signed in or not.
///
/// A cheap handle: clones share one session. The connection is closed when the last clone is
/// dropped; [`stop`](Self::stop) does it sooner and waits until all is sent.
///
/// ```no_run
/// # async fn run() -> heliogram::Result<()> {
/// use heliogram::{Client, api::functions as f};
/// let client = Client::builder(12345, "0123456789abcdef0123456789abcdef").connect().await?;
/// let nearest = client.invoke(f::help::GetNearestDc {}).await?;
/// println!("{}", nearest.nearest_dc);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "TelegramClient")]
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    options: CallOptions,
    /// In whose name calls are made, if not in the account's own.
    business: Option<Arc<str>>,
}

/// A handle that does not keep the connection open: what background tasks hold.
#[derive(Clone)]
pub(crate) struct WeakClient {
    inner: Weak<Inner>,
}

impl WeakClient {
    /// The client, unless its last handle was dropped.
    pub(crate) fn upgrade(&self) -> Option<Client> {
        self.inner.upgrade().map(|inner| Client {
            inner,
            options: CallOptions::new(),
            business: None,
        })
    }
}

/// What the handles of one session share.
struct Inner {
    /// The right to the storage; given up when the client stops, and before the storage.
    claim: Mutex<Option<Claim>>,
    net: Arc<Net>,
    pool: Pool,
    layers: Layers,
    peers: Peers,
    businesses: Businesses,
    #[cfg(feature = "dialogue")]
    dialogues: std::sync::OnceLock<Box<crate::dispatch::Dialogues>>,
    /// Handlers.
    live: Arc<Live>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.net.stop();
    }
}

impl Client {
    /// Starts the settings of a new client for the app `api_id`, from <https://my.telegram.org>.
    #[doc(alias = "new")]
    pub fn builder(api_id: i32, api_hash: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(api_id, api_hash.into())
    }

    pub(crate) async fn connect(
        config: Config,
        storage: Arc<dyn Storage>,
        layers: Vec<Arc<dyn Layer>>,
    ) -> Result<Self> {
        let claim = Claim::take(&storage)?;
        let net = Net::open(config, Arc::clone(&storage)).await?;
        let client = Self::over(net, storage, Some(claim), layers);
        let config = match client.greet().await {
            Ok(config) => config,
            Err(e) => {
                // The reason why is what matters, not how the end went.
                drop(client.stop().await);
                return Err(e);
            }
        };
        let stopped = client.net().stopped();
        let tasks = &client.net().tasks;
        let stale = Arc::clone(&client.net().stale);
        tasks.spawn(refresh::run(
            client.downgrade(),
            stale,
            stopped,
            refresh::lifetime(&config),
        ));
        tasks.spawn(updates::run(client.downgrade()));
        if client.self_id().is_some() {
            client.begin_updates().await;
        }
        Ok(client)
    }

    /// A client without connections, for tests of what needs no server; user 1 is signed in.
    #[cfg(test)]
    pub(crate) async fn offline() -> Self {
        let storage: Arc<dyn Storage> = Arc::new(crate::storage::Memory::default());
        let config = Config::new(1, String::from("ab").into());
        let net = Net::open(config, Arc::clone(&storage)).await.unwrap();
        net.sign_in(1, false).await.unwrap();
        Self::over(net, storage, None, Vec::new())
    }

    /// A handle of a session that nobody else has.
    fn over(
        net: Arc<Net>,
        storage: Arc<dyn Storage>,
        claim: Option<Claim>,
        layers: Vec<Arc<dyn Layer>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                claim: Mutex::new(claim),
                pool: Pool::new(Arc::clone(&net)),
                layers: Layers::new(layers, &net.config),
                peers: Peers::new(storage),
                businesses: Businesses::default(),
                #[cfg(feature = "dialogue")]
                dialogues: std::sync::OnceLock::new(),
                live: Arc::new(Live::new(net.config.workers)),
                net,
            }),
            options: CallOptions::new(),
            business: None,
        }
    }

    /// Makes sure that a server answers, and that it knows the account the session names.
    ///
    /// How long this may take follows from the settings for connecting: each attempt takes a dial
    /// and up to three answers.
    async fn greet(&self) -> Result<types::Config> {
        let config = &self.net().config;
        let connecting = config.connect_timeout * config.connect_attempts.saturating_mul(4);
        let limit = connecting.max(config.request_timeout);
        let me = async {
            match self.net().account() {
                Some(_) => Some(self.first_call(auth::own_user()).await),
                None => None,
            }
        };
        let calls = async { tokio::join!(self.first_call(f::help::GetConfig {}), me) };
        let late = |_| Error::Timeout {
            what: "the server's first answer",
        };
        let (config, me) = timeout(limit, calls).await.map_err(late)?;
        let config = config?;
        self.net().learn_addresses(&config).await?;
        match me {
            Some(Ok(users)) => drop(self.recognise(users).await?),
            // A refusal is for the calls that need the account; whoever asks sees that it is gone.
            None | Some(Err(Error::Rpc(_) | Error::SessionEnded(_))) => {}
            Some(Err(e)) => return Err(e),
        }
        Ok(config)
    }

    /// A call that is bounded by how long connecting may take, not by the limits of calls.
    async fn first_call<C>(&self, call: C) -> Result<C::Output>
    where
        C: Call,
        C::Output: 'static,
    {
        let raw = RawCall::of(&call);
        let bytes = invoke::Next::bare(self).run(raw).await?;
        self.decode::<C>(&bytes)
    }

    /// A handle of the same session whose calls are carried as `options` say: those of
    /// [`invoke`](Self::invoke) and of every friendly method that is begun with it. What they leave
    /// out is as with this handle.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use std::time::Duration;
    /// use heliogram::CallOptions;
    ///
    /// let hasty = client.with(CallOptions::new().timeout(Duration::from_secs(3)));
    /// hasty.send_message("me", "now or never").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "withParams")]
    #[must_use = "the client itself stays as it is"]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            options: options.over(self.options),
            business: self.business.clone(),
        }
    }

    /// A handle of the same session that speaks for somebody who lets this bot answer: messages are
    /// written, edited and deleted in their name, everything else is the bot's own.
    ///
    /// Events that come through such a connection bring a client that does so already.
    ///
    /// ```no_run
    /// # async fn run(bot: heliogram::Client, connection: &str, customer: i64) -> heliogram::Result<()> {
    /// bot.in_business(connection).send_message(customer, "We are open until six.").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `invokeWithBusinessConnection`.
    #[doc(alias = "business_connection_id")]
    #[doc(alias = "invokeWithBusinessConnection")]
    #[must_use = "the client itself stays as it is"]
    pub fn in_business(&self, connection_id: &str) -> Self {
        Self {
            business: Some(connection_id.into()),
            ..self.clone()
        }
    }

    /// What this client has done since it was connected: calls, repetitions, waits, reconnects; what
    /// it did with updates, and how many of them wait, for their turn and for handlers.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            handlers: self.live().stats(),
            updates: self.hub().stats(),
            ..self.net().stats.read()
        }
    }

    /// Who this session is signed in as, as far as is known without asking the server.
    #[must_use]
    pub fn authorization(&self) -> Authorization {
        match self.net().account() {
            None => Authorization::None,
            Some(account) if account.bot == Some(true) => Authorization::Bot,
            Some(_) => Authorization::User,
        }
    }

    /// The account's own id; `None` before signing in.
    #[must_use]
    pub fn self_id(&self) -> Option<i64> {
        self.net().account().map(|a| a.id).filter(|id| *id != 0)
    }

    /// The data centre the account lives at.
    #[must_use]
    pub fn home_dc(&self) -> i32 {
        self.net().home()
    }

    /// Whether there is a connection to the home data centre. While there is none the client tries
    /// to connect by itself, and calls wait.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        *self.net().connected().borrow()
    }

    /// Lets handlers end what they have (see [`Workers::drain`](crate::dispatch::Workers::drain)),
    /// unless one of them asks for this; then closes all connections, after calls under way have had
    /// a moment to end and everything written is sent, and lets go of the session: it is complete in its storage and free for
    /// another client. Every handle fails with [`Error::Closed`](crate::Error::Closed) from now on.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) if the storage fails to close.
    #[doc(alias = "disconnect")]
    pub async fn stop(&self) -> Result<()> {
        self.hub().stopping();
        // Handlers that wait for an answer would wait in vain.
        self.hub().desk().close();
        self.inner.live.drain(self).await;
        self.inner.pool.stop().await;
        let closed = self.storage().close().await;
        self.inner.live.close();
        lock(&self.inner.claim).take();
        Ok(closed?)
    }

    /// The same as [`stop`](Self::stop).
    ///
    /// # Errors
    /// As [`stop`](Self::stop).
    pub async fn disconnect(&self) -> Result<()> {
        self.stop().await
    }

    /// Where the session is kept.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        self.net().records.storage()
    }

    /// A handle that does not keep the connection open.
    pub(crate) fn downgrade(&self) -> WeakClient {
        WeakClient {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// The business connection that calls are made through.
    pub(crate) fn business(&self) -> Option<&str> {
        self.business.as_deref()
    }

    /// Where business connections are served.
    pub(crate) fn businesses(&self) -> &Businesses {
        &self.inner.businesses
    }

    /// Known peers.
    pub(crate) fn peers(&self) -> &Peers {
        &self.inner.peers
    }

    /// What dialogues share.
    #[cfg(feature = "dialogue")]
    pub(crate) fn dialogues(&self) -> &crate::dispatch::Dialogues {
        // Most clients have none, and locks for many at a time are large.
        self.inner.dialogues.get_or_init(Box::default)
    }

    /// Where updates arrive.
    pub(crate) fn hub(&self) -> &updates::Hub {
        &self.net().hub
    }

    /// What all connections share.
    pub(crate) fn net(&self) -> &Arc<Net> {
        &self.inner.net
    }

    /// How the calls of this handle are carried.
    pub(crate) const fn options(&self) -> CallOptions {
        self.options
    }

    /// What stands around every call.
    pub(crate) fn layers(&self) -> &Layers {
        &self.inner.layers
    }

    /// Handlers.
    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.inner.live
    }

    /// The open connections.
    pub(crate) fn pool(&self) -> &Pool {
        &self.inner.pool
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("home_dc", &self.home_dc())
            .field("authorization", &self.authorization())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_handles_of_a_client_share_takes_little_memory() {
        assert!(size_of::<Inner>() <= 1024);
        assert!(size_of::<Net>() <= 2048);
    }
}
