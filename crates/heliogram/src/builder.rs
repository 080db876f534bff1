use std::{fmt, sync::Arc, time::Duration};

use heliogram_mtproto::framing::Transport;
use zeroize::Zeroizing;

use crate::{
    Budget, Carrier, Client, FloodWait, Identity, Layer, Proxy, Result, Servers, UsageError,
    config::Config,
    dispatch::Workers,
    invoke::Rule,
    storage::{self, Records, Storage},
};

/// Settings of a new [`Client`]; made by [`Client::builder`].
///
/// Without a storage the session lives in memory and ends with the client.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct ClientBuilder {
    pub(crate) config: Config,
    storage: Arc<dyn Storage>,
    layers: Vec<Arc<dyn Layer>>,
    session_string: Option<Zeroizing<String>>,
    /// A setting that could not be read.
    mistake: Option<UsageError>,
}

impl ClientBuilder {
    pub(crate) fn new(api_id: i32, api_hash: String) -> Self {
        Self {
            config: Config::new(api_id, api_hash.into()),
            storage: Arc::new(storage::Memory::default()),
            layers: Vec::new(),
            session_string: None,
            mistake: None,
        }
    }

    /// Keeps the session here: keys, the account, known peers and the state of updates.
    #[doc(alias = "session")]
    pub fn storage(mut self, storage: impl Storage) -> Self {
        self.storage = Arc::new(storage);
        self
    }

