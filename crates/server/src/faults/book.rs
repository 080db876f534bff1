//! The faults that wait for their moment, and the log of those that struck.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use heliogram_crypto::SeededRandom;

use super::error::FaultError;
use super::fault::Fault;
use super::log::{FaultId, Strike};
use super::param::Direction;
use super::pipe::Shape;
use super::place::Place;
use super::table::What;

/// Faults that may wait at once.
const ACTIVE_MAX: usize = 1000;
/// Strikes the log keeps; older ones give way.
const LOG_MAX: usize = 10_000;

/// A fault that was added, and how far it is.
pub(crate) struct Rule {
    pub(crate) id: FaultId,
    pub(crate) fault: Arc<Fault>,
    /// Moments that fitted.
    pub(crate) moments: u64,
    pub(crate) struck: u64,
    /// Bytes since it struck last.
    bytes: u64,
}

/// Something a fault may strike.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) place: Place,
    pub(crate) direction: Option<Direction>,
    pub(crate) dc: Option<i32>,
    pub(crate) account: Option<i64>,
    pub(crate) method: Option<&'a str>,
    pub(crate) at: Duration,
}

/// A fault strikes.
pub(crate) struct Hit {
    pub(crate) what: What,
    /// Decides what is left to chance.
    pub(crate) rng: SeededRandom,
}

/// All faults of a server.
#[derive(Default)]
pub(crate) struct Book {
    rules: Vec<Rule>,
    last_id: u64,
    log: VecDeque<Strike>,
}

impl Book {
    /// Takes in a fault, behind those that are there.
    pub(crate) fn add(&mut self, fault: Fault) -> Result<FaultId, FaultError> {
        let count = self.rules.len();
        if count >= ACTIVE_MAX {
            return Err(FaultError::TooMany { count });
        }
        self.last_id += 1;
        let id = FaultId(self.last_id);
        self.rules.push(Rule {
            id,
            fault: Arc::new(fault),
            moments: 0,
            struck: 0,
            bytes: 0,
        });
        Ok(id)
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    /// Takes all faults away; says how many there were.
    pub(crate) fn clear(&mut self) -> usize {
        self.rules.drain(..).count()
    }

    /// A fault strikes without a moment: it is done at once, or lasts.
    pub(crate) fn strike_at_once(&mut self, id: FaultId, at: Duration) {
        let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == id) else {
            return;
        };
        let moment = Moment {
            place: rule.fault.what.place(),
            direction: None,
            dc: None,
            account: rule.fault.scope.account,
            method: None,
            at,
        };
        rule.moments += 1;
        rule.struck += 1;
        let strike = rule.tell(&moment);
        self.note(strike);
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn log(&self) -> impl Iterator<Item = &Strike> {
        self.log.iter()
    }

    /// The first fault that strikes now; those behind it do not count the moment.
    pub(crate) fn strike(&mut self, moment: &Moment<'_>) -> Option<Hit> {
        let fitting = |rule: &&mut Rule| rule.fits(moment);
        let (rule, rng) = self.rules.iter_mut().filter(fitting).find_map(|rule| {
            let rng = rule.decide()?;
            Some((rule, rng))
        })?;
        let hit = rule.hit(rng);
        let strike = rule.tell(moment);
        self.note(strike);
        Some(hit)
    }

    /// How slow a connection is. Each fault decides once about each connection; what it decided
    /// is in `decided`.
    pub(crate) fn shape(
        &mut self,
        moment: &Moment<'_>,
        decided: &mut Vec<(FaultId, bool)>,
    ) -> Option<Shape> {
        decided.retain(|(id, _)| self.rules.iter().any(|rule| rule.id == *id));
        let mut struck = Vec::new();
        for rule in self.rules.iter_mut().filter(|rule| rule.fits(moment)) {
            if decided.iter().all(|(id, _)| *id != rule.id) {
                let strikes = rule.decide().is_some();
                decided.push((rule.id, strikes));
                struck.extend(strikes.then(|| rule.tell(moment)));
            }
        }
        struck.into_iter().for_each(|strike| self.note(strike));
        let (slow, _) = decided.iter().find(|(_, struck)| *struck)?;
        let rule = self.rules.iter().find(|rule| rule.id == *slow)?;
        match rule.fault.what {
            What::SlowLink {
                bytes_per_second: rate,
                latency_ms,
            } => Some(Shape {
                rate,
                latency: Duration::from_millis(latency_ms),
            }),
            _ => None,
        }
    }

    /// Counts bytes; after how many of them the connection has to end, if it has to.
    pub(crate) fn count_bytes(&mut self, moment: &Moment<'_>, len: usize) -> Option<usize> {
        let len = len as u64;
        let mut cut: Option<u64> = None;
        let mut struck = Vec::new();
        for rule in self.rules.iter_mut().filter(|rule| rule.fits(moment)) {
            let What::CutAtByte { byte, .. } = rule.fault.what else {
                continue;
            };
            let left = byte.saturating_sub(rule.bytes);
            if left > len {
                rule.bytes += len;
                continue;
            }
            rule.bytes = 0;
            if rule.decide().is_some() {
                cut = Some(cut.map_or(left, |cut| cut.min(left)));
                struck.push(rule.tell(moment));
            }
        }
        struck.into_iter().for_each(|strike| self.note(strike));
        cut.and_then(|cut| usize::try_from(cut).ok())
    }

    /// Takes a strike down; faults that are used up go.
    pub(crate) fn note(&mut self, strike: Strike) {
        self.rules.retain(|rule| !rule.is_over());
        self.log.push_back(strike);
        if self.log.len() > LOG_MAX {
            self.log.pop_front();
        }
    }
}

impl Rule {
    /// Whether the moment is one of those the fault is for.
    pub(crate) fn fits(&self, moment: &Moment<'_>) -> bool {
        let Fault { what, scope } = &*self.fault;
        let direction = what.direction();
        what.place() == moment.place
            && direction.is_none_or(|way| Some(way) == moment.direction)
            && scope.dc.is_none_or(|dc| Some(dc) == moment.dc)
            && scope.account.is_none_or(|id| Some(id) == moment.account)
            && moment
                .method
                .is_none_or(|method| self.fault.concerns(method))
    }

