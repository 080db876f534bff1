use std::sync::Arc;
use std::time::Duration;

use super::error::FaultError;
use super::fault::Fault;
use super::log::{FaultId, Strike, replay};
use super::param::Direction;
use super::place::Place;
use crate::net::CDN_DC;
use crate::people::Account;
use crate::rpc::Refusal;
use crate::shared::Shared;
use crate::world::World;

/// Things that shall go wrong: see [`Server::faults`](crate::Server::faults) and the list in
/// [`faults`](crate::faults).
///
/// What [`Self::add`] takes can be as precise as a test needs; the methods below it are the
/// faults most tests want, each of them once. Methods are named as in the schema, such as
/// `messages.sendMessage`; several faults of one method strike one call after the other.
#[derive(Clone, Copy)]
pub struct Faults<'a> {
    shared: &'a Shared,
}

/// A fault that waits for its moment, or lasts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Active {
    /// Its number.
    pub id: FaultId,
    /// The fault.
    pub fault: Arc<Fault>,
    /// How many moments fitted it so far.
    pub moments: u64,
    /// How often it struck so far.
    pub struck: u64,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Self {
        Self { shared }
    }

    /// Adds a fault. Of several that fit one moment the first that strikes has it.
    ///
    /// # Errors
    /// [`FaultError`] if a parameter is out of its range, the fault cannot be narrowed down that
    /// way, or the method, account or data centre does not exist.
    #[allow(clippy::should_implement_trait, reason = "nothing is summed up")]
    pub fn add(self, fault: Fault) -> Result<FaultId, FaultError> {
        fault.check()?;
        self.check_place(&fault)?;
        let (state, now) = (&self.shared.faults, self.shared.faults.elapsed());
        let place = fault.what.place();
        let account = fault.scope.account;
        let id = state.add(fault)?;
        if matches!(place, Place::Clock | Place::Now) {
            state.with(|book| book.strike_at_once(id, now));
        }
        if place == Place::Now {
            let keys = account.map(|account| self.keys_of(account));
            self.shared.hub.cut(keys.as_deref());
        }
        Ok(id)
    }

    /// Adds a fault by its name, with its parameters as a JSON object; see the list in
    /// [`faults`](crate::faults).
    ///
    /// # Errors
    /// As [`Self::add`], and if the JSON is not that of a fault.
    pub fn add_json(self, json: &str) -> Result<FaultId, FaultError> {
        let json = serde_json::from_str(json).map_err(|_| FaultError::NotAFault)?;
        self.add_value(json)
    }

    pub(crate) fn add_value(self, json: serde_json::Value) -> Result<FaultId, FaultError> {
        let by_name = |name: &str| {
            let name = name.trim_start_matches('@');
            self.shared.world().by_username(name)
        };
        self.add(Fault::read(json, &by_name)?)
    }

    fn check_place(self, fault: &Fault) -> Result<(), FaultError> {
        let world = self.shared.world();
        let last = world.dcs;
        let scope = &fault.scope;
        let cdn = self.shared.cdn_exchange.as_ref().map(|_| CDN_DC);
        let exists = |dc: &i32| (1..=last).contains(dc) || Some(*dc) == cdn;
        if let Some(dc) = scope.dc.filter(|dc| !exists(dc)) {
            return Err(FaultError::UnknownDc { dc, last });
        }
        match scope.account.filter(|id| !world.users.contains_key(id)) {
            Some(id) => Err(FaultError::UnknownAccount {
                account: id.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The faults that wait or last, in the order they were added.
    #[must_use]
    pub fn active(self) -> Vec<Active> {
        self.shared.faults.with(|book| {
            let rules = book.rules().iter();
            let active = rules.map(|rule| Active {
                id: rule.id,
                fault: Arc::clone(&rule.fault),
                moments: rule.moments,
                struck: rule.struck,
            });
            active.collect()
        })
    }

    /// Takes a fault away; `false` if it was gone already.
    pub fn remove(self, id: FaultId) -> bool {
        self.shared.faults.with(|book| book.remove(id))
    }

    /// Takes all faults away; says how many there were.
    pub fn clear(self) -> usize {
        self.shared.faults.with(|book| book.clear())
    }

    /// What faults did, oldest first; the newest 10,000 strikes are kept.
    #[must_use]
    pub fn log(self) -> Vec<Strike> {
        self.shared.faults.log()
    }

    /// Adds the faults of a log, so that each strikes at the very moments it did then. Where the
    /// same things happen, the same goes wrong, down to the bit.
    ///
    /// # Errors
    /// As [`Self::add`]; those before the fault that failed are added.
    pub fn replay(self, log: &[Strike]) -> Result<Vec<FaultId>, FaultError> {
        replay(log)
            .into_iter()
            .map(|fault| self.add(fault))
            .collect()
    }
}

/// The faults most tests want.
impl Faults<'_> {
    /// The next call of the method is refused with `FLOOD_WAIT`.
    ///
    /// # Panics
    /// When there is no such method, as with every fault of a method below.
    #[track_caller]
    pub fn flood_wait(self, method: &str, seconds: u32) -> Self {
        self.put(Fault::flood_wait(seconds).method(method))
    }

    /// The next call of the method is refused.
    #[track_caller]
    pub fn refuse(self, method: &str, refusal: Refusal) -> Self {
        self.put(Fault::refuse(refusal).method(method))
    }

    /// The next call of the method is run only after this time.
    #[track_caller]
    pub fn delay(self, method: &str, by: Duration) -> Self {
        self.put(Fault::delay_call(by).method(method))
    }

    /// The connection ends when the next call of the method comes. The call is lost, and the
    /// server's memory of the session with it, so the client has to send the call again.
    #[track_caller]
    pub fn cut_before(self, method: &str) -> Self {
        self.put(Fault::cut_before().method(method))
    }

    /// The next call of the method is run, and the connection ends before its answer leaves.
    #[track_caller]
    pub fn cut_after(self, method: &str) -> Self {
        self.put(Fault::cut_after().method(method))
    }

    /// All connections end now.
    #[track_caller]
    pub fn cut_connections(self) -> Self {
        self.put(Fault::cut())
    }

    /// All connections of an account end now.
    #[track_caller]
    pub fn cut(self, account: &Account) -> Self {
        self.put(Fault::cut().account(account))
    }

    /// A connection ends once the server has received that many bytes more, on all of them
    /// together.
    #[track_caller]
    pub fn cut_after_bytes(self, bytes: u64) -> Self {
        self.put(Fault::cut_at_byte(Direction::FromClient, bytes))
    }

    /// A connection ends once the server has received that many encrypted packets more, the last
    /// of which is lost.
    #[track_caller]
    pub fn cut_after_packets(self, packets: u32) -> Self {
        let before = u64::from(packets).saturating_sub(1);
        self.put(Fault::cut_on_packet().skip(before))
    }

    /// That many of the next encrypted packets from clients are lost without a sign.
    #[track_caller]
    pub fn drop_packets(self, packets: u32) -> Self {
        self.put(Fault::drop_packet(Direction::FromClient).times(packets.into()))
    }

    /// The next encrypted packet is refused with `bad_server_salt`.
    #[track_caller]
    pub fn bad_salt_once(self) -> Self {
        self.put(Fault::wrong_salt())
    }

    /// That many of the next updates for an account never reach it; the difference has them.
    #[track_caller]
    pub fn lose_updates(self, account: &Account, updates: u32) -> Self {
        self.put(Fault::lose_update().account(account).times(updates.into()))
    }

    /// The server forgets every auth key of an account: connections end, and what comes under
    /// those keys is answered with transport error -404.
    pub fn forget_keys(self, account: &Account) -> Self {
        let keys = self.keys_of(account.id());
        keys.iter().for_each(|key| self.shared.forget_key(*key));
        self
    }

    /// Every file reference given so far expires.
    pub fn expire_file_references(self) -> Self {
        // It fails only with the data file, which has been told of then.
        let _ = self.shared.change(|world| {
            world.expire_references();
            Ok(())
        });
        self
    }

    #[track_caller]
    #[allow(
        clippy::panic,
        reason = "a test whose fault does not exist proves nothing"
    )]
    fn put(self, fault: Fault) -> Self {
        match self.add(fault) {
            Ok(_) => self,
            Err(error) => panic!("{error}"),
        }
    }

    fn keys_of(self, account: i64) -> Vec<i64> {
        self.shared.world().all_keys_of(account)
    }
}

impl World {
    /// Every key an account is logged in with, and the temporary keys that stand for them.
    fn all_keys_of(&self, account: i64) -> Vec<i64> {
        let keys = self.keys_of(account).into_iter();
        keys.flat_map(|key| self.spoken_under(key)).collect()
    }

    /// The account that is logged in under a key.
    pub(crate) fn account_of(&self, key: i64) -> Option<i64> {
        self.auths.get(&self.permanent(key))?.user
    }
}

impl Shared {
    /// Forgets an auth key, as if it had never been made.
    pub(crate) fn forget_key(&self, key: i64) {
        let forgotten = self.change(|world| {
            let spoken = world.spoken_under(key);
            world.forget_key(key);
            Ok(spoken)
        });
        // It fails only with the data file, which has been told of then.
        for key in forgotten.unwrap_or_default() {
            self.hub.forget_key(key);
        }
    }
}

impl std::fmt::Debug for Faults<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faults(..)")
    }
}
