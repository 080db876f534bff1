use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use heliogram_api::enums;
use heliogram_crypto::{Random, SeededRandom};
use heliogram_mtproto::Now;
use heliogram_mtproto::exchange::ServerConfig;
use heliogram_tl::to_bytes;

use crate::clock::Clock;
use crate::event::Event;
use crate::faults::{FaultState, Telling};
use crate::files::Blobs;
use crate::hub::Hub;
use crate::layers::Layers;
use crate::net::{Addresses, CDN_DC};
use crate::persist::{DataError, Store};
use crate::rpc::{Answer, Bells, Refusal, Table, layer};
use crate::world::{Push, Told, World};

/// Where events go.
pub(crate) type Watcher = Box<dyn Fn(Event) + Send + Sync>;

/// How often methods were called, by name.
pub(crate) type Calls = BTreeMap<Cow<'static, str>, u64>;

/// Everything connections and the handle have in common.
///
/// Locks are taken in the order world, hub, session; none is held across an await.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) table: Table,
    /// Layers of this server alone; all others share those that are built in.
    pub(crate) own_layers: Option<Layers>,
    pub(crate) hub: Hub,
    /// The requests that wait for somebody.
    pub(crate) bells: Bells,
    pub(crate) faults: FaultState,
    pub(crate) blobs: Blobs,
    /// Gone once the server has stopped, whoever still looks at its world.
    pub(crate) store: Mutex<Option<Store>>,
    pub(crate) clock: Clock,
    pub(crate) exchange: ServerConfig,
    pub(crate) watcher: Option<Watcher>,
    /// Whether it is told of calls.
    pub(crate) tells_calls: bool,
    /// Keys of the CDN, if there is one.
    pub(crate) cdn_exchange: Option<ServerConfig>,
    /// The data centre this network is nearest to; without it, whichever a client reached.
    pub(crate) nearest: Option<i32>,
    /// Known once the server listens.
    pub(crate) addresses: OnceLock<Addresses>,
    /// How often methods were called that the table does not count: those it does not have.
    pub(crate) other_calls: Mutex<Calls>,
    /// How often each account called each method.
    pub(crate) calls_of: Mutex<HashMap<i64, Calls>>,
    /// Counts the changes of the world, for those who wait for one.
    pub(crate) changes: tokio::sync::watch::Sender<u64>,
    pub(crate) rng: Mutex<SeededRandom>,
    pub(crate) started: Instant,
}

