//! The faults of a server, where connections, calls and updates ask for them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::book::{Book, Hit, Moment};
use super::error::FaultError;
use super::fault::Fault;
use super::log::{FaultId, Strike};
use super::pipe::Shape;
use super::place::Place;
use super::table::What;
use super::updates::Withheld;
use crate::clock::Clock;
use crate::shared::lock;

/// All faults of a server. Its lock is taken last, whatever else is held.
pub(crate) struct FaultState {
    book: Mutex<Book>,
    pub(super) withheld: Mutex<Vec<Withheld>>,
    clock: Clock,
    started: Instant,
    /// Places where a fault waits, so that all others need not ask.
    places: AtomicU32,
    by_account: AtomicBool,
}

impl FaultState {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            book: Mutex::default(),
            withheld: Mutex::default(),
            clock,
            started: Instant::now(),
            places: AtomicU32::new(0),
            by_account: AtomicBool::new(false),
        }
    }

    /// Whether a fault waits there.
    pub(crate) fn watches(&self, place: Place) -> bool {
        self.places.load(Ordering::Relaxed) & place.bit() != 0
    }

    /// Whether a fault is for one account.
    pub(crate) fn asks_for_accounts(&self) -> bool {
        self.by_account.load(Ordering::Relaxed)
    }

    /// Time since the server started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Looks at the book, or changes it.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        let mut book = lock(&self.book);
        let result = change(&mut book);
        self.refresh(&book);
        result
    }

    /// Keeps what depends on the faults that are there.
    fn refresh(&self, book: &Book) {
        let rules = book.rules().iter();
        let places = rules.clone().map(|rule| rule.fault.what.place().bit());
        self.places
            .store(places.fold(0, |all, bit| all | bit), Ordering::Relaxed);
        let by_account = rules.clone().any(|rule| rule.fault.scope.account.is_some());
        self.by_account.store(by_account, Ordering::Relaxed);
        let skews = rules.filter_map(|rule| match rule.fault.what {
            What::ClockSkew { seconds } => Some(seconds),
            _ => None,
        });
        self.clock.skew(skews.fold(0, i64::saturating_add));
    }

    /// The fault that strikes now, if one does.
    pub(crate) fn strike(&self, moment: &Moment<'_>) -> Option<Hit> {
        if !self.watches(moment.place) {
            return None;
        }
        self.with(|book| book.strike(moment))
    }

    /// Counts bytes; after how many of them the connection has to end, if it has to.
    pub(crate) fn count_bytes(&self, moment: &Moment<'_>, len: usize) -> Option<usize> {
        if !self.watches(Place::Bytes) {
            return None;
        }
        self.with(|book| book.count_bytes(moment, len))
    }

    /// How slow a connection is; what was decided about it before stays so.
    pub(crate) fn shape(
        &self,
        moment: &Moment<'_>,
        decided: &mut Vec<(FaultId, bool)>,
    ) -> Option<Shape> {
        if !self.watches(Place::Connection) {
            return None;
        }
        self.with(|book| book.shape(moment, decided))
    }

    /// The fault of a call.
    pub(crate) fn on_call(&self, method: &str, dc: i32, account: Option<i64>) -> Option<What> {
        if !self.watches(Place::Call) {
            return None;
        }
        let moment = Moment {
            place: Place::Call,
            direction: None,
            dc: Some(dc),
            account,
            method: Some(method),
            at: self.elapsed(),
        };
        self.strike(&moment).map(|hit| hit.what)
    }

    /// Takes in a fault that waits or lasts.
    pub(crate) fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        self.with(|book| book.add(fault))
    }

    pub(crate) fn log(&self) -> Vec<Strike> {
        self.with(|book| book.log().cloned().collect())
    }
}
