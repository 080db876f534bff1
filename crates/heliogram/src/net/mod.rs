//! Sockets, connections and the data centres behind them.
//!
//! [`Pool`] hands calls to connections; each [`Connection`](connection) is one task that owns one
//! socket and one session. What all of them share is [`Net`]; connections hold no client, so that
//! they end when the last handle of the client is dropped.

mod account;
mod actor;
mod addresses;
mod backoff;
pub(crate) mod carrier;
mod cdn;
mod clock;
mod connection;
mod dc;
mod dial;
mod endpoint;
mod fault;
mod handshake;
mod header;
mod numbers;
mod pool;
pub(crate) mod proxy;
pub(crate) mod refresh;
mod reply;
pub(crate) mod servers;
mod tasks;
mod telegram;
mod temporary;
mod wire;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicI32, Ordering},
    },
};

use bytes::Bytes;
use heliogram_crypto::RsaPublicKey;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

pub(crate) use self::{
    account::Account,
    backoff::Backoff,
    pool::{Failed, Pool},
};
use self::{
    addresses::Addresses, cdn::Cdns, clock::Clock, dc::Dc, endpoint::Endpoint, servers::ServerAddr,
    tasks::Tasks,
};
use crate::{
    Result, SessionEnded,
    config::Config,
    invoke::{Purpose, Waits},
    stats::Counters,
    storage::{Records, Storage},
    updates::Hub,
};

/// What the connections of a client share.
pub(crate) struct Net {
    // Immutable.
    pub(crate) config: Config,
    pub(crate) records: Records,
    pub(crate) hub: Hub,
    pub(crate) tasks: Tasks,
    pub(crate) stats: Counters,
    /// Told when the server has a new configuration.
    pub(crate) stale: Arc<Notify>,
    /// Methods that must not be called yet.
    pub(crate) waits: Waits,
    pub(crate) cdns: Cdns,
    clock: Clock,
    keys: Arc<[RsaPublicKey]>,
    /// What stands in front of the first call of a session: layer and identity.
    header: Bytes,
    // Mutable.
    home: AtomicI32,
    account: RwLock<Option<Account>>,
    /// When the configuration was fetched last for a data centre that nobody knew. Held meanwhile.
    searched: tokio::sync::Mutex<Option<Instant>>,
    /// Why the account has left this session.
    ended: Mutex<Option<SessionEnded>>,
    addresses: Mutex<Addresses>,
    dcs: Mutex<HashMap<i32, Arc<Dc>>>,
    stopped: watch::Sender<bool>,
    /// Whether the connection that carries updates is there.
    connected: watch::Sender<bool>,
}

impl Net {
    /// Reads the session and prepares connections; opens none yet.
    pub(crate) async fn open(config: Config, storage: Arc<dyn Storage>) -> Result<Arc<Self>> {
        let first = config.servers.first_dc()?;
        let keys = config.servers.keys()?.into();
        let records = Records::new(storage);
        let start = Self::start(&records, &config.servers).await?;
        let waits = records.method_waits().await.unwrap_or_else(|error| {
            // Without them the server is asked once more, that is all.
            tracing::warn!(%error, "stored flood waits are forgotten");
            Vec::new()
        });
        let addresses = Addresses::new(&config.servers, &records.dc_addresses().await?);
        // A session nobody is signed in to need not go back to where it was.
        let known = |dc: &i32| addresses.knows(*dc) || start.account.is_some();
        let home = start.home.filter(known).unwrap_or(first);
        Ok(Arc::new(Self {
            header: header::encode(config.api_id, &config.identity, config.proxy.as_deref()),
            cdns: Cdns::new(&config),
            hub: Hub::new(config.receive_updates),
            tasks: Tasks::new(),
            stats: Counters::new(),
            stale: Arc::default(),
            waits: Waits::from_stored(waits),
            clock: Clock::new(),
            keys,
            home: AtomicI32::new(home),
            account: RwLock::new(start.account),
            ended: Mutex::default(),
            searched: tokio::sync::Mutex::default(),
            addresses: Mutex::new(addresses),
            dcs: Mutex::default(),
            stopped: watch::Sender::new(false),
            connected: watch::Sender::new(false),
            config,
            records,
        }))
    }

    /// The data centre of the account, or the one that a sign-in starts at.
    pub(crate) fn home(&self) -> i32 {
        self.home.load(Ordering::Acquire)
    }

    /// Tells all connections to end.
    pub(crate) fn stop(&self) {
        self.hub.close();
        self.stopped.send_replace(true);
    }

    /// Becomes `true` when all connections are to end.
    pub(crate) fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.subscribe()
    }

    /// Whether the connection that carries updates is there.
    pub(crate) fn connected(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    fn move_home(&self, dc: i32) {
        self.home.store(dc, Ordering::Release);
    }

    /// The address of a data centre, as far as it is known without looking up a name.
    pub(crate) fn address_of(&self, dc: i32) -> Option<SocketAddr> {
        lock(&self.addresses).socket(dc)
    }

    /// The ways to a data centre, the best first.
    fn endpoints(&self, dc: &Dc) -> Vec<Endpoint> {
        let carrier = self.config.carrier.as_ref();
        let named = carrier.and_then(|c| c.endpoints(&self.config.servers, dc.id));
        if let Some(named) = named {
            return named;
        }
        let proxied = self.config.proxy.is_some();
        let mut known = {
            let addresses = lock(&self.addresses);
            match dc.cdn {
                true => addresses.of_cdn(dc.id, proxied),
                false => addresses.of(dc.id, proxied),
            }
        };
        if let Some(carrier) = carrier {
            known.retain(|endpoint| carrier.fits(&self.config.servers, endpoint));
        }
        known
    }

    /// Remembers whether a server answered at an address.
    fn note(&self, server: Option<&ServerAddr>, answered: bool) {
        let Some(address) = server else { return };
        let mut addresses = lock(&self.addresses);
        if answered {
            addresses.worked(address);
        } else {
            addresses.failed(address);
        }
    }

    /// Whether an address of the data centre is known.
    pub(crate) fn knows(&self, dc: i32) -> bool {
        lock(&self.addresses).knows(dc)
    }

    /// Whether it is known where a CDN listens.
    pub(crate) fn finds_cdn(&self, dc: i32) -> bool {
        !lock(&self.addresses).of_cdn(dc, false).is_empty()
    }

    /// The RSA keys that a data centre may have.
    fn trusted(&self, dc: &Dc) -> Arc<[RsaPublicKey]> {
        if dc.cdn {
            self.cdns.keys(dc.id)
        } else {
            Arc::clone(&self.keys)
        }
    }

    /// What introduces the app on connections of this purpose.
    fn header(&self, purpose: Purpose) -> &Bytes {
        match purpose {
            Purpose::Cdn => &self.cdns.header,
            Purpose::Main | Purpose::Upload | Purpose::Download => &self.header,
        }
    }

    /// The state of the data centre behind connections of this purpose.
    fn dc_for(&self, id: i32, purpose: Purpose) -> Arc<Dc> {
        match purpose {
            Purpose::Cdn => self.cdns.dc(id),
            Purpose::Main | Purpose::Upload | Purpose::Download => self.dc(id),
        }
    }

    /// The state of one data centre.
    pub(crate) fn dc(&self, id: i32) -> Arc<Dc> {
        Arc::clone(
            lock(&self.dcs)
                .entry(id)
                .or_insert_with(|| Arc::new(Dc::new(id))),
        )
    }
}

/// Locks a mutex whose holders never panic half way; a poisoned one is as good.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
