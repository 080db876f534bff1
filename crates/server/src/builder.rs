use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use heliogram_crypto::{RandomExt, SeededRandom};
use heliogram_mtproto::exchange::ServerConfig;

use crate::clock::Clock;
use crate::control;
use crate::event::Event;
use crate::faults::FaultState;
use crate::files::Blobs;
use crate::hub::Hub;
use crate::layers::Layers;
use crate::net::{CDN_DC, Place, Plan};
use crate::own_key::{CDN_KEY, MAIN_KEY, rsa_key};
use crate::persist::{DataError, Store};
use crate::rpc::Bells;
use crate::seed::Seed;
use crate::server::{Server, StartError};
use crate::services;
use crate::shared::{Shared, Watcher};
use crate::stock;
use crate::world::{World, is_name};

/// Most data centres of one server.
const DCS_MAX: i32 = 9;
/// How long a bot has to answer people who wait.
const BOT_TIMEOUT: Duration = Duration::from_secs(10);
/// Kept in a data file once what a description says of the past is in it.
const SEEDED: &str = "seeded";

/// How a server is to be; see [`Server::builder`].
#[must_use = "a builder does nothing until `start` is awaited"]
pub struct Builder {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    dcs: i32,
    cdn: bool,
    nearest: Option<i32>,
    /// Where single data centres listen that do not follow `host` and `port`.
    places: BTreeMap<i32, SocketAddr>,
    key: Option<String>,
    data: Option<PathBuf>,
    bots: Vec<String>,
    /// Bots that can be asked inline, and what an input field shows for them.
    inline: Vec<(String, String)>,
    bot_timeout: Duration,
    schemas: Vec<String>,
    seed: Option<Seed>,
    watcher: Option<Watcher>,
    tell_calls: bool,
    control: Option<SocketAddr>,
    mtproxy: Option<Place>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            dcs: 3,
            cdn: false,
            nearest: None,
            places: BTreeMap::new(),
            key: None,
            data: None,
            bots: Vec::new(),
            inline: Vec::new(),
            bot_timeout: BOT_TIMEOUT,
            schemas: Vec::new(),
            seed: None,
            watcher: None,
            tell_calls: true,
            control: None,
            mtproxy: None,
        }
    }
}

impl Builder {
    /// The address to listen on; loopback unless told otherwise.
    ///
    /// The server knows no secrets worth having, but no limits worth the name either: think twice
    /// before opening it to a network.
    pub fn host(mut self, host: impl Into<IpAddr>) -> Self {
        self.host = host.into();
        self
    }

    /// The port of the first data centre, the others follow it, then those of their second
    /// addresses for files in the same order, then the CDN's; without this, or with 0, ports that
    /// are free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Where one data centre listens, whatever [`host`](Self::host) and [`port`](Self::port) say:
    /// for clients that have addresses built in.
    pub fn listen(mut self, dc: u8, address: SocketAddr) -> Self {
        self.places.insert(dc.into(), address);
        self
    }

    /// How many data centres there are, 1 to 9; 3 unless told otherwise.
    pub fn dcs(mut self, dcs: u8) -> Self {
        self.dcs = i32::from(dcs).clamp(1, DCS_MAX);
        self
    }

    /// Whether there is a CDN: a data centre that clients who can are sent to for documents of
    /// 1 MiB and more. It has a key of its own, made for this process or kept in the data file.
    #[doc(alias = "upload.getCdnFile")]
    pub fn cdn(mut self, cdn: bool) -> Self {
        self.cdn = cdn;
        self
    }

    /// Puts an MTProxy in front of the data centres, at this address (port 0 takes a free one):
    /// clients that know the secret are led to the one they name. It takes plain secrets and those
    /// that begin with `dd`, given here without that byte; fake TLS is not offered.
    ///
    /// [`Server::mtproxy`] tells where it is.
    #[doc(alias = "proxy")]
    pub fn mtproxy(mut self, address: SocketAddr, secret: [u8; 16]) -> Self {
        self.mtproxy = Some(Place { address, secret });
        self
    }

    /// The data centre this network is nearest to. Others send whoever asks for a login code for
    /// a new number there, with `NETWORK_MIGRATE_X`; without this every one of them is the nearest.
    pub fn nearest_dc(mut self, dc: u8) -> Self {
        self.nearest = Some(i32::from(dc));
        self
    }