    /// Counts a moment; the fault strikes if this gives anything.
    fn decide(&mut self) -> Option<SeededRandom> {
        self.moments += 1;
        let (what, scope) = (&self.fault.what, &self.fault.scope);
        let rng = scope.strikes(what.name(), self.moments, self.struck)?;
        self.struck += 1;
        Some(rng)
    }

    fn hit(&self, rng: SeededRandom) -> Hit {
        Hit {
            what: self.fault.what.clone(),
            rng,
        }
    }

    fn tell(&self, moment: &Moment<'_>) -> Strike {
        Strike {
            id: self.id,
            fault: Arc::clone(&self.fault),
            moment: self.moments,
            at: moment.at,
            dc: moment.dc,
            account: moment.account,
            method: moment.method.map(str::to_owned),
        }
    }

    /// Whether it has struck for the last time and is of no more use.
    fn is_over(&self) -> bool {
        let used_up = self.fault.scope.is_used_up(self.moments, self.struck);
        used_up && !self.fault.what.place().lasts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(method: &'a str, account: i64) -> Moment<'a> {
        Moment {
            place: Place::Call,
            direction: None,
            dc: Some(2),
            account: Some(account),
            method: Some(method),
            at: Duration::ZERO,
        }
    }

    fn bytes() -> Moment<'static> {
        Moment {
            place: Place::Bytes,
            direction: Some(Direction::ToClient),
            method: None,
            ..call("", 1)
        }
    }

    #[test]
    fn faults_of_one_method_strike_one_call_after_the_other() {
        let mut book = Book::default();
        book.add(Fault::cut_before().method("help.getConfig"))
            .unwrap();
        book.add(Fault::cut_after().method("help.getConfig"))
            .unwrap();
        assert!(book.strike(&call("help.getNearestDc", 1)).is_none());
        let mut next = || book.strike(&call("help.getConfig", 1)).map(|hit| hit.what);
        assert_eq!(next(), Some(What::CutBefore {}));
        assert_eq!(next(), Some(What::CutAfter {}));
        assert_eq!(next(), None);
        assert!(book.rules().is_empty());
        assert_eq!(book.log().count(), 2);
    }

    #[test]
    fn a_fault_is_for_its_account_and_data_centre_alone() {
        let mut book = Book::default();
        let mut fault = Fault::flood_wait(1).dc(2);
        fault.scope.account = Some(7);
        book.add(fault).unwrap();
        assert!(book.strike(&call("help.getConfig", 8)).is_none());
        let elsewhere = Moment {
            dc: Some(1),
            ..call("help.getConfig", 7)
        };
        assert!(book.strike(&elsewhere).is_none());
        assert!(book.strike(&call("help.getConfig", 7)).is_some());
    }

    #[test]
    fn bytes_are_counted_to_the_very_byte() {
        let mut book = Book::default();
        book.add(Fault::cut_at_byte(Direction::ToClient, 100).times(2))
            .unwrap();
        assert_eq!(book.count_bytes(&bytes(), 60), None);
        assert_eq!(book.count_bytes(&bytes(), 60), Some(40));
        assert_eq!(book.count_bytes(&bytes(), 99), None);
        assert_eq!(book.count_bytes(&bytes(), 1), Some(1));
        assert_eq!(book.count_bytes(&bytes(), 1000), None);
    }

    #[test]
    fn a_connection_stays_as_slow_as_it_was_decided() {
        let mut book = Book::default();
        let id = book.add(Fault::slow_link(10, Duration::ZERO)).unwrap();
        let moment = Moment {
            place: Place::Connection,
            ..bytes()
        };
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            assert_eq!(
                book.shape(&moment, &mut one).map(|shape| shape.rate),
                Some(10)
            );
            assert_eq!(book.shape(&moment, &mut two), None);
        }
        assert!(book.remove(id));
        assert_eq!(book.shape(&moment, &mut one), None);
    }

    #[test]
    fn the_log_played_again_strikes_at_the_same_moments() {
        let run = |faults: Vec<Fault>| {
            let mut book = Book::default();
            for fault in faults {
                book.add(fault).unwrap();
            }
            let struck = (0..300).map(|_| book.strike(&call("help.getConfig", 1)).is_some());
            let struck: Vec<bool> = struck.collect();
            (struck, book.log().cloned().collect::<Vec<_>>())
        };
        let faults = vec![
            Fault::cut_before().chance(0.1).seed(5).always(),
            Fault::flood_wait(1).chance(0.3).seed(6).times(20),
        ];
        let (first, log) = run(faults);
        let (again, _) = run(super::super::log::replay(&log));
        assert_eq!(first, again);
        assert!(log.len() > 20);
    }

    #[test]
    fn the_number_of_faults_and_the_log_are_bounded() {
        let mut book = Book::default();
        for _ in 0..ACTIVE_MAX {
            book.add(Fault::cut_after().always()).unwrap();
        }
        assert_eq!(
            book.add(Fault::cut_after()).unwrap_err().code(),
            "TOO_MANY_FAULTS"
        );
        for _ in 0..=LOG_MAX {
            assert!(book.strike(&call("help.getConfig", 1)).is_some());
        }
        assert_eq!(book.log().count(), LOG_MAX);
    }
}