    /// Keeps the session in a storage that the program goes on using, for values of its own or to
    /// look at. Two clients at a time cannot have the same one.
    pub fn shared_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = storage;
        self
    }

    /// Starts with the session that a text holds: one of this library, of Telethon, of GramJS or
    /// of Pyrogram. A storage in which somebody is signed in already keeps what it has.
    #[doc(alias = "StringSession")]
    pub fn session_string(mut self, text: impl Into<String>) -> Self {
        self.session_string = Some(Zeroizing::new(text.into()));
        self
    }

    /// How packets are delimited on the wire. [`Transport::Abridged`] by default.
    ///
    /// A proxy made for MTProto may ask for the padded one, and HTTP needs none.
    #[doc(alias = "connection")]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.config.transport = transport;
        self
    }

    /// Scrambles the connection so that it does not look like MTProto. Off by default; proxies made
    /// for MTProto, WebSockets and addresses that ask for it have it in any case.
    pub fn obfuscated(mut self, on: bool) -> Self {
        self.config.obfuscated = on;
        self
    }

    /// Reaches the servers through a proxy: a [`Proxy`], or a link to one. None by default.
    ///
    /// ```
    /// # let builder = heliogram::Client::builder(1, "ab");
    /// let builder = builder.proxy("socks5://me:secret@10.0.0.1:1080");
    /// # let _ = builder;
    /// ```
    ///
    /// A link that cannot be read is reported by [`connect`](Self::connect).
    #[doc(alias = "set_proxy")]
    pub fn proxy<P>(mut self, proxy: P) -> Self
    where
        P: TryInto<Proxy>,
        P::Error: Into<UsageError>,
    {
        match proxy.try_into() {
            Ok(proxy) => {
                self.config.proxy = Some(Arc::new(proxy));
                self.mistake = None;
            }
            Err(e) => self.mistake = Some(e.into()),
        }
        self
    }

    /// Puts the connections inside of something else than plain TCP.
    pub fn carrier(mut self, carrier: Carrier) -> Self {
        self.config.carrier = Some(carrier);
        self
    }

    /// Perfect forward secrecy: all traffic is encrypted with temporary keys that live for a day and
    /// in memory only, so that whoever gets hold of the session later cannot read what was recorded
    /// before. Costs another key exchange at each start. Off by default, as in TDLib.
    ///
    /// Raw [`auth.bindTempAuthKey`](https://core.telegram.org/api/pfs).
    #[doc(alias = "use_pfs")]
    #[doc(alias = "auth.bindTempAuthKey")]
    pub fn pfs(mut self, on: bool) -> Self {
        self.config.temporary_keys = on.then_some(Duration::from_secs(24 * 3600));
        self
    }

    /// Perfect forward secrecy with keys that live this long instead of a day: 2 seconds to 30 days.
    /// They are renewed when a quarter of their life, or an hour, is left.
    pub fn temporary_key_life(mut self, life: Duration) -> Self {
        let (shortest, longest) = (Duration::from_secs(2), Duration::from_secs(30 * 86_400));
        self.config.temporary_keys = Some(life.clamp(shortest, longest));
        self
    }

    /// Talks to other servers than Telegram's: their addresses and public keys.
    #[doc(alias = "set_dc")]
    pub fn server(mut self, servers: impl Into<Servers>) -> Self {
        self.config.servers = servers.into();
        self
    }

    /// Talks to Telegram's test servers, which have accounts of their own.
    pub fn test_servers(mut self, on: bool) -> Self {
        self.config.servers = if on {
            Servers::telegram_test()
        } else {
            Servers::telegram()
        };
        self
    }

    /// Name, version and language that Telegram shows in the account's list of devices.
    #[doc(alias = "init_connection_params")]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.config.identity = identity;
        self
    }

    /// The device shown in the account's list of devices. `Desktop` by default.
    #[doc(alias = "device_model")]
    pub fn device(mut self, model: impl Into<String>) -> Self {
        self.config.identity.device_model = model.into();
        self
    }

    /// The operating system shown in the account's list of devices.
    pub fn system_version(mut self, version: impl Into<String>) -> Self {
        self.config.identity.system_version = version.into();
        self
    }

    /// The app's version shown in the account's list of devices.
    pub fn app_version(mut self, version: impl Into<String>) -> Self {
        self.config.identity.app_version = version.into();
        self
    }

    /// The language of the app, such as `en`; texts that Telegram writes come in it.
    #[doc(alias = "system_lang_code")]
    pub fn lang_code(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        self.config.identity.system_lang_code.clone_from(&code);
        self.config.identity.lang_code = code;
        self
    }

    /// The longest flood wait that is slept rather than reported as an error. 60 s by default;
    /// zero reports each of them. One call sleeps at most five times.
    ///
    /// Waits are remembered, in the storage as well: while one lasts, a call of its method waits
    /// or fails without asking the server again. No wait of more than 14 days is believed.
    #[doc(alias = "flood_sleep_threshold")]
    #[doc(alias = "sleep_threshold")]
    pub fn flood_sleep(mut self, longest: Duration) -> Self {
        self.config.flood_sleep = longest;
        self
    }

    /// Calls `hook` for every flood wait, before the client sleeps or fails.
    ///
    /// ```
    /// # use heliogram::Client;
    /// let builder = Client::builder(12345, "0123456789abcdef0123456789abcdef").on_flood(|wait| {
    ///     eprintln!("{} has to wait {:?}", wait.method, wait.wait);
    /// });
    /// ```
    pub fn on_flood(mut self, hook: impl Fn(&FloodWait) + Send + Sync + 'static) -> Self {
        self.config.on_flood = Some(Arc::new(hook));
        self
    }

    /// Spreads all calls, and those that are repeated, so that they stay within a budget. Without
    /// limit by default.
    ///
    /// ```
    /// use std::time::Duration;
    /// use heliogram::{Budget, Client};
    ///
    /// // Telegram asks bots for at most 30 messages a second.
    /// let bot = Client::builder(12345, "0123456789abcdef0123456789abcdef")
    ///     .throttle_methods("messages.send", Budget::new(30, Duration::from_secs(1)));
    /// ```
    pub fn throttle(self, budget: Budget) -> Self {
        self.throttle_methods("", budget)
    }

    /// Spreads the calls of all methods whose names begin with `prefix`, such as
    /// `messages.send` or `upload.`, so that they stay within a budget together.
    ///
    /// A call that several budgets are about stays within each of them.
    pub fn throttle_methods(self, prefix: impl Into<Box<str>>, budget: Budget) -> Self {
        self.rule(prefix.into(), budget, false)
    }

    /// As [`throttle_methods`](Self::throttle_methods), with a budget for each chat.
    ///
    /// ```
    /// use std::time::Duration;
    /// use heliogram::{Budget, Client};
    ///
    /// // Telegram asks bots for at most 20 messages a minute in a group.
    /// let bot = Client::builder(12345, "0123456789abcdef0123456789abcdef")
    ///     .throttle_chats("messages.send", Budget::new(20, Duration::from_secs(60)).burst(3));
    /// ```
    pub fn throttle_chats(self, prefix: impl Into<Box<str>>, budget: Budget) -> Self {
        self.rule(prefix.into(), budget, true)
    }

    fn rule(mut self, prefix: Box<str>, budget: Budget, by_chat: bool) -> Self {
        self.config.budgets.push(Rule {
            prefix,
            budget,
            by_chat,
        });
        self
    }

    /// How long one call may take, connecting again included, flood waits not. 60 s by default.
    pub fn request_timeout(mut self, longest: Duration) -> Self {
        self.config.request_timeout = longest;
        self
    }

    /// How long connecting a socket and each answer of the key exchange may take. 10 s by default.
    #[doc(alias = "timeout")]
    pub fn connect_timeout(mut self, longest: Duration) -> Self {
        self.config.connect_timeout = longest;
        self
    }

    /// How often a connection that has never worked is tried before the error is reported. 3 by
    /// default, at least 1. A connection that worked once is tried again without end.
    #[doc(alias = "connection_retries")]
    pub fn connect_attempts(mut self, attempts: u32) -> Self {
        self.config.connect_attempts = attempts.max(1);
        self
    }

    /// How often a call is repeated when the server has a fault of its own. 5 by default.
    #[doc(alias = "request_retries")]
    #[doc(alias = "max_retries")]
    pub fn retries(mut self, retries: u32) -> Self {
        self.config.retries = retries;
        self
    }

    /// The longest pause between two attempts to connect again. 15 s by default.
    #[doc(alias = "retry_delay")]
    pub fn max_backoff(mut self, longest: Duration) -> Self {
        self.config.max_backoff = longest;
        self
    }

    /// How many connections carry uploads, and how many downloads, to each data centre. 4 by
    /// default, at least 1.
    #[doc(alias = "max_concurrent_transmissions")]
    pub fn file_connections(mut self, count: usize) -> Self {
        self.config.file_connections = count.clamp(1, 16);
        self
    }

    /// Whether popular files of large public channels may come from CDNs, where that is faster. On
    /// by default.
    ///
    /// A CDN is a data centre outside of Telegram's own. It holds the files encrypted and gets
    /// neither the account nor what is set here of device, system and app, but it sees the
    /// client's IP address and which encrypted file it fetches. What it sends is checked against
    /// hashes from Telegram before anybody sees it. If it lies or cannot be reached, the file comes
    /// from Telegram itself, and so do all others for 10 minutes; that is logged as a warning. Off
    /// means that no CDN is ever connected to.
    ///
    /// ```no_run
    /// # async fn run() -> heliogram::Result<()> {
    /// # let (api_id, api_hash) = (1, "");
    /// let client = heliogram::Client::builder(api_id, api_hash).cdn(false).connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `cdn_supported` of `upload.getFile`.
    #[doc(alias = "cdn_supported")]
    #[doc(alias = "upload.getCdnFile")]
    pub fn cdn(mut self, on: bool) -> Self {
        self.config.cdn = on;
        self
    }

    /// How handlers work: in which order, how many at once, how much may wait.
    #[doc(alias = "sequential_updates")]
    pub fn workers(mut self, workers: Workers) -> Self {
        self.config.workers = workers;
        self
    }

    /// Adds a layer around every call; the one added first is the outermost.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Connects: loads the session or makes a new one, and waits for the server's first answer.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) for an `api_id`, `api_hash`, address or key that
    /// cannot be right; [`Error::Storage`](crate::Error::Storage) if the session cannot be read;
    /// [`Error::Network`](crate::Error::Network) if no server is there after
    /// [`connect_attempts`](Self::connect_attempts) tries; and
    /// [`Error::Protocol`](crate::Error::Protocol) if what is there is no Telegram server, has
    /// another key, or does not know the session.
    pub async fn connect(self) -> Result<Client> {
        self.check()?;
        if let Some(text) = &self.session_string {
            let records = Records::new(Arc::clone(&self.storage));
            if records.signed_in().await?.is_none() {
                records.import_session_string(text.trim()).await?;
            }
        }
        Client::connect(self.config, self.storage, self.layers).await
    }

    fn check(&self) -> Result<()> {
        if self.config.api_id <= 0 {
            return Err(UsageError::ApiId.into());
        }
        let hash = &self.config.api_hash;
        if hash.is_empty() || !hash.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(UsageError::ApiHash.into());
        }
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone().into());
        }
        if let Some(proxy) = &self.config.proxy {
            proxy.check()?;
            if self.config.carrier.is_some() && proxy.is_mtproxy() {
                let why =
                    "one made for MTProto carries plain connections only; leave the carrier out";
                return Err(UsageError::Proxy(why).into());
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("config", &self.config)
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    async fn refused(builder: ClientBuilder) -> UsageError {
        match builder.connect().await {
            Err(Error::Usage(e)) => e,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn settings_that_cannot_be_right_fail_before_anything_is_sent() {
        assert_eq!(refused(Client::builder(0, "ab")).await, UsageError::ApiId);
        assert_eq!(refused(Client::builder(-7, "ab")).await, UsageError::ApiId);
        assert_eq!(refused(Client::builder(1, "")).await, UsageError::ApiHash);
        assert_eq!(
            refused(Client::builder(1, "with space")).await,
            UsageError::ApiHash
        );
        let no_dc = Client::builder(1, "ab").server(Servers::custom());
        assert!(matches!(refused(no_dc).await, UsageError::Servers(_)));
        for proxy in ["socks4://h:1", "tg://proxy?server=h&port=1&secret=00"] {
            let unread = Client::builder(1, "ab").proxy(proxy);
            assert!(matches!(refused(unread).await, UsageError::Proxy(_)));
        }
        let unsayable = Client::builder(1, "ab").proxy(Proxy::socks5("h", 0));
        assert!(matches!(refused(unsayable).await, UsageError::Proxy(_)));
    }
}