    /// The RSA key, as PEM text (PKCS#1); one made for this process unless given, or the one in
    /// the data file.
    pub fn key(mut self, pem: impl Into<String>) -> Self {
        self.key = Some(pem.into());
        self
    }

    /// The SQLite file to keep everything in; uploaded files go into a folder beside it, with
    /// `.files` after its name. Without this everything is gone when the server stops.
    pub fn data(mut self, path: impl AsRef<Path>) -> Self {
        self.data = Some(path.as_ref().to_owned());
        self
    }

    /// A bot that shall be there; its token is in [`Server::bots`].
    pub fn bot(mut self, username: impl Into<String>) -> Self {
        self.bots.push(username.into());
        self
    }

    /// A bot that shall be there, and that can be asked from every chat by typing its name; the
    /// text is what an input field shows then.
    pub fn inline_bot(
        mut self,
        username: impl Into<String>,
        placeholder: impl Into<String>,
    ) -> Self {
        self.inline.push((username.into(), placeholder.into()));
        self
    }

    /// How long a bot has to answer an inline query or a button before whoever waits for it is told
    /// `BOT_RESPONSE_TIMEOUT`; 10 seconds unless told otherwise.
    pub fn bot_timeout(mut self, timeout: Duration) -> Self {
        self.bot_timeout = timeout;
        self
    }

    /// A further layer to answer clients in: the text of its schema, which has to name its layer
    /// in a line `// LAYER N`.
    pub fn schema(mut self, text: impl Into<String>) -> Self {
        self.schemas.push(text.into());
        self
    }

    /// A world that shall be there, as described; see [`Seed`]. With a data file its messages and
    /// what fills it are made once, the first time the file is used with a description; people,
    /// bots and chats each time they are not there.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Called with everything that happens, on the server's own thread: it must not block.
    pub fn on_event(mut self, watcher: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Box::new(watcher));
        self
    }

    /// Whether [`Event::Call`] is among what [`on_event`](Self::on_event) is told; by default it is.
    /// Without, each call is answered a little sooner.
    pub const fn tell_calls(mut self, tell: bool) -> Self {
        self.tell_calls = tell;
        self
    }

    /// Opens the control API there; port 0 takes a free one. [`Server::control`] tells where it
    /// is and the token it takes. Without this there is none.
    pub fn control(mut self, address: impl Into<SocketAddr>) -> Self {
        self.control = Some(address.into());
        self
    }

    /// Starts the server; it runs until it is stopped or dropped.
    ///
    /// # Errors
    /// [`StartError`] if an address is taken or given to a data centre that is not there, or the key or the data file cannot be used.
    pub async fn start(self) -> Result<Server, StartError> {
        let plan = self.plan()?;
        let control = self.control;
        let shared = self.shared()?;
        let mut server = Server::launch(Arc::clone(&shared), plan).await?;
        server.control = control.map(|at| control::open(&shared, at)).transpose()?;
        Ok(server)
    }

    /// What is listened for.
    fn plan(&self) -> Result<Plan, StartError> {
        if let Some(dc) = self.places.keys().find(|dc| !(1..=self.dcs).contains(*dc)) {
            return Err(StartError::NoSuchDc { dc: *dc });
        }
        Ok(Plan {
            host: self.host,
            port: self.port,
            dcs: self.dcs,
            cdn: self.cdn,
            places: self.places.clone(),
            mtproxy: self.mtproxy.clone(),
        })
    }

    /// Everything but the sockets.
    pub(crate) fn shared(self) -> Result<Arc<Shared>, StartError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| StartError::Random)?;
        let mut rng = SeededRandom::new(seed);
        let clock = Clock::default();
        let mut world = World::new(clock.clone(), self.dcs, rng.array());
        let own_layers = own_layers(&self.schemas)?;
        let mut store = self.data.as_deref().map(Store::open).transpose()?;
        if let Some(store) = &store {
            store.load(&mut world)?;
        }
        self.check_dcs(&world)?;
        self.add_bots(&mut world)?;
        let seeded = self.plant(&mut world, store.as_ref())?;
        let key = rsa_key(self.key.as_deref(), &MAIN_KEY, store.as_ref())?;
        let cdn_key = match self.cdn {
            true => Some(rsa_key(None, &CDN_KEY, store.as_ref())?),
            false => None,
        };
        let blobs = match &self.data {
            Some(path) => Blobs::kept(&files_beside(path)),
            None => Blobs::temporary(),
        };
        let path = self
            .data
            .as_deref()
            .map_or_else(std::env::temp_dir, files_beside);
        let unusable = |source| StartError::Data(DataError::of_files(path.clone(), source));
        let blobs = blobs.map_err(unusable)?;
        stock::fill(&mut world, &blobs).map_err(unusable)?;
        if let Some(store) = &mut store {
            store.write_with(&mut world, seeded.then_some((SEEDED, "1")))?;
        }
        if self.data.is_some() {
            blobs.sweep(&world.files_in_use());
        }
        Ok(Arc::new(Shared {
            world: Mutex::new(world),
            table: services::table(),
            own_layers,
            hub: Hub::default(),
            bells: Bells::new(self.bot_timeout),
            faults: FaultState::new(clock.clone()),
            blobs,
            store: Mutex::new(store),
            clock,
            exchange: ServerConfig {
                keys: Arc::new([key]),
                dc: 1,
            },
            cdn_exchange: cdn_key.map(|key| ServerConfig {
                keys: Arc::new([key]),
                dc: CDN_DC,
            }),
            nearest: self.nearest.map(|dc| dc.clamp(1, self.dcs)),
            tells_calls: self.tell_calls && self.watcher.is_some(),
            watcher: self.watcher,
            addresses: OnceLock::new(),
            other_calls: Mutex::default(),
            calls_of: Mutex::default(),
            changes: tokio::sync::watch::Sender::new(0),
            rng: Mutex::new(rng),
            started: Instant::now(),
        }))
    }
}