/// The lock, whatever happened to whoever held it before: all state stays usable between steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// The time, for the protocol core.
    pub(crate) fn now(&self) -> Now {
        Now {
            mono: self.started.elapsed(),
            unix: self.clock.unix(),
        }
    }

    /// Fresh randomness for a connection or a session.
    pub(crate) fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        lock(&self.rng).fill(&mut seed);
        seed
    }

    /// Tells whoever watches.
    pub(crate) fn tell(&self, event: Event) {
        if let Some(watcher) = &self.watcher {
            watcher(event);
        }
    }

    /// The layers clients are answered in.
    pub(crate) fn layers(&self) -> &Layers {
        self.own_layers.as_ref().unwrap_or_else(|| Layers::shared())
    }

    /// Looks at the world.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// Lets happen what is due by now.
    pub(crate) fn pass_time(&self) {
        let due = self.world().is_due();
        if due {
            // A file that cannot be written is told to whoever watches.
            let _ = self.change(|_| Ok(()));
        }
    }

    /// Changes the world. What changed is stored before this returns, and everybody who should
    /// hear of it has been told in the order things happened.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> Answer<T>) -> Answer<T> {
        let mut world = self.world();
        world.let_happen();
        let result = change(&mut world);
        self.conclude(world)?;
        result
    }

    /// Stores what changed apart from [`Self::change`], such as what a program says about itself.
    pub(crate) fn settle(&self, world: MutexGuard<'_, World>) {
        if world.is_dirty() {
            // A file that cannot be written is told to whoever watches, and tried again.
            let _ = self.conclude(world);
        }
    }

    /// Stores what changed, and tells everybody who should hear of it.
    fn conclude(&self, mut world: MutexGuard<'_, World>) -> Answer<()> {
        let events = std::mem::take(&mut world.events);
        let stored = self.commit(&mut world);
        // Whoever watches may ask the server something.
        drop(world);
        self.tell_of_change();
        events.into_iter().for_each(|event| self.tell(event));
        stored.map_err(|error| {
            self.tell(Event::Trouble {
                what: format!("the data file cannot be written: {error}"),
            });
            Refusal::new(500, "STORAGE_FAILED")
        })
    }

    fn commit(&self, world: &mut World) -> Result<(), DataError> {
        let stored = match &mut *lock(&self.store) {
            Some(store) => store.write(world),
            None => Ok(()),
        };
        for push in std::mem::take(&mut world.out) {
            self.deliver(world, &push);
        }
        for question in std::mem::take(&mut world.answered) {
            self.bells.ring(question);
        }
        stored
    }

    /// Tells everybody who should hear of something and is listening.
    fn deliver(&self, world: &World, push: &Push) {
        let listening = match world.chats.get(&push.to) {
            Some(chat) => {
                let spared = matches!(push.told, Told::Others(_)).then_some(push.by);
                self.hub
                    .listening(|user| chat.members.has(user) && Some(user) != spared)
            }
            None => vec![push.to],
        };
        for user in listening {
            self.tell_account(world, push, user);
        }
    }

    /// Tells one account's sessions, as far as faults let it.
    fn tell_account(&self, world: &World, push: &Push, user: i64) {
        if self.hub.sessions_of(user).is_empty() {
            return;
        }
        let telling = Telling {
            to: user,
            of: push.to,
            except: push.except,
            body: to_bytes(&world.words(user, push.to, &push.told)),
        };
        for telling in self.faults.on_update(telling) {
            self.send_update(&telling);
        }
    }

    /// Sends an update to every session of an account, except the one that knows already.
    fn send_update(&self, telling: &Telling) {
        let now = self.now();
        for slot in self.hub.sessions_of(telling.to) {
            let knows = telling.except.is_some_and(|origin| {
                origin.key == slot.key_id && origin.session == slot.session_id
            });
            if !knows {
                let spoken = slot.lock().layer;
                let body = layer::updates(self.layers(), spoken, &telling.body);
                self.hub.push(&slot, now, body);
            }
        }
    }

    /// Tells whoever speaks under these keys, logged in or not.
    pub(crate) fn push_to_keys(&self, keys: &[i64], updates: &enums::Updates) {
        let (now, body) = (self.now(), to_bytes(updates));
        for slot in self.hub.spoken_under(keys) {
            let spoken = slot.lock().layer;
            let body = layer::updates(self.layers(), spoken, &body);
            self.hub.push(&slot, now, body);
        }
    }

    /// Where data centres listen, as a client that reached us at `ip` can use it.
    pub(crate) fn addresses_for(&self, ip: IpAddr) -> Addresses {
        let bound = self.addresses.get();
        bound.map(|all| all.seen_from(ip)).unwrap_or_default()
    }

    /// What keys are made with on a data centre.
    pub(crate) fn exchange_of(&self, dc: i32) -> ServerConfig {
        let config = match &self.cdn_exchange {
            Some(cdn) if dc == CDN_DC => cdn,
            _ => &self.exchange,
        };
        ServerConfig {
            dc,
            ..config.clone()
        }
    }

    /// Counts one call of a method, and lets those who wait for it know; `id` is that of a method
    /// the server answers.
    pub(crate) fn count(&self, id: Option<u32>, name: Cow<'static, str>, user: Option<i64>) {
        if let Some(user) = user {
            add(lock(&self.calls_of).entry(user).or_default(), name.clone());
            self.tell_of_change();
        }
        match id.and_then(|id| self.table.get(id)) {
            Some(method) => method.count(),
            None => add(&mut lock(&self.other_calls), name),
        }
    }

    /// How often each method was called that was called at all.
    pub(crate) fn all_calls(&self) -> Calls {
        let mut calls = lock(&self.other_calls).clone();
        let answered = self.table.calls();
        calls.extend(answered.map(|(name, count)| (Cow::Borrowed(name), count)));
        calls
    }

    /// Wakes those who wait for a change of the world. Whoever begins to wait looks at the world
    /// after that, so that with nobody waiting there is nothing to be told.
    fn tell_of_change(&self) {
        if self.changes.receiver_count() > 0 {
            self.changes
                .send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

/// Counts one call. Clients can make up ids of methods: those are counted together once there are
/// too many of them.
fn add(calls: &mut Calls, name: Cow<'static, str>) {
    /// More than the API has methods.
    const NAMES_MAX: usize = 2000;
    if let Some(count) = calls.get_mut(&*name) {
        *count += 1;
        return;
    }
    let name = match calls.len() < NAMES_MAX {
        true => name,
        false => Cow::Borrowed("others"),
    };
    *calls.entry(name).or_default() += 1;
}
