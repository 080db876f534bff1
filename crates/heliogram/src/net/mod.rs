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
mod clock;
mod connection;
mod dc;
mod dial;
mod endpoint;
mod fault;
mod handshake;
mod header;
mod pool;
pub(crate) mod proxy;
pub(crate) mod refresh;
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
use tokio::sync::watch;

pub(crate) use self::{account::Account, backoff::Backoff, pool::Pool};
use self::{
    addresses::Addresses, clock::Clock, dc::Dc, endpoint::Endpoint, servers::ServerAddr,
    tasks::Tasks,
};
use crate::{
    Result,
    config::Config,
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
    clock: Clock,
    keys: Arc<[RsaPublicKey]>,
    /// What stands in front of the first call of a session: layer and identity.
    header: Bytes,
    // Mutable.
    home: AtomicI32,
    account: RwLock<Option<Account>>,
    addresses: Mutex<Addresses>,
    dcs: Mutex<HashMap<i32, Arc<Dc>>>,
    stopped: watch::Sender<bool>,
}

impl Net {
    /// Reads the session and prepares connections; opens none yet.
    pub(crate) async fn open(config: Config, storage: Arc<dyn Storage>) -> Result<Arc<Self>> {
        let first = config.servers.first_dc()?;
        let keys = config.servers.keys()?.into();
        let records = Records::new(storage);
        let start = Self::start(&records, &config.servers).await?;
        let addresses = Addresses::new(&config.servers, &records.dc_addresses().await?);
        // A session nobody is signed in to need not go back to where it was.
        let known = |dc: &i32| addresses.knows(*dc) || start.account.is_some();
        let home = start.home.filter(known).unwrap_or(first);
        Ok(Arc::new(Self {
            header: header::encode(&config),
            hub: Hub::new(),
            tasks: Tasks::new(),
            clock: Clock::new(),
            keys,
            home: AtomicI32::new(home),
            account: RwLock::new(start.account),
            addresses: Mutex::new(addresses),
            dcs: Mutex::default(),
            stopped: watch::Sender::new(false),
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

    fn move_home(&self, dc: i32) {
        self.home.store(dc, Ordering::Release);
    }

    /// The address of a data centre, as far as it is known without looking up a name.
    pub(crate) fn address_of(&self, dc: i32) -> Option<SocketAddr> {
        lock(&self.addresses).socket(dc)
    }

    /// The ways to a data centre, the best first.
    fn endpoints(&self, dc: i32) -> Vec<Endpoint> {
        let carrier = self.config.carrier.as_ref();
        let named = carrier.and_then(|c| c.endpoints(&self.config.servers, dc));
        if let Some(named) = named {
            return named;
        }
        let mut known = lock(&self.addresses).of(dc, self.config.proxy.is_some());
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