impl Builder {
    /// Whether there are as many data centres as those who are there already need.
    fn check_dcs(&self, world: &World) -> Result<(), StartError> {
        let homes = world.users.values().map(|user| user.home);
        let keys = world.auths.values().map(|auth| auth.dc);
        let needed = homes.chain(keys.filter(|dc| *dc != CDN_DC)).max();
        match needed {
            Some(needed) if needed > self.dcs => Err(StartError::TooFewDcs {
                needed,
                dcs: self.dcs,
            }),
            _ => Ok(()),
        }
    }

    /// Makes the world that is described; says whether its past was, which is made once.
    fn plant(&self, world: &mut World, store: Option<&Store>) -> Result<bool, StartError> {
        let Some(seed) = &self.seed else {
            return Ok(false);
        };
        seed.plant(world)?;
        let before = store.map(|store| store.setting(SEEDED)).transpose()?;
        if before.flatten().is_some() {
            return Ok(false);
        }
        seed.plant_past(world)?;
        Ok(true)
    }

    /// Makes the bots that shall be there.
    fn add_bots(&self, world: &mut World) -> Result<(), StartError> {
        let home = world.dcs.min(2);
        let taken = |username: &str| StartError::Bot {
            username: username.to_owned(),
        };
        let inline = self.inline.iter().map(|(bot, _)| bot);
        let mut names = self.bots.iter().chain(inline);
        let wrong = names.find(|bot| !is_name(bot.strip_prefix('@').unwrap_or(bot)));
        if let Some(username) = wrong.cloned() {
            return Err(StartError::BotName { username });
        }
        for bot in &self.bots {
            world.add_bot(bot, home).map_err(|_| taken(bot))?;
        }
        for (bot, placeholder) in &self.inline {
            let added = world.add_bot(bot, home);
            let set = added.and_then(|id| world.set_inline(id, placeholder));
            set.map_err(|_| taken(bot))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("dcs", &self.dcs)
            .field("places", &self.places)
            .field("data", &self.data)
            .field("bots", &self.bots)
            .finish_non_exhaustive()
    }
}

/// The built-in layers with further ones; nothing if there are none.
fn own_layers(schemas: &[String]) -> Result<Option<Layers>, StartError> {
    if schemas.is_empty() {
        return Ok(None);
    }
    let mut layers = Layers::built_in();
    for schema in schemas {
        layers
            .add_schema(schema)
            .map_err(|error| StartError::Schema(error.to_string()))?;
    }
    Ok(Some(layers))
}

/// The folder of uploaded files that belongs to a data file.
fn files_beside(data: &Path) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

#[cfg(test)]
mod tests;
